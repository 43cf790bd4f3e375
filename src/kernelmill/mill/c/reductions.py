"""Reduce and scan as C: scalar, in vector accumulators across a whole vector loop, or in lane order when that is required."""

from __future__ import annotations

from dataclasses import replace

from kernelmill.mill.c.context import Context, Decisions
from kernelmill.mill.c.expr import Expressions
from kernelmill.mill.c.types import Val, identifier
from kernelmill.mill.expr import Const, Elem, Expr, names, walk
from kernelmill.mill.ir import Alloc, Body, Let, Loop, Program, Reduce, Reducer, Scan
from kernelmill.mill.linear import coefficient
from kernelmill.mill.walk import expressions, statements


class Reductions(Expressions):
    """Adds reduce and scan to the expression printer."""

    def __init__(self, program: Program, decisions: Decisions) -> None:
        super().__init__(decisions)
        self.program = program
        self.parallel = False

    def combine(self, reducer: Reducer, left: tuple[Val, ...], right: tuple[Val, ...], *, later: bool = False) -> tuple[Val, ...]:
        """The combined state, as code; `later`: by the reducer's cheaper form for contributions in order."""
        states = dict(zip((v.name for v in reducer.left + reducer.right), left + right, strict=True))
        ctx = Context(values=states, width=max(v.lanes for v in left + right))
        return tuple(self.value(e, ctx) for e in (reducer.later if later else reducer.combine))

    def reduce(self, stmt: Reduce, ctx: Context) -> None:
        """Print one reduce statement."""
        reducer = self.program.reducer(stmt.reducer)
        values = tuple(self.value(v, ctx) for v in stmt.values)
        held = ctx.accumulators.get(stmt.targets)
        if held is not None:
            self._accumulate(reducer, held, values, ctx, later=stmt.targets in ctx.ordered)
        elif ctx.lane and not self._per_lane(stmt.targets, ctx):
            self._in_order(reducer, stmt, values, ctx)
        else:
            old = tuple(self.load(t, ctx) for t in stmt.targets)
            if len(values) > 1:
                values, old = self._held(values), self._held(old)
            for target, new in zip(stmt.targets, self._settled(self.combine(reducer, old, values)), strict=True):
                self.store(target, new, ctx)

    def _held(self, values: tuple[Val, ...]) -> tuple[Val, ...]:
        return tuple(self.temporary(v, "v") for v in values)

    def _settled(self, values: tuple[Val, ...]) -> tuple[Val, ...]:
        """A state of several parts is computed whole before any part is written."""
        return values if len(values) == 1 else self._held(values)

    def _per_lane(self, targets: tuple[Elem, ...], ctx: Context) -> bool:
        """True if every lane has its own target."""
        return all(self._private(t, ctx) for t in targets)

    def _private(self, target: Elem, ctx: Context) -> bool:
        store = ctx.storage[target.buffer]
        return store.private or any(ctx.lane in names(i) for i in target.index)

    def _accumulate(self, reducer: Reducer, held: tuple[Val, ...], values: tuple[Val, ...], ctx: Context, *, later: bool) -> None:
        values = tuple(self.wide(v, ctx.width, h.bits) for v, h in zip(values, held, strict=True))
        if len(values) > 1:
            values = self._held(values)
        for acc, new in zip(held, self._settled(self.combine(reducer, held, values, later=later)), strict=True):
            self.line(f"{acc.code} = {self.blend(self.wide(new, ctx.width, acc.bits), acc, ctx).code};")

    def _in_order(self, reducer: Reducer, stmt: Reduce, values: tuple[Val, ...], ctx: Context) -> None:
        """Lane after lane: what a reduction without freedom to reorder means inside a vector loop."""
        held = self._held(tuple(self.wide(v, ctx.width) for v in values))
        active = None if ctx.active else self.temporary(Val(self.mask(ctx, 32), "bool", ctx.width, 32), "m").code
        self.line(f"for (int km_l = 0; km_l < {ctx.width}; km_l++) {{")
        self.depth += 1
        if active:
            self.line(f"if (!{active}[km_l]) continue;")
        one = replace(ctx, lane="", width=1, part="", mask=None)
        lane = tuple(_lane(h, "km_l") for h in held)
        old = self._held(tuple(self.load(t, one) for t in stmt.targets)) if len(lane) > 1 else (self.load(stmt.targets[0], one),)
        for target, new in zip(stmt.targets, self._settled(self.combine(reducer, old, lane)), strict=True):
            self.store(target, new, one)
        self.depth -= 1
        self.line("}")

    # accumulators of a vector loop
    def open_accumulators(self, loop: Loop, contexts: list[Context]) -> list[Context]:
        """Declare vector accumulators, at the identity, for every reduction that the loop carries and may be reordered."""
        out = list(contexts)
        for number, stmt in enumerate(self._carried(loop)):
            reducer = self.program.reducer(stmt.reducer)
            ordered = self._in_sequence(loop, stmt, reducer)
            for at, ctx in enumerate(out):
                held: list[Val] = []
                for part, (target, identity) in enumerate(zip(stmt.targets, reducer.identity, strict=True)):
                    name = f"{identifier(target.buffer)}_acc{number}_{part}{ctx.suffix}"
                    origin: Expr = identity
                    if ordered and part == len(stmt.targets) - 1:  # as if the first element had been combined, at the lowest value
                        origin = stmt.values[-1]
                    begin = ctx.bind(**{loop.var: Const(at * ctx.width, "i64")})
                    start = self.wide(self.value(origin, begin), ctx.width, 32 if identity.dtype == "bool" else 0)
                    self.vector_type(start)
                    self.line(f"{start.ctype} {name} = {start.code};")
                    held.append(replace(start, code=name))
                marks = ctx.ordered | {stmt.targets} if ordered else ctx.ordered
                out[at] = replace(ctx, accumulators={**ctx.accumulators, stmt.targets: tuple(held)}, ordered=marks)
        return out

    @staticmethod
    def _in_sequence(loop: Loop, stmt: Reduce, reducer: Reducer) -> bool:
        """True if the last part of every contribution is larger than in all contributions before it in the same lane."""
        inner = {s.name for s in statements(loop.body) if isinstance(s, Let)}
        index = stmt.values[-1]
        if not reducer.later or sum(isinstance(s, Reduce) and s.targets == stmt.targets for s in statements(loop.body)) != 1:
            return False
        return any(s is stmt for s in loop.body) and (coefficient(index, loop.var) or 0) > 0 and not names(index) & inner

    def close_accumulators(self, loop: Loop, ctx: Context, contexts: list[Context]) -> None:
        """Combine the accumulators, then their lanes by halving, then with the target."""
        outside = replace(ctx, lane="", width=1, part="", mask=None)
        for stmt in self._carried(loop):
            reducer = self.program.reducer(stmt.reducer)
            states = [c.accumulators[stmt.targets] for c in contexts]
            while len(states) > 1:
                half = (len(states) + 1) // 2
                states = [
                    self._combined(reducer, states[i], states[i + half]) if i + half < len(states) else states[i] for i in range(half)
                ]
            state, step = states[0], ctx.width // 2
            while step:
                order = ", ".join(str((i + step) % ctx.width) for i in range(ctx.width))
                moved = tuple(replace(s, code=f"__builtin_shufflevector({s.code}, {s.code}, {order})") for s in state)
                state = self._combined(reducer, state, moved)
                step //= 2
            lane = self._held(tuple(_lane(s, "0") for s in state))
            if stmt.targets in contexts[0].ordered:  # an empty loop contributes nothing, not its first index
                empty = f"!({self.scalar(ctx.scalar(loop.extent), outside)} > 0)"
                identity = (self.value(i, outside) for i in reducer.identity)
                lane = self._held(tuple(replace(v, code=f"({empty} ? {i.code} : {v.code})") for v, i in zip(lane, identity, strict=True)))
            old = tuple(self.load(t, outside) for t in stmt.targets)
            if len(old) > 1:
                old = self._held(old)
            for target, new in zip(stmt.targets, self._settled(self.combine(reducer, old, lane)), strict=True):
                self.store(target, new, outside)

    def _combined(self, reducer: Reducer, left: tuple[Val, ...], right: tuple[Val, ...]) -> tuple[Val, ...]:
        width = left[0].lanes
        right = self._held(right)
        new = self.combine(reducer, left, right)
        return self._held(tuple(self.wide(n, width, a.bits) for n, a in zip(new, left, strict=True)))

    def _carried(self, loop: Loop) -> list[Reduce]:
        found: dict[tuple[Elem, ...], Reduce] = {}
        inside = {s.buffer.name for s in statements(loop.body) if isinstance(s, Alloc)}
        bound = {loop.var} | {s.var for s in statements(loop.body) if isinstance(s, Loop)}
        for stmt in statements(loop.body):
            if not isinstance(stmt, Reduce) or stmt.targets in found:
                continue
            reducer = self.program.reducer(stmt.reducer)
            free = reducer.commutative and (reducer.exact or (stmt.reassoc and reducer.associative))
            own = any(t.buffer in inside or any(names(i) & bound for i in t.index) for t in stmt.targets)
            if free and not own and not _read(loop.body, stmt):
                found[stmt.targets] = stmt
        return list(found.values())

    # scans
    def scan(self, stmt: Scan, ctx: Context) -> None:
        """Print one scan statement."""
        reducer = self.program.reducer(stmt.reducer)
        if not ctx.lane or self._per_lane(stmt.targets, ctx):
            self._scan_step(reducer, stmt, tuple(self.value(v, ctx) for v in stmt.values), ctx)
        elif reducer.exact or (stmt.reassoc and reducer.associative):
            self._scan_lanes(reducer, stmt, ctx)
        else:
            held = self._held(tuple(self.wide(self.value(v, ctx), ctx.width) for v in stmt.values))
            for lane in range(ctx.width):  # in order, one lane at a time
                at = ctx.index[ctx.lane] + lane
                one = replace(ctx, lane="", width=1, part="", mask=None).bind(**{ctx.lane: at})
                guard = "" if ctx.active else f"if ({self.mask(ctx, 32)}[{lane}])"
                self.line(f"{guard} {{".lstrip())
                self.depth += 1
                self._scan_step(reducer, stmt, tuple(_lane(h, str(lane)) for h in held), one)
                self.depth -= 1
                self.line("}")

    def _scan_step(self, reducer: Reducer, stmt: Scan, values: tuple[Val, ...], ctx: Context) -> None:
        old = self._held(tuple(self.load(t, ctx) for t in stmt.targets))
        new = self._held(self.combine(reducer, old, self._held(values)))
        for target, out, before, after in zip(stmt.targets, stmt.outs, old, new, strict=True):
            self.store(out, before if stmt.exclusive else after, ctx)
            self.store(target, after, ctx)

    def _scan_lanes(self, reducer: Reducer, stmt: Scan, ctx: Context) -> None:
        """Hillis and Steele, "Data parallel algorithms" (1986): log2(lanes) shifted combines, then the carried state."""
        width = ctx.width
        outside = replace(ctx, lane="", width=1, part="", mask=None)
        identity = tuple(self.wide(self.value(i, ctx), width, 32 if i.dtype == "bool" else 0) for i in reducer.identity)
        identity = self._held(identity)
        values = tuple(self.wide(self.value(v, ctx), width, i.bits) for v, i in zip(stmt.values, identity, strict=True))
        state = self._held(tuple(self.blend(v, i, ctx) for v, i in zip(values, identity, strict=True)))
        step = 1
        while step < width:
            state = self._combined(reducer, self._shifted(identity, state, step), state)
            step *= 2
        before = self._held(tuple(self.load(t, outside) for t in stmt.targets))
        spread = tuple(self.wide(b, width, i.bits) for b, i in zip(before, identity, strict=True))
        total = self._combined(reducer, self._held(spread), state)
        outs = total
        if stmt.exclusive:
            outs = self._combined(reducer, self._held(spread), self._shifted(identity, state, 1))
        for out, value in zip(stmt.outs, outs, strict=True):
            self.store(out, value, ctx)
        for target, value in zip(stmt.targets, total, strict=True):
            self.store(target, _lane(value, str(width - 1)), outside)

    def _shifted(self, identity: tuple[Val, ...], state: tuple[Val, ...], step: int) -> tuple[Val, ...]:
        width = state[0].lanes
        order = ", ".join(str(i) if i < step else str(width + i - step) for i in range(width))
        return tuple(replace(s, code=f"__builtin_shufflevector({i.code}, {s.code}, {order})") for i, s in zip(identity, state, strict=True))


def _lane(value: Val, lane: str) -> Val:
    if value.dtype == "bool":
        return Val(f"({value.code}[{lane}] != 0)", "bool")
    return Val(f"{value.code}[{lane}]", value.dtype)


def _read(body: Body, stmt: Reduce) -> bool:
    """True if anything else in the loop touches the buffers that the reduction updates."""
    buffers = {t.buffer for t in stmt.targets}
    for other in statements(body):
        if isinstance(other, Reduce) and other.targets == stmt.targets and other.reducer == stmt.reducer:
            if any(_mentions(v, buffers) for v in other.values):
                return True
        elif any(_mentions(e, buffers) for e in expressions(other)):
            return True
    return False


def _mentions(expr: Expr, buffers: set[str]) -> bool:
    return any(isinstance(e, Elem) and e.buffer in buffers for e in walk(expr))
