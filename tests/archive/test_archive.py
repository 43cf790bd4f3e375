"""The archive: what went in comes out, in order, and one changed byte is found."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernelmill.archive.chain import verify
from kernelmill.archive.store import Archive, canonical
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record
from kernelmill.core.verdict import Failure, Measurement, Speedup, Status, Verdict

MEASURED = Measurement(1e-3, 1e-3, 1.1e-3, 2e-3, "wall", 6, 10, 4, 0.1, 2)
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def record(source: str = "x", status: Status = Status.CORRECT, eager: float | None = None, tier: str = "screen", run: str = "") -> Record:
    speedup = {"eager": Speedup(eager, eager * 0.9, eager * 1.1)} if eager else {}
    verdict = Verdict(
        status, speedup=speedup, measurement=MEASURED, failure=None if status.passed else Failure("wrong"), evidence={"seeds": [1, 2**63]}
    )
    candidate = Candidate("activation/relu", "x86", (("k.c", source),), "km_relu")
    return Record(candidate, verdict, "digest", "x86{cc=gcc}", "cpu", tier, {"name": "m"}, "gcc 12", "1", 12.5, run)


records = st.builds(
    record, st.text(max_size=40), st.sampled_from(list(Status)), st.none() | st.floats(0.01, 100), st.sampled_from(["screen", "verdict"])
)


@FAST
@given(st.lists(records, max_size=8))
def test_what_went_in_comes_out_in_order_and_chained(tmp_path_factory: pytest.TempPathFactory, given_records: list[Record]) -> None:
    path = tmp_path_factory.mktemp("a") / "archive.db"
    with Archive(path) as archive:
        stored = [archive.append(r) for r in given_records]
        assert [r.verdict for r in stored] == [r.verdict for r in given_records]
        assert [r.candidate for r in stored] == [r.candidate for r in given_records]
    with Archive(path) as again:
        assert again.records() == stored
        assert again.head() == (len(stored), stored[-1].hash if stored else "")
        assert all(again.get(r.hash[:16]) == r for r in stored)
    assert [r.previous for r in stored] == ["", *(r.hash for r in stored)][: len(stored)]
    assert verify(path).ok
    assert verify(path).records == len(stored)


def grow(path: Path, count: int = 4) -> list[Record]:
    with Archive(path) as archive:
        stored = [archive.append(record(f"source {i}", eager=1.0 + i)) for i in range(count)]
        archive._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return stored


COLUMNS = ("hash", "previous", "run", "task", "platform", "profile", "tier", "status", "candidate", "body")


@FAST
@given(
    row=st.integers(1, 4),
    column=st.sampled_from(COLUMNS),
    at=st.integers(0, 10**6),
    char=st.characters(min_codepoint=32, max_codepoint=126),
)
def test_one_changed_character_in_any_column_is_found(tmp_path: Path, row: int, column: str, at: int, char: str) -> None:
    path = tmp_path / "archive.db"
    if not path.exists():
        grow(path)
    old = _changed(path, row, column, None)
    place = at % max(1, len(old))
    new = old[:place] + char + old[place + 1 :]
    _changed(path, row, column, new)
    try:
        assert verify(path).ok == (new == old)
    finally:
        _changed(path, row, column, old)


def _changed(path: Path, row: int, column: str, new: str | None) -> str:
    """A column's text, replaced by `new` behind the back of the trigger that forbids it."""
    db = sqlite3.connect(path)
    (old,) = db.execute(f"SELECT {column} FROM records WHERE seq = ?", (row,)).fetchone()
    if new is not None:
        (keep,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'records_keep'").fetchone()
        db.execute("DROP TRIGGER records_keep")
        db.execute(f"UPDATE records SET {column} = ? WHERE seq = ?", (new, row))
        db.execute(keep)
        db.commit()
    db.close()
    return old


@FAST
@given(at=st.integers(0, 10**9), flip=st.integers(1, 255))
def test_one_changed_byte_in_the_file_is_found_or_changes_no_record(tmp_path: Path, at: int, flip: int) -> None:
    path = tmp_path / "archive.db"
    if not path.exists():
        tmp_path.joinpath("records").write_text(json.dumps([canonical(r) for r in grow(path)]))
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[at % len(whole)] ^= flip
    copy = tmp_path / "broken.db"
    copy.write_bytes(broken)
    for rest in tmp_path.glob("broken.db-*"):
        rest.unlink()
    if not verify(copy).ok:
        return
    try:
        archive = Archive(copy)
    except UserError:  # the format's number was hit: nothing is read, which is a find too
        return
    with archive:
        assert [canonical(r) for r in archive.records()] == json.loads((tmp_path / "records").read_text())


@pytest.mark.parametrize("which", [1, 2, 4])
def test_a_removed_row_is_found(tmp_path: Path, which: int) -> None:
    path = tmp_path / "archive.db"
    grow(path)
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("DELETE FROM records WHERE seq = ?", (which,))
    db.execute("DROP TRIGGER records_stay")
    db.execute("DELETE FROM records WHERE seq = ?", (which,))
    db.commit()
    db.close()
    assert not verify(path).ok


def _append_many(path: Path, name: str, count: int) -> None:
    with Archive(path) as archive:
        for i in range(count):
            archive.append(record(f"{name} {i}", run=name))


def test_two_processes_append_to_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    grow(path, 1)
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(path, name, 40)) for name in ("a", "b")]
    for w in writers:
        w.start()
    for w in writers:
        w.join(60)
        assert w.exitcode == 0
    with Archive(path) as archive:
        assert len(archive.records(run="a")) == len(archive.records(run="b")) == 40
        assert archive.head()[0] == 81
    assert verify(path).ok


def test_best_is_the_fastest_confirmed_one(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        archive.append(record("a", Status.FASTER, 9.0, "screen"))
        archive.append(record("b", Status.WRONG_VALUE, None, "confirmation"))
        assert archive.best("activation/relu", "x86") is None
        archive.append(record("c", Status.FASTER, 1.5, "confirmation"))
        want = archive.append(record("d", Status.FASTER, 2.5, "confirmation"))
        assert archive.best("activation/relu", "x86", "cpu") == want
        assert archive.best("activation/relu", "x86", "ci") is None
        assert archive.best("activation/relu", "cuda") is None


def test_runs_and_the_seconds_they_used(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        run = archive.begin_run("optimize", {"task": "activation/relu"})
        archive.append(record(run=run.id), seconds=1.5)
        assert archive.run("last").seconds == 1.5
        assert archive.run(run.id[:4]).state == "running"
        archive.update_run(run.id, state="done", result={"status": "FASTER"})
        assert archive.run(run.id).result == {"status": "FASTER"}
        with pytest.raises(UserError, match="no such run"):
            archive.run("zz")


def test_an_unknown_record_names_the_last_ones(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.db") as archive:
        stored = archive.append(record())
        with pytest.raises(UserError) as error:
            archive.get("abcdef0")
        assert stored.hash[:12] in str(error.value)


def test_a_file_that_is_no_archive_is_a_bad_request(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(UserError, match="cannot open the archive"):
        Archive(tmp_path / "archive.db")
