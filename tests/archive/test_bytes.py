"""One changed byte anywhere in an archive is found, and archives that the first format wrote still verify.

Left out are free space (within pages, on freed pages, behind the end of a long text) and three bookkeeping numbers of the header: no reader
looks at them, and the second test shows that a change there changes nothing that is read.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pages import BOOKKEEPING, Pages
from test_archive import record

from kernelmill.archive.chain import verify
from kernelmill.archive.store import Archive, canonical
from kernelmill.core.record import Record
from kernelmill.serve.past import evidence
from kernelmill.tasks import get

FIRST = Path(__file__).parents[1] / "golden" / "archive" / "format1.db"
HEAD = "165ce04553a2b3b8b5181f929240d5ffad0be3c140fc6b9f6a08fc6c64283fa7"
"""Of the first archive, as its last run printed it."""
EACH = 60
"""Bytes tried of every class."""


def content(path: Path) -> list[object]:
    with Archive(path) as archive:
        return [[canonical(r) for r in archive.records()], archive.runs()]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Records of all sizes, runs that were updated, freed pages."""
    path = tmp_path_factory.mktemp("bytes") / "archive.db"
    with Archive(path) as made:
        for i in range(12):
            run = made.begin_run("judge", {"task": "activation/relu", "number": i})
            stored = made.append(
                record(f"source {i} " * (1 + 150 * (i % 4)), eager=1.0 + i if i % 2 else None, run=run.id), seconds=i + 0.5
            )
            for length in (9000, 40 + i):  # the long text is freed again
                made.update_run(run.id, state="done", result={"record": stored.hash, "text": "x" * length})
    with Archive(path) as made:
        made._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def positions(pages: Pages) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at in range(len(pages.data)):
        found.setdefault(pages.classes.get(at, "free"), []).append(at)
    return found


def changed(data: bytes, at: int, by: int, path: Path) -> Path:
    broken = bytearray(data)
    broken[at] ^= by
    path.write_bytes(broken)
    return path


@pytest.mark.parametrize("source", ["new", "first"])
def test_one_changed_byte_is_found_wherever_a_reader_looks(source: str, archive: Path, tmp_path: Path) -> None:
    pages = Pages(archive if source == "new" else FIRST)
    found, draw = positions(pages), random.Random(source)
    expected = {"header", "schema: cell", "records: cell", "records: page", "records: overflow", "runs: cell", "sqlite_sequence: cell"}
    expected |= {"records_by_run: cell", "sqlite_autoindex_records_1: cell"} | ({"seals: cell", "free list"} if source == "new" else set())
    assert expected <= set(found), sorted(found)
    missed: list[tuple[str, int]] = []
    for name, places in found.items():
        # a run's row has a seal since format 2 only
        if name in ("free", "bookkeeping") or (source == "first" and name.startswith(("runs:", "sqlite_autoindex_runs"))):
            continue
        for at in places if name == "header" else draw.sample(places, min(EACH, len(places))):
            if verify(changed(pages.data, at, draw.randrange(1, 256), tmp_path / "changed.db")).ok:
                missed.append((name, at))
    assert not missed


def test_what_is_left_out_is_read_by_nobody(archive: Path, tmp_path: Path) -> None:
    pages, draw, before = Pages(archive), random.Random(1), content(archive)
    found = positions(pages)
    assert set(found["bookkeeping"]) == BOOKKEEPING
    for at in [*found["bookkeeping"], *draw.sample(found["free"], 40)]:
        path = changed(pages.data, at, draw.randrange(1, 256), tmp_path / "changed.db")
        assert not verify(path).ok or content(path) == before, at


def test_a_changed_size_is_found(archive: Path, tmp_path: Path) -> None:
    for change in (lambda data: data[:-4096], lambda data: data + bytes(4096), lambda data: data[:-1]):
        path = tmp_path / "changed.db"
        path.write_bytes(change(archive.read_bytes()))
        assert not verify(path).ok


def test_the_first_archive_still_verifies_and_says_the_same() -> None:
    found = verify(FIRST)
    assert found.ok, found.damage
    assert (found.records, found.head) == (8, HEAD)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return Path(shutil.copy(FIRST, tmp_path / "archive.db"))


def test_its_records_are_read_with_their_hashes_and_their_figures_are_still_those_of_their_samples(first: Path) -> None:
    with Archive(first) as archive:
        records = archive.records()
        hashes = [h for (h,) in archive._db.execute("SELECT hash FROM records ORDER BY seq")]
    assert [r.hash for r in records] == hashes
    assert all(Record.from_json(r.to_json()) == r for r in records)
    assert {r.task_digest for r in records} == {get("relu").digest}, "the meaning of a task that was judged may not change"
    for stored in hashes:
        answer = evidence(stored, str(first))
        assert answer.exit_code == 0, answer.checks
        assert answer.chain.head == HEAD
    assert {c.name for c in evidence(HEAD, str(first)).checks} >= {"hash", "interval over eager", "status", "time", "roofline", "seed"}


def test_it_grows_on_in_the_second_format(first: Path) -> None:
    with Archive(first) as archive:
        run = archive.begin_run("judge", {"task": "activation/relu"})
        stored = archive.append(record(run=run.id))
        assert stored.previous == HEAD
    found = verify(first)
    assert found.ok, found.damage
    assert found.records == 9


def _differ(data: dict) -> list[str]:
    """What differs in a record whose task nobody has any more: its workloads are not checked, which is neither same nor different."""
    from kernelmill.judge.evidence import recheck

    checks = recheck(Record.from_json(data), None)
    assert [c.state for c in checks if c.name == "seed"] == ["not checked"]
    return [c.name for c in checks if c.state == "differs"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data["verdict"]["speedup"]["eager"].update(low=1.9),
        lambda data: data["verdict"]["speedup"]["best"].update(median=2.9),
        lambda data: data["verdict"]["measurement"].update(seconds=1e-6),
        lambda data: data["verdict"].update(roofline=1.5),
        lambda data: [
            s.__setitem__(1, 2 * s[1]) for s in data["verdict"]["evidence"]["decisions"]["eager"]["restarts"][0]["samples"]["eager"]
        ],
        lambda data: data.update(judge=data["judge"].replace("margin=1.01", "margin=2.5")),
    ],
)
def test_a_figure_that_its_samples_do_not_give_is_found(first: Path, edit: Callable[[dict], None]) -> None:
    """As somebody would who hashes the whole chain again."""
    with Archive(first) as archive:
        data = archive.get(HEAD).to_json()
    assert not _differ(data)
    edit(data)
    assert _differ(data)


def test_the_seed_draws_the_workloads_of_the_record() -> None:
    from kernelmill.judge.evidence import recheck
    from kernelmill.judge.judge import VERSION
    from kernelmill.judge.right.cases import plan

    task = get("relu")
    made = record(run="")
    shapes = [" ".join(f"{k}={v}" for k, v in c.workload.axes) for c in plan(task, made.candidate, "cpu", 5)]
    told = replace(
        made, task_digest=task.digest, judge=VERSION, tier="verdict", verdict=replace(made.verdict, evidence={"seed": 5, "shapes": shapes})
    )
    (seed,) = [c for c in recheck(told, task) if c.name == "seed"]
    assert seed.ok
    assert "draws the" in seed.text
    other = replace(told, verdict=replace(told.verdict, evidence={"seed": 6, "shapes": shapes}))
    assert "differs" in {c.state for c in recheck(other, task)}
    later = {c.name: c for c in recheck(told, task, version="next")}
    assert later["seed"].state == "not checked"
    assert not later["seed"].ok
