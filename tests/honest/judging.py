"""What the judge says about kernels of the corpus and mutants of them: compiled, verified on every case of profile `ci`, not timed."""

from __future__ import annotations

from functools import cache

from corpus import platform

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.core.verdict import Failure
from kernelmill.judge import compiling
from kernelmill.judge.program import Program
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import isolation
from kernelmill.judge.suspicion import settled
from kernelmill.judge.verify import Checked, verify

SEED = 20


@cache
def _store(name: str) -> Store:
    return Store(tasks.get(name))


def compiled(candidate: Candidate) -> Program | Checked:
    """The program, or what the judge says about a candidate that does not become one."""
    made = compiling.prepare(candidate, tasks.get(candidate.task), platform(), isolation())
    return made if isinstance(made, Program) else Checked(made.status, made.failure or Failure(made.reason))


def checked(program: Program, seed: int = SEED, *, quick: bool = False) -> Checked:
    """The verification, and its suspicion confirmed or dropped."""
    store, level = _store(program.task.name), isolation()
    found = verify(program, "ci", store, level, seed=seed, quick=quick)
    return found if found.right else settled(found, program, store, level, seed)


def judged(candidate: Candidate, seed: int = SEED) -> Checked:
    made = compiled(candidate)
    return checked(made, seed) if isinstance(made, Program) else made
