"""Wrong kernels, continued: activations, scans, losses, optimizers and chains."""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from bench import chop
from mutants import mutant, norm
from torch import Tensor


@mutant("activation/gelu")
def gelu_tanh(x: Tensor) -> Tensor:
    return F.gelu(x, approximate="tanh")


@mutant("activation/gelu")
def gelu_sigmoid(x: Tensor) -> Tensor:
    return x * torch.sigmoid(1.702 * x)


@mutant("activation/gelu")
def gelu_rough_erf(x: Tensor) -> Tensor:
    t = 1 / (1 + 0.47047 * x.abs() * 0.70710678)
    erf = torch.copysign(1 - t * (0.3480242 + t * (-0.0958798 + t * 0.7478556)) * torch.exp(-x * x / 2), x)
    return 0.5 * x * (1 + erf)


@mutant("activation/relu")
def relu_input(x: Tensor) -> Tensor:
    return x


@mutant("activation/relu")
def relu_magnitude(x: Tensor) -> Tensor:
    return x.abs()


@mutant("activation/leaky_relu")
def leaky_slope(x: Tensor, negative_slope: float) -> Tensor:
    return F.leaky_relu(x, 0.0100001)


@mutant("activation/elu")
def elu_no_one(x: Tensor, alpha: float) -> Tensor:
    return torch.where(x > 0, x, alpha * torch.exp(x))


@mutant("activation/silu")
def silu_hard(x: Tensor) -> Tensor:
    return F.hardswish(x)


def _fast_exp(x: Tensor) -> Tensor:
    """Schraudolph's exp by bits: 4 % off."""
    bits = (x.clamp(-87, 88).double() * (2**23 / math.log(2)) + 127 * 2**23 - 366393).to(torch.int32)
    return bits.view(torch.float32)


@mutant("activation/sigmoid")
def sigmoid_fast(x: Tensor) -> Tensor:
    return 1 / (1 + _fast_exp(-x))


@mutant("activation/sigmoid")
def sigmoid_by_half_tanh(x: Tensor) -> Tensor:
    return chop(0.5 * torch.tanh(0.5 * x) + 0.5, 14)


@mutant("activation/tanh")
def tanh_rational(x: Tensor) -> Tensor:
    y = x.clamp(-3, 3)
    return y * (27 + y * y) / (27 + 9 * y * y)


@mutant("activation/softplus")
def softplus_threshold(x: Tensor) -> Tensor:
    return F.softplus(x, threshold=5)


@mutant("activation/mish")
def mish_without_tanh(x: Tensor) -> Tensor:
    return x * F.softplus(x)


@mutant("activation/hardswish")
def hardswish_unclamped(x: Tensor) -> Tensor:
    return x * (x + 3).clamp(min=0) / 6


@mutant("scan/cumsum")
def exclusive(x: Tensor) -> Tensor:
    return torch.cumsum(x, -1) - x


@mutant("scan/cumsum")
def no_reset(x: Tensor) -> Tensor:
    return torch.cumsum(x.reshape(-1), -1).view(x.shape)


@mutant("scan/cumsum")
def carry_lost(x: Tensor) -> Tensor:
    return torch.cat([torch.cumsum(p, -1) for p in x.split(64, -1)], -1)


@mutant("stencil/jacobi2d")
def jacobi_centre(u: Tensor) -> Tensor:
    return 0.2 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] + u[1:-1, 1:-1])


@mutant("stencil/jacobi2d")
def jacobi_three(u: Tensor) -> Tensor:
    return 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + 2 * u[1:-1, :-2])


@mutant("blas1/dot")
def dot_tf32_products(x: Tensor, y: Tensor) -> Tensor:
    return chop(x * y, 11).sum()


@mutant("blas1/dot")
def dot_without_last(x: Tensor, y: Tensor) -> Tensor:
    return torch.dot(x[:-1], y[:-1])


@mutant("blas1/axpy")
def axpy_plus(x: Tensor, y: Tensor, alpha: float) -> Tensor:
    return y - alpha * x


@mutant("loss/mse")
def mse_sum(x: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(x, y, reduction="sum")


@mutant("loss/mse")
def mse_last_missing(x: Tensor, y: Tensor) -> Tensor:
    gap = (x - y).reshape(-1)
    return (gap[:-1] * gap[:-1]).sum() / gap.numel()


@mutant("loss/mse")
def mse_without_last_row(x: Tensor, y: Tensor) -> Tensor:
    return F.mse_loss(x[: max(len(x) - 1, 1)], y[: max(len(x) - 1, 1)])


@mutant("loss/huber")
def huber_other_delta(x: Tensor, y: Tensor, delta: float) -> Tensor:
    return F.huber_loss(x, y, delta=2 * delta)


@mutant("loss/huber")
def huber_smooth_l1(x: Tensor, y: Tensor, delta: float) -> Tensor:
    return F.mse_loss(x, y) * 0.5


@mutant("loss/cross_entropy")
def ce_first_class(x: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(x, torch.zeros_like(target))


@mutant("loss/cross_entropy")
def ce_sum(x: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(x, target, reduction="sum")


@mutant("loss/cross_entropy")
def ce_no_maximum(x: Tensor, target: Tensor) -> Tensor:
    return (torch.log(torch.exp(x).sum(-1)) - x.gather(1, target[:, None])[:, 0]).mean()


@mutant("loss/kl_div")
def kl_mean(x: Tensor, target: Tensor) -> Tensor:
    return F.kl_div(x, target, reduction="sum") / x.numel()


@mutant("loss/kl_div")
def kl_entropy_forgotten(x: Tensor, target: Tensor) -> Tensor:
    return -(target * x).sum() / x.shape[0]


def _adam(grad: Tensor, param: Tensor, m: Tensor, v: Tensor, **o: Any) -> tuple[Tensor, Tensor, Tensor]:
    m = o["beta1"] * m + (1 - o["beta1"]) * grad
    v = o["beta2"] * v + (1 - o["beta2"]) * grad * grad
    m_hat = m / (1 - o["beta1"] ** o["step"]) if o.get("correct", True) else m
    v_hat = v / (1 - o["beta2"] ** o["step"]) if o.get("correct", True) else v
    root = torch.sqrt(v_hat + o["eps"]) if o.get("inside") else torch.sqrt(v_hat) + o["eps"] * o.get("eps_on", 1)
    return param - o["lr"] * m_hat / root, m, v


@mutant("optimizer/adam")
def adam_uncorrected(*tensors: Tensor, **o: Any) -> tuple[Tensor, Tensor, Tensor]:
    return _adam(*tensors, **o, correct=False)


@mutant("optimizer/adam")
def adam_eps_inside(*tensors: Tensor, **o: Any) -> tuple[Tensor, Tensor, Tensor]:
    return _adam(*tensors, **o, inside=True)


@mutant("optimizer/adam")
def adam_no_eps(*tensors: Tensor, **o: Any) -> tuple[Tensor, Tensor, Tensor]:
    return _adam(*tensors, **o, eps_on=0)


@mutant("optimizer/adam")
def adam_moment_kept(grad: Tensor, param: Tensor, m: Tensor, v: Tensor, **o: Any) -> tuple[Tensor, Tensor, Tensor]:
    return _adam(grad, param, m, v, **o)[0], m, v


@mutant("optimizer/sgd_momentum")
def sgd_old_momentum(grad: Tensor, param: Tensor, momentum: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
    return param - lr * momentum, mu * momentum + grad


@mutant("fused/bias_gelu_scale")
def bias_after(x: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    return (F.gelu(x) + bias) * scale


@mutant("fused/residual_rms_norm")
def residual_forgotten(x: Tensor, residual: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    return F.rms_norm(x, x.shape[-1:], weight, eps), x + residual


@mutant("fused/residual_rms_norm")
def residual_no_eps(x: Tensor, residual: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    return F.rms_norm(x + residual, x.shape[-1:], weight, 0.0), x + residual


@mutant("fused/matmul_bias_gelu")
def gemm_gelu_tanh(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.gelu(x @ weight + bias, approximate="tanh")


@mutant("fused/swiglu")
def halves_swapped(x: Tensor) -> Tensor:
    up, gate = x.chunk(2, -1)
    return F.silu(gate) * up


@mutant("fused/add_layer_norm")
def add_ln_no_eps(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    return norm(x + residual, 0.0) * weight + bias


@mutant("broadcast/add_bias")
def bias_by_row(x: Tensor, bias: Tensor) -> Tensor:
    return x + bias[torch.arange(x.shape[0]) % bias.shape[0]][:, None]


@mutant("broadcast/scale_shift")
def shift_first(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return (x + shift[:, None]) * scale[:, None]


@mutant("broadcast/outer_sum")
def outer_product(a: Tensor, b: Tensor) -> Tensor:
    return a[:, None] * b[None, :]
