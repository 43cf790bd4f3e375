"""Mean and variance over a part of a tensor, then a scale and a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Draw, Family, Numerics
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    import torch.nn.functional as F
    from torch import Tensor


def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """(x - mean) / sqrt(var + eps) * weight + bias, statistics over the last axis."""
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)


def layer_norm_shadow(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    spread = (x.var(-1, correction=0, keepdim=True) + eps).rsqrt()
    return (x.abs() + x.abs().mean(-1, keepdim=True)) * spread * weight.abs() + bias.abs()


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """x / sqrt(mean(x * x) + eps) * weight over the last axis."""
    return F.rms_norm(x, x.shape[-1:], weight, eps)


def rms_norm_shadow(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return F.rms_norm(x, x.shape[-1:], weight, eps).abs()


def group_norm(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
    """Normalise each of `groups` groups of channels of each sample; scale and shift by channel."""
    return F.group_norm(x, groups, weight, bias, eps)


def group_norm_shadow(x: Tensor, weight: Tensor, bias: Tensor, groups: int, eps: float) -> Tensor:
    g = x.reshape(x.shape[0], groups, -1)
    mean, n = g.mean(-1, keepdim=True), g.shape[-1]
    squares = (g - mean).square()
    # a single f32 accumulator outgrows the squares of a long row; 4 = 8 / 2 allows twice what it does to these, and the root halves it
    plain = torch.from_numpy(squares.float().numpy().cumsum(-1)[..., -1:]).double()
    stagnation = ((plain - squares.sum(-1, keepdim=True)).abs() / (squares.sum(-1, keepdim=True) + n * eps)) / (8 * 2**-24 * n**0.5)
    spread = (squares.mean(-1, keepdim=True) + eps).rsqrt()
    s = ((g.abs() + g.abs().mean(-1, keepdim=True) + (g - mean).abs() * stagnation) * spread).reshape(x.shape)
    return s * weight.abs()[:, None, None] + bias.abs()[:, None, None]


def instance_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Normalise each channel of each sample; scale and shift by channel."""
    return F.instance_norm(x, weight=weight, bias=bias, eps=eps)


def instance_norm_shadow(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    spread = (x.var((2, 3), correction=0, keepdim=True) + eps).rsqrt()
    s = (x.abs() + x.abs().mean((2, 3), keepdim=True)) * spread
    return s * weight.abs()[:, None, None] + bias.abs()[:, None, None]


def batch_norm(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    """Normalise each channel over the whole batch with the batch's own statistics; scale and shift by channel."""
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=eps)


def batch_norm_shadow(x: Tensor, weight: Tensor, bias: Tensor, eps: float) -> Tensor:
    g = x.movedim(1, 0).flatten(1)
    mean, n = g.mean(-1, keepdim=True), g.shape[-1]
    squares = (g - mean).square()
    plain = torch.from_numpy(squares.float().numpy().cumsum(-1)[..., -1:]).double()  # as for group_norm
    stagnation = ((plain - squares.sum(-1, keepdim=True)).abs() / (squares.sum(-1, keepdim=True) + n * eps)) / (8 * 2**-24 * n**0.5)
    spread = (squares.mean(-1, keepdim=True) + eps).rsqrt()
    s = (g.abs() + g.abs().mean(-1, keepdim=True) + (g - mean).abs() * stagnation) * spread
    s = s.unflatten(1, (x.shape[0], *x.shape[2:])).movedim(0, 1)
    return s * weight.abs()[:, None, None] + bias.abs()[:, None, None]


ROWS = {"ci": "N=61 M=1021", "cpu": "N=2048 M=1024", "gpu": "N=16384 M=4096", "paper": "N=16 M=4194304"}
IMAGES = {"ci": "N=3 C=16 H=31 W=33", "cpu": "N=16 C=32 H=64 W=64", "gpu": "N=32 C=64 H=128 W=128", "paper": "N=112 C=64 H=512 W=512"}
IMAGE_TENSORS = "x[N,C,H,W], weight weight[C], weight bias[C] -> y[N,C,H,W]"
EPS = {"eps": 1e-5}
NORMAL = Draw("normal")
SMALL = (Family("small", (("x", Draw("normal", 0.0, 3e-3)), ("weight", NORMAL), ("bias", NORMAL))),)
"""A variance of the size of eps: an eps that is left out, or added to the deviation, shows here alone."""
SMALL_RMS = (Family("small", (("x", Draw("normal", 0.0, 3e-3)), ("weight", NORMAL))),)

TASKS = (
    define("normalization/layer_norm", layer_norm, "x[N,M], weight weight[M], weight bias[M] -> y[N,M]", flops="8*N*M",
           profiles=ROWS, scalars=EPS, numerics=Numerics(length="M", depth=6), shadow=layer_norm_shadow,
           exact=SMALL),
    define("normalization/rms_norm", rms_norm, "x[N,M], weight weight[M] -> y[N,M]", flops="4*N*M",
           profiles=ROWS, scalars=EPS, numerics=Numerics(length="M", depth=5), shadow=rms_norm_shadow,
           exact=SMALL_RMS),
    define("normalization/group_norm", group_norm, IMAGE_TENSORS, flops="8*N*C*H*W", constraints=("C % 8 == 0", "N*C*H*W >= 16"),
           profiles=IMAGES, scalars={"groups": 8, **EPS}, numerics=Numerics(length="C//8*H*W", depth=6), shadow=group_norm_shadow,
           exact=SMALL),
    define("normalization/instance_norm", instance_norm, IMAGE_TENSORS, flops="8*N*C*H*W", constraints=("N*C >= 1", "H*W >= 2"),
           profiles=IMAGES, scalars=EPS, numerics=Numerics(length="H*W", depth=6), shadow=instance_norm_shadow,
           exact=SMALL),
    define("normalization/batch_norm", batch_norm, IMAGE_TENSORS, flops="8*N*C*H*W", constraints=("C >= 1", "N*H*W >= 2"),
           profiles=IMAGES, scalars=EPS, numerics=Numerics(length="N*H*W", depth=6), shadow=batch_norm_shadow,
           exact=SMALL),
)  # fmt: skip
