"""What a failure during timing means: a bug found late, or a kernel that behaves differently when it is timed."""

from __future__ import annotations

from kernelmill.core.verdict import Failure, Status
from kernelmill.core.workload import Workload
from kernelmill.judge import decision, timing
from kernelmill.judge.decision import Arm, Finding, Protocol, Rounds
from kernelmill.judge.decision_statistics import Looks
from kernelmill.judge.process_arena import Mode
from kernelmill.judge.program import Program
from kernelmill.judge.right.cases import Case
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import Isolation
from kernelmill.judge.suspicion import accused, confirmed, right_untimed
from kernelmill.judge.verify import Checked, died

SUSPICIOUS = {
    "wrong": "wrong_when_timed",
    "poison": "wrong_when_timed",
    "oracle": "wrong_when_timed",
    "outside": "works_off_the_clock",
    "copying": "works_off_the_clock",
}
"""Kind of finding -> the rule that new processes may confirm."""


def tried(
    finding: Finding, program: Program, rival: Program, work: Workload, *, store: Store, level: Isolation, seed: int
) -> Checked | None:
    """The status of a candidate with this finding: its rung as a bug, or CHEATED where three new processes show the same again.

    `wrong_when_timed` needs more: the same shape must be right in a process where nothing is timed, with inputs that change at the same
    addresses; a race or a cache is wrong there too. A wrong element is wrong however rarely it appears; CPU time outside the windows
    is a reading of the machine, and one that no new process repeats is none: then the answer is None.
    """
    case = Case(work, "own")
    if finding.kind == "crash" and finding.outcome is not None:
        return died(finding.outcome, case, Mode.END)
    text = f"while it was timed at {work}: {finding.text}"
    if finding.kind == "canary":
        return Checked(Status.CRASH, Failure(text, workload=str(work), hint="an index runs past the end of an output"), case)
    checked = Checked(Status.WRONG_VALUE, Failure(text, workload=str(work), hint=_hint(finding)), case)
    rule = SUSPICIOUS[finding.kind]
    told = confirmed(lambda i: _again(finding.kind, program, rival, work, store=store, level=level, seed=seed + i))
    if told and (rule != "wrong_when_timed" or right_untimed(program, case, store, level, seed)):
        return accused(checked, rule, told)
    return None if rule == "works_off_the_clock" else checked


def _hint(finding: Finding) -> str:
    if finding.kind in ("outside", "copying"):
        return "work goes on after the entry has returned: wait for every thread before it returns"
    return "right when it was checked: a race between threads, or something kept from one call to the next"


def _again(kind: str, program: Program, rival: Program, work: Workload, *, store: Store, level: Isolation, seed: int) -> str:
    """What a short race against the same rival, in new processes, shows of the same kind, or ''."""

    def arm(name: str, of: Program) -> Arm:
        return Arm(name, lambda arena, outputs: of.launch(arena, outputs, level))

    short = Protocol(rounds=Rounds(most=5), looks=Looks(sizes=(2,), patience=2))
    subject = timing.subject(program.task, work, store)
    found = decision.decide(
        subject, arm("reference", rival), arm("candidate", program), threads=program.run.threads, seed=seed, protocol=short
    )
    if found.finding is None or found.finding.arm != "candidate":
        return ""
    return found.finding.text if SUSPICIOUS.get(found.finding.kind) == SUSPICIOUS[kind] else ""
