"""Where things are: loops by name, the memory accesses of a statement with the loops and conditions around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kernelmill.mill.expr import Elem, Expr, Op, Opaque, Var, names, op, rewrite, walk
from kernelmill.mill.ir import Alloc, Body, Buffer, Call, If, Let, Loop, Program, Reduce, Scan, Stmt
from kernelmill.mill.moves.refused import Refused
from kernelmill.mill.walk import all_statements, blocks, expressions, statements, written


@dataclass(frozen=True)
class Access:
    """One read or write of a buffer. `index` has the let values written in; `reduction` names a freely reorderable update."""

    buffer: str
    index: tuple[Expr, ...]
    writes: bool
    loops: tuple[tuple[str, Expr], ...]  # (iterator, extent), outermost first
    conditions: tuple[Expr, ...] = ()
    reduction: str = ""


@dataclass(frozen=True)
class Around:
    """What surrounds a statement."""

    loops: tuple[tuple[str, Expr], ...] = ()
    conditions: tuple[Expr, ...] = ()
    lets: dict[str, Expr] = field(default_factory=dict)
    home: dict[str, tuple[Expr, ...]] = field(default_factory=dict)  # private buffer -> iterators around its alloc

    def plain(self, expr: Expr) -> Expr:
        """The expression with let names replaced by their values."""
        return rewrite(expr, self.lets) if self.lets else expr


def find_loop(program: Program, name: str) -> Loop:
    """The loop with this iterator. Raises Refused."""
    for stmt in all_statements(program):
        if isinstance(stmt, Loop) and stmt.var == name:
            return stmt
    raise Refused(f"there is no loop {name}")


def block_of(program: Program, *held: Stmt) -> Body | None:
    """The statement list that directly holds all of these statements."""

    def search(body: Body) -> Body | None:
        if all(any(s is stmt for s in body) for stmt in held):
            return body
        return next((found for stmt in body for inner in blocks(stmt) if (found := search(inner)) is not None), None)

    return next((found for kernel in program.kernels if (found := search(kernel.body)) is not None), None)


def buffers(program: Program) -> dict[str, Buffer]:
    """Every buffer of the program by name, allocs included."""
    out = {b.name: b for b in program.buffers}
    out.update({s.buffer.name: s.buffer for s in all_statements(program) if isinstance(s, Alloc)})
    return out


def find_buffer(program: Program, name: str) -> Buffer:
    """A buffer or alloc by name. Raises Refused."""
    found = buffers(program).get(name)
    if found is None:
        raise Refused(f"there is no buffer {name}")
    return found


def path(program: Program, target: Stmt) -> tuple[Around, ...]:
    """The surroundings of the statement (same object), as one Around in a tuple; Refused if it is not in the program."""
    for kernel in program.kernels:
        for stmt, around in visit(kernel.body, Around()):
            if stmt is target:
                return (around,)
    raise Refused("the statement is not in the program")


def surroundings(program: Program, target: Stmt) -> Around:
    """What surrounds a statement (found by identity)."""
    return path(program, target)[0]


def visit(body: Body, around: Around) -> Iterator[tuple[Stmt, Around]]:
    """Every statement with its surroundings."""
    for stmt in body:
        yield stmt, around
        match stmt:
            case Loop():
                inner = replace(around, loops=(*around.loops, (stmt.var, around.plain(stmt.extent))))
                yield from visit(stmt.body, inner)
            case If():
                test = around.plain(stmt.condition)
                yield from visit(stmt.then, replace(around, conditions=(*around.conditions, test)))
                yield from visit(stmt.orelse, replace(around, conditions=(*around.conditions, _negated(test))))
            case Let():
                around = replace(around, lets={**around.lets, stmt.name: around.plain(stmt.value)})
            case Alloc():
                home = tuple(Var(v) for v, _ in around.loops)
                around = replace(around, home={**around.home, stmt.buffer.name: home})
            case _:
                pass


def accesses(program: Program, body: Body, around: Around) -> list[Access]:
    """All accesses of a statement list, whose surroundings are given."""
    out: list[Access] = []
    shapes = buffers(program)
    for stmt, where in visit(body, around):
        if isinstance(stmt, Alloc | Call):
            continue
        targets = written(stmt)
        free = ""
        if isinstance(stmt, Reduce) and is_free(program, stmt):
            free = stmt.reducer
        for target in targets:
            out.append(_access(target, True, where, free, shapes))
        read = expressions(stmt)
        for expr in read:
            inner = expr.index if any(expr is t for t in targets) and isinstance(expr, Elem) else (expr,)
            for part in inner:
                out += _reads(part, where, shapes)
        if isinstance(stmt, Scan):
            out += [_access(t, False, where, "", shapes) for t in stmt.targets]
    return out


def is_free(program: Program, stmt: Reduce) -> bool:
    """True if the contributions of this reduce may be reordered."""
    reducer = program.reducer(stmt.reducer)
    return reducer.commutative and (reducer.exact or (stmt.reassoc and reducer.associative))


def _reads(expr: Expr, around: Around, shapes: dict[str, Buffer]) -> Iterator[Access]:
    """Reads in an expression; the conditions of the selects around them hold."""
    match expr:
        case Op(name="select", args=(test, yes, no)):
            yield from _reads(test, around, shapes)
            plain = around.plain(test)
            yield from _reads(yes, replace(around, conditions=(*around.conditions, plain)), shapes)
            yield from _reads(no, replace(around, conditions=(*around.conditions, _negated(plain))), shapes)
            return
        case Elem():
            yield _access(expr, False, around, "", shapes)
        case _:
            pass
    for child in expr.children:
        yield from _reads(child, around, shapes)


def _access(elem: Elem, writes: bool, around: Around, free: str, shapes: dict[str, Buffer]) -> Access:
    index = tuple(around.plain(i) for i in flat_index(elem.index, shapes[elem.buffer].shape))
    # a private buffer is another one in every iteration of the loops around its alloc
    return Access(elem.buffer, around.home.get(elem.buffer, ()) + index, writes, around.loops, around.conditions, free)


def flat_index(index: tuple[Expr, ...], shape: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Merge dimensions that are indexed by e // s and e % s with size s: the pair walks memory as e does."""
    out = list(index)
    at = len(out) - 2
    while at >= 0:
        match out[at], out[at + 1]:
            case Op(name="floordiv", args=(a, s)), Op(name="mod", args=(b, t)) if a == b and s == t == shape[at + 1] and at + 2 == len(out):
                out[at : at + 2] = [a]
                at -= 1
                continue
            case _:
                break
    return tuple(out)


def _negated(test: Expr) -> Expr:
    opposite = {"lt": "ge", "ge": "lt", "le": "gt", "gt": "le", "eq": "ne", "ne": "eq"}
    match test:
        case Op(name=name, args=args) if name in opposite:
            return op(opposite[name], *args)
        case _:
            return op("not", test)


def opaque(expr: Expr) -> bool:
    """True if the expression depends on data."""
    return any(isinstance(e, (Elem, Opaque)) for e in walk(expr))


def uses(body: Body) -> frozenset[str]:
    """Names of variables and buffers that the statements mention."""
    out: set[str] = set()
    for stmt in statements(body):
        for expr in expressions(stmt):
            out |= names(expr)
            out |= {e.buffer for e in walk(expr) if isinstance(e, Elem)}
    return frozenset(out)
