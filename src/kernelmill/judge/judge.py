"""The judge of one task on one platform at one size: screen, verdict, confirmation.

    judge = open_judge(task, platform, "cpu")
    judge.screen(candidate, incumbent)         # right on the small shapes; one restart against the incumbent; at most CORRECT
    judge.verdict(candidate, ("eager",))       # every case, and a decision against each baseline
    judge.confirm(candidate, ("eager",))       # the same with new seeds and processes: the figures shown to anyone
    judge.close()

A bad candidate is a verdict; what is raised is a bad request (`UserError`), a missing tool, or a sandbox that does not start.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kernelmill.core import formula
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import KernelmillError, UserError, unknown
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task
from kernelmill.core.verdict import Failure, Measurement, Speedup, Status, Verdict
from kernelmill.judge import compiling, decision, timing
from kernelmill.judge import stages as sanitizing
from kernelmill.judge.baselines import baseline, floor_programs
from kernelmill.judge.decision import Arm, Decision, Finding, Protocol, Rounds, Subject
from kernelmill.judge.decision_statistics import Looks
from kernelmill.judge.decision_subject import CACHES, Batch
from kernelmill.judge.program import Program
from kernelmill.judge.race import tried
from kernelmill.judge.right.sizes import Rules
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.suspicion import settled
from kernelmill.judge.verify import Checked, verify
from kernelmill.platforms import machine

VERSION = "3"
"""Of the judge's rules: bound, cases, decision. Goes up when a verdict may differ."""
ATTEMPTS = 3
"""How often a race is run again whose finding against the candidate no new process confirms."""
PROGRAMS = 64
"""Compiled candidates kept in memory; baselines stay."""
NAIVE = Protocol(Batch(cold_bytes=16 << 20), Looks(sizes=(4,)), Rounds(most=4, least=1), seconds=8.0)
"""The naive baseline decides nothing and may be a hundred times slower than the candidate: few restarts, and the interval says so."""
TWIN_RATE, TWIN_SECONDS = 10e9, 0.005
"""Bytes a second that a byte twin is guessed to move, and how long the batches are in which the fastest of them is found."""
HEAVY, TOO_HEAVY = 200_000_000, 1_000_000_000
"""From so many FLOP on one call of a naive kernel is a batch; from so many on it takes seconds and is not measured."""


def open_judge(
    task: Task,
    platform: Platform,
    profile: str,
    *,
    level: int | None = None,
    seed: int | None = None,
    stages: Sequence[str] = (),
    cache: str = "cold",
) -> Judge:
    """A judge. `level` forces an isolation level; `seed` makes workloads repeatable (it is secret and random where it is None).

    `stages`: sanitizers that verdicts go through as well (asan, ubsan, tsan, msan). `cache`: what the caches hold when a timed batch
    begins, nothing of it (`cold`) or its inputs and outputs (`warm`).
    Raises `UserError` for an unknown profile, stage or cache mode, or a level that does not work here, `MissingTool` for a stage whose
    runtime is not installed.
    """
    task.sizes(profile)
    sanitizing.check(stages, platform)
    if cache not in CACHES:
        raise unknown("cache mode", cache, CACHES)
    protocol = Protocol(batch=Batch(cache=cache, warm_bytes=machine.detect().l3_bytes // 2))
    drawn = secrets.randbits(62) if seed is None else seed
    return Judge(task, platform, profile, isolation(level), drawn, protocol, tuple(stages))


@dataclass
class Judge:
    """One task on one platform at one size. Not thread-safe."""

    task: Task
    platform: Platform
    profile: str
    level: Isolation
    seed: int
    protocol: Protocol = field(default_factory=Protocol)
    stages: tuple[str, ...] = ()
    _programs: OrderedDict[str, Program] = field(default_factory=OrderedDict[str, Program])
    _baselines: dict[str, Program] = field(default_factory=dict[str, Program])
    _seconds: dict[str, float] = field(default_factory=dict[str, float])
    """Candidate or baseline -> seconds of one call, as measured last: sizes the next batch."""
    _sanitized: dict[str, list[sanitizing.Stage]] = field(default_factory=dict[str, list[sanitizing.Stage]])

    def __post_init__(self) -> None:
        self.store = Store(self.task)
        self.threads = self.platform.run(self.task).threads

    @property
    def version(self) -> str:
        """Judge version and protocol parameters: part of every record."""
        looks = self.protocol.looks
        sizes = ",".join(str(n) for n in looks.sizes)
        text = f"{VERSION} restarts={sizes} rounds={self.protocol.rounds.most} alpha={looks.alpha:g} margin={looks.margin:g}"
        return text if self.protocol.batch.cache == "cold" else f"{text} cache={self.protocol.batch.cache}"

    def screen(self, candidate: Candidate, incumbent: Candidate | None) -> Verdict:
        """Quick: the small shapes, then one restart against the incumbent (`speedup['incumbent']`). At most CORRECT."""
        made = self._ready(candidate, self.seed, quick=True)
        if isinstance(made, Verdict):
            return made
        program, evidence = made
        if incumbent is None or incumbent.id == candidate.id:
            return self._passed(
                candidate, Status.CORRECT, "screened, not timed: there is nothing to compare with", {}, None, evidence=evidence
            )
        rival = self._program(incumbent)
        if isinstance(rival, Verdict):
            raise UserError(f"the incumbent is no program any more: {rival.reason}", got=incumbent.id)
        work = timing.workload(self.task, self.profile, self.seed)
        subject = timing.subject(self.task, work, self.store)
        found = self._raced(
            lambda seed: decision.screen(
                subject, self._arm("incumbent", rival), self._arm("candidate", program), threads=self.threads, seed=seed,
                protocol=self._screening, call_seconds=self._known(incumbent.id),
            ),
            program, rival, evidence, self.seed,
        )  # fmt: skip
        if isinstance(found, Verdict):
            return found
        evidence["screen"] = found.to_json()
        evidence["seconds"]["timing"] = found.seconds
        if found.finding:
            return self._passed(candidate, Status.CORRECT, _reason(found), {}, None, evidence=evidence)
        self._seconds[candidate.id], self._seconds[incumbent.id] = found.call_seconds(1), found.call_seconds(0)
        speedup = {"incumbent": found.speedup} if found.speedup else {}
        return self._passed(candidate, Status.CORRECT, found.reason, speedup, timing.measurement(found), evidence=evidence)

    def verdict(self, candidate: Candidate, baselines: Sequence[str] = ("eager",)) -> Verdict:
        """Every case, then a decision against each of `baselines`; FASTER means faster than the first of them.

        Raises `UserError` for an unknown baseline or one that this task does not have.
        """
        return self._decide(candidate, baselines, self.seed, tier="verdict")

    def confirm(self, candidate: Candidate, baselines: Sequence[str] = ("eager",)) -> Verdict:
        """A verdict with seeds and processes that selected nobody, and beside it the candidate against itself (`evidence['aa']`)."""
        return self._decide(candidate, baselines, secrets.randbits(62), tier="confirmation")

    def close(self) -> None:
        """Forget everything. No process of this judge outlives a call, but for the torch zygote, which all judges share."""
        self._programs.clear()
        self._baselines.clear()
        self.store = Store(self.task)

    # What the tiers are made of.

    def _program(self, candidate: Candidate) -> Program | Verdict:
        """Compiled, and kept: an incumbent meets many rivals."""
        if candidate.id in self._programs:
            self._programs.move_to_end(candidate.id)
            return self._programs[candidate.id]
        made = compiling.prepare(candidate, self.task, self.platform, self.level)
        if isinstance(made, Program):
            self._programs[candidate.id] = made
            while len(self._programs) > PROGRAMS:
                self._programs.popitem(last=False)
        return made

    def _ready(self, candidate: Candidate, seed: int, *, quick: bool) -> tuple[Program, dict[str, Any]] | Verdict:
        """The program and the evidence that it is right, or the verdict on one that is not."""
        began = time.monotonic()
        program = self._program(candidate)
        compiled = time.monotonic() - began
        evidence: dict[str, Any] = {"level": self.level.level, "judge": self.version, "seconds": {"compile": compiled}}
        if isinstance(program, Verdict):
            return replace(program, evidence=evidence | program.evidence)
        if not Rules(self.task, candidate.requires, self.task.sizes(self.profile)).hold(self.task.sizes(self.profile)):
            why = f"it requires {' and '.join(candidate.requires)}, which profile '{self.profile}' does not satisfy"
            return replace(compiling.refused("requires", why), evidence=evidence)
        checked = verify(program, self.profile, self.store, self.level, seed=seed, quick=quick)
        if not checked.right:
            checked = settled(checked, program, self.store, self.level, seed)
            return _failed(checked, evidence)
        return program, _merged(evidence, checked.evidence) | {"toolchain": program.toolchain}

    def _decide(self, candidate: Candidate, baselines: Sequence[str], seed: int, *, tier: str) -> Verdict:
        rivals = {name: self._baseline(name) for name in baselines}
        made = self._ready(candidate, seed, quick=False)
        if isinstance(made, Verdict):
            return made
        program, evidence = made
        if fallen := self._checked_by_stages(program, evidence, seed):
            return fallen
        work = timing.workload(self.task, self.profile, seed)
        subject = timing.subject(self.task, work, self.store)
        evidence["cache"] = self.protocol.batch.cache
        speedup: dict[str, Speedup] = {}
        found: list[Decision] = []
        evidence["decisions"] = {}
        twin = self._floor_arm(subject, evidence) if rivals else None
        roofline: float | None = None
        for name, rival in rivals.items():
            if name == "naive" and found and self._flops() > TOO_HEAVY:
                evidence["decisions"][name] = {"outcome": "not measured", "reason": f"{self._flops() / 1e9:.1f} GFLOP unscheduled"}
                continue
            decided = self._raced(
                lambda drawn, name=name, rival=rival, twin=twin: decision.decide(
                    subject, self._arm(name, rival), self._arm("candidate", program), twin=twin,
                    threads=self.threads, seed=drawn, protocol=self._protocol(name, first=not found),
                    call_seconds=self._known(candidate.id, name),
                    oracle=timing.against_oracle(self.task, work, self.store, seed),
                ),
                program, rival, evidence, seed,
            )  # fmt: skip
            if isinstance(decided, Verdict):
                return decided
            evidence["decisions"][name] = decided.to_json()
            evidence["seconds"][f"timing {name}"] = decided.seconds
            found.append(decided)
            if decided.speedup:
                speedup[name] = decided.speedup
                self._seconds[candidate.id], self._seconds[name] = decided.call_seconds(1), decided.call_seconds(0)
                roofline = _floor(decided, evidence) if twin else roofline
                twin = None  # one run is enough: it stands beside the first baseline
        timed = [d for d in found if d.speedup]
        measured = timing.measurement(timed[0]) if timed else None
        status = Status.FASTER if found and found[0].faster else Status.CORRECT
        reason = _reason(found[0]) if found else "not timed"
        if timed and tier == "confirmation":
            self._against_itself(program, subject, evidence)
        return replace(self._passed(candidate, status, reason, speedup, measured, evidence=evidence), roofline=roofline)

    @property
    def _screening(self) -> Protocol:
        return replace(decision.SCREEN, batch=self.protocol.batch)

    def _protocol(self, name: str, *, first: bool) -> Protocol:
        if name != "naive" or first:
            return self.protocol
        batch = replace(NAIVE.batch, cache=self.protocol.batch.cache, warm_bytes=self.protocol.batch.warm_bytes)
        return replace(NAIVE, batch=replace(batch, most_sets=1) if self._flops() > HEAVY else batch)

    def _flops(self) -> int:
        return formula.evaluate(self.task.flops, self.task.sizes(self.profile))

    def _against_itself(self, program: Program, subject: Subject, evidence: dict[str, Any]) -> None:
        """The candidate against itself: what the figures mean on this machine today."""
        looks = replace(self.protocol.looks, sizes=self.protocol.looks.sizes[:1])
        found = decision.decide(
            subject, self._arm("itself", program), self._arm("candidate", program), threads=self.threads, seed=secrets.randbits(62),
            protocol=replace(self.protocol, looks=looks), call_seconds=self._known(program.candidate.id),
        )  # fmt: skip
        evidence["seconds"]["timing aa"] = found.seconds
        if s := found.speedup:
            evidence["aa"] = {"median": s.median, "low": s.low, "high": s.high, "faster": found.faster}

    def _floor_arm(self, subject: Subject, evidence: dict[str, Any]) -> Arm | None:
        """The fastest of the byte twins, or the FMA arm; None, with the reason in the evidence, where none can be made."""
        try:
            if "floor" not in self._baselines:
                arms = floor_programs(self.task, self.task.sizes(self.profile), self.platform, self.level)
                self._baselines["floor"] = self._fastest(arms, subject)
        except KernelmillError as error:
            evidence["roofline"] = f"not measured: {str(error).splitlines()[0]}"
            return None
        program = self._baselines["floor"]
        name = program.candidate.lineage.author
        evidence["roofline_of"] = name if program.run.threads == self.threads else f"{name}, {program.run.threads} thread"
        return self._floor_side(program)

    def _floor_side(self, program: Program) -> Arm:
        name = program.candidate.lineage.author
        return replace(self._arm(name, program), unlike=2 if name == "fma_arm" else 1)

    def _fastest(self, programs: Sequence[Program], subject: Subject) -> Program:
        """Which of them is the floor, told by one restart: stores around the caches, or a second thread for little work, win on one machine
        and lose on another."""
        arms = [self._floor_side(p) for p in programs]
        guess = (subject.input_bytes + subject.output_bytes) / TWIN_RATE
        protocol = replace(self._screening, batch=replace(self.protocol.batch, longest=TWIN_SECONDS))
        return programs[
            decision.fastest(subject, arms, threads=self.threads, seed=secrets.randbits(62), protocol=protocol, call_seconds=guess)
        ]

    def _baseline(self, name: str) -> Program:
        if name not in self._baselines:
            self._baselines[name] = baseline(name, self.task, self.platform, self.level)
        return self._baselines[name]

    def _arm(self, name: str, program: Program) -> Arm:
        return Arm(name, lambda arena, outputs: program.launch(arena, outputs, self.level))

    def _known(self, *names: str) -> list[float] | None:
        """Seconds of one call of each, where all are known."""
        known = [self._seconds[n] for n in names if n in self._seconds]
        return known if len(known) == len(names) else None

    def _raced(
        self, race: Callable[[int], Decision], program: Program, rival: Program, evidence: dict[str, Any], seed: int
    ) -> Decision | Verdict:
        """What `race(secret seed)` shows, or the verdict on a candidate that failed in it.

        A finding that needs confirmation and that no new process shows again is no finding: the race is run again, and where that
        happens every time it has no times and says so.
        """
        found: Decision | None = None
        rival.warm()
        program.warm()
        for _ in range(ATTEMPTS):
            drawn = secrets.randbits(62)
            found = replace(race(drawn), seed=drawn)
            if found.finding is None:
                return found
            if found.finding.arm != "candidate":
                evidence.setdefault("wrong_baseline", []).append(found.finding.text)
                continue
            if fallen := self._fell(program, rival, found.finding, evidence, seed):
                return fallen
            evidence.setdefault("unconfirmed", []).append(found.finding.text)
        assert found is not None
        return found

    def _fell(self, program: Program, rival: Program, finding: Finding, evidence: dict[str, Any], seed: int) -> Verdict | None:
        """The verdict on a candidate that failed while it was timed; None where that needs confirmation and does not get it."""
        work = timing.workload(self.task, self.profile, seed)
        checked = tried(finding, program, rival, work, store=self.store, level=self.level, seed=seed)
        return None if checked is None else _failed(checked, evidence)

    def _checked_by_stages(self, program: Program, evidence: dict[str, Any], seed: int) -> Verdict | None:
        """The verdict where a sanitizer stage has findings; None where it has none, or none was asked for. Once per candidate."""
        if not self.stages:
            return None
        if program.candidate.id not in self._sanitized:
            self._sanitized[program.candidate.id] = sanitizing.run(
                program, self.platform, self.stages, self.store, self.level, profile=self.profile, seed=seed
            )
        found = self._sanitized[program.candidate.id]
        evidence["stages"] = [s.to_json() for s in found]
        evidence["seconds"]["stages"] = sum(s.seconds for s in found)
        fallen = sanitizing.failure(found)
        return Verdict(fallen[0], fallen[1].summary, fallen[1], evidence=evidence) if fallen else None

    def _passed(
        self,
        candidate: Candidate,
        status: Status,
        reason: str,
        speedup: dict[str, Speedup],
        measured: Measurement | None,
        *,
        evidence: dict[str, Any],
    ) -> Verdict:
        """A passing verdict; where isolation is limits only, foreign code gets at most UNVERIFIED."""
        if self.level.level < 2 and not candidate.trusted:
            status, reason = Status.UNVERIFIED, f"isolation level 1: {self.level.reason}"
        return Verdict(status, reason, None, speedup, None, measured, evidence)


def _reason(found: Decision) -> str:
    return f"cannot tell here: {found.reason}" if found.outcome in ("cannot tell here", "failed") else found.reason


def _floor(found: Decision, evidence: dict[str, Any]) -> float | None:
    """Byte twin's (or FMA arm's) time / kernel's time. A kernel below it is noted with the figures; that alone is never a verdict."""
    ratio = found.ratio(2, 1)
    if ratio is None:
        return None
    evidence["twin_seconds"] = found.call_seconds(2)
    if ratio.low > 1.05:
        evidence["floor_broken"] = {"twin": found.call_seconds(2), "kernel": found.call_seconds(1), "ratio": [ratio.low, ratio.high]}
    return ratio.median


def _failed(checked: Checked, evidence: Mapping[str, Any]) -> Verdict:
    failure = checked.failure or Failure("")
    return Verdict(checked.status, failure.summary, failure, evidence=_merged(evidence, checked.evidence))


def _merged(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {**a, **b, "seconds": {**a.get("seconds", {}), **b.get("seconds", {})}}
