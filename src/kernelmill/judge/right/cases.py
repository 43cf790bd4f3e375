"""The plan of a verification: which shapes with which input families, drawn from one secret seed.

Every family meets at least two drawn shapes and every drawn shape at least one family; the profile's own shape is checked with one family
that the seed chooses (and the exact family where the task has one). Results with a single element say little, so such tasks get at least
eight seeds.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.core.workload import Workload
from kernelmill.judge.defences import ALL_ON, Defences
from kernelmill.judge.right import sizes

Kind = Literal["own", "odd", "prime", "one", "tail", "even", "few", "long", "empty"]
SCALAR_SEEDS = 8


@dataclass(frozen=True)
class Case:
    """One workload and how it is to be checked. Each runs twice: at a guard page behind the buffers, then at one in front of them."""

    workload: Workload
    kind: Kind
    exact: bool = False
    """Whether the family's results are whole numbers, compared for equality."""
    concurrent: bool = False
    """Whether two threads call at once in the second run."""


def plan(task: Task, candidate: Candidate | None, profile: str | Mapping[str, int], seed: int, defences: Defences = ALL_ON) -> list[Case]:
    """The cases of one verification, cheap shapes first. The same seed gives the same plan.

    Raises `UserError` where the candidate's `requires` excludes the profile's own shape.
    """
    rng = random.Random(f"{seed}/{task.digest}")
    base = task.sizes(profile) if isinstance(profile, str) else dict(profile)
    rules = sizes.Rules(task, candidate.requires if candidate else (), base)
    if not rules.hold(base):
        raise UserError(
            f"the candidate may not be called at the sizes of profile '{profile}'",
            expected=" and ".join(rules.all),
            got=" ".join(f"{k}={v}" for k, v in base.items()),
        )
    drawn = sizes.draw(rules, rng) if defences.shapes else []
    families = list(task.families) if defences.families else [f for f in task.families if f.name == "uniform"]
    rng.shuffle(families)
    cases: list[Case] = []

    def add(kind: str, axes: Mapping[str, int], family: int) -> None:
        f = families[family % len(families)]
        work = Workload(task.name, tuple((a, axes[a]) for a in task.axes), f.name, rng.getrandbits(63))
        cases.append(Case(work, kind, exact=f.exact))  # type: ignore[arg-type]

    if drawn:
        turns = max(2 * len(families), len(drawn))
        for i in range(turns):
            # Where as many shapes as families go round, the second round is shifted by one, so that a family meets two shapes.
            shift = i // len(families) if len(families) % len(drawn) == 0 else 0
            kind, axes = drawn[(i + shift) % len(drawn)]
            add(kind, axes, i)
    else:
        for i in range(len(families)):
            add("own", base, i)
    scalar = all(math.prod(t.dims(base)) <= 1 for t in task.outputs)
    while scalar and drawn and len(cases) < SCALAR_SEEDS:
        kind, axes = rng.choice(drawn)
        add(kind, axes, rng.randrange(len(families)))
    if cases:
        middle = rng.randrange(len(cases))
        cases[middle] = Case(cases[middle].workload, cases[middle].kind, cases[middle].exact, concurrent=True)
    if not defences.fresh:
        cases = list({c.workload.axes: c for c in cases}.values())
    nothing = sizes.empty(rules, rng) if defences.shapes else None
    if nothing:
        add("empty", nothing, rng.randrange(len(families)))
    if drawn:
        whole = [i for i, f in enumerate(families) if f.exact]
        add("own", base, rng.choice(whole) if whole and rng.random() < 0.5 else rng.randrange(len(families)))
    return cases
