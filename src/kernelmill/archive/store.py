"""`Archive`: records go in and never change; a record is on disk before `append` returns."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kernelmill.archive import schema
from kernelmill.archive.place import archive_path
from kernelmill.archive.schema import Run
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record

BUSY_SECONDS = 30.0


def canonical(record: Record) -> str:
    """The text that a record is hashed over and stored as. Numbers of numpy become plain ones."""
    return json.dumps(record.to_json(), sort_keys=True, allow_nan=True, default=lambda o: o.tolist())


def new_run_id() -> str:
    """12 random hex digits."""
    return os.urandom(6).hex()


def _seal(db: sqlite3.Connection, id_: str) -> None:
    row = db.execute(f"SELECT {schema.RUN_COLUMNS} FROM runs WHERE id = ?", (id_,)).fetchone()
    if row is not None:
        db.execute("INSERT OR REPLACE INTO seals (run, hash) VALUES (?, ?)", (id_, schema.seal(row)))


class Archive:
    """An SQLite file in WAL mode. Several processes may append: the chain is extended inside one write transaction.

    A record survives the death of the process that wrote it from the moment `append` returns (`synchronous=NORMAL`: the death of the
    machine may cost the last ones, never the order of those before).
    """

    def __init__(self, path: str | Path | None = None) -> None:
        self.path = archive_path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, *schema.FORMATS):
                raise UserError("the archive was written by another version", expected=f"format {schema.VERSION}", got=f"format {version}")
            if version == 0:
                self._db.executescript(f"{schema.FORMATS[schema.VERSION]} PRAGMA user_version={schema.VERSION};")
            elif version < schema.VERSION:
                self._upgrade()
        except (OSError, sqlite3.DatabaseError) as error:
            raise UserError(
                "cannot open the archive", got=f"{self.path}: {error}", hint="--archive FILE, or set KERNELMILL_HOME"
            ) from error

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _upgrade(self) -> None:
        """Format 1 to 2: every run gets its seal. Records stay as they are."""
        with self._writing() as db:
            db.execute(schema.SEALS)
            for (id_,) in db.execute("SELECT id FROM runs").fetchall():
                _seal(db, id_)
            db.execute(f"PRAGMA user_version={schema.VERSION}")

    # records

    def append(self, record: Record, seconds: float | None = None) -> Record:
        """Chain a record to the last one and store it; returns it as stored. `seconds`: budget its run has used by now."""
        with self._writing() as db:
            last = db.execute("SELECT hash FROM records ORDER BY seq DESC LIMIT 1").fetchone()
            chained = replace(record, previous=last[0] if last else "")
            body = canonical(chained)
            row = schema.columns(json.loads(body)) | {
                "hash": hashlib.sha256(body.encode()).hexdigest(),
                "previous": chained.previous,
                "body": body,
            }
            db.execute(f"INSERT INTO records ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
            if seconds is not None:
                db.execute("UPDATE runs SET seconds = ? WHERE id = ?", (seconds, record.run))
                _seal(db, record.run)
        return Record.from_json(json.loads(body))

    def get(self, prefix: str) -> Record:
        """The record whose hash starts so (6 digits or more). Raises `UserError` when none or several do."""
        ok = len(prefix) >= 6 and all(c in "0123456789abcdef" for c in prefix)
        rows = (
            self._db.execute("SELECT body FROM records WHERE hash >= ? AND hash < ? LIMIT 2", (prefix, prefix + "g")).fetchall()
            if ok
            else []
        )
        if len(rows) != 1:
            known = [h[:12] for (h,) in self._db.execute("SELECT hash FROM records ORDER BY seq DESC LIMIT 5")]
            raise UserError(
                "no such record" if not rows else "more than one record starts so",
                expected="the first digits (at least 6) of a record's hash",
                got=prefix,
                allowed=[*known, "..."] if known else [],
            )
        return Record.from_json(json.loads(rows[0][0]))

    def records(
        self, *, run: str | None = None, task: str | None = None, tier: str | None = None, candidate: str | None = None
    ) -> list[Record]:
        """Records that match, in the order they were appended."""
        asked = {"run": run, "task": task, "tier": tier, "candidate": candidate}
        where = {k: v for k, v in asked.items() if v is not None}
        text = " AND ".join(f"{k} = ?" for k in where) or "1"
        rows = self._db.execute(f"SELECT body FROM records WHERE {text} ORDER BY seq", tuple(where.values()))
        return [Record.from_json(json.loads(body)) for (body,) in rows]

    def best(self, task: str, platform: str, profile: str | None = None) -> Record | None:
        """The fastest candidate over eager for a task whose speedup was *confirmed*, on a platform (name without options)."""
        row = self._db.execute(
            "SELECT body FROM records WHERE task = ? AND (platform = ? OR platform LIKE ?) AND profile = coalesce(?, profile)"
            " AND status = 'FASTER' AND tier = 'confirmation' AND speedup IS NOT NULL ORDER BY speedup DESC LIMIT 1",
            (task, platform, platform + "{%", profile),
        ).fetchone()
        return Record.from_json(json.loads(row[0])) if row else None

    def winners(self, category: str, platform: str, *, other_than: str = "", limit: int = 12) -> list[Record]:
        """Candidates of a category whose speedup over eager was *confirmed*, the fastest first; none for the task `other_than`."""
        rows = self._db.execute(
            "SELECT body FROM records WHERE task LIKE ? AND task <> ? AND (platform = ? OR platform LIKE ?)"
            " AND status = 'FASTER' AND tier = 'confirmation' AND speedup IS NOT NULL ORDER BY speedup DESC LIMIT ?",
            (f"{category}/%", other_than, platform, platform + "{%", limit),
        )
        return [Record.from_json(json.loads(body)) for (body,) in rows]

    def noted(self, category: str, platform: str, note: str, *, limit: int) -> list[Record]:
        """Records of a category whose candidate's note starts so, the newest first."""
        rows = self._db.execute(
            "SELECT body FROM records WHERE task LIKE ? AND (platform = ? OR platform LIKE ?) AND instr(body, ?) ORDER BY seq DESC LIMIT ?",
            (f"{category}/%", platform, platform + "{%", f'"note": {json.dumps(note)[:-1]}', limit),
        )
        return [Record.from_json(json.loads(body)) for (body,) in rows]

    def head(self) -> tuple[int, str]:
        """Number of records and the hash of the last one ('' when empty)."""
        row = self._db.execute("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1").fetchone()
        return (row[0], row[1]) if row else (0, "")

    # runs

    def begin_run(self, kind: str, spec: dict[str, Any], id_: str = "") -> Run:
        """Note that a run starts. Its identity is random (`new_run_id`): the same request twice is two runs."""
        run = Run(id_ or new_run_id(), kind, spec, time.time())
        with self._writing() as db:
            db.execute("INSERT INTO runs (id, kind, spec, created, state) VALUES (?, ?, ?, ?, ?)",
                       (run.id, kind, json.dumps(spec, sort_keys=True), run.created, run.state))  # fmt: skip
            _seal(db, run.id)
        return run

    def update_run(self, id_: str, *, state: str, seconds: float | None = None, result: dict[str, Any] | None = None) -> None:
        """Note how far a run came."""
        text = json.dumps(result, default=lambda o: o.tolist()) if result is not None else None
        with self._writing() as db:
            db.execute("UPDATE runs SET state = ?, seconds = coalesce(?, seconds), result = coalesce(?, result) WHERE id = ?",
                       (state, seconds, text, id_))  # fmt: skip
            _seal(db, id_)

    def runs(self, kind: str | None = None) -> list[Run]:
        """All runs, the newest first."""
        rows = self._db.execute("SELECT * FROM runs WHERE kind = coalesce(?, kind) ORDER BY created DESC, rowid DESC", (kind,))
        return [Run.from_row(row) for row in rows]

    def run(self, prefix: str, kind: str | None = None) -> Run:
        """The run whose identity starts so, or `last`. Raises `UserError` when there is none."""
        runs = self.runs(kind)
        found = runs[:1] if prefix == "last" else [r for r in runs if r.id.startswith(prefix)]
        if len(found) != 1:
            raise UserError(
                "no such run" if not found else "more than one run starts so",
                got=prefix,
                allowed=["last", *(r.id for r in runs[:8])] if runs else [],
                hint="kernelmill optimize activation/gelu" if not runs else None,
            )
        return found[0]
