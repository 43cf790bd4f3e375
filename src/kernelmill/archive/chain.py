"""Whether an archive is what was written: every row is read again, against its hash, the row before it and its own columns.

One changed byte anywhere in the file is found, but for bytes that say nothing: space in pages and on pages that SQLite left free, the
end of the last page of a long text, and three numbers of the file's header that SQLite keeps for its own caches (change counter with the
library version that wrote it, schema cookie). No reader looks at them. Whole archives that were replaced, or cut at the end together with
their counter, are found by the head that every report prints.
"""

from __future__ import annotations

import contextlib
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


_FIXED = {
    "name": (0, b"SQLite format 3\0"),
    "reserved space and payload fractions": (20, bytes((0, 64, 32, 32))),
    "format, cache size, vacuum, encoding": (44, bytes((0, 0, 0, 4, *[0] * 8, 0, 0, 0, 1))),
    "vacuum, application and expansion": (64, bytes(28)),
}
"""Parts of the file's header that every archive has alike: name -> offset, bytes."""


def _header_damage(path: Path) -> list[str]:
    with path.open("rb") as file:
        head, size = file.read(100), path.stat().st_size
    damage = [f"file: {name} of the header" for name, (at, want) in _FIXED.items() if head[at : at + len(want)] != want]
    if head[18:20] not in (b"\1\1", b"\2\2"):
        damage.append("file: read and write version of the header")
    log = path.with_name(path.name + "-wal")
    page = int.from_bytes(head[16:18], "big")
    if not (log.exists() and log.stat().st_size) and int.from_bytes(head[28:32], "big") * (page if page > 1 else 65536) != size:
        damage.append("file: its size is not the one of the header")
    return damage


def _schema_damage(db: sqlite3.Connection) -> list[str]:
    """Tables, indices and triggers against the text that made them."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version not in schema.FORMATS:
        return [f"file: format {version} is unknown"]
    ask = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(schema.FORMATS[version])
        want = set(map(tuple, empty.execute(ask)))
    return [] if set(map(tuple, db.execute(ask))) == want else ["file: tables, indices or triggers are not those of an archive"]


def _run_damage(db: sqlite3.Connection, hashes: set[str]) -> list[str]:
    """Runs against their seals, and whether the records that they name are there."""
    rows = [tuple(row) for row in db.execute(f"SELECT {schema.RUN_COLUMNS} FROM runs")]
    damage: list[str] = []
    if db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'seals'").fetchone()[0]:
        seals: dict[str, str] = dict(map(tuple, db.execute("SELECT run, hash FROM seals")))
        damage += [f"run {row[0]}: its row does not have its hash" for row in rows if seals.pop(row[0], "") != schema.seal(row)]
        damage += [f"run {id_}: is not there any more" for id_ in seals]
    for row in rows:
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            named = json.loads(row[6] or "{}").get("record")
            if named and named not in hashes:
                damage.append(f"run {row[0]}: its record {named[:12]} is not there")
    return damage


def verify(path: Path, limit: int = 20) -> Verified:
    """Check the whole archive at `path`; at most `limit` damaged places are told. Reads only, takes no lock of writers."""
    damage: list[str] = []
    count, previous = 0, ""
    hashes: set[str] = set()
    try:
        damage += _header_damage(path)
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            db.row_factory = sqlite3.Row
            db.execute("BEGIN")  # one snapshot: writers may go on
            damage += [f"file: {text}" for (text,) in map(tuple, db.execute("PRAGMA integrity_check(5)")) if text != "ok"]
            damage += _schema_damage(db)
            for row in db.execute("SELECT * FROM records ORDER BY seq"):
                count += 1
                damage += _row_damage(dict(row), previous, count)
                previous = row["hash"]
                hashes.add(previous)
                if len(damage) >= limit:
                    break
            else:
                issued = [tuple(row) for row in db.execute("SELECT rowid, name, seq FROM sqlite_sequence")]
                if issued != ([(1, "records", count)] if count else []):
                    damage.append(f"{count} records are there, the counter says {issued}")
                damage += _run_damage(db, hashes)
        finally:
            db.close()
    except (sqlite3.DatabaseError, UnicodeDecodeError, OSError) as error:
        damage.append(f"file: {error}")
    return Verified(count, previous, tuple(damage[:limit]))
