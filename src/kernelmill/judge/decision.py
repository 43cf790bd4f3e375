"""Is the candidate faster than the baseline? Restarts are the unit of replication.

Two runners of the *same* program differ persistently by 1 to 13 % (page placement), so more rounds in one pair of processes only make the
wrong number more certain. A *restart* is a fresh process per arm; its number is the log ratio of the arms' best rounds; the decision is a
t interval over restarts, looked at after 6, 10, 15, 20, 30 and 40 of them (`decision_statistics`).

    subject = Subject(buffers, axes, draws, agreements)
    decision = decide(subject, Arm("eager", launch_baseline), Arm("candidate", launch_candidate), threads=1, seed=secret)
    decision.faster, decision.speedup.low, decision.reason
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from kernelmill.core.verdict import Speedup
from kernelmill.judge import process_pool
from kernelmill.judge.clock import LoadMeter, machine_lock, some_cores
from kernelmill.judge.decision_restart import Arm, Finding, Restart, Rounds, run_restart
from kernelmill.judge.decision_statistics import Looks, fades, interval, look
from kernelmill.judge.decision_subject import Batch, Subject, sets_per_batch
from kernelmill.judge.process_arena import Arena, Memory

__all__ = ["Arm", "Decision", "Finding", "Protocol", "Restart", "Rounds", "Subject", "decide", "fastest", "screen"]


@dataclass(frozen=True)
class Protocol:
    """Parameters of a decision; written into every record."""

    batch: Batch = field(default_factory=Batch)
    looks: Looks = field(default_factory=Looks)
    rounds: Rounds = field(default_factory=Rounds)
    shortest_in_nulls: float = 20.0
    """A batch under so many times the null command is too short to decide on."""
    foreign_limit: float = 0.3
    """Foreign load in cores from which restarts use medians and wall-clock decisions say `cannot tell here`."""
    oracle_share: float = 0.2
    """Share of restarts whose last batch is shown to the oracle."""
    seconds: float = 60.0
    """Time limit of a decision; what is undecided then stays so."""


_SIDES = (0, 1)
"""Baseline and candidate among the arms; what comes after them stands beside the race."""
_PILOT_SETS, _PILOT_BYTES = 8, 4 << 20
"""The batch that shows how long a call takes: two calls of a short kernel take no longer than the null command."""
LAYOUTS = 3
"""How often a batch may be laid out anew because it was too short."""
QUEUED = 0.05
"""Share of waiting in the windows from which restarts are read by their medians."""
DRIFT = 0.1
"""Change of the baseline's time over a decision that is worth a word."""
Oracle = Callable[[Arena, Memory, int | None], Finding | None]
"""Checks the outputs of one set (a random one for None) of a batch that just ended against the truth."""
SCREEN = Protocol(rounds=Rounds(most=5, seconds=0.025))

Outcome = Literal["faster", "not faster", "cannot tell here", "failed"]


@dataclass(frozen=True)
class Decision:
    """What the restarts showed."""

    outcome: Outcome
    reason: str
    """One sentence: why this and not the next better one."""
    clock: Literal["cpu", "wall"]
    finding: Finding | None = None
    """What went wrong, for `failed`: wrong elements, poison, a dead runner, CPU outside the windows. Then there is no time."""
    restarts: tuple[Restart, ...] = ()
    arms: tuple[str, ...] = ()
    sets: int = 0
    """Distinct input sets per batch, K."""
    null_ns: int = 0
    """Median wall time of the null command on the same channel."""
    foreign: float = 0.0
    steal: float = 0.0
    seconds: float = 0.0
    waited: float = 0.0
    """Seconds spent waiting for the machine's lock, not part of `seconds`."""
    threads: int = 1
    cache: str = "cold"
    """What the caches held when a batch began."""
    error_rate: float = 0.0
    """Upper bound of the rate of a false `faster` under this protocol, all looks together."""
    seed: int = 0
    """What inputs, orders and cores were drawn from; secret until now."""

    @property
    def drift(self) -> float:
        """Baseline's time in the last third of the restarts over that in the first: how much the machine changed meanwhile."""
        return _drift(self.restarts)

    @property
    def faster(self) -> bool:
        return self.outcome == "faster"

    @property
    def rounds(self) -> int:
        """Timed batches of one arm in a restart, at the median."""
        return int(statistics.median([len(r.samples[0]) for r in self.restarts])) if self.restarts else 0

    @property
    def logs(self) -> list[float]:
        """One number per restart: log(baseline time / candidate time)."""
        return [math.log(r.value(0) / r.value(1)) for r in self.restarts]

    @property
    def speedup(self) -> Speedup | None:
        """Baseline time / candidate time with its two-sided 99 % interval; None where nothing was timed."""
        if self.finding or not self.restarts:
            return None
        i = interval(self.logs)
        return Speedup(i.median, i.low, i.high)

    def call_seconds(self, arm: int = 1) -> float:
        """Median over restarts of one call's time on the deciding clock."""
        return statistics.median(r.value(arm) for r in self.restarts) / self.sets

    def wall(self, arm: int = 1) -> tuple[float, float, float]:
        """(median, mean, 95th percentile) of one call's wall time in seconds, less the null command."""
        values = sorted(max(0, s.wall_ns - self.null_ns) * 1e-9 / self.sets for r in self.restarts for s in r.samples[arm])
        return statistics.median(values), statistics.fmean(values), values[min(len(values) - 1, int(0.95 * len(values)))]

    def ratio(self, over: int, under: int) -> Speedup | None:
        """Time of arm `over` / time of arm `under`: for a byte twin as arm 2, `ratio(2, 1)` is the roofline."""
        if self.finding or not self.restarts:
            return None
        i = interval([math.log(r.value(over) / r.value(under)) for r in self.restarts])
        return Speedup(i.median, i.low, i.high)

    def to_json(self) -> dict[str, Any]:
        """Plain data, raw samples included: the decision can be computed again from it."""
        data = {k: v for k, v in asdict(self).items() if k != "restarts"}
        return data | {"drift": self.drift, "restarts": [r.to_json() for r in self.restarts]}


def decide(
    subject: Subject,
    baseline: Arm,
    candidate: Arm,
    *,
    twin: Arm | None = None,
    threads: int = 1,
    seed: int,
    protocol: Protocol = Protocol(),
    call_seconds: Sequence[float] | None = None,
    oracle: Oracle | None = None,
) -> Decision:
    """Restarts until the looks decide. Deterministic in nothing but its seeds: they come from `seed`, which stays secret until afterwards.

    `call_seconds`: time of one warm call of each side, where the caller knows it (else runners are started to find out). `oracle` checks
    the last batch of random restarts against the truth: it gets the arena and the candidate's outputs while everything is stopped.
    """
    race = _Race(subject, [baseline, candidate, *([replace(twin, unlike=max(1, twin.unlike))] if twin else [])], threads, seed, protocol)
    if trouble := race.prepare(call_seconds):
        trouble = race.blamed(trouble, oracle)
        return race.result("failed", trouble.text, finding=trouble)
    while True:
        restart, trouble = race.restart()
        if not trouble and oracle and race.draw.random() < protocol.oracle_share:
            trouble = oracle(race.arena, race.outputs_of[1], None)
        if trouble:
            trouble = race.blamed(trouble, oracle)
            return race.result("failed", trouble.text, finding=trouble)
        if race.enlarge(restart):
            continue
        if why := race.cannot_tell():
            return race.result("cannot tell here", why)
        found = look(race.logs(), protocol.looks)
        if found == "faster":
            if doubt := race.doubt():
                return race.result("cannot tell here", doubt)
            return race.result("faster", f"the lower bound is above {protocol.looks.margin:g} times {baseline.name}")
        if found == "not faster":
            return race.result("not faster", f"no gain over {baseline.name} of more than {100 * (protocol.looks.futile_above - 1):.0f} %")
        if found == "slower":
            return race.result("not faster", f"slower than {baseline.name} by far, in each of {len(race.done)} restarts")
        if race.is_last():
            undecided = f"{len(race.done)} restarts do not decide: too small a difference or too large a spread"
            return race.result("cannot tell here", undecided + race.circumstances())
        if time.monotonic() - race.began - race.waited > protocol.seconds:
            late = f"the time limit of {protocol.seconds:g} s came after {len(race.done)} restarts"
            return race.result("cannot tell here", late + race.circumstances())


def screen(
    subject: Subject,
    incumbent: Arm,
    candidate: Arm,
    *,
    threads: int = 1,
    seed: int,
    protocol: Protocol = SCREEN,
    call_seconds: Sequence[float] | None = None,
) -> Decision:
    """One restart against the incumbent, for searching: `speedup.median` is an estimate without an interval, never a claim."""
    race = _Race(subject, [incumbent, candidate], threads, seed, protocol)
    trouble = race.prepare(call_seconds) or race.restart()[1]
    if trouble:
        return race.result("failed", trouble.text, finding=trouble)
    return race.result("not faster", "one restart screens, it does not decide")


def fastest(subject: Subject, arms: Sequence[Arm], *, threads: int, seed: int, protocol: Protocol, call_seconds: float) -> int:
    """Which of these arms, none of which computes anything, one restart shows as the fastest; the first where one fails.

    `call_seconds`: a guess, enough to lay out a batch.
    """
    if len(arms) == 1:
        return 0
    race = _Race(subject, arms, threads, seed, protocol)
    race.prepare([call_seconds])
    restart, _ = race.restart()
    race.release()
    times = [restart.value(i) for i in range(len(arms))] if restart.samples else [0.0]
    return times.index(min(times))


class _Race:
    """A decision under way."""

    def __init__(self, subject: Subject, arms: Sequence[Arm], threads: int, seed: int, protocol: Protocol) -> None:
        self.subject, self.arms, self.threads, self.protocol = subject, tuple(arms), threads, protocol
        self.draw = random.Random(seed)
        self.began, self.waited, self.meter = time.monotonic(), 0.0, LoadMeter()
        self.done: list[Restart] = []
        self.nulls: list[int] = []
        self.sets, self.enlarged = 0, 0
        self.batch = self.protocol.batch
        self.statistic: Literal["min", "median"] = "min"
        self.outputs_of: list[Memory] = []
        self.pool: list[Memory] = []

    def prepare(self, call_seconds: Sequence[float] | None) -> Finding | None:
        """Sizes the batch and lays out the memory that all restarts use."""
        if call_seconds is None:
            self._lay_out(max(2, min(_PILOT_SETS, _PILOT_BYTES // max(1, self.subject.input_bytes + self.subject.output_bytes))))
            pilot = self._run(Rounds(most=3, defences=self.protocol.rounds.defences))
            if pilot.finding:
                return pilot.finding
            call_seconds = [max(1e-9, pilot.value(i) - pilot.null_on_clock_ns * 1e-9) / len(self.arena.sets) for i in _SIDES]
            self.batch = self._long_enough(pilot)
        self.sets = sets_per_batch(self.subject, call_seconds, len(self.arms), self.batch)
        self._lay_out(self.sets)
        return None

    def enlarge(self, restart: Restart) -> bool:
        """Whether the batch was laid out anew because it was too short; what the restarts so far showed does not count then.

        After the first restart it is much shorter than asked for where the pilot's calls were cold; later it is too short where the null
        command, whose cost changes with the machine's idle states, turns out slower than it was.
        """
        self.batch = self._long_enough(restart)
        shortest = self._shortest()
        if shortest > (0.6 * self.batch.seconds if len(self.done) == 1 else self.protocol.shortest_in_nulls * self._null()):
            return False
        sets = sets_per_batch(self.subject, [t / self.sets for t in self._times()], len(self.arms), self.batch)
        if self.enlarged >= LAYOUTS or sets < 1.3 * self.sets:
            return False
        self.enlarged += 1
        self.sets, self.done, self.nulls = sets, [], []
        self._lay_out(sets)
        return True

    def _times(self) -> list[float]:
        """Seconds of the batch of baseline and candidate, at the median of the restarts."""
        return [statistics.median(r.value(i) for r in self.done) for i in _SIDES]

    def _shortest(self) -> float:
        return min(self._times())

    def _null(self) -> float:
        """Seconds of the null command on the deciding clock, at the median of the restarts: single ones are five times slower."""
        return statistics.median(r.null_on_clock_ns for r in self.done) * 1e-9

    def _long_enough(self, restart: Restart) -> Batch:
        """The batch asked for, or a longer one where this machine's null command is slow: a decision needs so many times that."""
        batch = self.protocol.batch
        null = max(restart.null_on_clock_ns * 1e-9, self._null() if self.done else 0.0)
        least = 1.5 * self.protocol.shortest_in_nulls * null
        # by the wall clock a wake-up on another core is part of every batch, and it varies: twice the batch halves it
        seconds = batch.seconds if self.clock == "cpu" else 2 * batch.seconds
        return replace(batch, seconds=max(seconds, least))

    def _lay_out(self, sets: int) -> None:
        self.release()
        self.arena = self.subject.arena(sets, self._seed())
        self.pool = [process_pool.take("outputs", self.arena.plan.outputs_bytes) for _ in self.arms]

    def release(self) -> None:
        """Gives the memory back; every runner is gone by now."""
        if self.pool:
            process_pool.give_back("inputs", self.arena.inputs)
        for memory in self.pool:
            process_pool.give_back("outputs", memory)
        self.pool = []

    def restart(self) -> tuple[Restart, Finding | None]:
        restart = self._run(self.protocol.rounds)
        if not restart.finding:
            self.done.append(restart)
            self.nulls.append(restart.null_ns)
        if (self.load().seconds > 0.2 and self.loud()) or (self.clock == "cpu" and _queued(self.done) > QUEUED):
            self.statistic = "median"
        return restart, restart.finding

    def _run(self, plan: Rounds) -> Restart:
        with machine_lock(timed=True) as waited:
            self.waited += waited
            outputs = list(self.pool)
            self.draw.shuffle(outputs)  # whose pages lie better is a coin toss per restart, not a property of the candidate
            self.outputs_of = outputs
            cores = some_cores(self.threads, self.draw)
            plan = replace(plan, touch=self.batch.cache == "warm")
            return run_restart(
                self.subject, self.arms, self.arena, outputs, plan=plan, seed=self._seed(), cores=cores, clock=self.clock, draw=self.draw
            )

    @property
    def clock(self) -> Literal["cpu", "wall"]:
        return "cpu" if self.threads == 1 else "wall"

    def logs(self) -> list[float]:
        return [math.log(r.value(0) / r.value(1)) for r in self._settled()]

    def _settled(self) -> tuple[Restart, ...]:
        """All restarts read with one statistic: best rounds, or medians once the machine was loaded."""
        return tuple(replace(r, statistic=self.statistic) for r in self.done)

    def load(self):
        return self.meter.read()

    def cannot_tell(self) -> str:
        """Reasons that no further restart would remove."""
        shortest, null = self._shortest(), self._null()
        if shortest < self.protocol.shortest_in_nulls * null and len(self.done) >= 3:
            times = f"{shortest * 1e6:.0f} us, the null command {null * 1e6:.0f} us"
            calls = f"{self.sets} calls" + (", all whose data fits the cache," if self.batch.cache == "warm" else "")
            return f"kernel too short: a batch of {calls} takes {times}"
        if self.clock == "wall" and len(self.done) >= self.protocol.looks.sizes[0] and self.loud():
            return f"foreign load of {self.load().foreign:.1f} cores during a wall-clock measurement"
        return ""

    def blamed(self, finding: Finding, oracle: Oracle | None) -> Finding:
        """The finding, with the baseline's name where the two differ and the candidate is the one that is right."""
        if finding.kind != "wrong" or finding.arm != self.arms[1].name or oracle is None or finding.set_index < 0:
            return finding
        if oracle(self.arena, self.outputs_of[1], finding.set_index):
            return finding
        name = self.arms[0].name
        return replace(finding, arm=name, text=f"{name}: {finding.wrong} elements are wrong, and the candidate's are right")

    def doubt(self) -> str:
        """Why a gain that the restarts show is not believed, or ''."""
        if fades(self.logs(), self.protocol.looks.margin):
            return "the ratio drifts: part of the restarts show no gain" + self.circumstances()
        return _clocks_disagree(self.done) if self.clock == "cpu" else ""

    def circumstances(self) -> str:
        """What disturbed the measurement, to stand after a reason; '' where nothing did."""
        load, drift = self.load(), _drift(self.done)
        found = [f"foreign load of {load.foreign:.1f} cores"] if load.foreign > self.protocol.foreign_limit else []
        found += [f"the machine's speed changed by {abs(drift - 1):.0%} meanwhile"] if abs(drift - 1) > DRIFT else []
        return "".join(f"; {text}" for text in found)

    def loud(self) -> bool:
        return self.load().foreign > self.protocol.foreign_limit

    def is_last(self) -> bool:
        return len(self.done) >= self.protocol.looks.sizes[-1]

    def _seed(self) -> int:
        return self.draw.getrandbits(64)

    def result(
        self, outcome: Literal["faster", "not faster", "cannot tell here", "failed"], reason: str, finding: Finding | None = None
    ) -> Decision:
        load = self.load()
        self.release()
        return Decision(
            outcome, reason, self.clock, finding, self._settled(), tuple(a.name for a in self.arms), self.sets,
            int(statistics.median(self.nulls)) if self.nulls else 0, round(load.foreign, 3), round(load.steal, 3),
            time.monotonic() - self.began - self.waited, self.waited, self.threads,
            self.batch.cache, self.protocol.looks.error_rate,
        )  # fmt: skip


def _queued(restarts: Sequence[Restart]) -> float:
    """Share of the windows in which one-thread kernels were ready to run and had no core: other people's load, exact to the microsecond."""
    samples = [s for r in restarts for arm in r.samples for s in arm]
    return sum(s.queued_ns for s in samples) / max(1, sum(s.wall_ns for s in samples))


def _drift(restarts: Sequence[Restart]) -> float:
    times = [r.value(0) for r in restarts]
    third = len(times) // 3
    return statistics.median(times[-third:]) / statistics.median(times[:third]) if third else 1.0


def _clocks_disagree(restarts: Sequence[Restart]) -> str:
    """A one-thread kernel whose wall time is never near its CPU time, waiting for a core taken off, sleeps or computes elsewhere."""
    for arm in (0, 1):
        if all(s.wall_ns - s.queued_ns > 1.2 * s.cpu_ns + 2 * r.null_ns for r in restarts for s in r.samples[arm]):
            return f"the wall clock of {restarts[0].names[arm]} is never near its CPU clock: it sleeps, or computes elsewhere"
    return ""
