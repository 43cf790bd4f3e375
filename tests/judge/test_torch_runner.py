"""Torch runners against candidates of every kind, hostile ones included. The zygote is started once per session."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.task import Reference, Scalar, Task, Tensor
from kernelmill.judge import torch_zygote
from kernelmill.judge.native.build import built
from kernelmill.judge.process import Arena, Buffer, CallSet, Limits, Mode
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.torch_zygote import TorchRunner

pytest.importorskip("torch")

VADD = Task(
    name="broadcast/vadd",
    axes=("N", "M"),
    tensors=(Tensor("x", ("N", "M")), Tensor("y", ("N", "M")), Tensor("z", ("N", "M"), "out")),
    reference=Reference("def vadd(x, y):\n    return x + y\n", "vadd"),
    flops="N*M",
    profiles={"ci": {"N": 3, "M": 5}},
    families=(),
)
MODEL = """
import torch
width = 4
class Model(torch.nn.Module):
    def __init__(self, out):
        super().__init__()
        self.fc = torch.nn.Linear(width, out)
        self.register_buffer("shift", torch.ones(out))
    def forward(self, x):
        return self.fc(x) + self.shift
def get_inputs():
    return [torch.randn(3, width)]
def get_init_inputs():
    return [2]
"""
LINEAR = Task(
    name="file/linear",
    axes=(),
    tensors=(
        Tensor("x", (3, 4)),
        Tensor("fc_weight", (2, 4), weight=True),
        Tensor("fc_bias", (2,), weight=True),
        Tensor("shift", (2,), weight=True),
        Tensor("out", (3, 2), "out"),
    ),
    reference=Reference(MODEL, "Model", kind="module"),
    flops="48",
    profiles={"ci": {}},
    families=(),
)
STEP = Task(
    name="optimizer/step",
    axes=("N",),
    tensors=(Tensor("g", ("N",)), Tensor("p", ("N",), "inout"), Tensor("norm", (), "out", dtype="f64")),
    reference=Reference("def step(g, p, lr): return p - lr * g, (g.double() ** 2).sum()\n", "step"),
    flops="N",
    profiles={"ci": {"N": 9}},
    families=(),
    scalars=(Scalar("lr", 0.5),),
)
SIZES = {"broadcast/vadd": {"N": 3, "M": 5}, "file/linear": {}, "optimizer/step": {"N": 9}}
Run = Callable[..., TorchRunner]


def arena_of(task: Task, sets: int = 2, mode: Mode = Mode.PACKED) -> Arena:
    at = SIZES[task.name]
    buffers = tuple(Buffer(t.dtype, t.dims(at), t.role) for t in task.tensors)
    scalars = tuple(s.value for s in task.scalars)
    arena = Arena([CallSet(buffers, tuple(at.values()), scalars, mode) for _ in range(sets)], seed=1)
    rng = np.random.default_rng(3)
    for s in range(sets):
        for i, b in enumerate(buffers):
            if b.role == "in":
                arena.view(s, i)[...] = rng.standard_normal(b.shape)
    return arena


@pytest.fixture(scope="session", autouse=True)
def zygote() -> torch_zygote.Zygote:
    """Started before any test counts its children; torch is imported once."""
    here = torch_zygote.zygote()
    here.wait_ready()
    return here


@pytest.fixture
def run() -> Iterator[Run]:
    started: list[TorchRunner] = []

    def one(source: str, task: Task = VADD, *, entry: str = "", level: Isolation | None = None, **options: object) -> TorchRunner:
        candidate = Candidate(task.name, "torch", (("kernel.py", source),), entry or task.entry)
        arena = options.pop("arena", None) or arena_of(task)
        started.append(torch_zygote.start(candidate, task, arena, level=level, **options))  # type: ignore[arg-type]
        return started[-1]

    yield one
    for runner in started:
        runner.kill()


GOOD = "import torch\ndef km_vadd(x, y):\n    return x + y\n"


def level_or_skip(level: int) -> Isolation:
    try:
        return isolation(level)
    except UserError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("level", [3, 2, 1])
@pytest.mark.parametrize("threads", [1, 2])
def test_right_at_every_level(run: Run, level: int, threads: int) -> None:
    runner = run(GOOD, level=level_or_skip(level), threads=threads)
    assert runner.loaded().ok, runner.loaded()
    for _ in range(2):
        assert runner.call().ok
        assert runner.copy_results().ok
        for s in range(2):
            view = runner.arena.view
            np.testing.assert_array_equal(view(s, 2, runner.outputs), view(s, 0) + view(s, 1))


@pytest.mark.parametrize("mode", list(Mode))
def test_every_layout(run: Run, mode: Mode) -> None:
    runner = run(GOOD, arena=arena_of(VADD, 1, mode))
    assert runner.call().ok
    assert runner.copy_results().ok
    np.testing.assert_array_equal(runner.arena.view(0, 2, runner.outputs), runner.arena.view(0, 0) + runner.arena.view(0, 1))


def test_only_the_sets_asked_for(run: Run) -> None:
    runner = run(GOOD)
    assert runner.call([1]).ok
    assert runner.copy_results().ok
    assert not runner.arena.view(0, 2, runner.outputs).any()
    assert runner.arena.view(1, 2, runner.outputs).all()


def test_two_threads_at_once(run: Run) -> None:
    runner = run(GOOD)
    assert runner.pair(0, 1).ok
    assert runner.copy_results().ok
    for s in range(2):
        np.testing.assert_array_equal(runner.arena.view(s, 2, runner.outputs), runner.arena.view(s, 0) + runner.arena.view(s, 1))


def test_results_that_are_views_become_dense(run: Run) -> None:
    runner = run("import torch\ndef km_vadd(x, y):\n    return (x.t().contiguous() + y.t()).t()\n")
    assert runner.call().ok
    assert runner.copy_results().ok
    np.testing.assert_array_equal(runner.arena.view(0, 2, runner.outputs), runner.arena.view(0, 0) + runner.arena.view(0, 1))


def linear_expected(arena: Arena, s: int) -> np.ndarray:
    x, w, b, shift = (arena.view(s, i) for i in range(4))
    return x @ w.T + b + shift


def test_weights_are_copied_by_name(run: Run) -> None:
    source = MODEL.replace("class Model", "class ModelNew").replace("self.fc = ", "self.other = torch.zeros(1); self.fc = ")
    runner = run(source, LINEAR, entry="ModelNew")
    assert runner.loaded().ok, runner.loaded()
    for _ in range(2):
        runner.arena.view(1, 1)[...] += 1  # weights too change between calls
        assert runner.call().ok
        assert runner.copy_results().ok
        for s in range(2):
            np.testing.assert_allclose(runner.arena.view(s, 4, runner.outputs), linear_expected(runner.arena, s), rtol=1e-5, atol=1e-6)


def test_a_function_gets_the_weights_as_arguments(run: Run) -> None:
    runner = run("def km_linear(x, w, b, shift):\n    return x @ w.T + b + shift\n", LINEAR)
    assert runner.call().ok
    assert runner.copy_results().ok
    np.testing.assert_allclose(runner.arena.view(0, 4, runner.outputs), linear_expected(runner.arena, 0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "source",
    [
        "def km_step(g, p, lr):\n    return p - lr * g, (g.double() ** 2).sum()\n",
        "def km_step(g, p, lr):\n    p.sub_(g, alpha=lr)\n    return p, (g.double() ** 2).sum()\n",
    ],
)
def test_inouts_in_place_or_returned(run: Run, source: str) -> None:
    runner = run(source, STEP)
    p = runner.arena.view(0, 1, runner.outputs)
    p[...] = 2.0
    assert runner.call([0]).ok
    assert runner.copy_results().ok
    g = runner.arena.view(0, 0)
    np.testing.assert_allclose(p, 2.0 - 0.5 * g, rtol=1e-6)
    np.testing.assert_allclose(runner.arena.view(0, 2, runner.outputs), (g.astype("f8") ** 2).sum(), rtol=1e-12)


def test_several_files(run: Run) -> None:
    files = (
        ("kernel.py", "from parts import add\ndef km_vadd(x, y):\n    return add(x, y)\n"),
        ("parts.py", "def add(x, y):\n    return x + y\n"),
    )
    with torch_zygote.start(Candidate(VADD.name, "torch", files, VADD.entry), VADD, arena_of(VADD)) as runner:
        assert runner.call().ok


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("def km_vadd(x, y:\n", "kernel.py:1: SyntaxError"),
        ("import torch\n\nraise ValueError('no')\n", "kernel.py:3: ValueError: no"),
        ("x = 1\n", "defines no function 'km_vadd'"),
        ("import nothing_of_this_name\n", "kernel.py:1: ModuleNotFoundError"),
    ],
)
def test_candidates_that_do_not_load(run: Run, source: str, part: str) -> None:
    outcome = run(source).loaded()
    assert outcome.kind == "load"
    assert part in outcome.detail


def test_a_missing_weight_is_explained(run: Run) -> None:
    outcome = run(MODEL.replace("self.fc", "self.dense"), LINEAR, entry="Model").loaded()
    assert outcome.kind == "load"
    assert "no weight 'fc.weight'" in outcome.detail


def body(text: str) -> str:
    return "import os, torch, threading, time\ndef km_vadd(x, y):\n" + "".join(f"    {line}\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (body("return (x + y)[:2]"), "output z: it returned float32 [2, 5], expected float32 [3, 5]"),
        (body("return (x + y).double()"), "float64"),
        (body("return x, y"), "returned 2 tensors, expected 1"),
        (body("return None"), "it returned NoneType, expected torch.Tensor"),
        (body("return [1.0]"), "it returned float"),
        ("import torch\nclass Lazy(torch.Tensor): pass\ndef km_vadd(x, y): return (x + y).as_subclass(Lazy)\n", "it returned Lazy"),
    ],
)
def test_something_else_than_the_outputs(run: Run, source: str, part: str) -> None:
    runner = run(source)
    outcome = runner.call()
    outcome = runner.copy_results() if outcome.ok else outcome
    assert outcome.kind == "shape"
    assert part in outcome.detail


@pytest.mark.parametrize("level", [3, 2])
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("return x.no_such_thing()", "raised"),
        ("x.add_(1)\nreturn x + y", "crash"),
        ("os._exit(0)", "exit"),
        ("os.fork()\nreturn x + y", "forbidden"),
        ("os.execv('/bin/true', ['true'])", "forbidden"),
        ("import subprocess\nsubprocess.run(['/bin/true'])\nreturn x + y", "raised"),
        ("import socket\nsocket.socket()\nreturn x + y", "forbidden"),
        ("import ctypes\nctypes.CDLL(None).raise_(19)\nreturn x + y", "raised"),
        ("os.kill(os.getpid(), 18)\nreturn x + y", "forbidden"),
        ("open('/etc/passwd').read()\nreturn x + y", "raised"),
        ("open('/tmp/left_by_a_candidate', 'w').write('x')\nreturn x + y", "raised"),
        ("return torch.ones(1 << 34)", "raised"),
        ("b = []\nwhile True: b.append(bytearray(1 << 26))", "raised"),
        ("open('/proc/self/mem', 'rb').read(1)", "raised"),
        ("raise SystemExit(0)", "raised"),
    ],
)
def test_hostile_and_broken_calls(run: Run, text: str, kind: str, level: int) -> None:
    runner = run(body(text), level=level_or_skip(level), limits=Limits(memory_bytes=1 << 29))
    outcome = runner.call(timeout=20)
    assert outcome.kind == kind, outcome
    assert not os.path.exists("/tmp/left_by_a_candidate")


@pytest.fixture(scope="module")
def compiling() -> Iterator[None]:
    torch_zygote.zygote("compile").wait_ready()
    yield
    torch_zygote.zygote("compile").close()


@pytest.mark.usefixtures("compiling")
def test_compile_mode_compiles_once_and_loads_afterwards(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if isolation().level < 3:
        pytest.skip("isolation level 3 does not work here")
    built()  # in the usual place, not in the empty one below
    monkeypatch.setenv("KERNELMILL_HOME", str(tmp_path))
    for source, task, entry in ((GOOD, VADD, ""), (MODEL.replace("return self", "return 2 * self"), LINEAR, "Model")):
        seconds = []
        for _ in range(2):
            began = time.monotonic()
            runner = run(source, task, entry=entry, mode="compile", threads=2)
            seconds.append(time.monotonic() - began)
            assert runner.loaded().ok, runner.loaded()
            assert runner.call().ok
            assert runner.copy_results().ok
            arena = runner.arena
            for s in range(2):
                if task is VADD:
                    np.testing.assert_array_equal(arena.view(s, 2, runner.outputs), arena.view(s, 0) + arena.view(s, 1))
                else:
                    x, w, b, shift = (arena.view(s, i) for i in range(4))
                    np.testing.assert_allclose(arena.view(s, 4, runner.outputs), 2 * (x @ w.T + b) + shift, rtol=1e-5, atol=1e-6)
        assert seconds[1] < seconds[0] / 2
    assert len(list((tmp_path / "torch-compile").iterdir())) == 2


@pytest.mark.usefixtures("compiling")
def test_a_compiled_candidate_may_not_start_a_process(run: Run) -> None:
    source = (
        "import os\nimport torch\n@torch.compiler.disable\ndef leave():\n    os.fork()\ndef km_vadd(x, y):\n    leave()\n    return x + y\n"
    )
    assert run(source, mode="compile").loaded().kind in ("forbidden", "load")


def test_an_endless_loop_ends(run: Run) -> None:
    runner = run(body("while True: pass"))
    assert runner.call(timeout=0.3).kind == "timeout"
    assert not runner.alive


def test_threads_are_limited(run: Run) -> None:
    runner = run(body("for i in range(500): threading.Thread(target=time.sleep, args=(9,)).start()\nreturn x + y"))
    assert runner.call().kind == "raised"


def test_a_stopped_runner_does_not_work(run: Run) -> None:
    source = (
        "import threading\nn = [0]\ndef spin():\n    while True: n[0] += 1\n"
        + GOOD
        + "threading.Thread(target=spin, daemon=True).start()\n"
    )
    runner = run(source)
    assert runner.call().ok
    before = runner.state.cpu_ns
    sum(range(2_000_000))
    assert runner.call().outside_ns < 1_000_000
    assert runner.state.cpu_ns >= before


def test_nothing_is_left(run: Run) -> None:
    runner = run(GOOD)
    pid = runner.pid
    assert os.path.exists(f"/proc/{pid}")
    runner.kill()
    assert not os.path.exists(f"/proc/{pid}")


def test_memory_limit_counts_beyond_what_torch_has(run: Run) -> None:
    runner = run(body("torch.ones(1 << 26)\nreturn x + y"), limits=Limits(memory_bytes=64 << 20))
    assert runner.call().kind == "raised"
    assert "memory" in runner.call().detail or not runner.alive


def test_the_zygote_comes_back_after_its_death(run: Run) -> None:
    first = torch_zygote.Zygote("eager")
    first.wait_ready()
    first.close()
    assert not first.alive
    assert run(GOOD).call().ok
