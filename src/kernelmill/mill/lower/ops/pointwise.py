"""Arithmetic, comparison and choice, element by element, with torch's promotion rules written out as casts.

Half precision computes in f32 and rounds once at the end, as torch's kernels do; Python numbers take the tensors' dtype.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from kernelmill.mill.expr import FLOATS, Const, Expr, cast, op, select
from kernelmill.mill.lower.context import Call, as_value, dtype_name, lowers
from kernelmill.mill.lower.ops import ONE_NEST
from kernelmill.mill.lower.value import Value

Compute = Callable[..., Expr]


def wide(dtype: str) -> str:
    """The dtype in which elements of `dtype` are computed."""
    return "f32" if dtype in ("f16", "bf16") else dtype


def truth(e: Expr) -> Expr:
    """Whether an element is not zero."""
    return e if e.dtype == "bool" else op("ne", e, Const(0, e.dtype))


def promoted(call: Call, operands: list[int]) -> str:
    """The dtype to which torch promotes these positional arguments."""
    known = [call.inputs[i] for i in operands if call.inputs[i] is not None]
    tensors = [k for k in known if isinstance(k, torch.Tensor)]
    if not tensors:
        return call.dtype()
    result: Any = tensors[0]
    found = tensors[0].dtype
    for other in [k for k in known if k is not result]:
        plain = other if isinstance(other, torch.Tensor | bool | int | float) else 1
        found = torch.promote_types(found, torch.result_type(result, plain))
        if isinstance(plain, torch.Tensor):
            found = torch.result_type(result, plain)
            result = torch.empty((0,) * max(result.dim(), plain.dim()), dtype=found) if plain.dim() and result.dim() else result
    return dtype_name(found)


def choose(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """`select`, or the condition itself where true and false are chosen."""
    if isinstance(yes, Const) and isinstance(no, Const) and yes.dtype == "bool" and yes.value != no.value:
        return condition if yes.value else op("not", condition)
    return select(condition, yes, no)


def elementwise(call: Call, compute: Compute, operands: list[Any], dtype: str = "", out: int = 0) -> Value:
    """One nest over broadcast operands, each cast to `dtype` (default: the result's) in its wide form, the result cast back."""
    result = call.dtype(out)
    inner = wide(dtype or result)
    values = [as_value(o, inner) for o in operands]

    def body(*elements: Expr) -> Expr:
        made = compute(*(cast_value(e, inner) for e in elements))
        return cast_value(made, result)

    return call.pointwise(body, *values, dtype=result, shape=call.shape(out), out=out)


def cast_value(e: Expr, dtype: str) -> Expr:
    """Conversion by torch's rules: to bool is `!= 0`, everything else is C's; constants are converted now."""
    if e.dtype == dtype:
        return e
    if isinstance(e, Const) and not (dtype not in FLOATS and e.dtype in FLOATS and not math.isfinite(e.value)):
        return Const(bool(e.value) if dtype == "bool" else e.value, dtype)
    return truth(e) if dtype == "bool" else cast(e, dtype)


def _register(names: tuple[str, ...], lowering: Callable[[Call], Any]) -> None:
    lowers(*names)(lowering)
    ONE_NEST.update(names)


def same(compute: Compute, *names: str) -> None:
    """Operations whose operands take the result's dtype."""
    count = compute.__code__.co_argcount
    _register(names, lambda call: elementwise(call, compute, call.args[:count]))


def compare(word: str, *names: str) -> None:
    """Comparisons: operands take their common dtype, the result is bool."""

    def lowering(call: Call) -> Value:
        return elementwise(call, lambda a, b: op(word, a, b), call.args[:2], promoted(call, [0, 1]))

    _register(names, lowering)


def _scaled(call: Call, name: str, e: Expr) -> Expr:
    """`alpha * e` for operations with an `alpha` or `value` that is not 1."""
    factor = call.kwargs.get(name, 1)
    return e if factor == 1 else e * Const(factor, e.dtype)


def _add(call: Call) -> Value:
    if call.dtype() == "bool":
        return elementwise(call, lambda a, b: op("or", a, b), call.args[:2])
    if len(call.args) > 2:
        call.kwargs.setdefault("alpha", call.args[2])
    return elementwise(call, lambda a, b: a + _scaled(call, "alpha", b), call.args[:2])


def _sub(call: Call) -> Value:
    if len(call.args) > 2:
        call.kwargs.setdefault("alpha", call.args[2])
    a, b = (1, 0) if "rsub" in call.name else (0, 1)
    return elementwise(call, lambda *e: e[a] - _scaled(call, "alpha", e[b]), call.args[:2])


def _mul(a: Expr, b: Expr) -> Expr:
    return a & b if a.dtype == "bool" else a * b


def divide(a: Expr, b: Expr, mode: str | None) -> Expr:
    """`a / b`, rounded down (`floor`) or towards zero (`trunc`) if asked."""
    if a.dtype in FLOATS:
        if mode == "floor":
            return _float_floor(a, b)
        return a / b if mode is None else op(mode, a / b)
    if mode == "trunc":
        sign = select(op("lt", op("bitxor", a, b), Const(0, a.dtype)), Const(-1, a.dtype), Const(1, a.dtype))
        return sign * (op("abs", a) // op("abs", b))
    if isinstance(b, Const) and b.value > 0:
        return a // b
    # a printer may take the divisor of `//` to be positive: divide magnitudes, away from zero where the signs differ
    size, by, one = op("abs", a), op("abs", b), Const(1, a.dtype)
    return select(op("lt", op("bitxor", a, b), Const(0, a.dtype)), -((size + by - one) // by), size // by)


def _float_floor(a: Expr, b: Expr) -> Expr:
    """As torch and Python do it: from the exact remainder, since a / b may round up to a whole number."""
    rest = op("fmod", a, b)
    exact = (a - rest) / b
    exact = select(_wrong_sign(rest, b), exact - 1.0, exact)
    whole = op("floor", exact)
    whole = select(exact - whole > 0.5, whole + 1.0, whole)
    return select(op("eq", b, 0.0), a / b, whole)


def _remainder(a: Expr, b: Expr) -> Expr:
    """The remainder that has the divisor's sign."""
    if a.dtype not in FLOATS:
        return a % b if isinstance(b, Const) and b.value > 0 else a - divide(a, b, "floor") * b
    rest = op("fmod", a, b)
    return select(_wrong_sign(rest, b), rest + b, rest)


def _wrong_sign(rest: Expr, b: Expr) -> Expr:
    return op("and", op("ne", rest, 0.0), op("or", op("and", rest < 0.0, b > 0.0), op("and", rest > 0.0, b < 0.0)))


def power(base: Expr, exponent: float | int) -> Expr:
    """`base ** exponent` for a known exponent, with the special cases that torch computes exactly."""
    one = Const(1, base.dtype)
    if exponent == 0:
        return one
    if isinstance(exponent, int) or float(exponent).is_integer():
        whole = int(exponent)
        if 1 <= whole <= 4 or (base.dtype not in FLOATS and 1 <= whole <= 64):
            made = base
            for _ in range(whole - 1):
                made = made * base
            return made
        if base.dtype in FLOATS and whole in (-1, -2):
            return one / (base if whole == -1 else base * base)
    if base.dtype not in FLOATS:
        raise ValueError(f"an integer to the power of {exponent}")
    if exponent == 0.5:
        return op("sqrt", base)
    if exponent == -0.5:
        return op("rsqrt", base)
    return op("pow", base, Const(exponent, base.dtype))


def _pow(call: Call) -> Value:
    base, exponent = call.args[:2]
    if isinstance(base, Value) and isinstance(exponent, int | float):
        return elementwise(call, lambda e: power(e, exponent), [base])
    return elementwise(call, lambda a, b: op("pow", a, b), [base, exponent])


def clamp(e: Expr, low: Expr | None, high: Expr | None) -> Expr:
    """NaN passes; where the bounds cross, the upper one wins."""
    if low is not None:
        e = op("max", e, low)
    return e if high is None else op("min", e, high)


def _clamp(call: Call) -> Value:
    low, high = call.arg(1, "min"), call.arg(2, "max")
    present = [b for b in (low, high) if b is not None]

    def compute(e: Expr, *bounds: Expr) -> Expr:
        left = list(bounds)
        return clamp(e, left.pop(0) if low is not None else None, left.pop(0) if high is not None else None)

    return elementwise(call, compute, [call.args[0], *present])


def _where(call: Call) -> Value:
    result = call.dtype()
    chosen, yes, no = call.args[0], as_value(call.args[1], result), as_value(call.args[2], result)

    def compute(c: Expr, a: Expr, b: Expr) -> Expr:
        return choose(truth(c), cast_value(a, result), cast_value(b, result))

    return call.pointwise(compute, chosen, yes, no, dtype=result, shape=call.shape(), out=0)


def _masked_fill(call: Call) -> Value:
    result = call.dtype()
    source, mask, value = call.args[0], call.args[1], as_value(call.args[2], result)
    return call.pointwise(
        lambda e, m, v: select(truth(m), cast_value(v, result), e), source, mask, value, dtype=result, shape=call.shape(), out=0
    )


def _fused(call: Call, compute: Callable[[Expr, Expr, Expr], Expr]) -> Value:
    return elementwise(call, lambda a, b, c: a + _scaled(call, "value", compute(a, b, c)), call.args[:3])


def _lerp(call: Call) -> Value:
    # torch switches form at a weight of one half so that both ends are met exactly
    def compute(a: Expr, b: Expr, w: Expr) -> Expr:
        if isinstance(w, Const):
            return a + w * (b - a) if abs(float(w.value)) < 0.5 else b - (b - a) * (Const(1, w.dtype) - w)
        return select(op("abs", w) < 0.5, a + w * (b - a), b - (b - a) * (1.0 - w))

    return elementwise(call, compute, call.args[:3])


def _logic(word: str, *names: str) -> None:
    def lowering(call: Call) -> Value:
        values = [as_value(a, "bool") for a in call.args[:2]]
        return call.pointwise(lambda *e: op(word, *(truth(x) for x in e)), *values, dtype="bool", shape=call.shape(), out=0)

    _register(names, lowering)


def _bits(word: str, logic: str) -> None:
    names = tuple(f"aten.bitwise_{word}.{k}" for k in ("Tensor", "Scalar", "Scalar_Tensor"))

    def compute(a: Expr, b: Expr) -> Expr:
        if a.dtype != "bool":
            return op(f"bit{word}", a, b)
        return op("ne", a, b) if logic == "ne" else op(logic, a, b)

    _register(names, lambda call: elementwise(call, compute, call.args[:2]))


def _sign(e: Expr) -> Expr:
    return select(e > Const(0, e.dtype), Const(1, e.dtype), select(e < Const(0, e.dtype), Const(-1, e.dtype), Const(0, e.dtype)))


def _isfinite(e: Expr) -> Expr:
    return op("not", op("or", op("isnan", e), op("isinf", e)))


def _test(word: Callable[[Expr], Expr], *names: str) -> None:
    def lowering(call: Call) -> Value:
        value = call.args[0]
        if value.dtype not in FLOATS:
            never = Const("isfinite" in call.name, "bool")
            return call.pointwise(lambda e: never, value, dtype="bool", out=0)
        return call.pointwise(lambda e: word(cast(e, wide(e.dtype))), value, dtype="bool", out=0)

    _register(names, lowering)


_KINDS = ("Tensor", "Scalar", "Tensor_Scalar", "Scalar_Tensor", "default")


def _all(word: str) -> tuple[str, ...]:
    return tuple(f"aten.{word}.{kind}" for kind in _KINDS)


_register(_all("add"), _add)
_register((*_all("sub"), *_all("rsub")), _sub)
_register(_all("pow"), _pow)
_register(("aten.clamp.default", "aten.clamp.Tensor"), _clamp)
_register(("aten.where.self", "aten.where.ScalarSelf", "aten.where.ScalarOther", "aten.where.Scalar"), _where)
_register(("aten.masked_fill.Scalar", "aten.masked_fill.Tensor"), _masked_fill)
_register(("aten.addcmul.default",), lambda call: _fused(call, lambda a, b, c: b * c))
_register(("aten.addcdiv.default",), lambda call: _fused(call, lambda a, b, c: b / c))
_register(("aten.lerp.Scalar", "aten.lerp.Tensor"), _lerp)
_register(("aten.div.Tensor_mode", "aten.div.Scalar_mode"),
          lambda call: elementwise(call, lambda a, b: divide(a, b, call.kwargs.get("rounding_mode")), call.args[:2]))  # fmt: skip
same(_mul, *_all("mul"))
same(lambda a, b: divide(a, b, None), *_all("div"))
same(lambda a, b: divide(a, b, "floor"), *_all("floor_divide"))
same(lambda a, b: op("fmod", a, b), *_all("fmod"))
same(_remainder, *_all("remainder"))
same(lambda a, b: op("max", a, b), "aten.maximum.default", "aten.clamp_min.default", "aten.clamp_min.Tensor")
same(lambda a, b: op("min", a, b), "aten.minimum.default", "aten.clamp_max.default", "aten.clamp_max.Tensor")
same(lambda a, b: select(op("isnan", a), b, select(op("isnan", b), a, op("max", a, b))), "aten.fmax.default")
same(lambda a, b: select(op("isnan", a), b, select(op("isnan", b), a, op("min", a, b))), "aten.fmin.default")
same(lambda a, b: op("atan2", a, b), "aten.atan2.default")
same(lambda a, b: op("copysign", a, b), *_all("copysign"))
same(lambda a, b: op("sqrt", a * a + b * b), "aten.hypot.default")
same(lambda a, b: select(op("isnan", b), b, select(op("eq", a, 0.0), Const(0, a.dtype), a * op("log", b))), "aten.xlogy.Tensor",
     "aten.xlogy.Scalar_Self", "aten.xlogy.Scalar_Other")  # fmt: skip
same(lambda e: -e, "aten.neg.default")
same(lambda e: op("abs", e), "aten.abs.default")
same(lambda e: e * e, "aten.square.default")
same(_sign, "aten.sign.default", "aten.sgn.default")
for _word in ("lt", "le", "gt", "ge", "eq", "ne"):
    compare(_word, f"aten.{_word}.Tensor", f"aten.{_word}.Scalar")
_logic("and", "aten.logical_and.default")
_logic("or", "aten.logical_or.default")
_logic("not", "aten.logical_not.default")
_register(("aten.logical_xor.default",), lambda call: call.pointwise(
    lambda a, b: op("ne", truth(a), truth(b)), *call.args[:2], dtype="bool", shape=call.shape(), out=0))  # fmt: skip
_bits("and", "and")
_bits("or", "or")
_bits("xor", "ne")
same(lambda e: op("not", e) if e.dtype == "bool" else op("bitnot", e), "aten.bitwise_not.default")
_test(lambda e: op("isnan", e), "aten.isnan.default")
_test(lambda e: op("isinf", e), "aten.isinf.default")
_test(_isfinite, "aten.isfinite.default")


def _unary(word: str) -> None:
    same(lambda e: op(word, e), f"aten.{word}.default")


for _word in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh",
              "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "erfinv", "sigmoid", "reciprocal", "lgamma"):  # fmt: skip
    _unary(_word)
for _word in ("floor", "ceil", "trunc", "round"):
    same(lambda e, w=_word: e if e.dtype not in FLOATS else op(w, e), f"aten.{_word}.default")
