"""Traversal and rebuilding of statement trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from kernelmill.mill.expr import Elem, Expr, rewrite
from kernelmill.mill.ir import Alloc, Body, Call, If, Let, Loop, Program, Reduce, Scan, Stmt, Store


def statements(body: Body) -> Iterator[Stmt]:
    """Every statement, parents before children, in text order."""
    for stmt in body:
        yield stmt
        for inner in blocks(stmt):
            yield from statements(inner)


def blocks(stmt: Stmt) -> tuple[Body, ...]:
    """The statement lists directly inside a statement."""
    match stmt:
        case Loop():
            return (stmt.body,)
        case If():
            return (stmt.then, stmt.orelse)
        case _:
            return ()


def expressions(stmt: object) -> list[Expr]:
    """Expressions (and targets) written in the statement itself, not in the statements inside it."""
    match stmt:
        case Loop():
            return [stmt.extent]
        case Let():
            return [stmt.value]
        case Store():
            return [stmt.target, stmt.value]
        case Reduce():
            return [*stmt.targets, *stmt.values]
        case Scan():
            return [*stmt.targets, *stmt.values, *stmt.outs]
        case If():
            return [stmt.condition]
        case Alloc():
            return list(stmt.buffer.shape)
        case Call():
            return list(stmt.args)
        case _:
            return []


def written(stmt: object) -> tuple[Elem, ...]:
    """Elements that the statement itself writes."""
    match stmt:
        case Store():
            return (stmt.target,)
        case Reduce():
            return stmt.targets
        case Scan():
            return (*stmt.targets, *stmt.outs)
        case _:
            return ()


def map_expressions(stmt: Stmt, change: Callable[[Expr], Expr]) -> Stmt:
    """The statement with `change` applied to each expression and target in it (and in the statements inside it)."""

    def elem(target: Elem) -> Elem:
        new = change(target)
        if not isinstance(new, Elem):
            raise TypeError(f"the target {target} became a value")
        return new

    def body(stmts: Body) -> Body:
        return tuple(map_expressions(s, change) for s in stmts)

    match stmt:
        case Loop():
            return replace(stmt, extent=change(stmt.extent), body=body(stmt.body))
        case Let():
            return replace(stmt, value=change(stmt.value))
        case Store():
            return replace(stmt, target=elem(stmt.target), value=change(stmt.value))
        case Reduce():
            return replace(stmt, targets=tuple(map(elem, stmt.targets)), values=tuple(map(change, stmt.values)))
        case Scan():
            return replace(
                stmt, targets=tuple(map(elem, stmt.targets)), values=tuple(map(change, stmt.values)), outs=tuple(map(elem, stmt.outs))
            )
        case If():
            return replace(stmt, condition=change(stmt.condition), then=body(stmt.then), orelse=body(stmt.orelse))
        case Alloc():
            return replace(stmt, buffer=replace(stmt.buffer, shape=tuple(map(change, stmt.buffer.shape))))
        case Call():
            return replace(stmt, args=tuple(map(change, stmt.args)))
        case _:
            return stmt


def substitute(body: Body, mapping: dict[str, Expr]) -> Body:
    """Replace variables by name everywhere (binders are not touched: names are unique)."""
    return tuple(map_expressions(s, lambda e: rewrite(e, mapping)) for s in body)


def transform(body: Body, change: Callable[[Stmt], Body | None]) -> Body:
    """Rebuild bottom-up: `change` gets each statement (its inside already rebuilt) and gives its replacement, or None to keep it."""
    out: list[Stmt] = []
    for stmt in body:
        inner: Stmt = stmt
        if isinstance(stmt, Loop):
            inner = replace(stmt, body=transform(stmt.body, change))
        elif isinstance(stmt, If):
            inner = replace(stmt, then=transform(stmt.then, change), orelse=transform(stmt.orelse, change))
        new = change(inner)
        out += (inner,) if new is None else new
    return tuple(out)


def transform_program(program: Program, change: Callable[[Stmt], Body | None]) -> Program:
    """`transform` over every kernel."""
    return replace(program, kernels=tuple(replace(k, body=transform(k.body, change)) for k in program.kernels))


def all_statements(program: Program) -> Iterator[Stmt]:
    """Every statement of every kernel."""
    for kernel in program.kernels:
        yield from statements(kernel.body)


def taken_names(program: Program) -> set[str]:
    """Every name that a new binder must not use."""
    out = {*program.axes, *(b.name for b in program.buffers), *(s.name for s in program.scalars)}
    for stmt in all_statements(program):
        match stmt:
            case Loop():
                out.add(stmt.var)
            case Let():
                out.add(stmt.name)
            case Alloc():
                out.add(stmt.buffer.name)
            case _:
                pass
    return out


def fresh(taken: set[str], name: str) -> str:
    """`name`, or `name` with the first free number; it is added to `taken`."""
    candidate, count = name, 0
    while candidate in taken:
        count += 1
        candidate = f"{name}{count}"
    taken.add(candidate)
    return candidate
