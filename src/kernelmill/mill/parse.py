"""Reads the text of `text.show` back. Expressions are Python expressions, so Python's own parser reads them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from kernelmill.core.errors import UserError
from kernelmill.mill.check import check
from kernelmill.mill.expr import DTYPES, OPS, Const, Elem, Expr, Opaque, Var, cast, op
from kernelmill.mill.ir import (
    Alloc,
    Barrier,
    Body,
    Buffer,
    Call,
    If,
    Kernel,
    Kind,
    Let,
    Loop,
    Program,
    Reduce,
    Reducer,
    Scan,
    Stmt,
    Store,
)

_KIND = re.compile(r"(?P<extent>.+?)(?: (?P<kind>parallel|unroll|lane|vector\(\d+(?:, \d+)?\)|(?:grid|block)\([xyz]\)))?$")
_BUFFER = re.compile(r"(?P<name>\w+): (?P<dtype>\w+)\[(?P<shape>.*)\](?: (?P<scope>\w+))?$")
_REDUCER = re.compile(
    r"(?P<name>\w+)\((?P<left>[^;]*); (?P<right>[^)]*)\) = \((?P<combine>.*)\) identity \((?P<identity>.*?)\)"
    r"(?: later \((?P<later>.*)\))?(?P<flags>(?: \w+)*)$"
)
_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.FloorDiv: "floordiv", ast.Mod: "mod"}
_COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}


def parse(text: str) -> Program:
    """A program from its text, checked. Raises UserError with the line that could not be read."""
    return _Parser(text).program()


@dataclass
class Scope:
    """Names known while reading: dtype of every variable, and every buffer."""

    variables: dict[str, str] = field(default_factory=dict)
    buffers: dict[str, Buffer] = field(default_factory=dict)

    def expr(self, text: str) -> Expr:
        """Read one expression."""
        return self._convert(_tree(text))

    def exprs(self, text: str) -> tuple[Expr, ...]:
        """Read a comma-separated list."""
        tree = _tree(f"({text},)" if text.strip() else "()")
        assert isinstance(tree, ast.Tuple)
        return tuple(self._convert(e) for e in tree.elts)

    def elem(self, text: str) -> Elem:
        """Read a store target."""
        target = self.expr(text)
        if not isinstance(target, Elem):
            raise ValueError(f"{text} is not an element of a buffer")
        return target

    def elems(self, text: str) -> tuple[Elem, ...]:
        """Read a list of targets."""
        found = self.exprs(text)
        return tuple(e if isinstance(e, Elem) else self.elem(text) for e in found)

    def _convert(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=bool() | None):
                raise ValueError("write true or false")
            case ast.Constant(value=int(value)):
                return Const(value, "i64")
            case ast.Constant(value=float(value)):
                return Const(value, "f32")
            case ast.Name(id=name):
                return self._name(name)
            case ast.Subscript(value=ast.Name(id=name), slice=index):
                if name not in self.buffers:
                    raise ValueError(f"unknown buffer {name}")
                parts = index.elts if isinstance(index, ast.Tuple) else [index]
                return self.buffers[name].at(*(self._convert(p) for p in parts))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return op("neg", self._convert(operand))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return op("not", self._convert(operand))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
                return op(_BINARY[type(sign)], self._convert(left), self._convert(right))
            case ast.BoolOp(op=word, values=values):
                result = self._convert(values[0])
                for value in values[1:]:
                    result = op("and" if isinstance(word, ast.And) else "or", result, self._convert(value))
                return result
            case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in _COMPARE:
                return op(_COMPARE[type(sign)], self._convert(left), self._convert(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
            case _:
                raise ValueError(f"cannot read {ast.unparse(node)}")

    def _name(self, name: str) -> Expr:
        constants = {"inf": Const(float("inf"), "f32"), "nan": Const(float("nan"), "f32")}
        constants |= {"true": Const(True, "bool"), "false": Const(False, "bool")}
        if name in self.variables:
            return Var(name, self.variables[name])
        if name in constants:
            return constants[name]
        raise ValueError(f"unknown name {name}")

    def _call(self, name: str, args: list[ast.expr]) -> Expr:
        if name == "const":
            assert isinstance(args[0], ast.Name)
            value = self._convert(args[1])
            assert isinstance(value, Const)
            text = ast.unparse(args[1])
            return Const(float(text) if value.dtype == "f32" else value.value, args[0].id)
        exprs = tuple(self._convert(a) for a in args)
        if name == "opaque":
            value, extent = exprs
            return Opaque(value, extent)
        if name in DTYPES:
            return cast(exprs[0], name)
        if name not in OPS:
            raise ValueError(f"unknown function {name}")
        return op(name, *exprs)


def _tree(text: str) -> ast.expr:
    return ast.parse(text.replace("[]", "[()]").strip(), mode="eval").body


class _Parser:
    def __init__(self, text: str) -> None:
        lines = [(n, line.split("#")[0].rstrip()) for n, line in enumerate(text.splitlines(), 1)]
        self.lines = [(n, line) for n, line in lines if line]
        self.at = 0
        self.scope = Scope()

    def program(self) -> Program:
        try:
            return self._program()
        except (ValueError, TypeError, KeyError, IndexError, SyntaxError, AssertionError) as error:
            number, line = self.lines[min(self.at, len(self.lines) - 1)] if self.lines else (0, "")
            raise UserError(f"line {number} of the loop program: {error}", got=line.strip()) from error

    def _program(self) -> Program:
        scope, header = self.scope, self._take("program ")
        axes: list[str] = []
        scalars: list[Var] = []
        buffers: list[Buffer] = []
        reducers: list[Reducer] = []
        requires: list[str] = []
        kernels: list[Kernel] = []
        while self.at < len(self.lines):
            word, _, rest = self.lines[self.at][1].partition(" ")
            match word:
                case "axis":
                    axes += rest.split(", ")
                    scope.variables.update(dict.fromkeys(axes, "i64"))
                case "scalar":
                    scalars += self._variables(rest)
                    scope.variables.update({v.name: v.dtype for v in scalars})
                case "in" | "inout" | "out" | "temp":
                    buffers.append(self._buffer(rest, word))
                case "requires":
                    requires.append(rest)
                case "reducer":
                    reducers.append(self._reducer(rest))
                case "kernel":
                    self.at += 1
                    kernels.append(Kernel(rest, self._block(1)))
                    continue
                case _:
                    raise ValueError(f"unknown word {word}")
            self.at += 1
        program = Program(header, tuple(axes), tuple(buffers), tuple(kernels), tuple(scalars), tuple(reducers), tuple(requires))
        check(program)
        return program

    def _take(self, prefix: str) -> str:
        line = self.lines[self.at][1]
        if not line.startswith(prefix):
            raise ValueError(f"expected {prefix.strip()}")
        self.at += 1
        return line[len(prefix) :]

    def _buffer(self, text: str, role: str) -> Buffer:
        found = _BUFFER.match(text)
        if not found:
            raise ValueError("expected NAME: DTYPE[SHAPE]")
        shape = self.scope.exprs(found["shape"])
        buffer = Buffer(found["name"], found["dtype"], shape, found["scope"] or "global", role)
        self.scope.buffers[buffer.name] = buffer
        return buffer

    @staticmethod
    def _variables(text: str) -> list[Var]:
        return [Var(*part.strip().split(": ")) for part in text.split(",")]

    def _reducer(self, text: str) -> Reducer:
        found = _REDUCER.match(text)
        if not found:
            raise ValueError("expected NAME(STATE; STATE) = (COMBINE) identity (CONSTANTS) FLAGS")
        left, right = (tuple(self._variables(found[side])) for side in ("left", "right"))
        inner = Scope({v.name: v.dtype for v in left + right})
        identity = tuple(e for e in inner.exprs(found["identity"]) if isinstance(e, Const))
        flags = dict.fromkeys(found["flags"].split(), True)
        kwargs = {"associative": False, "commutative": False, "exact": False} | flags
        combine, later = inner.exprs(found["combine"]), inner.exprs(found["later"] or "")
        return Reducer(found["name"], left, right, combine, identity, later=later, **kwargs)

    def _block(self, depth: int) -> Body:
        out: list[Stmt] = []
        outer, buffers = dict(self.scope.variables), dict(self.scope.buffers)
        while self.at < len(self.lines):
            line = self.lines[self.at][1]
            indent = len(line) - len(line.lstrip())
            if indent < 2 * depth:
                break
            if indent > 2 * depth:
                raise ValueError(f"indented by {indent} spaces, expected {2 * depth}")
            self._statement(line.strip(), depth, out)
        self.scope.variables, self.scope.buffers = outer, buffers
        return tuple(out)

    def _statement(self, line: str, depth: int, out: list[Stmt]) -> None:
        word, _, rest = line.partition(" ")
        scope = self.scope
        if word == "for":
            out.append(self._loop(rest, depth))
            return
        if word == "if":
            condition = scope.expr(rest)
            self.at += 1
            out.append(If(condition, self._block(depth + 1)))
            return
        if line == "else":
            last = out.pop()
            if not isinstance(last, If):
                raise ValueError("else without if")
            self.at += 1
            out.append(If(last.condition, last.then, self._block(depth + 1)))
            return
        match word:
            case "let":
                name, _, value = rest.partition(" = ")
                out.append(Let(name, scope.expr(value)))
                scope.variables[name] = scope.expr(value).dtype
            case "alloc":
                out.append(Alloc(self._buffer(rest, "")))
            case "reduce" | "scan":
                out.append(self._combine(word, rest))
            case "barrier":
                out.append(Barrier(rest))
            case "call":
                name, _, args = rest.partition("(")
                out.append(Call(name, scope.exprs(args.removesuffix(")"))))
            case _:
                target, _, value = line.partition(" = ")
                out.append(Store(scope.elem(target), scope.expr(value)))
        self.at += 1

    def _loop(self, rest: str, depth: int) -> Loop:
        var, _, tail = rest.partition(" < ")
        found = _KIND.match(tail)
        if not found:
            raise ValueError("expected for NAME < EXTENT KIND")
        extent, kind = self.scope.expr(found["extent"]), parse_kind(found["kind"] or "serial")
        self.at += 1
        shadowed = self.scope.variables
        self.scope.variables = {**shadowed, var: "i64"}
        body = self._block(depth + 1)
        self.scope.variables = shadowed
        return Loop(var, extent, body, kind)

    def _combine(self, word: str, rest: str) -> Stmt:
        scope = self.scope
        head, _, tail = rest.partition(" <- ")
        reducer, _, targets = head.partition(" ")
        reassoc = targets.startswith("reassoc ")
        refs = scope.elems(targets.removeprefix("reassoc "))
        if word == "reduce":
            return Reduce(reducer, refs, scope.exprs(tail), reassoc)
        values, _, outs = tail.partition(" -> ")
        exclusive = outs.endswith(" exclusive")
        return Scan(reducer, refs, scope.exprs(values), scope.elems(outs.removesuffix(" exclusive")), exclusive, reassoc)


def parse_kind(text: str) -> Kind:
    """`vector(16, 2)`, `grid(x)`, `parallel` ...; ValueError otherwise."""
    name, _, inner = text.removesuffix(")").partition("(")
    if name == "vector":
        width, _, count = inner.partition(",")
        return Kind(name, int(width), int(count or 1))
    return Kind(name, dim=inner)
