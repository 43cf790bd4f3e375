"""Which bytes of an SQLite file mean something: a reader of its structure (sqlite.org/fileformat2.html), for small files in tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

BOOKKEEPING = {*range(24, 28), *range(40, 44), *range(92, 100)}
"""Of the header: change counter, schema cookie, version-valid-for and the version of the library that wrote last. SQLite uses them to
drop what it has cached; no content depends on them."""
TABLE_INNER, INDEX_INNER, TABLE_LEAF, INDEX_LEAF = 5, 2, 13, 10


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for i in range(9):
        byte = data[at + i]
        if i == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + i + 1
    raise AssertionError


class Pages:
    """`classes`: byte position -> what it belongs to. Positions that are missing are free space."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        self.size = int.from_bytes(self.data[16:18], "big")
        self.classes: dict[int, str] = {}
        self._mark("header", 0, 100)
        for at in BOOKKEEPING:
            self.classes[at] = "bookkeeping"
        for name, root in [("schema", 1), *self._roots()]:
            self._tree(name, root)
        self._free_list()

    def _mark(self, name: str, start: int, count: int) -> None:
        for at in range(start, start + count):
            self.classes.setdefault(at, name)

    def _roots(self) -> Iterator[tuple[str, int]]:
        import sqlite3

        db = sqlite3.connect(":memory:")
        db.deserialize(bytes(self.data[:18]) + b"\1\1" + bytes(self.data[20:]))  # a memory database has no write-ahead log
        yield from db.execute("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0")
        db.close()

    def _number(self, at: int, count: int) -> int:
        return int.from_bytes(self.data[at : at + count], "big")

    def _tree(self, name: str, page: int) -> None:
        base = (page - 1) * self.size
        head = base + (100 if page == 1 else 0)
        kind = self.data[head]
        inner = kind in (TABLE_INNER, INDEX_INNER)
        cells = self._number(head + 3, 2)
        self._mark(f"{name}: page", head, (12 if inner else 8) + 2 * cells)
        if inner:
            self._tree(name, self._number(head + 8, 4))
        for i in range(cells):
            at = base + self._number(head + (12 if inner else 8) + 2 * i, 2)
            if inner:
                self._tree(name, self._number(at, 4))
            self._cell(name, kind, at)

    def _cell(self, name: str, kind: int, start: int) -> None:
        at = start + (4 if kind in (TABLE_INNER, INDEX_INNER) else 0)
        payload = 0
        if kind != TABLE_INNER:
            payload, at = _varint(self.data, at)
        if kind in (TABLE_INNER, TABLE_LEAF):
            _, at = _varint(self.data, at)
        here = self._local(kind, payload)
        self._mark(f"{name}: cell", start, at - start + here)
        left = payload - here
        if left:
            self._mark(f"{name}: cell", at + here, 4)
            self._overflow(name, self._number(at + here, 4), left)

    def _local(self, kind: int, payload: int) -> int:
        """Bytes of a payload that stay in the cell."""
        u = self.size
        most = u - 35 if kind == TABLE_LEAF else (u - 12) * 64 // 255 - 23
        least = (u - 12) * 32 // 255 - 23
        if payload <= most:
            return payload
        k = least + (payload - least) % (u - 4)
        return k if k <= most else least

    def _overflow(self, name: str, page: int, left: int) -> None:
        while left:
            base = (page - 1) * self.size
            here = min(left, self.size - 4)
            self._mark(f"{name}: overflow", base, 4 + here)
            page, left = self._number(base, 4), left - here
        assert page == 0

    def _free_list(self) -> None:
        page = self._number(32, 4)
        while page:
            base = (page - 1) * self.size
            self._mark("free list", base, 8 + 4 * self._number(base + 4, 4))
            page = self._number(base, 4)
