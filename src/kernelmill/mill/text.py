"""Programs as text; `parse.parse` reads it back to an equal program."""

from __future__ import annotations

import math

from kernelmill.mill.expr import OPS, Const, Elem, Expr, Op, Opaque, Var
from kernelmill.mill.ir import (
    Alloc,
    Barrier,
    Body,
    Buffer,
    Call,
    If,
    Let,
    Loop,
    Program,
    Reduce,
    Reducer,
    Scan,
    Stmt,
    Store,
)  # fmt: skip


def show(program: Program) -> str:
    """The whole program as text."""
    lines = [f"program {program.name}"]
    if program.axes:
        lines.append("axis " + ", ".join(program.axes))
    lines += [f"scalar {v.name}: {v.dtype}" for v in program.scalars]
    lines += [f"{b.role} {_buffer(b)}" + ("" if b.scope == "global" else f" {b.scope}") for b in program.buffers]
    lines += [f"requires {r}" for r in program.requires]
    lines += [_reducer(r) for r in program.reducers]
    for kernel in program.kernels:
        lines.append(f"kernel {kernel.name}")
        lines += show_body(kernel.body, 1)
    return "\n".join(lines) + "\n"


def show_body(body: Body, depth: int = 0) -> list[str]:
    """Statements as indented lines."""
    lines: list[str] = []
    for stmt in body:
        lines += _statement(stmt, depth)
    return lines


def show_expr(expr: Expr) -> str:
    """One expression, with as few parentheses as Python's precedence needs."""
    return _expr(expr, 0)


def _buffer(b: Buffer) -> str:
    return f"{b.name}: {b.dtype}[{', '.join(map(show_expr, b.shape))}]"


def _reducer(r: Reducer) -> str:
    def state(variables: tuple[Var, ...]) -> str:
        return ", ".join(f"{v.name}: {v.dtype}" for v in variables)

    flags = "".join(f" {n}" for n in ("associative", "commutative", "exact") if getattr(r, n))
    combine, identity = (", ".join(map(show_expr, e)) for e in (r.combine, r.identity))
    later = f" later ({', '.join(map(show_expr, r.later))})" if r.later else ""
    return f"reducer {r.name}({state(r.left)}; {state(r.right)}) = ({combine}) identity ({identity}){later}{flags}"


def _statement(stmt: Stmt, depth: int) -> list[str]:
    pad = "  " * depth
    match stmt:
        case Loop():
            kind = "" if stmt.kind.name == "serial" else f" {stmt.kind}"
            return [f"{pad}for {stmt.var} < {_expr(stmt.extent, 5)}{kind}", *show_body(stmt.body, depth + 1)]
        case Let():
            return [f"{pad}let {stmt.name} = {show_expr(stmt.value)}"]
        case Store():
            return [f"{pad}{show_expr(stmt.target)} = {show_expr(stmt.value)}"]
        case Reduce() | Scan():
            word = "reduce" if isinstance(stmt, Reduce) else "scan"
            flags = " reassoc" if stmt.reassoc else ""
            line = f"{pad}{word} {stmt.reducer}{flags} {_list(stmt.targets)} <- {_list(stmt.values)}"
            if isinstance(stmt, Scan):
                line += f" -> {_list(stmt.outs)}" + (" exclusive" if stmt.exclusive else "")
            return [line]
        case If():
            lines = [f"{pad}if {show_expr(stmt.condition)}", *show_body(stmt.then, depth + 1)]
            return lines + ([f"{pad}else", *show_body(stmt.orelse, depth + 1)] if stmt.orelse else [])
        case Alloc():
            return [f"{pad}alloc {_buffer(stmt.buffer)} {stmt.buffer.scope}"]
        case Barrier():
            return [f"{pad}barrier {stmt.scope}"]
        case Call():
            return [f"{pad}call {stmt.name}({_list(stmt.args)})"]
        case _:
            raise TypeError(f"not a statement: {stmt!r}")


def _list(exprs: tuple[Expr, ...]) -> str:
    return ", ".join(map(show_expr, exprs))


def _const(c: Const) -> str:
    if c.dtype == "bool":
        return "true" if c.value else "false"
    if c.dtype == "i64":
        return str(c.value)
    value = c.value
    plain = str(value) if isinstance(value, int) else ("nan" if math.isnan(value) else repr(value))
    return plain if c.dtype == "f32" else f"const({c.dtype}, {plain})"


def _expr(e: Expr, level: int) -> str:
    match e:
        case Const():
            text = _const(e)
            return f"({text})" if text.startswith("-") and level > 6 else text
        case Var():
            return e.name
        case Elem():
            return f"{e.buffer}[{_list(e.index)}]"
        case Opaque():
            return f"opaque({show_expr(e.value)}, {show_expr(e.extent)})"
        case Op(name="cast"):
            return f"{e.dtype}({show_expr(e.args[0])})"
        case Op():
            spec = OPS[e.name]
            if not spec.infix:
                return f"{e.name}({_list(e.args)})"
            if spec.arity == 1:
                space = " " if spec.infix.isalpha() else ""
                text = f"{spec.infix}{space}{_expr(e.args[0], spec.level)}"
            else:
                # comparisons do not chain, everything else associates to the left
                left = spec.level + 1 if spec.rule in ("compare", "logic") else spec.level
                text = f"{_expr(e.args[0], left)} {spec.infix} {_expr(e.args[1], spec.level + 1)}"
            return f"({text})" if spec.level < level else text
        case _:
            raise TypeError(f"not an expression: {e!r}")
