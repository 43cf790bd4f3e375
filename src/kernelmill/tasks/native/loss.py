"""Losses: one number from a whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Draw, Family, Numerics
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    import torch.nn.functional as F
    from torch import Tensor


def mse(x: Tensor, target: Tensor) -> Tensor:
    """Mean of the squared differences."""
    return F.mse_loss(x, target)


def mse_shadow(x: Tensor, target: Tensor) -> Tensor:
    # Every term is positive and its own error relative. A single f32 accumulator outgrows the terms of a long sum: its error has one sign
    # and no root of n; 4 = 8 / 2 allows twice what it does to these terms.
    terms = F.mse_loss(x, target, reduction="none")
    plain = float(terms.flatten().float().numpy().cumsum()[-1])
    return (terms.sum() + (plain - terms.sum()).abs() / (4 * 2**-24 * terms.numel() ** 0.5)) / terms.numel()


def cross_entropy(x: Tensor, target: Tensor) -> Tensor:
    """Mean over rows of log(sum(exp(x))) - x[target]."""
    return F.cross_entropy(x, target)


def cross_entropy_shadow(x: Tensor, target: Tensor) -> Tensor:
    picked = x.gather(1, target[:, None])[:, 0].abs()
    return (1 + torch.logsumexp(x, 1).abs() + picked + x.abs().amax(1)).mean()


def huber(x: Tensor, target: Tensor, delta: float) -> Tensor:
    """Mean of a square within delta and a straight line outside."""
    return F.huber_loss(x, target, delta=delta)


def huber_shadow(x: Tensor, target: Tensor, delta: float) -> Tensor:
    terms = F.huber_loss(x, target, delta=delta, reduction="none")  # as for mse
    plain = float(terms.flatten().float().numpy().cumsum()[-1])
    return (terms.sum() + (plain - terms.sum()).abs() / (4 * 2**-24 * terms.numel() ** 0.5)) / terms.numel()


def kl_div(x: Tensor, target: Tensor) -> Tensor:
    """Sum of target * (log(target) - x), with 0 for a target of 0, divided by the number of rows; x are log-probabilities."""
    return F.kl_div(x, target, reduction="batchmean")


def kl_div_shadow(x: Tensor, target: Tensor) -> Tensor:
    return (torch.xlogy(target, target).abs() + (target * x).abs()).sum() / x.shape[0]


PAIRS = {"ci": "N=61 M=1021", "cpu": "N=2048 M=1024", "gpu": "N=32768 M=4096", "paper": "N=32768 M=32768"}
PAIR_TENSORS = "x[N,M], target[N,M] -> loss[]"

TASKS = (
    define("loss/mse", mse, PAIR_TENSORS, flops="3*N*M", profiles=PAIRS, numerics=Numerics(length="N*M", depth=4), shadow=mse_shadow),
    define("loss/cross_entropy", cross_entropy, "x[N,C], target[N]:i64 -> loss[]", flops="4*N*C",
           profiles={"ci": "N=61 C=1021", "cpu": "N=4096 C=1024", "gpu": "N=32768 C=4096", "paper": "N=32768 C=4096"},
           always={"target": Draw("index", 0, "C")}, change={"wide": {"x": Draw("loguniform", 1e-3, 1e2)}},
           exact=(Family("low", (("x", Draw("normal", -200.0, 3.0)), ("target", Draw("index", 0, "C")))),),
           numerics=Numerics(length="N+C", depth=6), shadow=cross_entropy_shadow),
    define("loss/huber", huber, PAIR_TENSORS, flops="5*N*M", profiles=PAIRS, scalars={"delta": 1.0},
           numerics=Numerics(length="N*M", depth=5), shadow=huber_shadow),
    define("loss/kl_div", kl_div, PAIR_TENSORS, flops="4*N*M", profiles=PAIRS,
           numerics=Numerics(length="N*M", depth=5), shadow=kl_div_shadow,
           families=(
               Family("normal", (("x", Draw("normal", -6.0, 1.0)), ("target", Draw("uniform", 0.0, 2e-3)))),
               Family("uniform", (("x", Draw("uniform", -10.0, 0.0)), ("target", Draw("uniform", 0.0, 1.0)))),
               Family("all_negative", (("x", Draw("uniform", -4.0, -0.125)), ("target", Draw("uniform", 0.0, 2e-3)))),
               Family("wide", (("x", Draw("uniform", -100.0, 0.0)), ("target", Draw("loguniform", 1e-30, 1.0, signed=False)))),
               Family("outliers", (("x", Draw("normal", -6.0, 1.0)), ("target", Draw("loguniform", 1e-6, 1.0, signed=False)))),
               Family("integers", (("x", Draw("integers", -8, 0)), ("target", Draw("integers", 0, 1)))),
           )),
)  # fmt: skip
