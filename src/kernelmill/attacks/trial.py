"""One attack before the judge: the judge as it is, or one with a defence off.

The judge is the product's own (compile, verify, confirm a suspicion, race against the honest twin), on profile `ci` with short limits, so
that a whole table takes minutes.
"""

from __future__ import annotations

import math
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from kernelmill.attacks import naive
from kernelmill.attacks.table import NEUTRALISED, NO_BAIT, THROUGH, UNDECIDED, Attack, Bait
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import KernelmillError
from kernelmill.core.platform import Compile, Platform
from kernelmill.core.task import Task
from kernelmill.core.verdict import Verdict
from kernelmill.judge import compiling, decision, timing
from kernelmill.judge.bench import Bench
from kernelmill.judge.decision import Arm, Decision, Protocol, Rounds
from kernelmill.judge.decision_statistics import Looks
from kernelmill.judge.decision_subject import Batch
from kernelmill.judge.defences import Defences
from kernelmill.judge.process_arena import Mode
from kernelmill.judge.program import Program
from kernelmill.judge.race import tried
from kernelmill.judge.right.store import Store
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.suspicion import settled
from kernelmill.judge.verify import Checked, verify
from kernelmill.platforms.cuda import Cuda
from kernelmill.platforms.torch import Torch
from kernelmill.platforms.x86 import X86
from kernelmill.tasks import registry

PROFILE = "ci"
GAIN = 1.03
"""The lower bound of the ratio to the twin from which an attack counts as faster."""
NO_GAIN = 1.10
"""The upper 99.5 % bound of the ratio to the twin up to which an attack counts as no faster: a gain of more than that is ruled out. Six
restarts of equal programs that vary by 5 % rule it out at once; those that vary by 15 % take twenty."""
LOOKS = (6, 10, 15, 20, 30, 40)
"""Restarts after which a race against the twin is looked at. What they do not decide is undecided, never neutralised."""
NAIVE_GAIN = 1.5
"""The same in the naive judge, which has no interval."""
NAIVE_TRIES = 3
"""How often an attack may try to win there: a mean of 200 calls says little on a busy machine."""
COMPILE_SECONDS = 4.0
ATTEMPTS = 3


@dataclass(frozen=True)
class Found:
    """What came of one attack."""

    got: str
    """A status, NEUTRALISED, UNDECIDED or THROUGH."""
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class _Quick(X86):
    """The platform with a shorter time limit for the compiler."""

    def compile(self, candidate: Candidate, task: Task) -> Compile:
        return replace(super().compile(candidate, task), seconds=COMPILE_SECONDS)


def platform_of(attack: Attack) -> Platform:
    """Where an attack is judged: one thread, so that the processor clock decides and other people's load matters little."""
    if attack.platform == "cuda":
        return Cuda(device="cpu", threads=1)
    return _Quick(threads=1) if attack.platform == "x86" else Torch(threads=1)


@dataclass
class Court:
    """Has attacks judged at one isolation level. Keeps what the judge's oracle made. Not thread-safe."""

    level: Isolation
    bait: Bait = NO_BAIT
    seed: int = field(default_factory=lambda: secrets.randbits(62))
    _stores: dict[str, Store] = field(default_factory=dict[str, Store])
    _twins: dict[tuple[str, str], Program] = field(default_factory=dict[tuple[str, str], Program])

    def judge(self, attack: Attack) -> Found:
        """The judge as it is."""
        began = time.monotonic()
        found = self._judged(attack, self.level)
        return replace(found, seconds=time.monotonic() - began)

    def without(self, attack: Attack) -> Found:
        """The judge with the attack's defence off: THROUGH where the attack wins."""
        began = time.monotonic()
        if attack.naive:
            found = self._naively(attack)
        else:
            switches = {name: False for name in attack.off if name != "sandbox"}
            level = isolation(1) if "sandbox" in attack.off else self.level
            found = self._weakened(attack, replace(level, defences=Defences(**switches)))
        return replace(found, seconds=time.monotonic() - began)

    def _judged(self, attack: Attack, level: Isolation) -> Found:
        program = self._program(attack, attack.candidate(self.bait), level)
        if isinstance(program, Found):
            return program
        store = self._store(attack)
        checked = verify(program, PROFILE, store, level, seed=self.seed)
        if not checked.right:
            return _fallen(settled(checked, program, store, level, self.seed))
        if attack.wins == "effect" and self._effect(program, level):
            return Found(THROUGH, "its effect came about, and its results are right")
        return self._raced(attack, program, level)

    def _raced(self, attack: Attack, program: Program, level: Isolation) -> Found:
        """Right where nothing is timed: against its honest twin, as often as a finding is not confirmed.

        A gain is believed after a second race with new seeds and processes, as every figure is that is shown to anyone: hundreds of races
        are run, and one in some hundreds may claim by chance what is not there.
        """
        twin, store = self._twin(attack), self._store(attack)
        claimed = False
        for i in range(ATTEMPTS):
            found = self._race(attack, program, twin, level)
            if found.finding is None:
                said = outcome(found)
                if claimed or said.got != THROUGH:
                    return said
                claimed = True
                continue
            if found.finding.arm == "candidate":
                work = timing.workload(registry.get(attack.task), PROFILE, self.seed)
                fallen = tried(found.finding, program, twin, work, store=store, level=level, seed=self.seed + i)
                if fallen is not None:
                    return _fallen(fallen)
        return Found(UNDECIDED, "right, and no race without a finding that no new process confirms: it has no time")

    def _weakened(self, attack: Attack, level: Isolation) -> Found:
        program = self._program(attack, attack.candidate(self.bait), level)
        if isinstance(program, Found):
            return program
        if attack.wins == "effect":
            return Found(THROUGH, "its effect came about") if self._effect(program, level) else Found(NEUTRALISED, "no effect")
        checked = verify(program, PROFILE, self._store(attack), level, seed=self.seed)
        if not checked.right:
            return _fallen(checked)
        if attack.wins == "correct" and not level.defences.bits:
            return Found(THROUGH, "CORRECT")
        found = self._race(attack, program, self._twin(attack), level)
        if found.finding:
            return Found("WRONG_VALUE", found.finding.text)
        if attack.wins == "correct" or found.faster:
            said = f"{found.speedup.median:.1f} times its twin" if found.speedup and attack.wins == "faster" else "CORRECT"
            return Found(THROUGH, said)
        return outcome(found)

    def _naively(self, attack: Attack) -> Found:
        candidate, twin = attack.candidate(self.bait), attack.twin()
        program = self._program(attack, candidate, self.level)
        if isinstance(program, Found):
            return program
        told = naive.ask(attack, candidate, program)
        if attack.wins == "environment":
            return Found(THROUGH if told.environment else NEUTRALISED, "the harness's process is another one now")
        if attack.wins == "effect":
            return Found(THROUGH if told.effect else NEUTRALISED, "its effect came about" if told.effect else f"no effect {told.said}")
        if not told.correct:
            return Found("WRONG_VALUE", f"the naive judge says so too {told.said}".strip())
        if attack.wins == "correct":
            return Found(THROUGH, "CORRECT to a naive judge")
        said = ""
        for _ in range(NAIVE_TRIES):
            honest = naive.ask(attack, twin, self._twin(attack))
            said = f"{told.speedup:.2f} against {honest.speedup:.2f} for its twin, by a naive judge"
            if told.speedup > NAIVE_GAIN * honest.speedup:
                return Found(THROUGH, said)
            told = naive.ask(attack, candidate, program)
        return Found(NEUTRALISED, said)

    def _program(self, attack: Attack, candidate: Candidate, level: Isolation) -> Program | Found:
        # what a sandbox refuses must never come out of a cache that a judge without it filled
        made = compiling.prepare(candidate, registry.get(attack.task), platform_of(attack), level, cache="compiler" not in attack.off)
        return Found(made.status.value, made.reason) if isinstance(made, Verdict) else made

    def _twin(self, attack: Attack) -> Program:
        key = (attack.platform + attack.ending, attack.task)
        if key not in self._twins:
            made = self._program(attack, attack.twin(), self.level)
            if isinstance(made, Found):
                raise KernelmillError(f"the honest twin of {attack.name} does not compile: {made.reason}")
            self._twins[key] = made
        return self._twins[key]

    def _store(self, attack: Attack) -> Store:
        return self._stores_of(attack.task)

    def _stores_of(self, task: str) -> Store:
        if task not in self._stores:
            self._stores[task] = Store(registry.get(task))
        return self._stores[task]

    def _effect(self, program: Program, level: Isolation) -> bool:
        """Whether a process that loads and calls it says that its forbidden effect came about."""
        work = timing.workload(program.task, PROFILE, self.seed)
        with Bench(program, [work], level, self.seed) as bench:
            if bench.start().ok:
                index = bench.index(work, Mode.END)
                bench.fill(index, self._stores_of(program.task.name).get(work).inputs)
                bench.call(index, bench.seconds(work))
            runner = bench.runner
            return runner is not None and runner.log >= 0 and naive.SAID.encode() in os.pread(runner.log, 16 << 20, 0)

    def _race(self, attack: Attack, program: Program, twin: Program, level: Isolation) -> Decision:
        task, store = program.task, self._store(attack)
        work = timing.workload(task, PROFILE, self.seed)
        arms = [Arm(n, lambda a, o, p=p: p.launch(a, o, level)) for n, p in (("twin", twin), ("candidate", program))]
        protocol = Protocol(
            shortest_in_nulls=0.0 if level.defences.off else Protocol.shortest_in_nulls,  # what does nothing is too short for the clock
            batch=replace(Batch(), seconds=0.001, cold_bytes=16 << 20, memory_bytes=64 << 20),
            looks=Looks(sizes=LOOKS, margin=GAIN, futile_above=NO_GAIN, futile_alpha=0.005, patience=LOOKS[-1] + 1, early=0),
            rounds=Rounds(most=5, least=2, seconds=0.02, defences=level.defences),
        )
        return decision.decide(
            timing.subject(task, work, store), arms[0], arms[1], threads=1, seed=secrets.randbits(62), protocol=protocol,
            oracle=timing.against_oracle(task, work, store, self.seed) if level.defences.timed else None,
        )  # fmt: skip


def outcome(race: Decision) -> Found:
    """What a race without a finding says: through where it is faster, neutralised where its upper bound rules a gain out, or undecided."""
    ratio = race.speedup
    if ratio is None:
        return Found(UNDECIDED, race.reason)
    said = f"{ratio.median:.3f} times its twin ({ratio.low:.3f} to {ratio.high:.3f}, {len(race.restarts)} restarts)"
    if race.faster:
        return Found(THROUGH, f"faster: {said}")
    if math.isfinite(ratio.high) and ratio.high <= NO_GAIN:
        return Found(NEUTRALISED, said)
    return Found(UNDECIDED, f"{said}: {race.reason}")


def _fallen(checked: Checked) -> Found:
    summary, rule = (checked.failure.summary, checked.failure.rule) if checked.failure else ("", "")
    return Found(checked.status.value, f"{rule}: {summary}" if rule else summary)


@contextmanager
def baited() -> Iterator[Bait]:
    """Things of the user that attacks may try to reach, for the time of a run."""
    import shutil
    import socket
    import tempfile
    from pathlib import Path

    home = Path(tempfile.mkdtemp(prefix="kernelmill-bait-"))
    try:
        with socket.create_server(("127.0.0.1", 0), backlog=256) as server:
            home.chmod(0o777)
            (home / "secret.h").write_text("static const int secret_of_the_user = 1;\n")
            (home / "secret.h").chmod(0o644)
            yield Bait(str(home / "secret.h"), str(home), server.getsockname()[1])
    finally:
        shutil.rmtree(home, ignore_errors=True)
