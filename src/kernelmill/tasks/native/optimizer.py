"""One step of an optimizer: parameters and state are updated in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Draw, Numerics
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    from torch import Tensor


def adam(
    grad: Tensor, param: Tensor, m: Tensor, v: Tensor, *, lr: float, beta1: float, beta2: float, eps: float, step: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Adam's step number `step`: both moments, then the parameters with bias correction."""
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    m_hat = m / (1 - beta1**step)
    v_hat = v / (1 - beta2**step)
    return param - lr * m_hat / (v_hat.sqrt() + eps), m, v


def adam_shadow(
    grad: Tensor, param: Tensor, m: Tensor, v: Tensor, *, lr: float, beta1: float, beta2: float, eps: float, step: int
) -> tuple[Tensor, Tensor, Tensor]:
    # 4: the update is itself a chain of eight roundings
    m_abs = beta1 * m.abs() + (1 - beta1) * grad.abs()
    v_new = beta2 * v + (1 - beta2) * grad * grad
    update = lr * m_abs / (1 - beta1**step) / ((v_new / (1 - beta2**step)).sqrt() + eps)
    return param.abs() + 4 * update, m_abs, v_new


def adam_eager(
    grad: Tensor, param: Tensor, m: Tensor, v: Tensor, *, lr: float, beta1: float, beta2: float, eps: float, step: int
) -> tuple[Tensor, Tensor, Tensor]:
    # the sequence of in-place operations that torch.optim.Adam runs for one tensor
    m.lerp_(grad, 1 - beta1)
    v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
    denominator = (v.sqrt() / (1 - beta2**step) ** 0.5).add_(eps)
    param.addcdiv_(m, denominator, value=-lr / (1 - beta1**step))
    return param, m, v


def sgd_momentum(grad: Tensor, param: Tensor, momentum: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
    """momentum = mu * momentum + grad; param -= lr * momentum."""
    momentum = mu * momentum + grad
    return param - lr * momentum, momentum


def sgd_momentum_shadow(grad: Tensor, param: Tensor, momentum: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
    bound = mu * momentum.abs() + grad.abs()
    return param.abs() + lr * bound, bound


def sgd_momentum_eager(grad: Tensor, param: Tensor, momentum: Tensor, lr: float, mu: float) -> tuple[Tensor, Tensor]:
    momentum.mul_(mu).add_(grad)
    param.add_(momentum, alpha=-lr)
    return param, momentum


PROFILES = {"ci": "N=50021", "cpu": "N=1048576", "gpu": "N=67108864", "paper": "N=1073741824"}
POSITIVE = {
    "normal": Draw("uniform", 0.0, 1.0),
    "uniform": Draw("uniform", 0.0, 1.0),
    "all_negative": Draw("uniform", 0.125, 4.0),
    "wide": Draw("loguniform", 1e-8, 1e8, signed=False),
    "outliers": Draw("loguniform", 1e-6, 1e2, signed=False),
    "integers": Draw("integers", 0, 8),
}
"""A second moment is never negative."""

TASKS = (
    define("optimizer/adam", adam, "grad[N], inout param[N], inout m[N], inout v[N] ->", flops="14*N", profiles=PROFILES,
           scalars={"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "step": 10},
           change={family: {"v": draw} for family, draw in POSITIVE.items()},
           numerics=Numerics(depth=6), shadow=adam_shadow, eager=adam_eager),
    define("optimizer/sgd_momentum", sgd_momentum, "grad[N], inout param[N], inout momentum[N] ->", flops="4*N", profiles=PROFILES,
           scalars={"lr": 1e-2, "mu": 0.9},
           numerics=Numerics(depth=3), shadow=sgd_momentum_shadow, eager=sgd_momentum_eager),
)  # fmt: skip
