"""Composite ATen operations written out in primitive ones, so that Monte-Carlo arithmetic sees the roundings inside them.

`softmax` perturbed as one operation would hide that exp amplifies the rounding of its argument. The table holds the textbook form of each;
what is missing here is taken from `torch._decomp`, and what is missing there counts as primitive.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    Tensor = torch.Tensor


def _softmax(x: Tensor, dim: int, half_to_float: bool = False) -> Tensor:
    e = (x - x.amax(dim, keepdim=True)).exp()
    return e / e.sum(dim, keepdim=True)


def _log_softmax(x: Tensor, dim: int, half_to_float: bool = False) -> Tensor:
    shifted = x - x.amax(dim, keepdim=True)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def _logsumexp(x: Tensor, dim: Any, keepdim: bool = False) -> Tensor:
    top = x.amax(dim, keepdim=True)
    top = top.where(top.isfinite(), top.new_zeros(()))
    total = (x - top).exp().sum(dim, keepdim=True).log() + top
    return total if keepdim else total.squeeze(dim)


def _moments(x: Tensor, dims: Any, correction: float, keepdim: bool) -> tuple[Tensor, Tensor]:
    dims = list(range(x.ndim)) if dims is None or dims == [] else dims
    count = math.prod(x.shape[d] for d in ([dims] if isinstance(dims, int) else dims))
    mean = x.sum(dims, keepdim=True) / count
    variance = ((x - mean) * (x - mean)).sum(dims, keepdim=keepdim) / max(count - correction, 0)
    return variance, mean if keepdim else mean.squeeze(dims)


def _var(x: Tensor, dim: Any = None, *, correction: float | None = None, keepdim: bool = False) -> Tensor:
    return _moments(x, dim, 1 if correction is None else correction, keepdim)[0]


def _std(x: Tensor, dim: Any = None, *, correction: float | None = None, keepdim: bool = False) -> Tensor:
    return _var(x, dim, correction=correction, keepdim=keepdim).sqrt()


def _var_mean(x: Tensor, dim: Any = None, *, correction: float | None = None, keepdim: bool = False) -> tuple[Tensor, Tensor]:
    return _moments(x, dim, 1 if correction is None else correction, keepdim)


def _affine(y: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def _layer_norm(x: Tensor, shape: Any, weight: Tensor | None, bias: Tensor | None, eps: float) -> tuple[Tensor, Tensor, Tensor]:
    variance, mean = _moments(x, list(range(x.ndim - len(shape), x.ndim)), 0, True)
    scale = (variance + eps).rsqrt()
    return _affine((x - mean) * scale, weight, bias), mean, scale


def _per_channel(weight: Any, x: Tensor) -> Any:
    return None if weight is None else weight.view(1, -1, *([1] * (x.ndim - 2)))


def _group_norm(  # noqa: PLR0917 (the arguments of the operation)
    x: Tensor, weight: Tensor | None, bias: Tensor | None, batch: int, channels: int, inner: int, groups: int, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    rows = x.reshape(batch, groups, -1)
    variance, mean = _moments(rows, [-1], 0, True)
    scale = (variance + eps).rsqrt()
    y = ((rows - mean) * scale).reshape(x.shape)
    return _affine(y, _per_channel(weight, x), _per_channel(bias, x)), mean.squeeze(-1), scale.squeeze(-1)


def _batch_norm(  # noqa: PLR0917
    x: Tensor, weight: Any, bias: Any, mean: Any, var: Any, training: bool, momentum: float, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    if training:
        var, mean = _moments(x, [d for d in range(x.ndim) if d != 1], 0, False)
    scale = (var + eps).rsqrt()
    y = (x - _per_channel(mean, x)) * _per_channel(scale, x)
    return _affine(y, _per_channel(weight, x), _per_channel(bias, x)), mean, scale


def _gelu(x: Tensor, *, approximate: str = "none") -> Tensor:
    if approximate == "tanh":
        return 0.5 * x * (1 + ((x + 0.044715 * (x * x * x)) * math.sqrt(2 / math.pi)).tanh())
    return 0.5 * x * (1 + (x * math.sqrt(0.5)).erf())


def _elu(x: Tensor, alpha: float = 1.0, scale: float = 1.0, input_scale: float = 1.0) -> Tensor:
    return (x * scale).where(x > 0, ((x.clamp(max=0) * input_scale).exp() - 1) * (alpha * scale))


def _silu(x: Tensor) -> Tensor:
    return x / (1 + (-x).exp())


def _softplus(x: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    scaled = x * beta
    return x.where(scaled > threshold, scaled.clamp(max=threshold).exp().log1p() / beta)


def _mish(x: Tensor) -> Tensor:
    return x * _softplus(x).tanh()


def _reduce(loss: Tensor, reduction: int) -> Tensor:
    return loss if reduction == 0 else loss.mean() if reduction == 1 else loss.sum()


def _mse(x: Tensor, y: Tensor, reduction: int = 1) -> Tensor:
    return _reduce((x - y) * (x - y), reduction)


def _huber(x: Tensor, y: Tensor, reduction: int = 1, delta: float = 1.0) -> Tensor:
    gap = (x - y).abs()
    return _reduce((0.5 * gap * gap).where(gap <= delta, delta * (gap - 0.5 * delta)), reduction)


def _smooth_l1(x: Tensor, y: Tensor, reduction: int = 1, beta: float = 1.0) -> Tensor:
    gap = (x - y).abs()
    return _reduce((0.5 * gap * gap / beta).where(gap < beta, gap - 0.5 * beta), reduction)


def _attention(
    q: Tensor, k: Tensor, v: Tensor, dropout: float = 0.0, causal: bool = False, *, attn_mask: Any = None, scale: float | None = None
) -> tuple[Tensor, Tensor]:
    scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if causal:
        keep = scores.new_ones(scores.shape[-2:]).tril().bool()
        scores = scores.masked_fill(~keep, -math.inf)
    if attn_mask is not None:
        scores = scores + attn_mask
    return _softmax(scores, -1) @ v, _logsumexp(scores, -1)


TABLE: dict[str, Callable[..., Any]] = {
    "_softmax.default": _softmax,
    "_log_softmax.default": _log_softmax,
    "logsumexp.default": _logsumexp,
    "var.correction": _var,
    "std.correction": _std,
    "var_mean.correction": _var_mean,
    "native_layer_norm.default": _layer_norm,
    "native_group_norm.default": _group_norm,
    "native_batch_norm.default": _batch_norm,
    "gelu.default": _gelu,
    "elu.default": _elu,
    "silu.default": _silu,
    "softplus.default": _softplus,
    "mish.default": _mish,
    "mse_loss.default": _mse,
    "huber_loss.default": _huber,
    "smooth_l1_loss.default": _smooth_l1,
    "_scaled_dot_product_flash_attention_for_cpu.default": _attention,
}
"""ATen overload -> its definition in primitive operations. Same arguments and results as the operation."""

_FROM_TORCH = """
    hardswish hardsigmoid celu selu glu log_sigmoid_forward addcdiv addcmul lerp norm linalg_vector_norm binary_cross_entropy
    binary_cross_entropy_with_logits soft_margin_loss nll_loss_forward _native_batch_norm_legit
    _native_batch_norm_legit_no_training _fused_rms_norm _euclidean_dist _cdist_forward dist logaddexp
"""
FROM_TORCH = frozenset(_FROM_TORCH.split())
"""Operations whose decomposition is torch's own."""


def lookup(func: Any) -> Callable[..., Any] | None:
    """The definition of an ATen overload in primitive operations, or None where it is primitive."""
    name = str(func).removeprefix("aten.")
    if name in TABLE:
        return TABLE[name]
    if name.partition(".")[0] in FROM_TORCH:
        from torch._decomp import decomposition_table

        return decomposition_table.get(func)
    return None
