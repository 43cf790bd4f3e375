"""Reading a 64-bit little-endian ELF shared object without trusting it: what it needs, what it defines, what it wants from others."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DT_NEEDED, _DT_RPATH, _DT_RUNPATH = 1, 15, 29
SYMTAB, _SHT_DYNAMIC, _SHT_DYNSYM, _SHT_INIT_ARRAY = 2, 6, 11, 14
FUNCTION = 2
"""Type of a symbol, the lower half of its info; the upper half is its binding."""
MACHINES = {62: "x86_64", 183: "aarch64", 243: "riscv64"}


class NotElf(ValueError):
    """The bytes are not a shared object that this reader accepts; the text says why."""


@dataclass(frozen=True)
class Elf:
    """What a shared object says about itself."""

    machine: str
    needed: tuple[str, ...]
    """DT_NEEDED: libraries that the loader must bring."""
    paths: tuple[str, ...]
    """DT_RPATH and DT_RUNPATH."""
    exports: frozenset[str]
    """Functions and objects visible to `dlsym`."""
    undefined: frozenset[str]
    """Symbols it wants from other libraries."""
    hidden: frozenset[str]
    """Functions it defines and does not export (absent in a stripped file)."""
    constructors: int
    """Entries of `.init_array`: code that runs when the object is loaded (the compiler's own `frame_dummy` counts as one)."""


def read(data: bytes) -> Elf:
    """Parse. Raises `NotElf` for anything malformed, truncated or of another class."""
    try:
        return _read(data)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise NotElf(f"malformed ELF file: {error}") from error


def sections_of(data: bytes) -> list[tuple[int, ...]]:
    """The section headers, as they stand there (System V ABI, chapter 4). Raises `NotElf`, or `struct.error` for a truncated file."""
    if data[:6] != b"\x7fELF\x02\x01":
        raise NotElf("not a 64-bit little-endian ELF file")
    (table,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    if size < 64 or count > 4096:
        raise NotElf("malformed ELF file: section table")
    return [struct.unpack_from("<IIQQQQIIQQ", data, table + i * size) for i in range(count)]


def symbols_in(data: bytes, sections: Sequence[tuple[int, ...]], section: tuple[int, ...]) -> Iterator[tuple[str, int, int, int]]:
    """(name, info, other, section it is defined in or 0) of each entry of a symbol table but the empty first one."""
    offset, length, link = section[4:7]
    names = data[sections[link][4] : sections[link][4] + sections[link][5]]
    for at in range(offset + 24, offset + length - 23, 24):
        name, info, other, home = struct.unpack_from("<IBBH", data, at)
        yield _string(names, name), info, other, home


def _read(data: bytes) -> Elf:
    sections = sections_of(data)
    kind, machine = struct.unpack_from("<HH", data, 16)
    if kind != 3:
        raise NotElf("not a shared object")
    needed: list[str] = []
    paths: list[str] = []
    exports: set[str] = set()
    undefined: set[str] = set()
    hidden: set[str] = set()
    constructors = 0
    for section in sections:
        kind, offset, length, link = section[1], section[4], section[5], section[6]
        if kind == _SHT_INIT_ARRAY:
            constructors = length // 8
        if kind not in (_SHT_DYNAMIC, _SHT_DYNSYM, SYMTAB):
            continue
        if offset + length > len(data):
            raise NotElf("malformed ELF file: a section lies outside it")
        if kind == _SHT_DYNAMIC:
            names = data[sections[link][4] : sections[link][4] + sections[link][5]]
            for at in range(offset, offset + length - 15, 16):
                tag, value = struct.unpack_from("<qQ", data, at)
                if tag == _DT_NEEDED:
                    needed.append(_string(names, value))
                elif tag in (_DT_RPATH, _DT_RUNPATH):
                    paths += _string(names, value).split(":")
            continue
        for text, info, _other, home in symbols_in(data, sections, section):
            if kind == SYMTAB:
                if home and info & 15 == FUNCTION:
                    hidden.add(text)
            elif home:
                exports.add(text)
            elif text:
                undefined.add(text.partition("@")[0])
    return Elf(
        MACHINES.get(machine, str(machine)),
        tuple(needed),
        tuple(paths),
        frozenset(exports),
        frozenset(undefined),
        frozenset(hidden - exports),
        constructors,
    )


def _string(table: bytes, at: int) -> str:
    end = table.find(b"\0", at)
    return table[at:end].decode() if end >= 0 else ""
