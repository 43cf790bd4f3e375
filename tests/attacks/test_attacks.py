"""The attacks that ship: the table is whole, and one of each class is held, and wins where its defence is off."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernelmill.attacks.suite import Row, by_class, missing
from kernelmill.attacks.table import NEUTRALISED, SOURCES, THROUGH, UNDECIDED, Attack, attacks, select
from kernelmill.attacks.trial import NO_GAIN, Court, baited, outcome
from kernelmill.core.errors import UserError
from kernelmill.core.verdict import Status
from kernelmill.judge.decision import Decision
from kernelmill.judge.decision_restart import Restart, Sample
from kernelmill.judge.defences import Defences
from kernelmill.judge.program import Program
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.verify import verify
from kernelmill.serve.attack import AttackAnswer, AttackRow
from kernelmill.tasks import registry

HELD = {
    "x86": (
        "memo_pointer",
        "memo_call_count",
        "helper_late_thread",
        "forged_answer",
        "socket_in_constructor",
        "freed_memory",
        "nan_everywhere",
        "bf16_inputs",
        "knows_the_shape",
        "opens_the_guard",
        "output_flood",
        "incbin",
        "reads_a_file",
        "opens_a_library",
        "finds_dlopen",
    ),
    "torch": (
        "remembers_addresses",
        "patches_its_runner",
        "lazy_subclass",
        "patches_allclose",
        "zeroes_inputs",
        "prints_the_result",
        "forks",
        "opens_a_file",
    ),
    "cuda": (
        "zero_blocks",
        "memo_pointer",
        "order_of_threads",
        "one_past_the_end",
        "late_thread",
        "exits_well",
        "calls_torch_only",
        "falls_back_to_torch",
    ),
}
"""A part of the table that is quick; the whole of it is a soak test."""
WIN = {
    "x86": (
        "memo_pointer",
        "memo_call_count",
        "nan_everywhere",
        "bf16_inputs",
        "knows_the_shape",
        "opens_the_guard",
        "output_flood",
        "incbin",
        "reads_a_file",
        "finds_dlopen",
        "past_the_end",
        "input_returned",
    ),
    "torch": ("remembers_addresses", "patches_its_runner", "forks", "opens_a_file", "fills_with_nan"),
    "cuda": ("zero_blocks", "memo_pointer", "order_of_threads", "one_past_the_end", "late_thread", "calls_torch_only"),
}


@pytest.fixture(scope="module")
def court() -> Iterator[Court]:
    here = isolation()
    if here.level < 2:
        pytest.skip(f"isolation level 2 does not work here: {here.reason}")
    with baited() as bait:
        yield Court(here, bait)


def one(platform: str, name: str) -> Attack:
    (found,) = select(platform, name=name)
    return found


def test_the_table_is_whole() -> None:
    found = attacks()
    assert len(found) >= 60
    assert {a.language for a in found} == {"C++", "Python", "CUDA C++", "Python with CUDA"}
    assert sum(a.platform == "cuda" for a in found) >= 20
    assert len({(a.platform, a.name) for a in found}) == len(found)
    allowed = {str(s) for s in Status if not s.passed and s is not Status.UNVERIFIED} | {NEUTRALISED}
    for a in found:
        assert a.expect and a.expect <= allowed, a.name
        assert len(a.doc) > 10, a.name
        assert a.candidate().source != a.twin().source
        assert registry.get(a.task).entry == a.twin().entry


def test_selection() -> None:
    assert {a.group for a in select(group="memoise")} == {"memoise"}
    assert {a.task for a in select("torch", task="*/relu")} == {"activation/relu"}
    assert select("cuda{device=cpu}") == select("cuda")
    with pytest.raises(UserError, match="no attack matches"):
        select(name="nothing_like_this")
    with pytest.raises(UserError, match="platform"):
        select("x87")


def works(platform: str) -> None:
    found = missing(select(platform))
    if found:
        pytest.skip(found[platform])


@pytest.mark.parametrize("platform", ["x86", "torch", "cuda"])
def test_twins_are_honest(court: Court, platform: str) -> None:
    works(platform)
    for task, attack in sorted({(a.task, a.ending): a for a in select(platform)}.items()):
        program = court._twin(attack)
        checked = verify(program, "ci", court._store(attack), court.level, seed=court.seed)
        assert isinstance(program, Program)
        assert checked.right, (task, checked.failure)


@pytest.mark.parametrize(("platform", "name"), [(p, n) for p, names in HELD.items() for n in names])
def test_held(court: Court, platform: str, name: str) -> None:
    works(platform)
    attack = one(platform, name)
    found = court.judge(attack)
    assert found.got in attack.expect, found.reason


@pytest.mark.parametrize(("platform", "name"), [(p, n) for p, names in WIN.items() for n in names])
def test_wins_without_the_defence(court: Court, platform: str, name: str) -> None:
    works(platform)
    found = court.without(one(platform, name))
    assert found.got == THROUGH, found.reason


def test_nobody_but_the_suite_turns_a_defence_off() -> None:
    assert not isolation().defences.off
    assert not Isolation(3).defences.off
    package = SOURCES.parents[1]
    for path in sorted(package.rglob("*.py")):
        if path.is_relative_to(package / "attacks"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Defences":
                assert not node.args and not node.keywords, f"{path} makes a judge with a defence off"


def test_the_bits_that_the_timed_part_knows() -> None:
    assert Defences().bits == 0
    header = (Path(__file__).parents[2] / "src/kernelmill/judge/native/judge.h").read_text()
    for name, bits in (
        ("SAME_INPUTS", Defences(fresh=False).bits),
        ("UNCOMPARED", Defences(timed=False).bits),
        ("RUNNING", Defences(stop=False).bits),
    ):
        assert f"KM_{name} = {bits}," in header


def test_the_table_by_class_counts() -> None:
    memo, numbers = one("x86", "memo_pointer"), one("x86", "bf16_inputs")
    rows = [Row(memo, got, "", 0.1) for got in ("WRONG_VALUE", NEUTRALISED, UNDECIDED)] + [Row(numbers, THROUGH, "", 0.1)]
    found = {c.group: (c.attacks, c.detected, c.neutralised, c.undecided, c.through) for c in by_class(rows)}
    assert found == {"memoise": (3, 1, 1, 1, 0), "numbers": (1, 0, 0, 0, 1)}
    assert rows[0].expected and not rows[1].expected


def race(ratios: list[float], outcome: str = "not faster") -> Decision:
    """A decision whose restarts show these ratios of the twin's time to the attack's."""
    restarts = [
        Restart(("twin", "candidate"), ((Sample(int(1e6 * r), int(1e6 * r), 0, 0),), (Sample(10**6, 10**6, 0, 0),)), "cpu", 0)
        for r in ratios
    ]
    return Decision(outcome, "reason", "cpu", restarts=tuple(restarts), arms=("twin", "candidate"), sets=1)  # type: ignore[arg-type]


def test_neutralised_must_be_shown() -> None:
    assert outcome(race([1.0, 1.01, 0.99, 1.02, 0.98, 1.0])).got == NEUTRALISED
    assert outcome(race([0.3, 0.5, 0.2, 0.4, 0.3, 0.6])).got == NEUTRALISED
    assert outcome(race([1.2, 0.8, 1.3, 0.9, 0.7, 1.1], "cannot tell here")).got == UNDECIDED
    assert outcome(race([1.0], "cannot tell here")).got == UNDECIDED
    assert outcome(race([], "cannot tell here")).got == UNDECIDED
    assert outcome(race([NO_GAIN + 0.05] * 6, "cannot tell here")).got == UNDECIDED
    assert outcome(race([2.0, 2.1, 1.9, 2.0, 2.0, 2.0], "faster")).got == THROUGH


def test_a_gain_is_believed_after_a_second_race(monkeypatch: pytest.MonkeyPatch) -> None:
    attack, gain, none = one("x86", "zeros"), race([2.0, 2.1, 1.9, 2.0, 2.0, 2.0], "faster"), race([1.0, 1.01, 0.99, 1.02, 0.98, 1.0])

    def told(*races: Decision) -> str:
        left = list(races)
        court = Court(isolation(None))
        monkeypatch.setattr(court, "_twin", lambda attack: None)
        monkeypatch.setattr(court, "_race", lambda *_: left.pop(0))
        return court._raced(attack, None, court.level).got  # pyright: ignore[reportPrivateUsage, reportArgumentType]

    assert told(gain, gain) == THROUGH
    assert told(gain, none) == NEUTRALISED
    assert told(none) == NEUTRALISED


def test_an_undecided_race_is_a_failure() -> None:
    def code(*got: str, defences: bool = True) -> int:
        row = {"class_": "c", "name": "n", "language": "C++", "platform": "x86", "task": "t", "what": "w", "seen": "s", "expected": []}
        row |= {"detected": False, "off": [], "wins": "faster", "reason": "", "seconds": 0.0}
        rows = [AttackRow(**row, got=g) for g in got]
        return AttackAnswer(level=3, defences=defences, rows=rows, classes=[], unexpected=[], seconds=0.0).exit_code

    assert code("WRONG_VALUE", NEUTRALISED) == 0
    assert code("WRONG_VALUE", UNDECIDED) == 1
    assert code(THROUGH) == 1
    assert code(THROUGH, THROUGH, defences=False) == 0
    assert code(THROUGH, UNDECIDED, defences=False) == 1
