"""Monte-Carlo arithmetic: decompositions mean what they replace, and its bound agrees with the rules that were derived by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from bench import chop, prepared
from torch import Tensor

from kernelmill import tasks
from kernelmill.core.task import Numerics
from kernelmill.judge.right import monte_carlo, shadow
from kernelmill.judge.right.compare import compare
from kernelmill.judge.right.oracle import Oracle
from kernelmill.tasks.reference import bind

U = 2.0**-24
x = torch.randn(6, 8, 5, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
w, b = torch.rand(8, dtype=torch.float64) + 0.5, torch.randn(8, dtype=torch.float64)

COMPOSITE: dict[str, Callable[[], Tensor]] = {
    "softmax": lambda: torch.softmax(x, 1),
    "log_softmax": lambda: torch.log_softmax(x, -1),
    "logsumexp": lambda: torch.logsumexp(x, (-1,)),
    "var": lambda: x.var(1),
    "var_of_two": lambda: x.var((0, 2), correction=0),
    "std": x.std,
    "layer_norm": lambda: F.layer_norm(x, (5, 5)),
    "layer_norm_affine": lambda: F.layer_norm(x.movedim(1, -1), (8,), w, b),
    "group_norm": lambda: F.group_norm(x, 2, w, b),
    "batch_norm": lambda: F.batch_norm(x, None, None, w, b, training=True),
    "batch_norm_eval": lambda: F.batch_norm(x, b, w, None, None, training=False),
    "instance_norm": lambda: F.instance_norm(x),
    "rms_norm": lambda: F.rms_norm(x, (5,)),
    "gelu": lambda: F.gelu(x),
    "gelu_tanh": lambda: F.gelu(x, approximate="tanh"),
    "elu": lambda: F.elu(x, 0.7),
    "silu": lambda: F.silu(x),
    "softplus": lambda: F.softplus(x, beta=2, threshold=3),
    "mish": lambda: F.mish(x),
    "hardswish": lambda: F.hardswish(x * 4),
    "selu": lambda: F.selu(x),
    "mse": lambda: F.mse_loss(x, x.flip(0)),
    "huber": lambda: F.huber_loss(x, x.flip(0), delta=0.5, reduction="none"),
    "smooth_l1": lambda: F.smooth_l1_loss(x, x.flip(0), beta=0.5, reduction="sum"),
    "attention": lambda: F.scaled_dot_product_attention(x, x, x),
    "attention_causal": lambda: F.scaled_dot_product_attention(x, x, x, is_causal=True),
    "cross_entropy": lambda: F.cross_entropy(x[:, :, 0, 0], torch.arange(6)),
    "conv2d": lambda: F.conv2d(x, x[:3], padding=1),
    "linear": lambda: F.linear(x, x[0, :, 0, :], b),
    "cumsum": lambda: torch.cumsum(x, 1),
    "einsum": lambda: torch.einsum("abij,abjk->abik", x, x),
    "in_place": lambda: x.clone().mul_(3).add_(1).tanh_(),
}


@pytest.mark.parametrize("name", COMPOSITE)
def test_perturbed_results_stay_near(name: str) -> None:
    f = COMPOSITE[name]
    exact = f()
    (moved,) = monte_carlo.deviations(lambda _: (f(),), [x], [exact], U, seed=1)
    assert moved.shape == exact.shape
    assert float(moved.max()) > 0
    assert float((moved / (exact.abs() + exact.abs().mean())).max()) < 1e4 * U


def test_exact_operations_are_not_perturbed() -> None:
    (moved,) = monte_carlo.deviations(lambda t: (t[0].abs().relu().amax(1).view(-1),), [x], [x.abs().amax(1).view(-1)], U, seed=1)
    assert float(moved.max()) == 0


def test_conditioning_comes_out_by_itself() -> None:
    """exp amplifies the rounding of its argument by the argument; a difference of neighbours amplifies by their size."""
    t = torch.full((1000,), 50.0, dtype=torch.float64)
    (moved,) = monte_carlo.deviations(lambda _: ((t * 1.0).exp(),), [t], [t.exp()], U, seed=3)
    relative = float((moved / t.exp()).max()) / U
    assert 25 < relative < 65
    near = t + 1e-3
    (moved,) = monte_carlo.deviations(lambda _: ((near * 1.0) - t,), [t], [near - t], U, seed=3)
    assert 20 * U < float(moved.max()) < 60 * U


def test_same_seed_same_bound() -> None:
    one, two = (monte_carlo.deviations(lambda t: (torch.softmax(t[0], 1),), [x], [torch.softmax(x, 1)], U, seed=5)[0] for _ in range(2))
    assert torch.equal(one, two)


RULED = [t.name for t in tasks.tasks("native") if t.numerics.rule not in ("exact", "monte_carlo")]


@pytest.mark.parametrize("name", RULED)
def test_it_accepts_torch_and_kills_narrow_inputs(name: str) -> None:
    """Every task again, as if nobody had classified it."""
    task = replace(tasks.get(name), numerics=Numerics("monte_carlo"))
    reference = bind(task)
    oracle = Oracle(task, reference)
    killed = False
    for p in prepared(name, 3)[:4]:
        expected = oracle.expect(p.case.workload, p.inputs)
        for e, y in zip(expected, reference(p.inputs), strict=True):
            assert compare(y.contiguous().numpy(), e).right, p.case.workload
            assert "widened" not in e.notes
        for e, y in zip(expected, reference([chop(t, 8) for t in p.inputs]), strict=True):
            killed = killed or not compare(y.contiguous().numpy(), e).right
    assert killed


def test_differences_become_sums_in_the_shadow() -> None:
    def laplace(t: object) -> tuple[Tensor, ...]:
        (u,) = t  # type: ignore[misc]
        return (u[2:] + u[:-2] - 2 * u[1:-1],)

    u = torch.randn(100, dtype=torch.float64)
    (s,) = shadow.absolute(laplace, [u])
    a = u.abs()
    np.testing.assert_allclose(s.numpy(), (a[2:] + a[:-2] + 2 * a[1:-1]).numpy())
    (s,) = shadow.absolute(lambda t: (1.5 - (-0.5 * t[0]) - 3,), [u])
    np.testing.assert_allclose(s.numpy(), (4.5 + 0.5 * a).numpy())
