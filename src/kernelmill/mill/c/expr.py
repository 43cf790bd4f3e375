"""Expressions as C: scalar, or vectors of the lanes of the enclosing vector loop."""

from __future__ import annotations

from dataclasses import replace

from kernelmill.core.errors import UserError
from kernelmill.mill import vmath
from kernelmill.mill.c import functions
from kernelmill.mill.c.context import Context, Decisions, Storage, constant, free
from kernelmill.mill.c.helpers import Helpers
from kernelmill.mill.c.types import HALVES, MASK, SCALAR, STORED, Val, identifier, literal, mask_bits
from kernelmill.mill.expr import FLOATS, OPS, Const, Elem, Expr, Op, Opaque, Var, names, walk
from kernelmill.mill.linear import coefficient, nonnegative

#: A register buffer's loop is expanded to make its index known only up to this many copies.
EXPAND_LIMIT = 64


class Expressions:
    """Prints expressions; lines that must come before the current statement go to `lines`."""

    def __init__(self, decisions: Decisions) -> None:
        self.helpers = Helpers()
        self.decisions = decisions
        self.lines: list[str] = []
        self.depth = 1
        self.uppers: dict[str, int] = {}  # constant bounds of the loops around
        self._temporaries = 0

    def line(self, text: str) -> None:
        """Print one line."""
        self.lines.append("  " * self.depth + text if text else "")

    def temporary(self, value: Val, stem: str = "t") -> Val:
        """A fresh constant that holds the value."""
        self._temporaries += 1
        name = f"km_{stem}{self._temporaries}"
        if value.lanes > 1:
            self.vector_type(value)
        self.line(f"const {value.ctype} {name} = {value.code};")
        return replace(value, code=name)

    def vector_type(self, value: Val) -> str:
        """The C type, with its typedef printed."""
        if value.lanes > 1:
            self.helpers.vector(MASK[value.bits] if value.dtype == "bool" else SCALAR[value.dtype], value.lanes)
        return value.ctype

    # entry points
    def scalar(self, expr: Expr, ctx: Context) -> str:
        """C code of a value that is the same in all lanes."""
        value = self.value(expr, ctx)
        if value.lanes != 1:
            raise UserError("a loop bound, branch or scalar differs between the lanes of a vector loop", got=value.code)
        return value.code

    def value(self, expr: Expr, ctx: Context) -> Val:
        """The expression as C."""
        match expr:
            case Const():
                return Val(literal(expr), expr.dtype)
            case Var():
                return self._variable(expr, ctx)
            case Elem():
                return self.load(expr, ctx)
            case Opaque():
                return self.value(expr.value, ctx)
            case Op(name="select"):
                return self._select(expr, ctx)
            case Op():
                return self._operation(expr, ctx)
            case _:
                raise TypeError(f"not an expression: {expr!r}")

    def wide(self, value: Val, lanes: int, bits: int = 0) -> Val:
        """The value in `lanes` lanes; masks get `bits` bits an element."""
        if value.dtype == "bool" and lanes > 1:
            bits = bits or value.bits or 32
            v = self.helpers.vector(MASK[bits], lanes)
            if value.lanes == 1:
                splat = self.helpers.splat(MASK[bits], lanes)
                return Val(f"{splat}(({MASK[bits]})-(int)({value.code}))", "bool", lanes, bits)
            if value.bits != bits:
                return Val(f"__builtin_convertvector({value.code}, {v})", "bool", lanes, bits)
            return value
        if value.lanes == lanes:
            return value
        return Val(f"{self.helpers.splat(SCALAR[value.dtype], lanes)}({value.code})", value.dtype, lanes)

    def mask(self, ctx: Context, bits: int) -> str:
        """The active lanes as a mask of `bits` bits an element."""
        if ctx.mask is not None:
            return self.wide(ctx.mask, ctx.width, bits).code
        return f"{self.helpers.first(bits, ctx.width)}({ctx.part or ctx.width})"

    def blend(self, new: Val, old: Val, ctx: Context) -> Val:
        """`new` in the active lanes, `old` in the others."""
        if ctx.active:
            return new
        bits = new.bits if new.dtype == "bool" else mask_bits(new.dtype)
        return replace(new, code=f"({self.mask(ctx, bits)} ? {new.code} : {old.code})")

    # variables and operations
    def _variable(self, var: Var, ctx: Context) -> Val:
        if var.name in ctx.values:
            return ctx.values[var.name]
        if var.name == ctx.lane:
            base = self.value(ctx.scalar(var), replace(ctx, index={}, lane=""))
            iota = self.helpers.iota("int64_t", ctx.width)
            return Val(f"({iota}() + {self.helpers.splat('int64_t', ctx.width)}({base.code}))", "i64", ctx.width)
        bound = ctx.index.get(var.name)
        if bound is not None:
            return self.value(bound, replace(ctx, index={}, lane=""))
        return Val(identifier(var.name), var.dtype)

    def _select(self, expr: Op, ctx: Context) -> Val:
        test, yes, no = expr.args
        c = self.value(test, ctx)
        if c.lanes == 1:
            inner = replace(ctx, lazy=True)
            a, b = self.value(yes, inner), self.value(no, inner)
            lanes = max(a.lanes, b.lanes)
            bits = max(a.bits, b.bits)
            a, b = self.wide(a, lanes, bits), self.wide(b, lanes, bits)
            return replace(a, code=f"({c.code} ? {a.code} : {b.code})")
        loads = any(isinstance(e, Elem) for branch in (yes, no) for e in walk(branch))
        prefix = self._lane_bound(test, ctx)
        if prefix is not None and not prefix[1] and ctx.mask is None and isinstance(no, Const) and not ctx.lazy:
            return self._first_lanes(prefix[0], yes, no, ctx)
        if loads and not ctx.lazy:
            c = self.temporary(c, "m")
        a = self.value(yes, self._where(ctx, c, False) if loads else ctx)
        b = self.value(no, self._where(ctx, c, True) if loads else ctx)
        bits = max(a.bits, b.bits) or (32 if expr.dtype == "bool" else mask_bits(expr.dtype))
        a, b, c = self.wide(a, ctx.width, bits), self.wide(b, ctx.width, bits), self.wide(c, ctx.width, bits)
        return replace(a, code=f"({c.code} ? {a.code} : {b.code})")

    def _first_lanes(self, count: str, yes: Expr, no: Const, ctx: Context) -> Val:
        """`yes` in the first `count` lanes, the constant in the others: a partial load where `yes` is a plain element."""
        if ctx.part:
            count = f"({count} < {ctx.part} ? {count} : {ctx.part})"
        inner = replace(ctx, part=self.temporary(Val(count, "i64"), "r").code)
        a = self.wide(self.value(yes, inner), ctx.width)
        if isinstance(yes, Elem) and a.code.startswith("km_loadn_") and str(no.value) in ("0", "0.0", "False"):
            return a
        bits = a.bits or mask_bits(yes.dtype)
        b = self.wide(self.value(no, ctx), ctx.width, bits)
        return replace(a, code=f"({self.mask(inner, bits)} ? {a.code} : {b.code})")

    def _lane_bound(self, test: Expr, ctx: Context) -> tuple[str, bool] | None:
        """A comparison that is linear in the lane, as "the first n lanes" (n in 0 .. width) or, with True, the others."""
        if not (isinstance(test, Op) and test.name in ("lt", "le", "gt", "ge") and ctx.lane) or test.args[0].dtype != "i64":
            return None
        left, right = (self._coefficient(a, ctx) for a in test.args)
        if left is None or right is None or left == right:
            return None
        inner = replace(ctx, index={}, lane="")
        a, b = (self.value(ctx.scalar(x), inner) for x in test.args)
        if a.lanes > 1 or b.lanes > 1:
            return None
        name = test.name
        if left < right:  # bring the lane to the left
            a, b, left, right = b, a, right, left
            name = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}[name]
        step = left - right
        gap = f"({b.code}) - ({a.code})" + (" + 1" if name in ("le", "gt") else "")
        count = gap if step == 1 else f"{self.helpers.floor_division()}({gap} + {step - 1}, {step})"
        return f"{self.helpers.clamp()}({count}, {ctx.width})", name in ("gt", "ge")

    def _where(self, ctx: Context, condition: Val, negate: bool) -> Context:
        code = f"~{condition.code}" if negate else condition.code
        if not ctx.active:
            code = f"({code} & {self.mask(ctx, condition.bits)})"
        return replace(ctx, mask=replace(condition, code=code))

    def narrow(self, ctx: Context, condition: Val) -> Context:
        """The context with only those active lanes where the condition holds."""
        return self._where(ctx, condition, False)

    def _operation(self, expr: Op, ctx: Context) -> Val:
        name = expr.name
        if name in ("and", "or"):
            return self._logic(expr, ctx)
        bound = self._lane_bound(expr, ctx)
        if bound is not None:
            return Val(f"({'~' if bound[1] else ''}{self.helpers.first(32, ctx.width)}({bound[0]}))", "bool", ctx.width, 32)
        args = [self.value(a, ctx) for a in expr.args]
        lanes = max(a.lanes for a in args)
        if name == "cast":
            return self._cast(args[0], expr.dtype)
        bits = 0
        if expr.args[0].dtype == "bool" and lanes > 1:
            bits = max(a.bits for a in args)
        args = [self.wide(a, lanes, bits) for a in args]
        codes, dtype = [a.code for a in args], expr.args[0].dtype
        spec = OPS[name]
        if name == "not":
            return Val(f"(~{codes[0]})" if lanes > 1 else f"(!{codes[0]})", "bool", lanes, bits)
        if spec.rule == "compare":
            sign = "^" if name == "ne" and bits else spec.infix
            return Val(f"({codes[0]} {sign} {codes[1]})", "bool", lanes, (bits or mask_bits(dtype)) if lanes > 1 else 0)
        if name in ("floordiv", "mod"):
            return self._integer_division(expr, args, lanes)
        if spec.infix:
            text = f"(-{codes[0]})" if spec.arity == 1 else f"({codes[0]} {spec.infix} {codes[1]})"
            return Val(text, expr.dtype, lanes)
        if name in ("min", "max"):
            return Val(self._extreme(expr, codes, lanes), expr.dtype, lanes)
        if name.startswith("fast_"):
            return Val(f"{vmath.helper(self.helpers, name.removeprefix('fast_'), lanes)}({', '.join(codes)})", "f32", lanes)
        mask = mask_bits(dtype) if lanes > 1 and expr.dtype == "bool" else 0
        return Val(functions.call(self.helpers, name, dtype, codes, lanes), expr.dtype, lanes, mask)

    def _logic(self, expr: Op, ctx: Context) -> Val:
        a = self.value(expr.args[0], ctx)
        sign = expr.name == "and"
        if a.lanes == 1:
            b = self.value(expr.args[1], replace(ctx, lazy=True))
            if b.lanes == 1:
                return Val(f"({a.code} {'&&' if sign else '||'} {b.code})", "bool")
            a = self.wide(a, b.lanes, b.bits)
        else:
            loads = any(isinstance(e, Elem) for e in walk(expr.args[1]))
            b = self.value(expr.args[1], self._where(ctx, a, not sign) if loads else ctx)
            bits = max(a.bits, b.bits)
            a, b = self.wide(a, a.lanes, bits), self.wide(b, a.lanes, bits)
        return Val(f"({a.code} {'&' if sign else '|'} {b.code})", "bool", a.lanes, a.bits)

    def _integer_division(self, expr: Op, args: list[Val], lanes: int) -> Val:
        a, b = (v.code for v in args)
        if expr.dtype in FLOATS or expr.dtype == "bool":
            raise UserError(f"{expr.name} of {expr.dtype} has no C form", expected="integers", hint="use floor(a / b) or fmod")
        if all(map(nonnegative, expr.args)):
            return Val(f"({a} {'/' if expr.name == 'floordiv' else '%'} {b})", expr.dtype, lanes)
        if lanes > 1:  # exact for either sign of a: subtract one where the remainder and b differ in sign
            one = f"(({a} % {b} != 0) & (({a} % {b} < 0) != ({b} < 0)))"
            return Val(f"({a} / {b} + {one})" if expr.name == "floordiv" else f"({a} % {b} - {one} * {b})", expr.dtype, lanes)
        name = self.helpers.floor_division()
        quotient = f"{name}({a}, {b})"
        return Val(quotient if expr.name == "floordiv" else f"({a} - {quotient} * {b})", expr.dtype, lanes)

    def _extreme(self, expr: Op, codes: list[str], lanes: int) -> str:
        a, b = codes
        sign = ">" if expr.name == "max" else "<"
        if expr.dtype not in FLOATS:
            return f"({a} {sign} {b} ? {a} : {b})"
        # with a constant on one side, the order of a plain comparison decides that NaN goes through
        if isinstance(expr.args[1], Const) and expr.args[1].value == expr.args[1].value:
            return f"({b} {sign} {a} ? {b} : {a})"
        if isinstance(expr.args[0], Const) and expr.args[0].value == expr.args[0].value:
            return f"({a} {sign} {b} ? {a} : {b})"
        return f"{self.helpers.extreme(expr.name, SCALAR[expr.dtype], lanes)}({a}, {b})"

    def _cast(self, value: Val, dtype: str) -> Val:
        if value.lanes == 1:
            if dtype in HALVES:  # round now, as a store and a load would
                code = f"{self.helpers.half(dtype, 1, False)}({self.helpers.half(dtype, 1, True)}((float)({value.code})))"
            else:
                code = f"({value.code} != 0)" if dtype == "bool" else f"(({SCALAR[dtype]})({value.code}))"
            return Val(code, dtype)
        lanes = value.lanes
        if dtype == "bool":
            return Val(f"({value.code} != 0)", "bool", lanes, mask_bits(value.dtype))
        v = self.helpers.vector(SCALAR[dtype], lanes)
        if value.dtype == "bool":
            return Val(f"__builtin_convertvector(-{value.code}, {v})", dtype, lanes)
        code = value.code if SCALAR[value.dtype] == SCALAR[dtype] else f"__builtin_convertvector({value.code}, {v})"
        if dtype in HALVES:
            code = f"{self.helpers.half(dtype, lanes, False)}({self.helpers.half(dtype, lanes, True)}({code}))"
        return Val(code, dtype, lanes)

    # memory
    def load(self, elem: Elem, ctx: Context) -> Val:
        """Read an element (or the elements of all lanes)."""
        store = ctx.storage[elem.buffer]
        if store.kind == "variables":
            name, lanes = self.variable_of(elem, store, ctx)
            return Val(name, elem.dtype, lanes, 32 if elem.dtype == "bool" and lanes > 1 else 0)
        stored, lanes = STORED[elem.dtype], ctx.width
        base, stride = self.address(elem, store, ctx)
        if stride == "0":
            return self._loaded(f"{store.name}[{base}]", elem.dtype, 1)
        if stride == "gather":
            call = self.helpers.gather(stored, lanes, not ctx.active)
            extra = "" if ctx.active else f", {self.mask(ctx, _bits(stored))}"
            return self._loaded(f"{call}({store.name}, {base}{extra})", elem.dtype, lanes)
        pointer = f"{store.name} + {base}"
        if stride != "1":
            if ctx.mask is not None:
                at = f"({self.helpers.splat('int64_t', lanes)}({base}) + {self.helpers.iota('int64_t', lanes)}() * ({stride}))"
                call = self.helpers.gather(stored, lanes, True)
                return self._loaded(f"{call}({store.name}, {at}, {self.mask(ctx, _bits(stored))})", elem.dtype, lanes)
            call = self.helpers.load_stride(stored, lanes)
            return self._loaded(f"{call}({pointer}, {stride}, {ctx.part or lanes})", elem.dtype, lanes)
        v = self.helpers.vector(stored, lanes)
        if ctx.mask is not None:
            code = f"{self.helpers.load_mask(stored, lanes)}({pointer}, {self.mask(ctx, _bits(stored))})"
        elif ctx.part:
            code = f"{self.helpers.load_part(stored, lanes)}({pointer}, {ctx.part})"
        else:
            code = f"({v})*(const {v}_u*)({pointer})"
        return self._loaded(code, elem.dtype, lanes)

    def _loaded(self, code: str, dtype: str, lanes: int) -> Val:
        if dtype in HALVES:
            return Val(f"{self.helpers.half(dtype, lanes, False)}({code})", dtype, lanes)
        if dtype == "bool":
            return Val(f"({code} != 0)", "bool", lanes, 8 if lanes > 1 else 0)
        return Val(code, dtype, lanes)

    def store(self, elem: Elem, value: Val, ctx: Context) -> None:
        """Print the write of a value to an element (or to the elements of all lanes)."""
        store = ctx.storage[elem.buffer]
        if store.kind == "variables":
            name, lanes = self.variable_of(elem, store, ctx)
            if lanes == 1 and value.lanes > 1:
                raise UserError(f"lanes of a vector loop write different values to one element of {elem.buffer}")
            value = self.wide(value, lanes, 32)
            old = replace(value, code=name)
            self.line(f"{name} = {(self.blend(value, old, ctx) if lanes > 1 else value).code};")
            return
        stored = STORED[elem.dtype]
        base, stride = self.address(elem, store, ctx)
        if stride == "0":
            if value.lanes > 1:
                raise UserError(f"lanes of a vector loop write different values to one element of {elem.buffer}")
            code = self._storable(value, elem.dtype)
            self.line(f"{store.name}[{base}] = {code};")
            return
        lanes = ctx.width
        code = self._storable(self.wide(value, lanes), elem.dtype)
        v = self.helpers.vector(stored, lanes)
        pointer = f"{store.name} + {base}"
        if stride == "gather" or (stride != "1" and ctx.mask is not None):
            at = base
            if stride != "gather":
                at = f"({self.helpers.splat('int64_t', lanes)}({base}) + {self.helpers.iota('int64_t', lanes)}() * ({stride}))"
            self.line(f"{self.helpers.scatter(stored, lanes)}({store.name}, {at}, {self.mask(ctx, _bits(stored))}, {code});")
        elif stride != "1":
            self.line(f"{self.helpers.store_stride(stored, lanes)}({pointer}, {stride}, {ctx.part or lanes}, {code});")
        elif ctx.mask is not None:
            self.line(f"{self.helpers.store_mask(stored, lanes)}({pointer}, {self.mask(ctx, _bits(stored))}, {code});")
        elif ctx.part:
            self.line(f"{self.helpers.store_part(stored, lanes)}({pointer}, {ctx.part}, {code});")
        elif store.buffer.scope == "stream":
            self.line(f"{self.helpers.stream(stored, lanes)}({pointer}, {code});")
        else:
            self.line(f"*({v}_u*)({pointer}) = {code};")

    def _storable(self, value: Val, dtype: str) -> str:
        if dtype in HALVES:
            return f"{self.helpers.half(dtype, value.lanes, True)}({value.code})"
        if dtype == "bool" and value.lanes > 1:
            return f"__builtin_convertvector(-{value.code}, {self.helpers.vector('uint8_t', value.lanes)})"
        return value.code

    def address(self, elem: Elem, store: Storage, ctx: Context) -> tuple[str, str]:
        """(offset, lane stride): stride is C code, "0" if all lanes share the element, "gather" if offset is a vector."""
        inner = replace(ctx, index={}, lane="")
        strides = self._strides(store, ctx)
        coefficients = [self._coefficient(i, ctx) for i in elem.index]
        if any(c is None for c in coefficients):
            total: Expr | None = None
            for index, size in zip(elem.index, store.buffer.shape, strict=True):
                total = index if total is None else Op("add", (Op("mul", (total, size), "i64"), index), "i64")
            assert total is not None
            return self.value(total, ctx).code, "gather"
        code = ""
        for index, size in zip(elem.index, store.buffer.shape, strict=True):
            part = self.value(ctx.scalar(index), inner).code
            if not code or code == "0":
                code = part
            else:
                scale = self.value(ctx.scalar(size), inner).code
                code = f"{code} * {scale}" + (f" + {part}" if part != "0" else "")
                code = f"({code})"
        moving = [(c, s) for c, s in zip(coefficients, strides, strict=True) if c]
        if not moving:
            return code or "0", "0"
        stride = " + ".join(s if c == 1 else str(c) if s == "1" else f"{c} * {s}" for c, s in moving)
        return code, stride

    def _strides(self, store: Storage, ctx: Context) -> list[str]:
        out: list[str] = []
        known, symbolic = 1, ""
        for size in reversed(store.buffer.shape):
            out.append(symbolic + (f" * {known}" if known != 1 else "") if symbolic else str(known))
            extent = ctx.scalar(size)
            if isinstance(extent, Const):
                known *= int(extent.value)
            else:
                code = self.value(extent, replace(ctx, index={}, lane="")).code
                symbolic = f"{symbolic} * {code}" if symbolic else code
        return out[::-1]

    def _coefficient(self, index: Expr, ctx: Context) -> int | None:
        if not ctx.lane:
            return 0
        if any(n in ctx.values and ctx.values[n].lanes > 1 for n in names(index)):
            return None
        if any(isinstance(e, Elem) and self.load(e, ctx).lanes > 1 for e in walk(index)):
            return None
        return coefficient(index, ctx.lane)

    def variable_of(self, elem: Elem, store: Storage, ctx: Context) -> tuple[str, int]:
        """(C name, lanes) of an element that lives in named variables; revises a decision if its index is not known."""
        index = [ctx.scalar(i) for i in elem.index]
        if store.private:
            parts = [self._known(i, elem.buffer) for i in index]
            return "_".join([store.name, *map(str, parts)]), store.width
        coefficients = [self._coefficient(i, ctx) for i in elem.index]
        if any(c != 0 for c in coefficients):
            if any(c != 0 for c in coefficients[:-1]) or coefficients[-1] != 1:
                return self._to_memory(elem.buffer), ctx.width
            if store.width != ctx.width:
                if store.width != 1 or self.decisions.width.get(elem.buffer, ctx.width) != ctx.width:
                    return self._to_memory(elem.buffer), ctx.width
                self.decisions.width[elem.buffer] = ctx.width
                self.decisions.revised = True
                return store.name, ctx.width
        parts = [self._known(i, elem.buffer) for i in index]
        if store.width == 1:
            return "_".join([store.name, *map(str, parts)]), 1
        name = "_".join([store.name, *map(str, parts[:-1]), str(parts[-1] // store.width)])
        if coefficients[-1] == 0:
            return f"{name}[{parts[-1] % store.width}]", 1
        if parts[-1] % store.width:
            self._to_memory(elem.buffer)
        return name, ctx.width

    def _known(self, index: Expr, buffer: str) -> int:
        value = constant(index)
        if value is None:
            loops = free(index)
            small = loops and all(self.uppers.get(n, EXPAND_LIMIT + 1) <= EXPAND_LIMIT for n in loops)
            if not small or loops <= self.decisions.expanded:
                self._to_memory(buffer)
            else:
                self.decisions.expand |= loops
                self.decisions.revised = True
            return 0
        return value

    def _to_memory(self, buffer: str) -> str:
        """Decide that a buffer cannot be variables; the rest of this pass only looks for more decisions."""
        self.decisions.memory.add(buffer)
        self.decisions.revised = True
        return buffer


def _bits(stored: str) -> int:
    return {"float": 32, "double": 64, "int8_t": 8, "uint8_t": 8, "int16_t": 16, "uint16_t": 16, "int32_t": 32, "int64_t": 64}[stored]
