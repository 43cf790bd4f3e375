"""Whether a mutant computes the same as its kernel: bit for bit on 1,000 workloads, with the sanitizers silent.

python tests/mutation/equal.py --out out/mutants            # every survivor found there; prints what may stand in `equivalents.py`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import at_corpus  # noqa: F401
import mutating
from corpus import platform
from judging import compiled
from mutating import Mutant

from kernelmill.core.errors import KernelmillError
from kernelmill.core.task import Task
from kernelmill.judge import stages
from kernelmill.judge.bench import Bench
from kernelmill.judge.process_arena import Mode
from kernelmill.judge.program import Program
from kernelmill.judge.right.cases import Case, plan
from kernelmill.judge.right.store import Store, bits
from kernelmill.judge.sandbox import isolation
from kernelmill.judge.verify import Checked
from kernelmill.tasks.inputs import make_inputs

WORKLOADS = 1000


def plans(task: Task, count: int) -> Iterator[tuple[int, list[Case]]]:
    """(seed, cases) of as many verifications as `count` workloads take."""
    met, seed = 0, 1000
    while met < count:
        cases = [c for c in plan(task, None, "ci", seed) if c.kind != "empty"]
        yield seed, cases
        met, seed = met + len(cases), seed + 1


def difference(one: Program, other: Program, count: int = WORKLOADS) -> str:
    """The first workload on which two programs differ in a bit of their outputs, or ''."""
    task = one.task
    for seed, cases in plans(task, count):
        works = [c.workload for c in cases]
        with Bench(one, works, isolation(), seed) as a, Bench(other, works, isolation(), seed) as b:
            if not (a.start().ok and b.start().ok):
                return "does not load"
            for case in cases:
                inputs = {name: bits(t) for name, t in make_inputs(task, case.workload).items()}
                told: list[list[bytes]] = []
                for bench in (a, b):
                    index = bench.index(case.workload, Mode.END)
                    poison = bench.fill(index, inputs)
                    outcome = bench.call(index, bench.seconds(case.workload))
                    if not outcome.ok:
                        return f"{case.workload}: {outcome.kind}"
                    told.append([o.tobytes() for o in bench.read(index, poison, outcome).outputs])
                if told[0] != told[1]:
                    return str(case.workload)
    return ""


def reported(program: Program, names: tuple[str, ...]) -> str:
    """What the sanitizers find, or ''. Raises `MissingTool` where one of them is not installed."""
    stages.check(names, platform())
    found = stages.run(program, platform(), names, Store(program.task), isolation(), profile="ci", seed=5)
    return "; ".join(f"{f.kind} in line {f.line}" for stage in found for f in stage.findings)


def alone(program: Program | Checked) -> Program:
    """With one thread: the order in which threads arrive is no difference."""
    assert isinstance(program, Program)
    return replace(program, run=replace(program.run, env=(*program.run.env, ("OMP_NUM_THREADS", "1"))))


def same(mutant: Mutant) -> str:
    """Why the mutant is not equivalent to its kernel, or ''."""
    changed, kernel = alone(compiled(mutant.candidate)), alone(compiled(mutant.base.candidate))
    return difference(kernel, changed) or reported(changed, ("asan", "ubsan"))


def raced(mutant: Mutant) -> str:
    """What the race detector says of a mutant that no call betrayed."""
    program = compiled(mutant.candidate)
    assert isinstance(program, Program)
    return reported(program, ("tsan",)) or "nothing"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    for found in mutating.read(options.out):
        if found.fate not in ("survived", "equivalent"):
            continue
        mutant = next(m for m in mutating.mutants(found.category, found.operator) if m.key == found.key)
        try:
            if found.operator == "race":
                told = f"tsan: {raced(mutant)}"
            else:
                told = same(mutant)
                told = f"differs: {told}" if told else "EQUAL"
        except KernelmillError as error:
            told = f"not checked: {error}"
        print(f"{found.key} {told}  {found.base}: {found.shown}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
