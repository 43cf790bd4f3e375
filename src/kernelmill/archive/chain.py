"""Whether an archive is what was written: every row is read again, against its hash, the row before it and its own columns."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernelmill.archive import schema


@dataclass(frozen=True)
class Verified:
    """What a check of the chain found."""

    records: int
    head: str
    """Hash of the last record: printed in reports, so that a whole archive replaced later is noticed too."""
    damage: tuple[str, ...] = ()
    """One sentence per damaged place; empty: nothing was changed."""

    @property
    def ok(self) -> bool:
        return not self.damage


def _row_damage(row: dict[str, Any], previous: str, seq: int) -> list[str]:
    where = f"record {row['seq']}"
    damage: list[str] = []
    if row["seq"] != seq:
        damage.append(f"{where}: number {seq} was expected")
    if hashlib.sha256(str(row["body"]).encode()).hexdigest() != row["hash"]:
        damage.append(f"{where}: the text does not have the hash {str(row['hash'])[:12]}")
    if row["previous"] != previous:
        damage.append(f"{where}: does not follow the record before it")
    try:
        body = json.loads(row["body"])
        told = schema.columns(body) | {"previous": body["previous"]}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [*damage, f"{where}: the text cannot be read: {error}"]
    return damage + [f"{where}: column {k} says {row[k]!r}, the text says {v!r}" for k, v in told.items() if row[k] != v]


def verify(path: Path, limit: int = 20) -> Verified:
    """Check the whole archive at `path`; at most `limit` damaged places are told. Reads only, takes no lock of writers."""
    damage: list[str] = []
    count, previous = 0, ""
    try:
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN")  # one snapshot: writers may go on
            damage += [f"file: {text}" for (text,) in map(tuple, db.execute("PRAGMA integrity_check(5)")) if text != "ok"]
            for row in db.execute("SELECT * FROM records ORDER BY seq"):
                count += 1
                damage += _row_damage(dict(row), previous, count)
                previous = row["hash"]
                if len(damage) >= limit:
                    break
            else:
                issued = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'records'").fetchone()
                if (issued[0] if issued else 0) != count:
                    damage.append(f"{count} records are there, {issued[0] if issued else 0} were written")
        finally:
            db.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        damage.append(f"file: {error}")
    return Verified(count, previous, tuple(damage[:limit]))
