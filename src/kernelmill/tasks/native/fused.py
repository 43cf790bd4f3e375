"""Chains that a library runs as several passes and one kernel does in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Draw, Family, Numerics
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    import torch.nn.functional as F
    from torch import Tensor


def bias_gelu_scale(x: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    """gelu(x + bias) * scale, both per column."""
    return F.gelu(x + bias) * scale


def bias_gelu_scale_shadow(x: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    h = x.abs() + bias.abs()
    return h * (1 + torch.erf(h * 0.7071067811865476)) * scale.abs()


def residual_rms_norm(x: Tensor, residual: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    """The sum of both inputs and its rms_norm over the last axis, as a transformer block passes them on."""
    total = x + residual
    return F.rms_norm(total, total.shape[-1:], weight, eps), total


def residual_rms_norm_shadow(x: Tensor, residual: Tensor, weight: Tensor, eps: float) -> tuple[Tensor, Tensor]:
    total, bound = x + residual, x.abs() + residual.abs()
    return bound * weight.abs() * (total.square().mean(-1, keepdim=True) + eps).rsqrt(), bound


def matmul_bias_gelu(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """gelu(x @ weight + bias)."""
    return F.gelu(x @ weight + bias)


def matmul_bias_gelu_shadow(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return 1.2 * (x.abs() @ weight.abs() + bias.abs())  # gelu's slope is at most 1.13


def swiglu(x: Tensor) -> Tensor:
    """silu of the first half of every row times its second half."""
    gate, up = x.chunk(2, dim=-1)
    return F.silu(gate) * up


def swiglu_shadow(x: Tensor) -> Tensor:
    gate, up = x.chunk(2, dim=-1)
    return (gate * up).abs() * 1e-31  # see silu


def add_layer_norm(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """layer_norm of the sum of both inputs over the last axis."""
    total = x + residual
    return F.layer_norm(total, total.shape[-1:], weight, bias, eps)


def add_layer_norm_shadow(x: Tensor, residual: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    bound = x.abs() + residual.abs()
    spread = ((x + residual).var(-1, correction=0, keepdim=True) + eps).rsqrt()
    return (bound + bound.mean(-1, keepdim=True)) * spread * weight.abs() + bias.abs()


ROWS = {"ci": "N=61 M=1021", "cpu": "N=2048 M=1024", "gpu": "N=16384 M=4096", "paper": "N=32768 M=8192"}
NORMAL, TINY = Draw("normal"), Draw("normal", 0.0, 2e-3)
SMALL_SUM = (("x", TINY), ("residual", TINY), ("weight", NORMAL))
"""A variance of the size of eps, as in the normalizations."""

TASKS = (
    define("fused/bias_gelu_scale", bias_gelu_scale, "x[N,M], weight bias[M], weight scale[M] -> y[N,M]", flops="6*N*M",
           profiles=ROWS, numerics=Numerics(depth=6), shadow=bias_gelu_scale_shadow),
    define("fused/residual_rms_norm", residual_rms_norm, "x[N,M], residual[N,M], weight weight[M] -> y[N,M], total[N,M]",
           flops="5*N*M", profiles=ROWS, scalars={"eps": 1e-5}, numerics=Numerics(length="M", depth=6),
           shadow=residual_rms_norm_shadow, exact=(Family("small", SMALL_SUM),)),
    define("fused/matmul_bias_gelu", matmul_bias_gelu, "x[M,K], weight weight[K,N], weight bias[N] -> y[M,N]",
           flops="2*M*K*N + 5*M*N", numerics=Numerics(length="K", depth=6), shadow=matmul_bias_gelu_shadow,
           profiles={"ci": "M=61 K=131 N=251", "cpu": "M=512 K=1024 N=1024", "gpu": "M=4096 K=4096 N=4096",
                     "paper": "M=1024 K=8192 N=8192"}),
    define("fused/swiglu", swiglu, "x[N,2*M] -> y[N,M]", flops="5*N*M", profiles=ROWS, numerics=Numerics(depth=5),
           shadow=swiglu_shadow),
    define("fused/add_layer_norm", add_layer_norm, "x[N,M], residual[N,M], weight weight[M], weight bias[M] -> y[N,M]",
           flops="9*N*M", profiles=ROWS, scalars={"eps": 1e-5}, numerics=Numerics(length="M", depth=7),
           shadow=add_layer_norm_shadow, exact=(Family("small", (*SMALL_SUM, ("bias", NORMAL))),)),
)  # fmt: skip
