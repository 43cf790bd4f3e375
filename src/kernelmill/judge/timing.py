"""From a task and a profile to a decision, and from a decision to what a verdict says about time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Draw, Task
from kernelmill.core.verdict import Measurement
from kernelmill.core.workload import Workload
from kernelmill.judge.decision import Decision, Finding, Subject
from kernelmill.judge.decision_subject import Agreement, Given
from kernelmill.judge.process_arena import Arena, Buffer, Memory
from kernelmill.judge.right.compare import FLIPS, compare, decode
from kernelmill.judge.right.expected import Expected
from kernelmill.judge.right.store import Store, typed

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLACK = 4.0
"""Agreement of two kernels, in bounds of the check against the oracle: each has its own error, and inputs differ from batch to batch."""


def workload(task: Task, profile: str | Mapping[str, int], seed: int) -> Workload:
    """The workload that is timed: the profile's sizes and the task's first input family."""
    sizes = task.sizes(profile) if isinstance(profile, str) else dict(profile)
    return Workload(task.name, tuple((a, sizes[a]) for a in task.axes), task.families[0].name, seed)


def subject(task: Task, work: Workload, store: Store, *, agree: bool = True) -> Subject:
    """What a decision times. Without `agree` only poison counts (a byte twin computes nothing)."""
    prepared = store.get(work)
    tensors = typed(task.tensors, work)
    draws = dict(task.family(work.family).draws)
    expected = iter(prepared.expected)
    agreements = [None if t.role == "in" else agreement(next(expected)) if agree else Agreement(skip=True) for t in tensors]
    return Subject(
        buffers=tuple(Buffer(t.dtype, t.dims(work.sizes), t.role) for t in tensors),
        axes=tuple(v for _, v in work.axes),
        draws=tuple(None if t.role == "out" else _draw(draws[t.name], t.dtype, prepared.inputs[t.name]) for t in tensors),
        agreements=tuple(agreements),
        scalars=tuple(s.value for s in task.scalars),
        sizes=work.sizes,
    )


def _draw(draw: Draw, dtype: str, data: NDArray[Any]) -> Draw | Given:
    """What the source of the task draws itself is given as bytes; masks and tables stay as they are, numbers are rotated per batch."""
    return Given(data.tobytes(), keep=DTYPES[dtype].kind != "float") if draw.kind == "given" else draw


def agreement(e: Expected) -> Agreement:
    """When a candidate's output counts as equal to the baseline's while it is timed."""
    import numpy as np

    if e.how == "index":
        return Agreement(skip=True)
    if e.allowed is None or not e.value.size:
        return Agreement()
    size, allowed = np.abs(np.atleast_1d(e.value)), np.broadcast_to(e.allowed, np.shape(np.atleast_1d(e.value)))
    with np.errstate(invalid="ignore"):
        finite = np.isfinite(size) & np.isfinite(allowed)
        relative = float(np.median(allowed[finite] / np.maximum(size[finite], 1e-300))) if finite.any() else 0.0
        relative = min(relative, 1e-2)
        rest = np.where(finite, allowed - relative * size, 0.0)
    return Agreement(SLACK * max(0.0, float(rest.max(initial=0.0))), SLACK * relative, FLIPS)


def against_oracle(task: Task, work: Workload, store: Store, seed: int) -> Callable[[Arena, Memory, int | None], Finding | None] | None:
    """A check of one set of a timed batch (a random one where None is asked for) against the oracle; None for tasks that overwrite their
    inputs."""
    if any(t.role == "inout" for t in task.tensors):
        return None
    rng = random.Random(seed)

    def check(arena: Arena, outputs: Memory, index: int | None) -> Finding | None:
        index = rng.randrange(len(arena.sets)) if index is None else index
        position = {t.name: i for i, t in enumerate(task.tensors)}
        inputs = {t.name: arena.view(index, position[t.name]).copy() for t in task.inputs}
        got = {
            t.name: decode(arena.view(index, position[t.name], outputs).copy(), t.dtype, t.dims(work.sizes))
            for t in typed(task.outputs, work)
        }
        if all(compare(got[e.tensor.name], e).right for e in store.expect(work, inputs, borrow=True)):
            return None
        for e in store.expect(work, inputs):
            at = position[e.tensor.name]
            found = compare(got[e.tensor.name], e)
            if not found.right:
                text = f"{found.count} of {found.total} elements of {e.tensor.name} are wrong in a timed batch"
                return Finding("oracle", "candidate", text, tensor=at, set_index=index, wrong=found.count)
        return None

    return check


def measurement(decision: Decision, arm: int = 1) -> Measurement:
    """Times of one arm of a decision that has times."""
    median, mean, p95 = decision.wall(arm)
    return Measurement(
        seconds=decision.call_seconds(arm),
        wall_median=median,
        wall_mean=mean,
        wall_p95=p95,
        clock=decision.clock,
        restarts=len(decision.restarts),
        rounds=decision.rounds,
        sets=decision.sets,
        load=decision.foreign,
        threads=decision.threads,
        judge_seconds=decision.seconds,
    )
