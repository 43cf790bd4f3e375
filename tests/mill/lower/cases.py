"""Small computations over many ATen operations: (name, signature, function of the inputs)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F


class Case(NamedTuple):
    """One computation; axes of the signature are symbolic."""

    name: str
    signature: str
    function: Callable[..., Any]


XY = "x[N,M], z[N,M] -> y[N,M]"
X = "x[N,M] -> y[N,M]"
ROW = "x[N,M] -> y[N]"
IMAGE = "x[N,C,H,W]"
G = torch.Generator


def _attention(x: torch.Tensor, w: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    batch, length, channels = x.shape
    q, k, val = (x @ w).split(channels, dim=2)
    heads = 2
    q, k, val = (t.view(batch, length, heads, channels // heads).transpose(1, 2) for t in (q, k, val))
    scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
    mask = torch.tril(torch.ones(length, length)).view(1, 1, length, length)
    scores = F.softmax(scores.masked_fill(mask == 0, float("-inf")), dim=-1)
    return (scores @ val).transpose(1, 2).contiguous().view(batch, length, channels) @ v


def _relative(x: torch.Tensor, p: torch.Tensor) -> torch.Tensor:
    return torch.cat([x, p.expand(x.shape[0], -1)], dim=1).flip(1).roll(1, 1)


POINTWISE = [
    Case(f"{name}", X, function)
    for name, function in {
        "selu": F.selu, "celu": lambda x: F.celu(x, 0.5), "hardtanh": F.hardtanh, "relu6": F.relu6, "softsign": F.softsign,
        "logsigmoid": F.logsigmoid, "hardsigmoid": F.hardsigmoid, "tanhshrink": F.tanhshrink, "softshrink": F.softshrink,
        "hardshrink": F.hardshrink, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "threshold": lambda x: F.threshold(x, 0.1, 20.0),
        "newgelu": lambda x: 0.5 * x * (1.0 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0)))),
        "softplus_beta": lambda x: F.softplus(x, beta=2.0, threshold=1.0), "clamp": lambda x: x.clamp(-0.5, 0.5), "sign": torch.sign,
        "pow": lambda x: x.abs() ** 1.5 + x**2 - x.abs() ** -0.5, "round": lambda x: torch.round(3 * x) + torch.floor(x) - torch.ceil(x),
        "logs": lambda x: torch.log1p(x.abs()) + torch.log2(x.abs() + 1) + torch.exp2(x),
        "trig": lambda x: x.sin() * x.cos() + torch.atan(x),
        "where": lambda x: torch.where(x > 0, x, 0.1 * x), "remainder": lambda x: torch.remainder(x, 0.3) + torch.fmod(x, 0.4),
        "isnan": lambda x: torch.where(torch.isnan(x / 0.0), torch.ones_like(x), x),
        "logical": lambda x: ((x > 0) & (x < 1) | (x == 2)).float(),
        "floor_div": lambda x: torch.div(x, 0.3, rounding_mode="floor"),
        "nan_to_num": lambda x: torch.nan_to_num(x / 0.0, posinf=5.0, neginf=-5.0),
        "integer": lambda x: (x.long() // 2 + x.int() % 3).to(torch.float32), "double": lambda x: (x.double() * 0.1).float(),
        "masked": lambda x: x.masked_fill(x < 0, -1e9).clamp(min=-5),
        "triu": lambda x: torch.triu(x, 1) + torch.tril(x, -1), "glu": lambda x: F.glu(torch.cat([x, x * 2], 1), dim=1),
        "logaddexp": lambda x: torch.logaddexp(x, -x) + torch.sinc(x),
        "aminmax": lambda x: x - torch.aminmax(x, dim=1, keepdim=True)[0],
        "dropout_off": lambda x: F.dropout(x, 0.5, training=False) + 1,
        "constant_table": lambda x: (x[:, :3] * torch.tensor([1.0, 2.0, 5.0])).sum(1, keepdim=True) + x,
        "inplace": lambda x: x.clone().add_(1).mul_(2).relu_(), "scalar_tensor": lambda x: x + torch.tensor(2.0) * torch.tensor(0.5),
    }.items()
]  # fmt: skip

REDUCTION = [
    Case("min", ROW, lambda x: torch.min(x, dim=1)[0]),
    Case("max_both", "x[N,M] -> y[N], i[N]:i64", lambda x: tuple(torch.max(x, dim=1))),
    Case("argmin_keepdim", "x[N,M] -> y[1,M]:i64", lambda x: torch.argmin(x, dim=0, keepdim=True)),
    Case("argmax_flat", "x[N,M] -> y[]:i64", torch.argmax),
    Case("prod", ROW, lambda x: torch.prod(x, dim=1)),
    Case("any_all", "x[N,M] -> y[N]:bool, z[M]:bool", lambda x: ((x > 1).any(1), (x > -1).all(0))),
    Case("std", "x[N,C,H] -> y[N,1,H]", lambda x: x.std(dim=1, keepdim=True)),
    Case("var_mean", "x[N,M] -> y[M], z[M]", lambda x: torch.var_mean(x, dim=0, correction=0)),
    Case("norms", "x[N,M] -> y[N,M]", lambda x: x / torch.norm(x, p="fro") + F.normalize(x, p=1, dim=1) + x / x.norm(dim=1, keepdim=True)),
    Case("sum_all", "x[N,C,H] -> y[]", lambda x: x.sum() + x.mean() + x.amax((0, 2)).sum()),
    Case("mean_pair", "x[N,C,H,W] -> y[N,C,1,1]", lambda x: torch.mean(x, dim=(2, 3), keepdim=True)),
    Case("count", "x[N,M] -> y[N]:i64", lambda x: (x > 0).sum(1)),
    Case("cumsum_reverse", X, lambda x: x.flip(0).cumsum(0).flip(0)),
    Case("cumsum_exclusive", "x[N,M] -> y[N,M]", lambda x: torch.cumsum(F.pad(x, (1, 0))[:, :-1], 1)),
    Case("cumprod_masked", X, lambda x: torch.cumprod(x * (x > -1), dim=1)),
    Case("flat_softmax", "x[N,C,H] -> y[N,C*H]", lambda x: torch.softmax(x.reshape(x.shape[0], -1), 1)),
    Case("logsumexp_pair", "x[N,C,H] -> y[N]", lambda x: torch.logsumexp(x, dim=(1, 2))),
    Case("softmax_middle", "x[N,C,H] -> y[N,C,H]", lambda x: F.log_softmax(x, dim=1) + F.softmax(x, dim=0)),
    Case("cosine", "x[N,M], z[N,M] -> y[N]", lambda x, z: F.cosine_similarity(x, z, dim=1)),
]

MATMUL = [
    Case("linear", "x[B,T,C], w[O,C], b[O] -> y[B,T,O]", F.linear),
    Case("matmul4", "x[A,B,M,K], z[A,B,K,N] -> y[A,B,M,N]", torch.matmul),
    Case("einsum", "x[B,L,C,D], z[D,K] -> y[B,L,C,K]", lambda x, z: torch.einsum("bijl,lk->bijk", x, z)),
    Case("both_transposed", "x[K,M], z[N,K] -> y[M,N]", lambda x, z: torch.matmul(x.T, z.T)),
    Case("diagonal", "x[N], z[N,M] -> y[N,M]", lambda x, z: torch.diag(x) @ z),
    Case("triangular", "x[N,N], z[N,N] -> y[N,N]", lambda x, z: torch.tril(torch.matmul(torch.tril(x), torch.tril(z)))),
    Case("baddbmm", "x[B,M,N], a[B,M,K], b[B,K,N] -> y[B,M,N]", lambda x, a, b: torch.baddbmm(x, a, b, beta=0.5, alpha=2.0)),
    Case("mlp", "x[N,C], w[8,C], v[3,8] -> y[N,3]", lambda x, w, v: torch.relu(x @ w.T) @ v.T),
    Case("outer", "x[N], z[M] -> y[N,M]", torch.outer),
    Case("attention", "x[B,T,4], w[4,12], v[4,4] -> y[B,T,4]", _attention),
    Case("sdpa", "q[B,2,T,D], k[B,2,S,D], v[B,2,S,E] -> y[B,2,T,E]", F.scaled_dot_product_attention),
    Case("sdpa_causal", "q[B,T,D], k[B,T,D], v[B,T,D] -> y[B,T,D]",
         lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True)),
    Case("sdpa_masked", "q[B,T,D], k[B,S,D], v[B,S,D], m[T,S] -> y[B,T,D]",
         lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m.abs() < 2)),
]  # fmt: skip

SHAPE = [
    Case("cat_flip_roll", "x[N,M], p[M] -> y[N,2*M]", _relative),
    Case("stack", "x[N,M], z[N,M] -> y[N,2,M]", lambda x, z: torch.stack([x, z], 1)),
    Case("permute_copy", "x[N,C,H] -> y[H,N,C]", lambda x: x.permute(2, 0, 1)),
    Case("shuffle", "x[N,6,H] -> y[N,6,H]", lambda x: x.view(x.shape[0], 2, 3, -1).transpose(1, 2).reshape(x.shape[0], 6, -1)),
    Case("pixel_shuffle", "x[N,8,H,W] -> y[N,2,H*2,W*2]", lambda x: F.pixel_shuffle(x, 2)),
    Case("slices", "x[N,M] -> y[N,M-1]", lambda x: x[:, 1:] - x[:, :-1]),
    Case("strided", "x[2*N,M] -> y[N,M]", lambda x: x[0::2] * x[1::2]),
    Case("negative", "x[N,M] -> y[M]", lambda x: x[-1] + x[-2:].sum(0)),
    Case("pad", "x[N,M] -> y[N+3,M+1]", lambda x: F.pad(x, (0, 1, 1, 2), value=2.0)),
    Case("reflect", "x[N,C,M] -> y[N,C,M+3]", lambda x: F.pad(x, (1, 2), mode="reflect")),
    Case("replicate", "x[N,C,H,W] -> y[N,C,H+2,W+2]", lambda x: F.pad(x, (1, 1, 1, 1), mode="replicate")),
    Case("chunks", "x[N,4*M] -> y[N,M]", lambda x: sum(x.chunk(4, 1))),
    Case("repeat", "x[N,M] -> y[2*N,3*M]", lambda x: x.repeat(2, 3)),
    Case("repeat_interleave", "x[N,M] -> y[N,2*M]", lambda x: x.repeat_interleave(2, 1)),
    Case("write_slice", "x[N,M] -> y[N,M]", lambda x: torch.slice_scatter(x, x[:, 1:3] * 2, 1, 1, 3)),
    Case("assign", "x[N,M] -> y[N,M]", lambda x: _assign(x.clone())),
    Case("unfold", "x[N,M] -> y[N,M-2]", lambda x: x.unfold(1, 3, 1).sum(-1)),
    Case("upsample", "x[N,C,H,W] -> y[N,C,H*2,W*2]", lambda x: F.interpolate(x, scale_factor=2, mode="nearest")),
    Case("bilinear", "x[N,C,5,6] -> y[N,C,10,12]", lambda x: F.interpolate(x, size=(10, 12), mode="bilinear")),
    Case("one_hot", "x[N]:i64 -> y[N,5]:i64", lambda x: F.one_hot(x, 5)),
    Case("meshgrid", "x[N], z[M] -> y[N,M]", lambda x, z: sum(torch.meshgrid(x, z, indexing="ij"))),
    Case("arange", "x[N,M] -> y[N,M]", lambda x: x * torch.arange(x.shape[1]) + torch.eye(x.shape[0], x.shape[1])),
]


def _assign(x: torch.Tensor) -> torch.Tensor:
    x[:, 0] = 3.0
    x[1:3] += 1.0
    return x


INDEX = [
    Case("embedding", "t[V,D], i[N,M]:i64 -> y[N,M,D]", lambda t, i: F.embedding(i, t)),
    Case("index_select", "x[N,M], i[K]:i64 -> y[N,K]", lambda x, i: x.index_select(1, i)),
    Case("index", "x[N,M], i[K]:i64, j[K]:i64 -> y[K]", lambda x, i, j: x[i, j]),
    Case("index_middle", "x[N,C,M], i[K,L]:i64 -> y[N,K,L,M]", lambda x, i: x[:, i]),
    Case("gather", "x[N,M], i[N,K]:i64 -> y[N,K]", lambda x, i: x.gather(1, i)),
    Case("scatter", "x[N,M], i[N,1]:i64 -> y[N,M]", lambda x, i: x.scatter(1, i, 5.0)),
    Case("scatter_add", "x[N,M], i[N,K]:i64, s[N,K] -> y[N,M]", lambda x, i, s: x.scatter_add(1, i, s)),
    Case("index_put", "x[N,M], i[K]:i64, s[K,M] -> y[N,M]", lambda x, i, s: torch.index_put(x, (i,), s, accumulate=True)),
]

CONV = [
    Case("conv1d", "x[N,3,L], w[4,3,3], b[4] -> y[N,4,(L-5)//2+1]", lambda x, w, b: F.conv1d(x, w, b, stride=2, dilation=2)),
    Case("conv2d", "x[N,C,H,W], w[O,C,3,3], b[O] -> y[N,O,H,W]", lambda x, w, b: F.conv2d(x, w, b, padding=1)),
    Case("conv2d_stride", "x[N,C,H,W], w[O,C,3,2] -> y[N,O,(H-1)//2+1,W//2+1]", lambda x, w: F.conv2d(x, w, stride=2, padding=1)),
    Case("conv2d_depthwise", "x[N,6,H,W], w[6,1,3,3] -> y[N,6,H-2,W-2]", lambda x, w: F.conv2d(x, w, groups=6)),
    Case("conv2d_grouped", "x[N,4,H,W], w[6,2,3,3], b[6] -> y[N,6,H,W]", lambda x, w, b: F.conv2d(x, w, b, padding="same", groups=2)),
    Case("conv3d", "x[N,2,D,H,W], w[3,2,2,2,2] -> y[N,3,D-1,H-1,W-1]", F.conv3d),
    Case("conv_transpose1d", "x[N,3,L], w[3,4,3], b[4] -> y[N,4,(L-1)*2+2]",
         lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1)),
    Case("conv_transpose2d", "x[N,4,H,W], w[4,3,3,2] -> y[N,6,H+2,W+1]", lambda x, w: F.conv_transpose2d(x, w, groups=2)),
    Case("conv_transpose3d", "x[1,2,D,H,W], w[2,3,2,2,2] -> y[1,3,D*2,H*2,W*2]", partial(F.conv_transpose3d, stride=2)),
    Case("conv_relu_bias", "x[N,2,H,W], w[3,2,3,3], b[3,1,1] -> y[N,3,H-2,W-2]", lambda x, w, b: F.relu(F.conv2d(x, w)) + b),
    Case("conv_norm_pool", "x[N,2,H,W], w[4,2,3,3], s[4], m[4], var[4] -> y[N,4]",
         lambda x, w, s, m, var: F.batch_norm(F.conv2d(x, w), m, var, s, m).relu().mean((2, 3))),
]  # fmt: skip

POOL = [
    Case("max_pool2d", "x[N,C,H,W] -> y[N,C,H//2,W//2]", lambda x: F.max_pool2d(x, 2)),
    Case("max_pool2d_padded", "x[N,C,H,W] -> y[N,C,(H+1)//2,(W+1)//2]", lambda x: F.max_pool2d(x, 3, 2, 1)),
    Case("max_pool_index", "x[N,C,H,W] -> y[N,C,H-1,W-1], i[N,C,H-1,W-1]:i64", lambda x: F.max_pool2d(x, 2, 1, return_indices=True)),
    Case("max_pool1d", "x[N,C,9] -> y[N,C,4]", lambda x: F.max_pool1d(x, 2, 2, dilation=2)),
    Case("max_pool3d", "x[N,C,D,H,W] -> y[N,C,D//2,H//2,W//2]", lambda x: F.max_pool3d(x, 2)),
    Case("avg_pool1d", "x[N,C,L] -> y[N,C,L]", lambda x: F.avg_pool1d(x, 3, 1, 1)),
    Case("avg_pool2d", "x[N,C,H,W] -> y[N,C,H//2,W//2]", lambda x: F.avg_pool2d(x, 2)),
    Case("avg_pool_uncounted", "x[N,C,H,W] -> y[N,C,H,W]", lambda x: F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)),
    Case("avg_pool_ceil", "x[N,C,7,6] -> y[N,C,4,3]", lambda x: F.avg_pool2d(x, 2, ceil_mode=True)),
    Case("max_pool_ceil", "x[N,C,7,6] -> y[N,C,4,3]", lambda x: F.max_pool2d(x, 2, ceil_mode=True)),
    Case("avg_pool3d", "x[N,C,D,H,W] -> y[N,C,D//2,H//2,W//2]", lambda x: F.avg_pool3d(x, 2)),
    Case("global_pool", "x[N,C,H,W] -> y[N,C]", lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1)),
    Case("adaptive_even", "x[N,C,6,4] -> y[N,C,3,2]", lambda x: F.adaptive_avg_pool2d(x, (3, 2))),
    Case("adaptive_uneven", "x[N,C,7,5] -> y[N,C,3,2]", lambda x: F.adaptive_avg_pool2d(x, (3, 2))),
    Case("adaptive_max", "x[N,C,7,5] -> y[N,C,3,2]", lambda x: F.adaptive_max_pool2d(x, (3, 2))),
    Case("lp_pool", "x[N,C,H,W] -> y[N,C,H//2,W//2]", lambda x: F.lp_pool2d(x, 2, 2)),
]

NORM = [
    Case("group_norm", "x[N,6,H,W], w[6], b[6] -> y[N,6,H,W]", lambda x, w, b: F.group_norm(x, 3, w, b)),
    Case("instance_norm1d", "x[N,C,L] -> y[N,C,L]", F.instance_norm),
    Case("layer_norm_many", "x[N,C,4,3], w[4,3], b[4,3] -> y[N,C,4,3]", lambda x, w, b: F.layer_norm(x, (4, 3), w, b)),
    Case("batch_norm_train", "x[N,C,L], w[C], b[C] -> y[N,C,L]", lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)),
    Case("batch_norm_eval", "x[N,C,H,W], m[C], var[C] -> y[N,C,H,W]", F.batch_norm),
    Case("rms", "x[N,C,H] -> y[N,C,H]", lambda x: x / torch.sqrt(torch.mean(x**2, dim=1, keepdim=True) + 1e-5)),
    Case("rms_norm", "x[N,C,4], w[4] -> y[N,C,4]", lambda x, w: F.rms_norm(x, (4,), w)),
    Case("local_response", "x[N,C,H,W] -> y[N,C,H,W]", lambda x: F.local_response_norm(x, 3)),
]

LOSS = [
    Case("nll_weighted", "x[N,C], t[N]:i64, w[C] -> y[]", F.nll_loss),
    Case("cross_entropy_smooth", "x[N,C], t[N]:i64 -> y[]", lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1)),
    Case("cross_entropy_image", "x[N,C,H], t[N,H]:i64 -> y[]", F.cross_entropy),
    Case("cross_entropy_soft", "x[N,C], target[N,C] -> y[]", lambda x, target: F.cross_entropy(x, target.softmax(1))),
    Case("cross_entropy_ignore", "x[N,C], t[N]:i64 -> y[]", lambda x, t: F.cross_entropy(x, t, ignore_index=1, reduction="sum")),
    Case("smooth_l1", XY.replace("y[N,M]", "y[]"), F.smooth_l1_loss),
    Case("hinge", XY.replace("y[N,M]", "y[]"), lambda x, z: torch.mean(torch.clamp(1 - x * z, min=0))),
    Case("kl", XY.replace("y[N,M]", "y[]"), lambda x, z: F.kl_div(F.log_softmax(x, 1), F.softmax(z, 1), reduction="batchmean")),
    Case("triplet", "a[N,M], p[N,M], n[N,M] -> y[]", F.triplet_margin_loss),
    Case("bce", XY.replace("y[N,M]", "y[]"), lambda x, z: F.binary_cross_entropy_with_logits(x, z.sigmoid())),
    Case("bce_plain", XY.replace("y[N,M]", "y[]"), lambda x, z: F.binary_cross_entropy(x.sigmoid(), z.sigmoid())),
    Case("cosine_loss", "x[N,M], z[N,M], t[N] -> y[]", F.cosine_embedding_loss),
]

CASES = (*POINTWISE, *REDUCTION, *MATMUL, *SHAPE, *INDEX, *CONV, *POOL, *NORM, *LOSS)
