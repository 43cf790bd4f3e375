"""Products: loops over the result's dimensions, then the inner one, straight into the result; what is added comes in a nest of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kernelmill.mill.expr import Const, Elem, Expr, cast, walk
from kernelmill.mill.lower.context import Call, as_value, lowers, trial_index
from kernelmill.mill.lower.ops.cast import convert
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.sizes import Size, equal
from kernelmill.mill.lower.value import Value, expand, plain


def matmul(call: Call, a: Value, b: Value, out: int | None = 0, name: str = "mm") -> Value:
    """`a[..., M, K] @ b[..., K, N]` with equal leading dimensions, in the wide dtype.

    However the operands were reshaped before, there is one loop each for M, N and K, inside the batch's: that is the nest which
    schedules for products know. An operand that shares its memory with the other is copied first, so that each can be packed.
    """
    inner = wide(a.dtype)
    if memory(a) & memory(b):
        b = call.pointwise(lambda e: e, b, dtype=b.dtype, name="copy")
    lead = a.rank - 2
    batch = [_finest(a.factors[d], b.factors[d]) for d in range(lead)]
    shape = (*a.shape[:-1], b.shape[-1])
    kept = [*batch, a.factors[-2], b.factors[-1]]
    target = call.result(inner, shape, kept, out if inner == a.dtype else None, name)
    loops = [*batch, *plain(shape[-2:])]
    with call.loops(loops) as index:
        elem = target.elem(index)
        call.builder.init("add", elem)
        with call.loops(plain(a.shape[-1:]), sum(map(len, loops))) as (k,):
            left, right = a.read([*index[:-1], k]), b.read([*index[:lead], k, index[-1]])
            call.builder.reduce("add", elem, cast(left, inner) * cast(right, inner))
    return convert(call, target.value, a.dtype, out)


def memory(value: Value) -> frozenset[str]:
    """Names of the buffers that an element of the value is read from."""
    return frozenset(e.buffer for e in walk(value.read(trial_index(value.factors))) if isinstance(e, Elem))


def _finest(a: Sequence[Size], b: Sequence[Size]) -> tuple[Size, ...]:
    return tuple(a) if len(a) >= len(b) else tuple(b)


def plus(call: Call, added: Value, made: Value, beta: float, alpha: float) -> Value:
    """`beta * added + alpha * made`, the terms with factor 0 left out."""
    result = call.dtype()
    inner = wide(result)

    def scaled(e: Expr, factor: float) -> Expr:
        return e if factor == 1 else e * Const(factor, e.dtype)

    def compute(m: Expr, a: Expr) -> Expr:
        return cast_value(scaled(cast(m, inner), alpha) + scaled(cast(a, inner), beta), result)

    if beta == 0:
        return call.pointwise(lambda m: cast_value(scaled(cast(m, inner), alpha), result), made, dtype=result, shape=call.shape(), out=0)
    return call.pointwise(compute, made, expand(added, call.shape()), dtype=result, shape=call.shape(), out=0)


@lowers("aten.mm.default", "aten.bmm.default")
def _mm(call: Call) -> Value:
    return matmul(call, call.args[0], call.args[1])


@lowers("aten.addmm.default", "aten.baddbmm.default")
def _addmm(call: Call) -> Value:
    added, a, b = call.args[:3]
    made = matmul(call, a, b, None)
    return plus(call, added, made, call.arg(3, "beta", 1), call.arg(4, "alpha", 1))


def inner_product(call: Call, a: Value, b: Value, out: int | None, name: str) -> Value:
    """Sum over the last dimension of `a[..., K] * b[K]`."""
    inner = wide(a.dtype)
    kept = list(a.factors[:-1])
    target = call.result(inner, a.shape[:-1], kept, out if inner == a.dtype else None, name)
    with call.loops(kept) as index:
        elem = target.elem(index)
        call.builder.init("add", elem)
        with call.loops([_finest(a.factors[-1], b.factors[-1])], sum(map(len, kept))) as (k,):
            call.builder.reduce("add", elem, cast(a.read([*index, k]), inner) * cast(b.read([k]), inner))
    return convert(call, target.value, a.dtype, out)


@lowers("aten.mv.default", "aten.dot.default", "aten.vdot.default")
def _mv(call: Call) -> Value:
    a, b = call.args[:2]
    if not equal(a.shape[-1], b.shape[-1]):
        raise ValueError(f"inner sizes {a.shape[-1]} and {b.shape[-1]} differ")
    return inner_product(call, a, b, 0, call.word)


@lowers("aten.addmv.default")
def _addmv(call: Call) -> Value:
    added, a, x = call.args[:3]
    return plus(call, added, inner_product(call, a, x, None, "mv"), call.arg(3, "beta", 1), call.arg(4, "alpha", 1))


@lowers("aten.ger.default", "aten.outer.default")
def _outer(call: Call) -> Value:
    from kernelmill.mill.lower.value import insert

    a, b = insert(call.args[0], 1), insert(call.args[1], 0)
    multiply: Callable[[Expr, Expr], Expr] = lambda x, y: x * y  # noqa: E731
    return call.pointwise(multiply, as_value(a, a.dtype), b, dtype=a.dtype, shape=call.shape(), out=0)
