"""The tables of the archive, and the columns that repeat what a record's text says so that queries are quick."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

VERSION = 2

RECORDS = """
CREATE TABLE IF NOT EXISTS records (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    hash      TEXT NOT NULL UNIQUE,
    previous  TEXT NOT NULL UNIQUE,
    run       TEXT NOT NULL,
    task      TEXT NOT NULL,
    platform  TEXT NOT NULL,
    profile   TEXT NOT NULL,
    tier      TEXT NOT NULL,
    status    TEXT NOT NULL,
    candidate TEXT NOT NULL,
    created   REAL NOT NULL,
    speedup   REAL,
    body      TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS records_by_run ON records (run, seq);
CREATE INDEX IF NOT EXISTS records_by_task ON records (task, platform, profile, speedup);
CREATE TRIGGER IF NOT EXISTS records_keep BEFORE UPDATE ON records BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER IF NOT EXISTS records_stay BEFORE DELETE ON records BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TABLE IF NOT EXISTS runs (
    id       TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    spec     TEXT NOT NULL,
    created  REAL NOT NULL,
    state    TEXT NOT NULL,
    seconds  REAL NOT NULL DEFAULT 0,
    result   TEXT
) STRICT;
"""
"""Format 1."""

SEALS = """
CREATE TABLE IF NOT EXISTS seals (
    run   TEXT PRIMARY KEY,
    hash  TEXT NOT NULL
) STRICT;
"""
"""Format 2 adds a hash of every run's row: runs change while they go on, so they are no links of the chain."""

FORMATS = {1: RECORDS, 2: RECORDS + SEALS}
RUN_COLUMNS = "id, kind, spec, created, state, seconds, result"


def seal(row: tuple[Any, ...]) -> str:
    """Hash of a run's row, its columns in the order of `RUN_COLUMNS`."""
    return hashlib.sha256(json.dumps(list(row), default=repr).encode()).hexdigest()


COLUMNS = ("run", "task", "platform", "profile", "tier", "status", "candidate", "created", "speedup")


def columns(body: dict[str, Any]) -> dict[str, Any]:
    """The indexed columns of a record, read from its own data. `speedup` is the median over `eager`."""
    verdict = body["verdict"]
    eager = verdict.get("speedup", {}).get("eager")
    return {
        "run": body["run"],
        "task": body["candidate"]["task"],
        "platform": body["platform"],
        "profile": body["profile"],
        "tier": body["tier"],
        "status": verdict["status"],
        "candidate": body["candidate"]["id"],
        "created": float(body["created"]),
        "speedup": float(eager["median"]) if eager else None,
    }


@dataclass(frozen=True)
class Run:
    """One run of `optimize` or `bench`: what was asked for, and how far it came."""

    id: str
    """12 hex digits."""
    kind: str
    """`optimize`, `bench`, `sample` (attempts at one task of a bench) or `judge`."""
    spec: dict[str, Any]
    """What was asked for: task, platform, profile, author, strategy, budget, seed."""
    created: float
    state: str = "running"
    """`running` or `done`."""
    seconds: float = 0.0
    """Seconds of budget used, as of the last record."""
    result: dict[str, Any] | None = None
    """The result object, once done."""

    @classmethod
    def from_row(cls, row: tuple[Any, ...]) -> Run:
        id_, kind, spec, created, state, seconds, result = row
        return cls(id_, kind, json.loads(spec), created, state, seconds, json.loads(result) if result else None)
