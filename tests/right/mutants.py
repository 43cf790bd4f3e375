"""Wrong kernels: what a slip of the pen, a narrower type or a forgotten term makes of the reference. All of them must be found."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from bench import chop
from torch import Tensor

from kernelmill.tasks import get
from kernelmill.tasks.reference import bind

MUTANTS: dict[tuple[str, str], Callable[..., Any]] = {}


def mutant(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(f: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            MUTANTS[name, f.__name__] = f
        return f

    return register


def _each(result: tuple[Tensor, ...], change: Callable[[Tensor], Tensor]) -> tuple[Tensor, ...]:
    return tuple(change(t.contiguous().clone()) for t in result)


def _no_tail(t: Tensor) -> Tensor:
    size = t.shape[-1] if t.ndim else 0
    if size % 8:
        t[..., size - size % 8 :] = 0
    return t


def _short(t: Tensor) -> Tensor:
    if t.ndim:
        t[..., -1] = 7
    return t


def _first_row_only(t: Tensor) -> Tensor:
    flat = t.view(t.shape[0], -1) if t.ndim > 1 else t
    if flat.shape[0] > 1:
        flat[1:] = flat[:1].clone()
    return t


def _stops_at_256(t: Tensor) -> Tensor:
    if t.ndim:
        t[..., 256:] = 0
    return t


def _later_rows_shifted(t: Tensor) -> Tensor:
    flat = t.reshape(-1)
    return torch.cat([flat[:1], flat[:-1]]).view(t.shape) if flat.numel() > 1 else t


GENERIC: dict[str, Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]]] = {
    "no_tail": lambda r: _each(r, _no_tail),
    "last_element": lambda r: _each(r, _short),
    "first_row_only": lambda r: _each(r, _first_row_only),
    "stops_at_256": lambda r: _each(r, _stops_at_256),
    "shifted_by_one": lambda r: _each(r, _later_rows_shifted),
    "zeros": lambda r: _each(r, torch.zeros_like),
    "tf32_result": lambda r: _each(r, lambda t: chop(t, 11)),
    "nan_somewhere": lambda r: _each(r, lambda t: t.view(-1).index_fill(0, torch.tensor([t.numel() // 2]), math.nan).view(t.shape)),
}
"""Changes of the right result; those that need a last dimension do nothing to a single number."""
NOT_FOR_SCALARS = {"no_tail", "last_element", "first_row_only", "stops_at_256", "shifted_by_one"}
NOT_FOR_INTEGERS = {"tf32_result", "nan_somewhere"}


def generic(name: str, change: str) -> Callable[..., Any]:
    """The reference in float32 with one of the generic changes."""
    reference = bind(get(name))
    return lambda *tensors, **_: GENERIC[change](reference(list(tensors)))


def narrowed(name: str, bits: int) -> Callable[..., Any]:
    """The reference of inputs rounded to a narrower significand."""
    reference = bind(get(name))
    return lambda *tensors, **_: reference([chop(t, bits) for t in tensors])


MATMULS = ("matmul/square", "matmul/tall_skinny", "matmul/large_k")


def _accumulate(a: Tensor, b: Tensor, bits: int, every: int = 1) -> Tensor:
    c = torch.zeros(a.shape[0], b.shape[1])
    for k in range(a.shape[1]):
        c = c + a[:, k, None] * b[k]
        if (k + 1) % every == 0:
            c = chop(c, bits)
    return c


@mutant(*MATMULS)
def bf16_accumulator(a: Tensor, b: Tensor) -> Tensor:
    return _accumulate(a, b, 8)


@mutant(*MATMULS)
def tf32_accumulator_now_and_then(a: Tensor, b: Tensor) -> Tensor:
    return _accumulate(a, b, 11, every=4)


@mutant(*MATMULS)
def last_k_missing(a: Tensor, b: Tensor) -> Tensor:
    return a[:, :-1] @ b[:-1]


@mutant(*MATMULS)
def k_in_blocks_of_8(a: Tensor, b: Tensor) -> Tensor:
    k = a.shape[1] // 8 * 8
    return a[:, :k] @ b[:k]


@mutant(*MATMULS)
def starts_at_a_small_number(a: Tensor, b: Tensor) -> Tensor:
    return a @ b + 1e-3


@mutant("matmul/square")
def swapped_operands(a: Tensor, b: Tensor) -> Tensor:
    return b @ a


@mutant("matmul/square")
def transposed(a: Tensor, b: Tensor) -> Tensor:
    return a @ b.T


@mutant("reduction/sum")
def first_missing(x: Tensor) -> Tensor:
    return x[:, 1:].sum(-1)


@mutant("reduction/sum")
def last_missing(x: Tensor) -> Tensor:
    return x[:, :-1].sum(-1)


@mutant("reduction/sum")
def last_twice(x: Tensor) -> Tensor:
    return x.sum(-1) + x[:, -1]


@mutant("reduction/sum")
def not_reset(x: Tensor) -> Tensor:
    return x.sum(-1).cumsum(0)


@mutant("reduction/sum")
def bf16_sum(x: Tensor) -> Tensor:
    total = torch.zeros(x.shape[0])
    for i in range(x.shape[1]):
        total = chop(total + x[:, i], 8)
    return total


@mutant("reduction/sum")
def magnitudes(x: Tensor) -> Tensor:
    return x.abs().sum(-1)


@mutant("reduction/mean")
def not_divided(x: Tensor) -> Tensor:
    return x.sum(1)


@mutant("reduction/mean")
def divided_by_one_more(x: Tensor) -> Tensor:
    return x.sum(1) / (x.shape[1] + 1)


@mutant("reduction/mean")
def divided_by_the_other_axis(x: Tensor) -> Tensor:
    return x.sum(1) / x.shape[2]


@mutant("reduction/max")
def starts_at_zero(x: Tensor) -> Tensor:
    return x.amax(-1).clamp(min=0)


@mutant("reduction/max")
def largest_magnitude(x: Tensor) -> Tensor:
    return x.abs().amax(-1)


@mutant("reduction/max")
def without_the_last(x: Tensor) -> Tensor:
    return x[:, : max(x.shape[1] - 1, 1)].amax(-1)


@mutant("reduction/max")
def rounded_to_half(x: Tensor) -> Tensor:
    return chop(x, 11).amax(-1)


@mutant("reduction/argmax")
def argmin(x: Tensor) -> Tensor:
    return x.argmin(-1)


@mutant("reduction/argmax")
def argmax_of_magnitude(x: Tensor) -> Tensor:
    return x.abs().argmax(-1)


@mutant("reduction/argmax")
def argmax_of_rounded(x: Tensor) -> Tensor:
    return chop(x, 11).argmax(-1)


@mutant("reduction/argmax")
def argmax_plus_one(x: Tensor) -> Tensor:
    return x.argmax(-1) + 1


@mutant("reduction/argmax")
def flat_index(x: Tensor) -> Tensor:
    return x.argmax(-1) + torch.arange(x.shape[0]) * x.shape[1]


@mutant("reduction/var")
def biased(x: Tensor) -> Tensor:
    return x.var(-1, correction=0)


@mutant("reduction/var")
def deviation(x: Tensor) -> Tensor:
    return x.std(-1)


@mutant("reduction/var")
def mean_forgotten(x: Tensor) -> Tensor:
    return (x * x).sum(-1) / (x.shape[-1] - 1)


@mutant("softmax/softmax")
def no_maximum(x: Tensor) -> Tensor:
    e = torch.exp(x)
    return e / e.sum(-1, keepdim=True)


@mutant("softmax/softmax")
def over_the_other_axis(x: Tensor) -> Tensor:
    return torch.softmax(x, 0)


@mutant("softmax/softmax")
def maximum_of_everything(x: Tensor) -> Tensor:
    e = torch.exp(x - x.max())
    return e / e.sum(-1, keepdim=True)


@mutant("softmax/softmax")
def not_normalised(x: Tensor) -> Tensor:
    return torch.exp(x - x.amax(-1, keepdim=True))


@mutant("softmax/softmax")
def sum_without_the_last(x: Tensor) -> Tensor:
    e = torch.exp(x - x.amax(-1, keepdim=True))
    return e / e[:, :-1].sum(-1, keepdim=True)


@mutant("softmax/softmax")
def half_precision_exp(x: Tensor) -> Tensor:
    e = chop(torch.exp(x - x.amax(-1, keepdim=True)), 11)
    return e / e.sum(-1, keepdim=True)


@mutant("softmax/log_softmax")
def log_of_softmax(x: Tensor) -> Tensor:
    return torch.log(torch.softmax(x, -1) + 1e-12)


@mutant("softmax/log_softmax")
def maximum_not_added(x: Tensor) -> Tensor:
    return x - torch.log(torch.exp(x - x.amax(-1, keepdim=True)).sum(-1, keepdim=True))


@mutant("softmax/logsumexp")
def overflowing(x: Tensor) -> Tensor:
    return torch.log(torch.exp(x).sum(-1))


@mutant("softmax/logsumexp")
def only_the_maximum(x: Tensor) -> Tensor:
    return x.amax(-1)


def norm(x: Tensor, eps: float, correction: int = 0) -> Tensor:
    return (x - x.mean(-1, keepdim=True)) * torch.rsqrt(x.var(-1, correction=correction, keepdim=True) + eps)


@mutant("normalization/layer_norm")
def ln_no_eps(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return norm(x, 0.0) * weight + bias


@mutant("normalization/layer_norm")
def ln_unbiased(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return norm(x, eps, 1) * weight + bias


@mutant("normalization/layer_norm")
def ln_eps_outside(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return (x - x.mean(-1, keepdim=True)) / (x.std(-1, correction=0, keepdim=True) + eps) * weight + bias


@mutant("normalization/layer_norm")
def ln_no_bias(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return norm(x, eps) * weight


@mutant("normalization/layer_norm")
def ln_no_weight(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return norm(x, eps) + bias


@mutant("normalization/layer_norm")
def ln_rough_rsqrt(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    scale = chop(torch.rsqrt(x.var(-1, correction=0, keepdim=True) + eps), 12)
    return (x - x.mean(-1, keepdim=True)) * scale * weight + bias


@mutant("normalization/rms_norm")
def rms_no_eps(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return F.rms_norm(x, x.shape[-1:], weight, 0.0)


@mutant("normalization/rms_norm")
def rms_eps_of_torch(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return F.rms_norm(x, x.shape[-1:], weight, 1e-6)


@mutant("normalization/rms_norm")
def rms_centred(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return norm(x, eps) * weight


@mutant("normalization/group_norm")
def gn_no_eps(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
    return F.group_norm(x, groups, weight, bias, 0.0)


@mutant("normalization/group_norm")
def gn_one_group(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
    return F.group_norm(x, 1, weight, bias, eps)


@mutant("normalization/instance_norm")
def in_no_eps(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return F.instance_norm(x, weight=weight, bias=bias, eps=0.0)


@mutant("normalization/instance_norm")
def in_as_batch_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


@mutant("normalization/batch_norm")
def bn_no_eps(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=1e-12)


@mutant("normalization/batch_norm")
def bn_unbiased(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    var, mean = torch.var_mean(x, (0, 2, 3), correction=1)
    return F.batch_norm(x, mean, var, weight, bias, training=False, eps=eps)


@mutant("normalization/batch_norm")
def bn_first_sample(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    var, mean = torch.var_mean(x[:1], (0, 2, 3), correction=0)
    return F.batch_norm(x, mean, var, weight, bias, training=False, eps=eps)
