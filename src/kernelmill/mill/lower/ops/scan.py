"""Running sums and products."""

from __future__ import annotations

from kernelmill.mill.expr import cast
from kernelmill.mill.lower.context import Call, lowers
from kernelmill.mill.lower.ops.cast import convert
from kernelmill.mill.lower.ops.pointwise import cast_value, wide
from kernelmill.mill.lower.value import Value, reshape


@lowers("aten.cumsum.default", "aten.cumprod.default")
def _cumulate(call: Call) -> Value:
    value, dim, result = call.args[0], call.args[1], call.dtype()
    word = "add" if "cumsum" in call.name else "mul"
    if not value.rank:
        return convert(call, value, result)
    dim %= value.rank
    inner = wide(result)
    factors = list(value.factors)
    factors[dim] = (value.shape[dim],) if len(factors[dim]) != 1 else factors[dim]
    target = call.result(inner, value.shape, factors, 0 if inner == result else None)
    kept = [() if d == dim else f for d, f in enumerate(factors)]
    with call.loops(kept) as index:
        state = call.builder.alloc(f"s_{call.word}", inner)
        call.builder.init(word, state[()])
        with call.loops([factors[dim]], sum(map(len, kept))) as (at,):
            full = [at if d == dim else i for d, i in enumerate(index)]
            term = cast_value(value.read(full), inner)
            call.builder.scan(word, state[()], cast(term, inner), target.elem(full))
    return convert(call, reshape(target.value, value.shape), result)
