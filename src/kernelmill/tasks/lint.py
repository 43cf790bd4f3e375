"""Tasks that prove nothing: a kernel that computes nothing would pass, or a right one could not.

A finding gives numbers and says what to change. Native tasks must not be passed by a cheap kernel in *every* family; a file is also
tried as it stands, with what its `get_inputs` draws and the weights that its constructor gives, because that is how others run it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw, Family, Task
from kernelmill.core.workload import Workload
from kernelmill.tasks import module
from kernelmill.tasks.inputs import make_inputs
from kernelmill.tasks.reference import bind, one_thread

if TYPE_CHECKING:
    import torch

    Tensors = dict[str, torch.Tensor]
    Outputs = tuple[torch.Tensor, ...]

NEAR = 1e-4
"""A cheap result passes when it is this near, relative to the output's root mean square: generous next to any error bound for f32."""
EFFECT = 1e-9
"""An input has no effect when redrawing it changes no output by this much of its root mean square, in f64."""
CONDITION = 1e-3
"""Relative error of f32 over which a task measures rounding."""
PUBLISHED = "as published"
FEW = 16
"""Outputs with at most so many elements are drawn from four seeds, others from two: one number is always equal to itself."""


@dataclass(frozen=True)
class Finding:
    """Why a task proves less than it seems to."""

    rule: str
    """`degenerate`, `no_effect`, `ill_conditioned`, `not_finite` or `not_reproducible`."""
    subject: str
    """The tensor that it is about; empty for the whole task."""
    message: str
    """What was found, with numbers."""
    change: str
    """What to change."""

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}; {self.change}"


def lint(task: Task) -> list[Finding]:
    """Every finding about a task, at its `ci` size; an empty list says that none was found.

    Raises `UserError` where the reference fails.
    """
    if task.reference.kind == "module":
        from kernelmill.tasks.files import cheap

        task = cheap(_published(task))
    sizes = task.sizes("ci")
    f = bind(task)
    findings: dict[tuple[str, str], Finding] = {}
    with one_thread():
        for rule in (_not_reproducible, _degenerate, _no_effect, _conditioning):
            for finding in rule(task, f, sizes):
                findings.setdefault((finding.rule, finding.subject), finding)
            if any(r == "not_reproducible" for r, _ in findings):
                break  # two results for one input: every other rule would measure the difference
    return list(findings.values())


def lint_file(path: Path | str, **options: Any) -> list[Finding]:
    """`lint` of a file; `options` as for `files.load_file`. What makes a file impossible to judge is a finding too.

    Raises `UserError` for a file that is no task at all.
    """
    from kernelmill.tasks.files import load_file
    from kernelmill.tasks.tracing import Unjudgeable

    try:
        task = load_file(path, **options)
    except Unjudgeable as error:
        return [Finding("not_reproducible", "", f"{error.message} ({error.got})", error.hint or "remove it")]
    return lint(task)


def _published(task: Task) -> Task:
    """A file with a family of its own making in front."""
    own = Family(PUBLISHED, tuple((t.name, Draw("given")) for t in task.inputs))
    return replace(task, families=(own, *task.families))


def _inputs(task: Task, sizes: Mapping[str, int], family: str, seed: int) -> Tensors:
    return make_inputs(task, Workload(task.name, tuple(sizes.items()), family, seed))


def _wide(inputs: Tensors) -> Tensors:
    return {k: v.double() if v.is_floating_point() else v for k, v in inputs.items()}


def _rms(t: torch.Tensor) -> float:
    return float(t.double().square().mean().sqrt()) if t.numel() else 0.0


def _near(candidate: torch.Tensor, right: torch.Tensor, noise: float) -> bool:
    """Whether a checker could accept `candidate`: equal where whole numbers are asked, else within `NEAR` and what f32 itself errs by."""
    if not right.is_floating_point():
        return bool((candidate == right).all())
    return float((candidate.double() - right).abs().max()) <= NEAR * _rms(right) + 4 * noise


@dataclass(frozen=True)
class _Run:
    """One workload computed in three precisions."""

    inputs: Tensors
    right: Outputs
    single: Outputs
    narrow: Outputs | None

    def noise(self, i: int) -> float:
        """Largest error of f32."""
        return float((self.single[i].double() - self.right[i]).abs().max()) if self.right[i].is_floating_point() else 0.0


def _runs(task: Task, f: Callable[..., Outputs], sizes: Mapping[str, int], family: str) -> list[_Run]:
    import torch

    few = min(t.bytes(sizes) // DTYPES[t.dtype].bytes for t in task.outputs) <= FEW
    runs: list[_Run] = []
    for seed in range(4 if few else 2):
        inputs = _inputs(task, sizes, family, seed)
        half = {k: v.to(torch.bfloat16) if v.is_floating_point() else v for k, v in inputs.items()}
        try:
            narrow: Outputs | None = f(half, sizes)
        except (RuntimeError, NotImplementedError):
            narrow = None
        runs.append(_Run(inputs, f(_wide(inputs), sizes), f(inputs, sizes), narrow))
    return runs


def _cheap(task: Task, runs: list[_Run], i: int) -> Iterator[tuple[str, bool]]:
    """(what a kernel returns without computing, whether it passes) for output `i`."""
    import torch

    rights = [r.right[i] for r in runs]
    noises = [r.noise(i) for r in runs]
    if not all(torch.isfinite(r).all() for r in rights if r.is_floating_point()) or not rights[0].numel():
        return

    def passes(make: Callable[[_Run], torch.Tensor]) -> bool:
        return all(_near(make(run), right, noise) for run, right, noise in zip(runs, rights, noises, strict=True))

    yield "zeros", passes(lambda run: torch.zeros_like(run.right[i]))
    low, high = min(r.min().item() for r in rights), max(r.max().item() for r in rights)
    middle = (low + high) / 2 if rights[0].is_floating_point() else low
    yield f"the constant {middle:.6g}", passes(lambda run: torch.full_like(run.right[i], middle))
    for t in task.inputs:
        value = runs[0].inputs[t.name]
        if value.shape == rights[0].shape and value.is_floating_point() == rights[0].is_floating_point():
            yield f"its input {t.name}", passes(lambda run, name=t.name: run.inputs[name])
    if all(run.narrow is not None for run in runs) and rights[0].is_floating_point():
        yield "the result of bfloat16 arithmetic", passes(lambda run: run.narrow[i] if run.narrow else run.right[i])


_REMEDY = {
    "zeros": "the output must depend on the input: look for a reduction over one element or a clamp that cuts everything off",
    "the constant": "the output must depend on the input, or take a size at which its average does not settle",
    "its input": "draw inputs on both sides of zero (torch.randn instead of torch.rand)",
    "rounding": "the true result is lost in rounding: look for a mean of what was normalised, or differences of nearly equal numbers",
    "the result": "draw inputs that need all bits (torch.randn instead of small whole numbers)",
}


def _degenerate(task: Task, f: Callable[..., Outputs], sizes: Mapping[str, int]) -> Iterator[Finding]:
    """Outputs that a kernel without work gets right: in the file as published, or in every family."""
    families = [x.name for x in task.families]
    standing: dict[tuple[int, str], int] = {}
    for family in families:
        runs = _runs(task, f, sizes, family)
        for i, output in enumerate(task.outputs):
            passed = [what for what, ok in _cheap(task, runs, i) if ok]
            if family == PUBLISHED and passed:
                yield _cheap_finding(
                    output.name, passed[0], f"with its own inputs and weights (root mean square {_rms(runs[0].right[i]):.3g})"
                )
            if family != PUBLISHED:
                for what in passed:
                    key = (i, what if not what.startswith("the constant") else "a constant")
                    standing[key] = standing.get(key, 0) + 1
    ours = len([x for x in families if x != PUBLISHED])
    for (i, what), count in standing.items():
        if count == ours:
            yield _cheap_finding(task.outputs[i].name, what, f"in all {ours} input families")


def _cheap_finding(output: str, what: str, where: str) -> Finding:
    remedy = next((v for k, v in _REMEDY.items() if what.startswith(k)), _REMEDY["the constant"])
    if what == "rounding":
        what = "anything of the size of rounding errors"
    return Finding("degenerate", output, f"a kernel that returns {what} passes for {output} {where}", remedy)


def _no_effect(task: Task, f: Callable[..., Outputs], sizes: Mapping[str, int]) -> Iterator[Finding]:
    """Inputs, and halves of inputs along an axis, whose values change no output."""
    families = [x.name for x in task.families if x.name != PUBLISHED]
    family = "normal" if "normal" in families and task.reference.kind == "function" else families[0]
    one, two = (_wide(_inputs(task, sizes, family, seed)) for seed in (1, 2))
    base = f(one, sizes)

    def same(changed: torch.Tensor, name: str) -> bool:
        result = f({**one, name: changed}, sizes)
        return all(float((y.double() - r.double()).abs().max()) <= EFFECT * _rms(r) for y, r in zip(result, base, strict=True) if r.numel())

    draws = dict(task.family(family).draws)
    for t in task.inputs:
        old, new = one[t.name], two[t.name]
        if t.weight and draws[t.name].kind == "given":
            continue  # a mask or a table: part of the program
        if same(new, t.name):
            bias = t.weight and t.name.endswith("bias")
            hint = "leave it out" + (" (a bias before a normalisation is subtracted again: bias=False)" if bias else "")
            yield Finding("no_effect", t.name, f"{t.name} {list(old.shape)} has no effect on any output", hint)
            continue
        for axis in range(old.dim()):
            size = old.shape[axis]
            for first, last in ((0, size // 2), (size // 2, size)) if size >= 2 and not t.weight else ():
                mixed = old.clone()
                mixed.narrow(axis, first, last - first).copy_(new.narrow(axis, first, last - first))
                if same(mixed, t.name):
                    part = f"{t.name}[{first}:{last}] of axis {axis} (size {size})"
                    yield Finding("no_effect", t.name, f"{part} has no effect on any output", "make the tensor as large as what is read")


def _conditioning(task: Task, f: Callable[..., Outputs], sizes: Mapping[str, int]) -> Iterator[Finding]:
    import torch

    for family in task.families:
        inputs = _inputs(task, sizes, family.name, 1)
        single, right = f(inputs, sizes), f(_wide(inputs), sizes)
        for output, y, r in zip(task.outputs, single, right, strict=True):
            if not r.is_floating_point() or not r.numel():
                continue
            lost = float((~(torch.isfinite(y) & torch.isfinite(r))).double().mean())
            if lost > 0.01:
                yield Finding("not_finite", output.name, f"{lost:.1%} of {output.name} is infinite or NaN in family {family.name}",
                              "keep the inputs where the function is defined")  # fmt: skip
                continue
            if lost:
                continue
            error = _rms(y.double() - r) / (_rms(r) or 1.0)
            if error > CONDITION:
                where = f"{output.name}'s root mean square in family {family.name}"
                yield Finding("ill_conditioned", output.name, f"f32 errs by {error:.2g} of {where}: it is made of rounding",
                              "avoid differences of nearly equal numbers, or draw inputs of another scale")  # fmt: skip


def _not_reproducible(task: Task, f: Callable[..., Outputs], sizes: Mapping[str, int]) -> Iterator[Finding]:
    """References that give two results for the same inputs, and inputs that one seed makes in two ways."""
    import torch

    inputs = _inputs(task, sizes, task.families[0].name, 1)
    for output, one, two in zip(task.outputs, f(inputs, sizes), f(inputs, sizes), strict=True):
        if not torch.allclose(one, two, rtol=1e-6, atol=0, equal_nan=True):
            moved = _rms(one.double() - two.double()) / (_rms(one) or 1.0)
            yield Finding("not_reproducible", output.name, f"two calls on the same inputs differ by {moved:.2g} of {output.name}",
                          "keep no state between calls and draw no random numbers in forward")  # fmt: skip
    if task.reference.kind == "module":
        one, two = (module.given(task, sizes, 1) for _ in range(2))
        for name in (n for n in one if not torch.equal(one[n], two[n])):
            yield Finding("not_reproducible", name, f"{name} differs between two draws after torch.manual_seed(1)",
                          "draw with torch's generator alone")  # fmt: skip
