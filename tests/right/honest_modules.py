"""Honest kernels: other orders of summation, other formulas, other roundings than torch's. None of them may ever be accused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

HONEST: dict[tuple[str, str], Callable[..., Any]] = {}


def honest(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(f: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            HONEST[name, f.__name__] = f
        return f

    return register


def sequential(x: Tensor) -> Tensor:
    """Sum over the last axis from left to right in float32."""
    total = torch.zeros(x.shape[:-1])
    for i in range(x.shape[-1]):
        total = total + x[..., i]
    return total


def lanes_sum(x: Tensor, width: int) -> Tensor:
    """Sum as a vector unit makes it: `width` partial sums, then those from left to right, then the tail."""
    full = x.shape[-1] // width * width
    parts = torch.zeros(*x.shape[:-1], width)
    for i in range(0, full, width):
        parts = parts + x[..., i : i + width]
    total = sequential(parts)
    for i in range(full, x.shape[-1]):
        total = total + x[..., i]
    return total


def pairwise(x: Tensor) -> Tensor:
    while x.shape[-1] > 1:
        if x.shape[-1] % 2:
            x = torch.cat([x, torch.zeros(*x.shape[:-1], 1)], -1)
        x = x[..., 0::2] + x[..., 1::2]
    return x[..., 0]


def kahan(x: Tensor) -> Tensor:
    total, rest = torch.zeros(x.shape[:-1]), torch.zeros(x.shape[:-1])
    for i in range(x.shape[-1]):
        y = x[..., i] - rest
        new = total + y
        rest = (new - total) - y
        total = new
    return total


def rough_exp(x: Tensor) -> Tensor:
    """exp with an error of up to 3.5 ulp of either sign, the same for the same argument."""
    exact = torch.exp(x.double())
    wobble = torch.sin(x.double().clamp(-1000, 1000) * 12345.678) * 3.5 * 2.0**-23
    return (exact * (1 + wobble)).float()


@honest("reduction/sum")
def reversed_order(x: Tensor) -> Tensor:
    return sequential(x.flip(-1))


@honest("reduction/sum")
def eight_lanes(x: Tensor) -> Tensor:
    return lanes_sum(x, 8)


@honest("reduction/sum")
def sixty_four_lanes(x: Tensor) -> Tensor:
    return lanes_sum(x, 64)


@honest("reduction/sum")
def in_pairs(x: Tensor) -> Tensor:
    return pairwise(x)


@honest("reduction/sum")
def compensated(x: Tensor) -> Tensor:
    return kahan(x)


@honest("reduction/sum")
def in_double(x: Tensor) -> Tensor:
    return x.double().sum(-1).float()


@honest("reduction/mean")
def times_reciprocal(x: Tensor) -> Tensor:
    return sequential(x.movedim(1, -1)) * torch.tensor(1.0 / x.shape[1])


@honest("reduction/mean")
def mean_of_scaled(x: Tensor) -> Tensor:
    return pairwise((x / x.shape[1]).movedim(1, -1))


@honest("reduction/mean")
def running_mean(x: Tensor) -> Tensor:
    m = torch.zeros(x.shape[0], x.shape[2])
    for i in range(x.shape[1]):
        m = m + (x[:, i] - m) / (i + 1)
    return m


def welford(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and sum of squared deviations over the last axis."""
    mean, m2 = torch.zeros(x.shape[:-1]), torch.zeros(x.shape[:-1])
    for i in range(x.shape[-1]):
        gap = x[..., i] - mean
        mean = mean + gap / (i + 1)
        m2 = m2 + gap * (x[..., i] - mean)
    return mean, m2


def two_pass(x: Tensor) -> tuple[Tensor, Tensor]:
    mean = sequential(x) / x.shape[-1]
    centred = x - mean[..., None]
    return mean, sequential(centred * centred)


@honest("reduction/var")
def var_welford(x: Tensor) -> Tensor:
    return welford(x)[1] / (x.shape[-1] - 1)


@honest("reduction/var")
def var_two_pass(x: Tensor) -> Tensor:
    return two_pass(x)[1] / (x.shape[-1] - 1)


@honest("normalization/layer_norm")
def ln_welford(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    mean, m2 = welford(x)
    return (x - mean[:, None]) * torch.rsqrt(m2 / x.shape[-1] + eps)[:, None] * weight + bias


@honest("normalization/layer_norm")
def ln_two_pass_divide(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    mean, m2 = two_pass(x)
    return weight * ((x - mean[:, None]) / torch.sqrt(m2 / x.shape[-1] + eps)[:, None]) + bias


@honest("normalization/layer_norm")
def ln_scale_and_shift(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    mean, m2 = two_pass(x)
    scale = (1 / torch.sqrt(m2 / x.shape[-1] + eps))[:, None] * weight
    return x * scale + (bias - mean[:, None] * scale)


@honest("fused/add_layer_norm")
def add_ln_welford(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return ln_welford(x + residual, weight, bias, eps)


@honest("normalization/rms_norm")
def rms_lanes(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return x * (weight * (1 / torch.sqrt(lanes_sum(x * x, 16) / x.shape[-1] + eps))[:, None])


@honest("normalization/rms_norm")
def rms_reversed(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    mean = sequential((x * x).flip(-1)) * torch.tensor(1.0 / x.shape[-1])
    return x / torch.sqrt(mean + eps)[:, None] * weight


@honest("fused/residual_rms_norm")
def residual_rms_lanes(x: Tensor, residual: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    total = x + residual
    return rms_lanes(total, weight, eps), total


def channelwise(rows: Tensor, x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    mean, m2 = welford(rows)
    y = ((rows - mean[..., None]) * torch.rsqrt(m2 / rows.shape[-1] + eps)[..., None]).reshape(x.shape)
    return y * weight[:, None, None] + bias[:, None, None]


@honest("normalization/group_norm")
def gn_welford(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
    return channelwise(x.reshape(x.shape[0], groups, -1), x, weight, bias, eps)


@honest("normalization/instance_norm")
def in_welford(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return channelwise(x.reshape(*x.shape[:2], -1), x, weight, bias, eps)


@honest("normalization/batch_norm")
def bn_welford(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    turned = x.movedim(1, 0).contiguous()
    y = channelwise_rows(turned.reshape(x.shape[1], -1), eps).reshape(turned.shape).movedim(0, 1)
    return y * weight[:, None, None] + bias[:, None, None]


def channelwise_rows(rows: Tensor, eps: float) -> Tensor:
    mean, m2 = welford(rows)
    return (rows - mean[:, None]) / torch.sqrt(m2 / rows.shape[-1] + eps)[:, None]


@honest("softmax/softmax")
def online(x: Tensor) -> Tensor:
    top, total = torch.full(x.shape[:-1], -math.inf), torch.zeros(x.shape[:-1])
    for i in range(x.shape[-1]):
        new = torch.maximum(top, x[:, i])
        total = total * torch.exp(top - new) + torch.exp(x[:, i] - new)
        top = new
    return torch.exp(x - top[:, None]) / total[:, None]


@honest("softmax/softmax")
def online_by_blocks(x: Tensor) -> Tensor:
    top, total = torch.full(x.shape[:-1], -math.inf), torch.zeros(x.shape[:-1])
    for i in range(0, x.shape[-1], 16):
        part = x[:, i : i + 16]
        new = torch.maximum(top, part.amax(-1))
        total = total * rough_exp(top - new) + sequential(rough_exp(part - new[:, None]))
        top = new
    return rough_exp(x - top[:, None]) * (1 / total)[:, None]


@honest("softmax/softmax")
def base_two(x: Tensor) -> Tensor:
    scaled = x * math.log2(math.e)
    e = torch.exp2(scaled - scaled.amax(-1, keepdim=True))
    return e / lanes_sum(e, 16)[:, None]


@honest("softmax/log_softmax")
def log_softmax_rough(x: Tensor) -> Tensor:
    top = x.amax(-1, keepdim=True)
    return x - (top + torch.log(sequential(rough_exp(x - top)))[:, None])


@honest("softmax/logsumexp")
def logsumexp_online(x: Tensor) -> Tensor:
    top, total = x[:, 0].clone(), torch.ones(x.shape[0])
    for i in range(1, x.shape[-1]):
        new = torch.maximum(top, x[:, i])
        total = total * rough_exp(top - new) + rough_exp(x[:, i] - new)
        top = new
    return top + torch.log(total)


@honest("activation/gelu")
def gelu_erfc(x: Tensor) -> Tensor:
    return (x * 0.5 * torch.special.erfc(-x * 0.70710678)).float()


@honest("activation/gelu")
def gelu_polynomial(x: Tensor) -> Tensor:
    """erf after Abramowitz and Stegun 7.1.26 would be too rough (1.5e-7); this one errs by 3.5 ulp of 1."""
    erf = (torch.erf(x.double() * math.sqrt(0.5)) * (1 + 3.5 * 2.0**-23 * torch.sin(x.double() * 777))).float()
    return 0.5 * x * (1 + erf)


@honest("activation/silu")
def silu_divide(x: Tensor) -> Tensor:
    return x / (1 + rough_exp(-x))


@honest("activation/silu")
def silu_flush(x: Tensor) -> Tensor:
    y = x * (1 / (1 + torch.exp(-x)))
    return torch.where(y.abs() < 2.0**-126, torch.zeros(()), y)


@honest("activation/sigmoid")
def sigmoid_rough(x: Tensor) -> Tensor:
    return 1 / (1 + rough_exp(-x))


@honest("activation/sigmoid")
def sigmoid_two_sided(x: Tensor) -> Tensor:
    e = rough_exp(-x.abs())
    return torch.where(x >= 0, 1 / (1 + e), e / (1 + e))


@honest("activation/elu")
def elu_subtract(x: Tensor, alpha: float) -> Tensor:
    return torch.where(x > 0, x, alpha * (rough_exp(x.clamp(max=0)) - 1))


@honest("activation/softplus")
def softplus_two_sided(x: Tensor) -> Tensor:
    return x.clamp(min=0) + torch.log1p(rough_exp(-x.abs()))


@honest("activation/mish")
def mish_rational(x: Tensor) -> Tensor:
    e = rough_exp(x.clamp(max=20))
    n = e * (e + 2)
    return torch.where(x > 20, x, x * (n / (n + 2)))


@honest("activation/tanh")
def tanh_expm1(x: Tensor) -> Tensor:
    t = torch.expm1(2 * x.abs().clamp(max=15))
    return torch.copysign(t / (t + 2), x)


@honest("activation/leaky_relu")
def leaky_max(x: Tensor, negative_slope: float) -> Tensor:
    return torch.maximum(x, x * negative_slope)


@honest("activation/hardswish")
def hardswish_times_sixth(x: Tensor) -> Tensor:
    return x * ((x + 3).clamp(0, 6) * torch.tensor(1 / 6))


@honest("activation/relu")
def relu_select(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, -torch.zeros(()))


MATMULS = ("matmul/square", "matmul/tall_skinny", "matmul/large_k")


@honest(*MATMULS)
def rank_one_updates(a: Tensor, b: Tensor) -> Tensor:
    c = torch.zeros(a.shape[0], b.shape[1])
    for k in reversed(range(a.shape[1])):
        c = c + a[:, k, None] * b[k]
    return c


@honest(*MATMULS)
def fused_multiply_add(a: Tensor, b: Tensor) -> Tensor:
    c, a, b = torch.zeros(a.shape[0], b.shape[1]), a.double(), b.double()
    for k in range(a.shape[1]):
        c = (c.double() + a[:, k, None] * b[k]).float()
    return c


@honest(*MATMULS)
def split_k(a: Tensor, b: Tensor) -> Tensor:
    half = a.shape[1] // 2
    return rank_one_updates(a[:, :half], b[:half]) + rank_one_updates(a[:, half:], b[half:])


@honest("matmul/matvec")
def matvec_columns(a: Tensor, x: Tensor) -> Tensor:
    return rank_one_updates(a, x[:, None])[:, 0]


@honest("matmul/matvec")
def matvec_lanes(a: Tensor, x: Tensor) -> Tensor:
    return lanes_sum(a * x, 16)


@honest("matmul/transposed_b")
def transposed_updates(a: Tensor, b: Tensor) -> Tensor:
    return fused_multiply_add(a, b.T)


@honest("matmul/batched")
def batched_updates(a: Tensor, b: Tensor) -> Tensor:
    return torch.stack([rank_one_updates(x, y) for x, y in zip(a, b, strict=True)])


@honest("fused/matmul_bias_gelu")
def gemm_gelu(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return gelu_polynomial(fused_multiply_add(x, weight) + bias)


@honest("fused/matmul_bias_gelu")
def gemm_from_bias(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    c = bias.expand(x.shape[0], -1)
    for k in range(x.shape[1]):
        c = c + x[:, k, None] * weight[k]
    return gelu_polynomial(c)


@honest("fused/bias_gelu_scale")
def bias_gelu_scaled_first(x: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    h = x + bias
    return (h * scale) * (0.5 + 0.5 * torch.erf(h * 0.70710678))


@honest("fused/swiglu")
def swiglu_rough(x: Tensor) -> Tensor:
    gate, up = x.chunk(2, -1)
    return gate * up / (1 + rough_exp(-gate))


@honest("scan/cumsum")
def scan_left_to_right(x: Tensor) -> Tensor:
    y, total = torch.empty_like(x), torch.zeros(x.shape[0])
    for i in range(x.shape[1]):
        total = total + x[:, i]
        y[:, i] = total
    return y


@honest("scan/cumsum")
def scan_in_blocks(x: Tensor) -> Tensor:
    """Local scans of 16, then the scanned totals added."""
    y, carry = torch.empty_like(x), torch.zeros(x.shape[0], 1)
    for i in range(0, x.shape[1], 16):
        y[:, i : i + 16] = torch.cumsum(x[:, i : i + 16], -1) + carry
        carry = y[:, min(i + 15, x.shape[1] - 1), None]
    return y


@honest("scan/cumsum")
def scan_by_doubling(x: Tensor) -> Tensor:
    y, step = x.clone(), 1
    while step < x.shape[1]:
        y = torch.cat([y[:, :step], y[:, step:] + y[:, :-step]], 1)
        step *= 2
    return y


@honest("stencil/jacobi2d")
def jacobi_other_order(u: Tensor) -> Tensor:
    return ((u[1:-1, 2:] + u[2:, 1:-1]) + (u[1:-1, :-2] + u[:-2, 1:-1])) / 4


@honest("stencil/jacobi2d")
def jacobi_scaled_first(u: Tensor) -> Tensor:
    v = u * 0.25
    return v[1:-1, 2:] + v[1:-1, :-2] + v[2:, 1:-1] + v[:-2, 1:-1]


@honest("blas1/dot")
def dot_lanes(x: Tensor, y: Tensor) -> Tensor:
    return lanes_sum(x * y, 64)


@honest("blas1/dot")
def dot_reversed(x: Tensor, y: Tensor) -> Tensor:
    return pairwise((x * y).flip(-1))


@honest("blas1/axpy")
def axpy_fused(x: Tensor, y: Tensor, alpha: float) -> Tensor:
    return (alpha * x.double() + y.double()).float()


@honest("loss/mse")
def mse_lanes(*tensors: Tensor) -> Tensor:
    gap = tensors[0] - tensors[1]
    return lanes_sum((gap * gap).reshape(-1), 64) / gap.numel()


@honest("loss/huber")
def huber_lanes(x: Tensor, y: Tensor, delta: float) -> Tensor:
    gap = (x - y).abs()
    small = gap.clamp(max=delta)
    return lanes_sum((small * (gap - 0.5 * small)).reshape(-1), 64) * torch.tensor(1.0 / gap.numel())


@honest("optimizer/adam")
def adam_fused(  # noqa: PLR0917
    grad: Tensor, param: Tensor, m: Tensor, v: Tensor, lr: float, beta1: float, beta2: float, eps: float, step: int
) -> tuple[Tensor, Tensor, Tensor]:
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad * grad - v)
    size = lr / (1 - beta1**step)
    return param - size * m * (1 / (torch.sqrt(v) * (1 / math.sqrt(1 - beta2**step)) + eps)), m, v


@honest("optimizer/sgd_momentum")
def sgd_fused(grad: Tensor, param: Tensor, momentum: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
    momentum = (mu * momentum.double() + grad.double()).float()
    return (param.double() - lr * momentum.double()).float(), momentum


@honest("reduction/argmax")
def argmax_last_of_equals(x: Tensor) -> Tensor:
    return x.shape[-1] - 1 - x.flip(-1).argmax(-1)


@honest("reduction/max")
def max_by_halves(x: Tensor) -> Tensor:
    return torch.maximum(x[:, : x.shape[1] // 2 + 1].amax(-1), x[:, x.shape[1] // 2 :].amax(-1))


@honest("broadcast/scale_shift")
def scale_shift_fused(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return (x.double() * scale.double()[:, None] + shift.double()[:, None]).float()
