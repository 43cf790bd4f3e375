"""Torch runners in a race: honest ones finish it, one that computes while its results are copied out is found."""

from __future__ import annotations

import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.task import Draw, Reference, Task, Tensor
from kernelmill.judge import torch_zygote
from kernelmill.judge.decision import Arm, Decision, Protocol, Rounds, decide
from kernelmill.judge.decision_statistics import Looks
from kernelmill.judge.decision_subject import Agreement, Batch, Subject
from kernelmill.judge.process import Buffer

pytest.importorskip("torch")

N = 1 << 16
RELU = Task(
    name="activation/relu",
    axes=("N",),
    tensors=(Tensor("x", ("N",)), Tensor("y", ("N",), "out")),
    reference=Reference("import torch\ndef relu(x):\n    return torch.relu(x)\n", "relu"),
    flops="N",
    profiles={"ci": {"N": N}},
    families=(),
)
EAGER = "import torch\ndef km_relu(x):\n    return torch.relu(x)\n"
LAZY = """
import sys
import torch
todo = []
def late(frame, event, argument):
    if event == "c_call" and getattr(argument, "__name__", "") == "copy_":
        while todo:
            x, y = todo.pop()
            torch.relu_(torch.Tensor.copy_(y, x))
def km_relu(x):
    sys.setprofile(late)
    y = torch.empty_like(x)
    todo.append((x, y))
    return y
"""
FAST = Protocol(batch=Batch(seconds=0.001, cold_bytes=4 << 20), rounds=Rounds(most=5, seconds=0.02), looks=Looks(sizes=(2, 4)), seconds=30)


@pytest.fixture(scope="session", autouse=True)
def zygote() -> None:
    torch_zygote.zygote().wait_ready()


def arm(name: str, source: str) -> Arm:
    candidate = Candidate(RELU.name, "torch", (("kernel.py", source),), RELU.entry)
    return Arm(name, lambda arena, outputs: torch_zygote.start(candidate, RELU, arena, outputs=outputs, stopped=False))


def race(source: str) -> Decision:
    subject = Subject((Buffer("f32", (N,)), Buffer("f32", (N,), "out")), (N,), (Draw("normal"), None), (None, Agreement(1e-6, 1e-6)))
    return decide(subject, arm("eager", EAGER), arm("candidate", source), seed=11, protocol=FAST)


def test_honest_results_are_there_when_the_answer_comes() -> None:
    decision = race(EAGER)
    assert decision.finding is None, decision.finding
    assert decision.outcome in ("not faster", "cannot tell here")


def test_views_with_lazy_signs_are_resolved_in_time() -> None:
    decision = race("import torch\ndef km_relu(x):\n    return torch._neg_view(-torch.relu(x))\n")
    assert decision.finding is None, decision.finding


def test_work_during_the_copy_is_found() -> None:
    finding = race(LAZY).finding
    assert finding is not None
    assert (finding.kind, finding.arm) == ("copying", "candidate")
    assert "was not there yet when the answer came" in finding.text


def test_an_exception_while_timed_says_where() -> None:
    finding = race("import torch\nn = [0]\ndef km_relu(x):\n    n[0] += 1\n    assert n[0] < 40\n    return torch.relu(x)\n").finding
    assert finding is not None
    assert finding.kind == "crash"
    assert "kernel.py:5: AssertionError" in finding.text


def test_work_during_the_copy_would_win_without_that_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_zygote.TorchRunner, "results_address", property(lambda self: None))
    assert race(LAZY).outcome == "faster"
