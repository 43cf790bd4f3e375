"""Reductions: one nest that folds, and a second one where the fold is not yet the answer (mean, variance)."""

from __future__ import annotations

from collections.abc import Sequence

from kernelmill.mill.expr import FLOATS, Const, Expr, cast, op, select
from kernelmill.mill.lower.context import Call, lowers
from kernelmill.mill.lower.ops.cast import convert
from kernelmill.mill.lower.ops.pointwise import cast_value, power, truth, wide
from kernelmill.mill.lower.sizes import Size, expr, product
from kernelmill.mill.lower.value import Value, drop, insert, linear, reshape


def dims_of(call: Call, value: Value, at: int = 1, name: str = "dim") -> list[int]:
    """The reduced dimensions: none given means all."""
    given = call.arg(at, name)
    if given is None or given == []:
        return list(range(value.rank))
    return sorted(d % max(value.rank, 1) for d in (given if isinstance(given, list) else [given])) if value.rank else []


def count(value: Value, dims: Sequence[int]) -> Size:
    """How many elements are folded into one."""
    return product(value.shape[d] for d in dims)


def total(call: Call, value: Value, dims: Sequence[int], *, keepdim: bool) -> Value:
    """Sum in the wide dtype of the value (integers and bools: i64), still wide."""
    inner = "i64" if value.dtype not in FLOATS else wide(value.dtype)
    return call.reduce("add", value, dims, dtype=inner, keepdim=keepdim, name="sum", term=lambda e: cast_value(e, inner))


def divided(call: Call, value: Value, size: Size, dtype: str, *, out: int | None = None, name: str = "mean") -> Value:
    """`value / size`, in `dtype`."""
    return call.pointwise(lambda e: cast_value(e / cast(expr(size), e.dtype), dtype), value, dtype=dtype, out=out, name=name)


@lowers("aten.sum.dim_IntList", "aten.sum.default")
def _sum(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    value = convert(call, value, result, None) if result != value.dtype and result in FLOATS and value.dtype in FLOATS else value
    keepdim = bool(call.arg(2, "keepdim", False)) and call.name.endswith("IntList")
    inner = wide(result)
    made = call.reduce("add", value, dims_of(call, value), dtype=inner, keepdim=keepdim, out=0, term=lambda e: cast_value(e, inner))
    return convert(call, made, result)


@lowers("aten.mean.dim", "aten.mean.default")
def _mean(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    dims = dims_of(call, value) if call.name == "aten.mean.dim" else list(range(value.rank))
    keepdim = bool(call.arg(2, "keepdim", False)) and call.name == "aten.mean.dim"
    return divided(call, total(call, value, dims, keepdim=keepdim), count(value, dims), result, out=0)


@lowers("aten.prod.default", "aten.prod.dim_int")
def _prod(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    dims = dims_of(call, value) if call.name.endswith("dim_int") else list(range(value.rank))
    keepdim = bool(call.arg(2, "keepdim", False)) and call.name.endswith("dim_int")
    inner = wide(result)
    made = call.reduce("mul", value, dims, dtype=inner, keepdim=keepdim, out=0, term=lambda e: cast_value(e, inner))
    return convert(call, made, result)


@lowers("aten.amax.default", "aten.amin.default")
def _extreme(call: Call) -> Value:
    value = call.args[0]
    word = "max" if "amax" in call.name else "min"
    inner = wide(value.dtype)
    made = call.reduce(word, value, dims_of(call, value), dtype=inner, keepdim=bool(call.arg(2, "keepdim", False)), out=0,
                       term=lambda e: cast(e, inner))  # fmt: skip
    return convert(call, made, value.dtype)


@lowers("aten.max.default", "aten.min.default")
def _extreme_all(call: Call) -> Value:
    value = call.args[0]
    word = "max" if "max" in call.name else "min"
    inner = wide(value.dtype)
    made = call.reduce(word, value, range(value.rank), dtype=inner, out=0, term=lambda e: cast(e, inner))
    return convert(call, made, value.dtype)


@lowers("aten.any.default", "aten.any.dim", "aten.any.dims", "aten.all.default", "aten.all.dim", "aten.all.dims")
def _any(call: Call) -> Value:
    value = call.args[0]
    named = not call.name.endswith("default")
    dims = dims_of(call, value) if named else list(range(value.rank))
    keepdim = bool(call.arg(2, "keepdim", False)) and named
    word = "any" if "any" in call.name else "all"
    return convert(call, call.reduce(word, value, dims, dtype="bool", keepdim=keepdim, out=0, term=truth), call.dtype())


@lowers("aten.count_nonzero.default", "aten.count_nonzero.dim_IntList")
def _count_nonzero(call: Call) -> Value:
    value = call.args[0]
    dims = dims_of(call, value) if call.name.endswith("List") else list(range(value.rank))
    return call.reduce("add", value, dims, dtype="i64", out=0, term=lambda e: cast(truth(e), "i64"))


def arg_extreme(
    call: Call, value: Value, dim: int | None, word: str, *, keepdim: bool, outs: tuple[int | None, int | None]
) -> tuple[Value, Value]:
    """(largest or smallest element, its index) along a dimension, or over the flattened tensor (`dim` None)."""
    if dim is None:
        value, dim = reshape(value, (product(value.shape),)), 0
    dim = dim % value.rank if value.rank else 0
    if not value.rank:
        value = reshape(value, (product(()),))
    inner = wide(value.dtype)
    kept = [f for d, f in enumerate(value.factors) if d != dim]
    shape = [s for d, s in enumerate(value.shape) if d != dim]
    best = call.result(inner, shape, kept, outs[0] if inner == value.dtype and not keepdim else None, word)
    place = call.result("i64", shape, kept, outs[1] if not keepdim else None, f"{word}_index")
    with call.loops(kept) as index:
        targets = (best.elem(index), place.elem(index))
        call.builder.init(f"arg{word}", *targets)
        with call.loops([value.factors[dim]], sum(map(len, kept))) as (at,):
            full = [*index[:dim], at, *index[dim:]]
            call.builder.reduce(f"arg{word}", targets, cast(value.read(full), inner), linear(at))
    values = (convert(call, best.value, value.dtype, outs[0]), place.value)
    if not keepdim:
        return values
    return insert(values[0], dim), insert(values[1], dim)


@lowers("aten.argmax.default", "aten.argmin.default")
def _argmax(call: Call) -> Value:
    word = "max" if "argmax" in call.name else "min"
    return arg_extreme(call, call.args[0], call.arg(1, "dim"), word, keepdim=bool(call.arg(2, "keepdim", False)), outs=(None, 0))[1]


@lowers("aten.max.dim", "aten.min.dim")
def _max_dim(call: Call) -> tuple[Value, Value | None]:
    word = "max" if ".max." in call.name else "min"
    if 1 not in call.used:
        value, inner, keepdim = call.args[0], wide(call.args[0].dtype), bool(call.arg(2, "keepdim", False))
        made = call.reduce(word, value, [call.args[1]], dtype=inner, keepdim=keepdim, out=0, term=lambda e: cast(e, inner))
        return convert(call, made, value.dtype), None
    return arg_extreme(call, call.args[0], call.args[1], word, keepdim=bool(call.arg(2, "keepdim", False)), outs=(0, 1))


def moments(call: Call, value: Value, dims: Sequence[int]) -> tuple[Value, Value]:
    """(mean, sum of squared differences from it) over `dims`, kept as size 1, in the wide dtype: two passes, which is what is accurate."""
    inner = wide(value.dtype)
    mean = divided(call, total(call, value, dims, keepdim=True), count(value, dims), inner)
    centred = call.pointwise(lambda e, m: cast(e, inner) - m, value, mean, dtype=inner, shape=value.shape, name="centred")
    return mean, call.reduce("add", centred, dims, dtype=inner, keepdim=True, name="squares", term=lambda e: e * e)


def variance(call: Call, outs: tuple[int | None, int | None], root: bool = False) -> tuple[Value, Value]:
    """(variance or standard deviation, mean) as torch's `var` and `std` arguments ask."""
    value, result = call.args[0], call.dtype()
    dims = dims_of(call, value)
    correction = call.kwargs.get("correction")
    correction = 1 if correction is None else correction
    keepdim = bool(call.kwargs.get("keepdim", False))
    if not call.name.endswith("correction"):  # the older forms say `unbiased`, and name their dimensions or not
        named = call.name.endswith(".dim")
        dims = dims if named else list(range(value.rank))
        correction = int(call.arg(2 if named else 1, "unbiased", True))
        keepdim = named and bool(call.arg(3, "keepdim", False))
    mean, squares = moments(call, value, dims)
    size = count(value, dims)

    def compute(e: Expr) -> Expr:
        number = expr(size) - Const(int(correction), "i64") if float(correction).is_integer() else None
        if number is None:
            below = op("max", cast(expr(size), e.dtype) - Const(correction, e.dtype), Const(0, e.dtype))
        else:
            below = cast(op("max", number, Const(0, "i64")), e.dtype)
        made = e / below
        return cast_value(op("sqrt", made) if root else made, result)

    if not keepdim:
        squares, mean = drop(squares, dims), drop(mean, dims)
    return call.pointwise(compute, squares, dtype=result, out=outs[0], name="var"), convert(call, mean, result, outs[1])


@lowers("aten.var.correction", "aten.std.correction", "aten.var.dim", "aten.std.dim", "aten.var.default", "aten.std.default")
def _var(call: Call) -> Value:
    return variance(call, (0, None), "std" in call.name)[0]


@lowers("aten.var_mean.correction", "aten.std_mean.correction", "aten.var_mean.dim", "aten.var_mean.default")
def _var_mean(call: Call) -> tuple[Value, Value]:
    return variance(call, (0, 1), "std" in call.name)


@lowers("aten.logsumexp.default")
def _logsumexp(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    dims, inner = dims_of(call, value), wide(call.dtype())
    top = call.reduce("max", value, dims, dtype=inner, keepdim=True, name="max", term=lambda e: cast(e, inner))
    # a maximum of +-infinity would give inf - inf below
    top = call.pointwise(lambda e: select(op("isinf", e), Const(0, inner), e), top, dtype=inner, name="top")
    shifted = call.pointwise(lambda e, m: op("exp", cast(e, inner) - m), value, top, dtype=inner, shape=value.shape, name="exp")
    made = call.reduce("add", shifted, dims, dtype=inner, keepdim=True, name="sum")
    if not call.arg(2, "keepdim", False):
        top, made = drop(top, dims), drop(made, dims)
    return call.pointwise(lambda s, m: cast_value(op("log", s) + m, result), made, top, dtype=result, out=0)


@lowers("aten.linalg_vector_norm.default")
def _norm(call: Call) -> Value:
    value, result = call.args[0], call.dtype()
    order, keepdim = call.arg(1, "ord", 2), bool(call.arg(3, "keepdim", False))
    dims, inner = dims_of(call, value, 2), wide(call.dtype())
    if order in (float("inf"), float("-inf")):
        word = "max" if order > 0 else "min"
        made = call.reduce(word, value, dims, dtype=inner, keepdim=keepdim, out=0, term=lambda e: op("abs", cast(e, inner)))
        return convert(call, made, result)
    if order == 0:
        raise call.refuse("a norm of order 0")
    terms = {1: lambda e: op("abs", e), 2: lambda e: e * e}
    term = terms.get(order, lambda e: power(op("abs", e), order))
    made = call.reduce("add", value, dims, dtype=inner, keepdim=keepdim, out=0 if order == 1 else None, term=lambda e: term(cast(e, inner)))
    if order == 1:
        return convert(call, made, result)
    return call.pointwise(lambda e: cast_value(power(e, 1 / order), result), made, dtype=result, out=0)
