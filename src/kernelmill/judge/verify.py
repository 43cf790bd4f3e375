"""Right or wrong: a program on every case of a plan, and the verdict's evidence."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kernelmill.core.verdict import Failure, Status
from kernelmill.judge.bench import Bench, Written
from kernelmill.judge.defences import forgiven, loosened
from kernelmill.judge.process_arena import Mode
from kernelmill.judge.process_outcome import Outcome
from kernelmill.judge.program import Program
from kernelmill.judge.right import report
from kernelmill.judge.right.cases import Case, plan
from kernelmill.judge.right.compare import compare
from kernelmill.judge.right.expected import Outcome as Found
from kernelmill.judge.right.store import Prepared, Store
from kernelmill.judge.sandbox import Isolation
from kernelmill.platforms import elf, policy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STATUS = {
    "crash": Status.CRASH,
    "exit": Status.CRASH,
    "forbidden": Status.CRASH,  # CHEATED only when new processes confirm it: see `suspicion`
    "lost": Status.CRASH,
    "raised": Status.CRASH,
    "timeout": Status.TIMEOUT,
    "load": Status.COMPILE_ERROR,
    "shape": Status.WRONG_SHAPE,
}
"""How a request to a runner ended -> status."""
PRINTED = 300
"""Characters of a program's own words that a report quotes."""
STARTS_THREADS = ("__kmpc_fork", "GOMP_parallel", "pthread_create", "_ZNSt6thread", "thrd_create")
"""Functions that a kernel with threads of its own calls; more than one thread of it can then meet at one element."""
RACED_CASES, RACED_SECONDS, RACED_SHAPES = 256, 0.25, 4
"""How often, and how long at most, a kernel with threads is tried again at how many of the largest shapes."""
WHERE = {Mode.END: "an inaccessible page follows every buffer", Mode.START: "an inaccessible page precedes every buffer"}


@dataclass
class Checked:
    """What the verification found. `status` is CORRECT or the first failure's."""

    status: Status = Status.CORRECT
    failure: Failure | None = None
    case: Case | None = None
    """The case that failed."""
    mode: Mode = Mode.END
    suspicious: str = ""
    """The rule whose breach new processes must confirm (`suspicion`), or ''."""
    evidence: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def right(self) -> bool:
        return self.status is Status.CORRECT


def verify(
    program: Program, profile: str | Mapping[str, int], store: Store, level: Isolation, *, seed: int, quick: bool = False
) -> Checked:
    """Run every case of the plan that `seed` draws, until the first failure. `quick` leaves out the profile's own (large) shape.

    Raises `UserError` where the candidate's `requires` excludes the profile's sizes, `StartError` when the sandbox fails.
    """
    defences = level.defences
    cases = plan(program.task, program.candidate, profile, seed, defences)
    if quick:
        cases = [c for c in cases if c.kind != "own"] or cases[:1]
    began = time.monotonic()
    prepared = [loosened(store.get(c.workload, empty=c.kind == "empty"), defences) for c in cases]
    oracle_seconds = time.monotonic() - began
    tally = Tally()
    with Bench(program, [c.workload for c in cases], level, seed) as bench:
        checked = _load(bench)
        if checked is None:
            for case, data in zip(cases, prepared, strict=True):
                checked = _case(bench, case, data, tally)
                if checked is not None:
                    break
            if checked is None and not quick and _threaded(program):
                checked = _raced(bench, cases, prepared, tally)
            if checked is not None:
                checked.failure = _with_words(checked.failure, bench)
    checked = checked or Checked()
    checked.evidence = {
        "cases": tally.cases,
        "calls": tally.calls,
        "shapes": [" ".join(f"{k}={v}" for k, v in c.workload.axes) for c in cases],
        "families": tally.families,
        "notes": sorted(tally.notes),
        "flipped": tally.flipped,
        "seed": seed,
        "level": level.level,
        "seconds": {"oracle": oracle_seconds, "verify": time.monotonic() - began},
    }
    return checked


@dataclass
class Tally:
    """Evidence that grows case by case."""

    cases: int = 0
    calls: int = 0
    flipped: int = 0
    notes: set[str] = field(default_factory=set[str])
    families: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])
    """Family -> `ulp` and `used`: the largest error in ulp of an accepted output, and as a share of what was allowed."""

    def add(self, case: Case, data: Prepared, found: Sequence[Found]) -> None:
        best = self.families.setdefault(case.workload.family, {"used": 0.0, "ulp": 0.0})
        for f, e in zip(found, data.expected, strict=True):
            self.flipped += f.flipped
            if f.used >= best["used"]:
                best.update(used=f.used, ulp=f.worst_ulp)
            self.notes.update(f"{case.workload.family}: {note}" for note in (*e.notes, *([e.unfit] if e.unfit else ())))


def _threaded(program: Program) -> bool:
    """Whether a compiled kernel starts threads; for others there is nothing to ask."""
    if program.run.kind != "native" or program.run.threads < 2:
        return False
    return any(name.startswith(STARTS_THREADS) for name in elf.read(program.artifact).undefined)


def _raced(bench: Bench, cases: Sequence[Case], prepared: Sequence[Prepared], tally: Tally) -> Checked | None:
    """The larger shapes again and again for a moment: threads that race do not lose every time."""
    pairs = sorted(zip(cases, prepared, strict=True), key=lambda pair: -pair[1].bytes)
    until = time.monotonic() + RACED_SECONDS
    for i in range(RACED_CASES):
        checked = _case(bench, *pairs[i % min(RACED_SHAPES, len(pairs))], tally)
        if checked is not None or time.monotonic() > until:
            return checked
    return None


def _load(bench: Bench) -> Checked | None:
    """The failure of a candidate that does not load, None where it does."""
    outcome = bench.start()
    if not outcome.ok:
        return died(outcome, None, Mode.END)
    program = bench.program
    if program.run.kind != "native" or not bench.level.defences.policy:
        return None
    # what it asked for by name was looked at before; a constructor may have brought more
    foreign = policy.foreign_library(bench.libraries(), program.artifact, program.run.reads)
    if not foreign:
        return None
    why = f"loading it brought in {foreign}, which a kernel may not use"
    return Checked(Status.REFUSED, Failure(why, rule="artifact"))


def died(outcome: Outcome, case: Case | None, mode: Mode) -> Checked:
    """The failure of a runner that did not answer."""
    place = f" at {case.workload}" if case else ""
    hint = ""
    if outcome.kind == "crash" and "SIGSEGV" in outcome.detail:
        hint = f"an address that is not the kernel's was touched; {WHERE[mode]}"
    elif outcome.kind == "timeout":
        hint = "a loop that does not end, or a kernel thousands of times slower than the reference"
    summary = f"{outcome.detail or outcome.kind}{place}"
    failure = Failure(summary, workload=str(case.workload) if case else "", hint=hint)
    suspicious = "forbidden_call" if outcome.kind == "forbidden" else ""
    return Checked(STATUS.get(outcome.kind, Status.CRASH), failure, case, mode, suspicious)


def _case(bench: Bench, case: Case, data: Prepared, tally: Tally) -> Checked | None:
    """Both runs of one case; None where both are right."""
    end, start = bench.index(case.workload, Mode.END), bench.index(case.workload, Mode.START)
    limit = bench.seconds(case.workload)
    first_poison, second_poison = bench.fill(end, data.inputs), bench.fill(start, data.inputs)
    tally.cases += 1
    tally.calls += 2
    if case.concurrent:
        outcome = bench.pair(end, start, limit)
        if not outcome.ok:
            return died(outcome, case, Mode.END)
        first, second = bench.read(end, first_poison, outcome), bench.read(start, second_poison, outcome)
    else:
        outcome = bench.call(end, limit)
        if not outcome.ok:
            return died(outcome, case, Mode.END)
        first = bench.read(end, first_poison, outcome)
        outcome = bench.call(start, limit)
        if not outcome.ok:
            return died(outcome, case, Mode.START)
        second = bench.read(start, second_poison, outcome)
    for written, mode in ((first, Mode.END), (second, Mode.START)):
        if written.stray:
            return _stray(written, case, mode)
    if not data.expected:
        return None
    if not bench.level.defences.nan:
        first, second = (replace(w, outputs=forgiven(w.outputs, data)) for w in (first, second))
    return judge_outputs(case, data, first, second, tally)


def _with_words(failure: Failure | None, bench: Bench) -> Failure | None:
    """The failure with what the program printed: an assertion, a message of its runtime. A hint, not evidence."""
    said = " ".join(bench.runner.said().split())[:PRINTED] if bench.runner is not None else ""
    if failure is None or not said or said[:60] in failure.summary:
        return failure
    return replace(failure, hint="; ".join(x for x in (failure.hint, f"it printed: {said}") if x))


def _stray(written: Written, case: Case, mode: Mode) -> Checked:
    summary = f"{case.workload}: it wrote outside of {written.stray}"
    hint = "an index runs past the end (or before the start) of the output; " + WHERE[mode]
    return Checked(Status.CRASH, Failure(summary, workload=str(case.workload), hint=hint), case, mode)


def judge_outputs(case: Case, data: Prepared, first: Written, second: Written, tally: Tally) -> Checked | None:
    """Compare the outputs of both runs; an element that holds the poison of both was never written."""
    found: list[Found] = []
    for i, e in enumerate(data.expected):
        unwritten = _unwritten(first.poison[i], second.poison[i])
        for written, mode in ((first, Mode.END), (second, Mode.START)):
            got = written.outputs[i]
            outcome = compare(got, e, unwritten)
            found.append(outcome)
            if outcome.right:
                continue
            where = "called from two threads at once" if case.concurrent else ""
            failure = report.failure(case.workload, e, outcome, got, data.inputs, unwritten=unwritten, where=where)
            rule = "acts_after_answer" if unwritten is not None else ""
            return Checked(Status.WRONG_VALUE, failure, case, mode, rule)
    tally.add(case, data, found[::2])
    return None


def _unwritten(a: NDArray[np.bool_] | None, b: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    if a is None or b is None:
        return None
    both = a & b
    return both if both.any() else None
