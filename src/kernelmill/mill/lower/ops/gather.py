"""Elements picked by data: the index is opaque, with the range it promises to keep."""

from __future__ import annotations

from collections.abc import Sequence

from kernelmill.mill.expr import Const, Expr, Opaque, cast, op, select
from kernelmill.mill.lower.context import Call, broadcast, lowers
from kernelmill.mill.lower.sizes import Size, expr
from kernelmill.mill.lower.value import Index, Value, expand, plain, single


def picked(index: Expr, size: Size, wrap: bool) -> Index:
    """An index from data into a dimension; `wrap`: negative ones count from the end."""
    at = cast(index, "i64")
    if wrap:
        at = select(at < Const(0, "i64"), at + expr(size), at)
    return single(Opaque(at, expr(size)), size)


def _nest(call: Call, shape: tuple[Size, ...], factors: Sequence[Sequence[Size]], dtype: str, read: object) -> Value:
    source = Value(dtype, shape, tuple(tuple(f) for f in factors), read)  # type: ignore[arg-type]
    return call.pointwise(lambda e: e, source, dtype=dtype, shape=shape, out=0)


@lowers("aten.gather.default")
def _gather(call: Call) -> Value:
    value, dim, index = call.args[:3]
    if not value.rank:
        return value
    dim %= value.rank

    def read(at: Sequence[Index]) -> Expr:
        chosen = picked(index.read(at), value.shape[dim], wrap=False)
        return value.read([chosen if d == dim else i for d, i in enumerate(at)])

    return _nest(call, index.shape, index.factors, value.dtype, read)


@lowers("aten.index_select.default")
def _index_select(call: Call) -> Value:
    value, dim, index = call.args[:3]
    dim %= value.rank
    shape = (*value.shape[:dim], index.shape[0], *value.shape[dim + 1 :])
    factors = (*value.factors[:dim], index.factors[0], *value.factors[dim + 1 :])

    def read(at: Sequence[Index]) -> Expr:
        chosen = picked(index.read([at[dim]]), value.shape[dim], wrap=False)
        return value.read([chosen if d == dim else i for d, i in enumerate(at)])

    return _nest(call, shape, factors, value.dtype, read)


@lowers("aten.embedding.default")
def _embedding(call: Call) -> Value:
    table, index = call.args[:2]

    def read(at: Sequence[Index]) -> Expr:
        return table.read([picked(index.read(at[:-1]), table.shape[0], wrap=False), at[-1]])

    return _nest(call, (*index.shape, table.shape[1]), (*index.factors, table.factors[1]), table.dtype, read)


@lowers("aten.index.Tensor", "aten._unsafe_index.Tensor")
def _index(call: Call) -> Value:
    value, given = call.args[0], list(call.args[1])
    given += [None] * (value.rank - len(given))
    if any(g is not None and g.dtype == "bool" for g in given):
        raise call.refuse("a mask picks a number of elements that depends on data")
    where = [d for d, g in enumerate(given) if g is not None]
    common = broadcast([given[d].shape for d in where])
    spread = {d: expand(given[d], common) for d in where}
    together = where == list(range(where[0], where[-1] + 1))
    start = where[0] if together else 0
    rest = [d for d in range(value.rank) if d not in where]
    before = [d for d in rest if together and d < where[0]]
    after = [d for d in rest if d not in before]
    shape = (*(value.shape[d] for d in before), *common, *(value.shape[d] for d in after))
    factors = (*(value.factors[d] for d in before), *plain(common), *(value.factors[d] for d in after))

    def read(at: Sequence[Index]) -> Expr:
        chosen = at[start : start + len(common)]
        others = iter([*at[:start], *at[start + len(common) :]])
        full = [picked(spread[d].read(chosen), value.shape[d], wrap=True) if d in spread else next(others) for d in range(value.rank)]
        return value.read(full)

    return _nest(call, shape, factors, value.dtype, read)


@lowers("aten.nll_loss_forward.default", "aten.nll_loss2d_forward.default")
def _nll_loss(call: Call) -> tuple[Value, Value]:
    """Negative log-likelihood of the target class, weighted; `reduction` 0 none, 1 mean over weights, 2 sum."""

    value, target, weight, reduction, ignore = call.args[:5]
    classes = 0 if value.rank == 1 else 1
    zero = Const(0, value.dtype)

    def kept(t: Expr) -> Expr:
        return op("ne", t, Const(ignore, "i64"))

    def loss(at: Sequence[Index]) -> Expr:
        t = target.read(at)
        full = [*at[:classes], picked(t, value.shape[classes], wrap=False), *at[classes:]]
        term = -value.read(full)
        if weight is not None:
            term = term * weight.read([picked(t, value.shape[classes], wrap=False)])
        return select(kept(t), term, zero)

    each = Value(value.dtype, target.shape, target.factors, loss)
    one = Const(1, value.dtype)

    def weight_of(at: Sequence[Index]) -> Expr:
        t = target.read(at)
        return select(kept(t), one if weight is None else weight.read([picked(t, value.shape[classes], wrap=False)]), zero)

    share = Value(value.dtype, target.shape, target.factors, weight_of)
    weights = call.reduce("add", share, range(share.rank), dtype=value.dtype, out=1, name="weight")
    if reduction == 0:
        return call.pointwise(lambda e: e, each, dtype=value.dtype, out=0), weights
    picks = call.pointwise(lambda e: e, each, dtype=value.dtype, name="nll")
    if reduction == 2:
        return call.reduce("add", picks, range(each.rank), dtype=value.dtype, out=0), weights
    made = call.reduce("add", picks, range(each.rank), dtype=value.dtype, name="sum")
    return call.pointwise(lambda a, b: a / b, made, weights, dtype=value.dtype, out=0), weights
