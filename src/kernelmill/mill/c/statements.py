"""Statements as C."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kernelmill.core.errors import UserError
from kernelmill.mill.c.context import Context, Decisions, Storage, constant
from kernelmill.mill.c.reductions import Reductions
from kernelmill.mill.c.types import STORED, Val, identifier
from kernelmill.mill.c.workspace import Workspace
from kernelmill.mill.expr import Const, Elem, Expr, Var, names, walk
from kernelmill.mill.ir import Alloc, Body, Buffer, Call, If, Let, Loop, Program, Reduce, Scan, Stmt, Store
from kernelmill.mill.linear import upper

#: An `unroll` loop of more copies than this is left to the compiler.
UNROLL_LIMIT = 256
#: A register buffer of more elements than this is an array: 32 vectors of 16 lanes, and as many again.
VARIABLES_LIMIT = 1024
#: Private arrays up to this many bytes live on the stack.
STACK_BYTES = 128 << 10


class Statements(Reductions):
    """Prints statement lists. `contexts` has one entry for each vector that a vector loop works on at once."""

    def __init__(self, program: Program, decisions: Decisions) -> None:
        super().__init__(program, decisions)
        self.workspace = Workspace(self)
        self.axes = frozenset(program.axes)

    def body(self, body: Body, contexts: Sequence[Context]) -> None:
        """Print a block; names bound in it end with it."""
        contexts = list(contexts)
        for stmt in body:
            contexts = self.statement(stmt, contexts)

    def block(self, header: str, body: Body, contexts: Sequence[Context]) -> None:
        """Print `header { body }`."""
        self.line(f"{header} {{".lstrip())
        self.depth += 1
        self.body(body, contexts)
        self.depth -= 1
        self.line("}")

    def statement(self, stmt: Stmt, contexts: list[Context]) -> list[Context]:
        """Print one statement; the contexts for the statements after it."""
        match stmt:
            case Loop():
                self._loop(stmt, contexts)
            case Let():
                return [self._let(stmt, c) for c in contexts]
            case Store():
                values = [self.value(stmt.value, c) for c in contexts]
                for c, value in zip(contexts, values, strict=True):
                    self.store(stmt.target, value, c)
            case Reduce():
                for c in contexts:
                    self.reduce(stmt, c)
            case Scan():
                for c in contexts:
                    self.scan(stmt, c)
            case If():
                self._branch(stmt, contexts)
            case Alloc():
                return [self._alloc(stmt.buffer, c) for c in contexts]
            case Call(name="prefetch" | "prefetch_write", args=(Elem() as elem,)):
                for c in contexts:
                    base, _ = self.address(elem, c.storage[elem.buffer], c)
                    self.line(f"__builtin_prefetch({c.storage[elem.buffer].name} + {base}, {int(stmt.name != 'prefetch')});")
            case _:
                raise UserError("this statement has no C form on a CPU", got=type(stmt).__name__.lower())
        return contexts

    def _let(self, stmt: Let, ctx: Context) -> Context:
        value = self.value(stmt.value, ctx)
        name = identifier(stmt.name) + ctx.suffix
        self.vector_type(value)
        self.line(f"const {value.ctype} {name} = {value.code};")
        return ctx.let(stmt.name, replace(value, code=name))

    # branches
    def _branch(self, stmt: If, contexts: list[Context]) -> None:
        varying = any(self._varies(stmt.condition, c) for c in contexts)
        if not varying and (len(contexts) == 1 or not names(stmt.condition) & set(contexts[0].index)):
            self.block(f"if ({self.scalar(stmt.condition, contexts[0])})", stmt.then, contexts)
            if stmt.orelse:
                self.block("else", stmt.orelse, contexts)
            return
        for c in contexts:
            test = self.value(stmt.condition, c)
            if test.lanes == 1:
                self.block(f"if ({test.code})", stmt.then, [c])
                if stmt.orelse:
                    self.block("else", stmt.orelse, [c])
                continue
            test = self.temporary(test, "m")
            self.block("", stmt.then, [self.narrow(c, test)])
            if stmt.orelse:
                self.block("", stmt.orelse, [self.narrow(c, replace(test, code=f"(~{test.code})"))])

    def _varies(self, expr: Expr, ctx: Context) -> bool:
        return bool(ctx.lane) and (
            ctx.lane in names(expr) or any(ctx.values[n].lanes > 1 for n in names(expr) if n in ctx.values) or _reads(expr)
        )

    # storage
    def _alloc(self, buffer: Buffer, ctx: Context) -> Context:
        name = identifier(buffer.name) + ctx.suffix
        shape = [ctx.scalar(s) for s in buffer.shape]
        sizes = [constant(s) for s in shape]
        known = [s for s in sizes if s is not None]
        count = 1
        for size in known:
            count *= size
        fixed = len(known) == len(sizes)
        if buffer.scope == "register" and fixed and count <= VARIABLES_LIMIT and buffer.name not in self.decisions.memory:
            return self._variables(buffer, name, known, ctx)
        if ctx.lane:
            raise UserError(f"{buffer.name} is allocated inside a vector loop and needs memory", hint="allocate it outside the loop")
        stored = STORED[buffer.dtype]
        buffer = replace(buffer, shape=tuple(shape))
        if fixed and count * buffer.itemsize <= STACK_BYTES:
            self.line(f"{stored} {name}[{max(count, 1)}] __attribute__((aligned(64)));")
        else:
            code = self.workspace.reserve(buffer, self.parallel)
            self.line(f"{stored}* __restrict const {name} = ({stored}*)({code});")
        return replace(ctx, storage={**ctx.storage, buffer.name: Storage(buffer, name)})

    def _variables(self, buffer: Buffer, name: str, sizes: list[int], ctx: Context) -> Context:
        private = bool(ctx.lane)
        width = ctx.width if private else self.decisions.width.get(buffer.name, 1)
        store = Storage(buffer, name, "variables", width, private)
        ctype = self.vector_type(Val("", buffer.dtype, width, 32 if buffer.dtype == "bool" else 0))
        if not private and width > 1:
            if not sizes:
                raise UserError(f"{buffer.name} has no dimension for the lanes of a vector loop")
            sizes = [*sizes[:-1], -(-sizes[-1] // width)]
        variables = [name]
        for size in sizes:
            variables = [f"{v}_{i}" for v in variables for i in range(size)]
        if variables:
            self.line(f"{ctype} {', '.join(variables)};")
        return replace(ctx, storage={**ctx.storage, buffer.name: store})

    # loops
    def _loop(self, loop: Loop, contexts: list[Context]) -> None:
        extent = contexts[0].scalar(loop.extent)
        bound = upper(extent)
        outer = dict(self.uppers)
        if bound is not None:
            self.uppers[loop.var] = bound
        expanded = loop.var in self.decisions.expanded or (loop.kind.name == "unroll" and bound is not None and bound <= UNROLL_LIMIT)
        if loop.kind.name == "vector" and not contexts[0].lane:
            self.vector_loop(loop, extent, contexts[0], bound if expanded else None)
        elif expanded and bound is not None:
            self._expand(loop, extent, bound, contexts)
        else:
            self._plain(loop, extent, contexts)
        self.uppers = outer

    def _plain(self, loop: Loop, extent: Expr, contexts: list[Context]) -> None:
        var = identifier(loop.var)
        header = f"for (int64_t {var} = 0; {var} < {self.scalar(extent, contexts[0])}; {var}++)"
        outer = self.parallel
        if loop.kind.name in ("parallel", "grid") and not outer:
            inner = loop.body[0] if len(loop.body) == 1 else None
            collapse = isinstance(inner, Loop) and inner.kind.name == loop.kind.name and loop.var not in names(inner.extent)
            self.line("#pragma omp parallel for schedule(static)" + (" collapse(2)" if collapse else ""))
            self.parallel = True
        elif loop.kind.name == "unroll":
            self.line("#pragma GCC unroll 8")
        self.block(header, loop.body, contexts)
        self.parallel = outer

    def _expand(self, loop: Loop, extent: Expr, bound: int, contexts: list[Context]) -> None:
        exact = isinstance(extent, Const)
        limit = "" if exact else self.temporary(Val(self.scalar(extent, contexts[0]), "i64"), "n").code
        for k in range(bound):
            copies = [c.bind(**{loop.var: Const(k, "i64")}) for c in contexts]
            if not exact:
                self.block(f"if ({k} < {limit})", loop.body, copies)
            elif all(isinstance(s, (Store, Reduce)) for s in loop.body):
                self.body(loop.body, copies)
            else:
                self.block("", loop.body, copies)

    def vector_loop(self, loop: Loop, extent: Expr, ctx: Context, bound: int | None) -> None:
        """Strip-mined vectors, then one masked vector; reductions keep one accumulator per vector in flight."""
        width, count = loop.kind.width, loop.kind.count
        if width < 2:
            self._plain(replace(loop, kind=type(loop.kind)()), extent, [ctx])
            return
        self.line("{")
        self.depth += 1
        lanes = replace(ctx, lane=loop.var, width=width)
        if bound is not None:
            self._chunks(loop, extent, bound, lanes)
        else:
            self._strips(loop, extent, lanes, count)
        self.depth -= 1
        self.line("}")

    def _strips(self, loop: Loop, extent: Expr, ctx: Context, count: int) -> None:
        var, width = identifier(loop.var), ctx.width
        fixed = constant(extent)
        if fixed is not None:
            count = max(1, min(count, fixed // width))
        contexts = [
            replace(ctx, suffix=f"{ctx.suffix}_{c}" if count > 1 else ctx.suffix).bind(**{loop.var: Var(var) + c * width})
            for c in range(count)
        ]
        contexts = self.open_accumulators(loop, contexts)
        limit = self.temporary(Val(self.scalar(extent, ctx), "i64"), "n").code
        self.line(f"int64_t {var} = 0;")
        step = width * count
        if fixed is None or fixed >= step:
            self.block(f"for (; {var} + {step} <= {limit}; {var} += {step})", loop.body, contexts)
        rest = None if fixed is None else fixed % step
        if count > 1 and (rest is None or rest >= width):
            self.block(f"for (; {var} + {width} <= {limit}; {var} += {width})", loop.body, contexts[:1])
        if rest is None or rest % width:
            part = self.temporary(Val(f"{limit} - {var}", "i64"), "r").code if rest is None else str(rest % width)
            self.block(f"if ({var} < {limit})", loop.body, [replace(contexts[0], part=part)])
        self.close_accumulators(loop, ctx, contexts)

    def _chunks(self, loop: Loop, extent: Expr, bound: int, ctx: Context) -> None:
        width = ctx.width
        starts = range(0, bound, width)
        exact = isinstance(extent, Const)
        contexts = [replace(ctx, suffix=f"{ctx.suffix}_{s // width}").bind(**{loop.var: Const(s, "i64")}) for s in starts]
        contexts = self.open_accumulators(loop, contexts)
        if exact:
            full = [c for s, c in zip(starts, contexts, strict=True) if s + width <= bound]
            self.block("", loop.body, full)
            if len(full) < len(contexts):
                self.block("", loop.body, [replace(contexts[-1], part=str(bound % width))])
        else:
            limit = self.temporary(Val(self.scalar(extent, ctx), "i64"), "n").code
            if bound % width == 0:
                self.block(f"if ({limit} >= {bound})", loop.body, contexts)
                self.line("else {")
                self.depth += 1
            for s, c in zip(starts, contexts, strict=True):
                self.block(f"if ({limit} >= {s + width})", loop.body, [c])
                self.block(f"else if ({limit} > {s})", loop.body, [replace(c, part=f"({limit} - {s})")])
            if bound % width == 0:
                self.depth -= 1
                self.line("}")
        self.close_accumulators(loop, ctx, contexts)


def _reads(expr: Expr) -> bool:
    return any(isinstance(e, Elem) for e in walk(expr))
