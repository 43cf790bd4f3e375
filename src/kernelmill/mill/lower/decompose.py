"""Which ATen operations torch breaks down and which stay whole because one nest (or a few) says more than many."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch._decomp import get_decompositions

#: Operations that torch would decompose but that `pointwise` and friends lower in one nest.
WHOLE = (
    "silu", "mish", "softplus", "hardswish", "hardsigmoid", "hardtanh", "elu", "leaky_relu", "relu6", "log_sigmoid_forward", "celu",
    "nll_loss_forward", "nll_loss2d_forward",
    "addmm", "addmv", "baddbmm", "mv", "dot", "vdot", "rsub", "lerp", "addcmul", "addcdiv", "xlogy", "logsumexp", "flip",
    "native_layer_norm", "native_group_norm", "var_mean", "softshrink", "hardshrink", "threshold", "masked_fill", "native_batch_norm",
    "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "triu", "tril", "clamp_min", "clamp_max", "square",
    "constant_pad_nd", "linalg_vector_norm", "cumprod",
    "tanhshrink", "std", "var", "hypot", "select_scatter", "slice_scatter", "roll", "_unsafe_view",
    "std_mean", "max_pool2d_with_indices", "avg_pool2d", "avg_pool1d", "avg_pool3d", "_adaptive_avg_pool2d", "_adaptive_avg_pool3d",
    "adaptive_avg_pool1d", "count_nonzero",
)  # fmt: skip

#: Interpolation: what users call has no default decomposition.
_RESIZE = ("upsample_nearest1d", "upsample_nearest2d", "upsample_nearest3d", "upsample_linear1d", "upsample_bilinear2d",
           "upsample_trilinear3d", "upsample_bicubic2d")  # fmt: skip


@lru_cache(maxsize=1)
def table() -> dict[Any, Callable[..., Any]]:
    """Decompositions: torch's for core ATen without the operations kept whole, with attention written out our way."""
    found = torch.export.default_decompositions()
    for overload in list(found.keys()):
        if isinstance(overload, torch._ops.OpOverload) and overload.name().removeprefix("aten::").split(".")[0] in WHOLE:
            found.pop(overload)
    found.update(get_decompositions([getattr(torch.ops.aten, name).vec for name in _RESIZE]))
    found[torch.ops.aten.scaled_dot_product_attention.default] = attention
    return found


def attention(  # noqa: PLR0917 (the signature is ATen's)
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attn_mask: torch.Tensor | None = None, dropout_p: float = 0.0,
    is_causal: bool = False, *, scale: float | None = None, enable_gqa: bool = False,
) -> torch.Tensor:  # fmt: skip
    """Scaled dot-product attention as products, a mask and a softmax; the scale is applied once, to the scores."""
    if enable_gqa:
        repeats = query.shape[-3] // key.shape[-3]
        key, value = (t.repeat_interleave(repeats, -3) for t in (key, value))
    factor = scale if scale is not None else 1.0 / torch.sym_sqrt(query.shape[-1])
    scores = torch.matmul(query, key.transpose(-2, -1)) * factor
    if is_causal:
        rows = torch.arange(query.shape[-2], device=query.device)[:, None]
        columns = torch.arange(key.shape[-2], device=query.device)[None, :]
        scores = torch.where(columns <= rows, scores, float("-inf"))
    if attn_mask is not None:
        scores = torch.where(attn_mask, scores, float("-inf")) if attn_mask.dtype == torch.bool else scores + attn_mask
    return torch.matmul(torch.softmax(scores, -1), value)
