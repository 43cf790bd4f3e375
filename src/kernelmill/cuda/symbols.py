"""The symbols that a build's output defines, read here: a process of `nm` takes longer than a small build can spare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kernelmill.platforms import elf

_GLOBAL = 1


@dataclass(frozen=True)
class Symbol:
    """A defined symbol; `exported`: a strong function that others may call."""

    name: str
    exported: bool


def symbols(path: Path) -> Iterator[Symbol]:
    """What the symbol table of a 64-bit little-endian ELF file, library or program, defines. Raises `ValueError` for other files."""
    data = path.read_bytes()
    sections = elf.sections_of(data)
    for section in sections:
        if section[1] != elf.SYMTAB:
            continue
        for name, info, other, home in elf.symbols_in(data, sections, section):
            if home:
                yield Symbol(name, exported=info >> 4 == _GLOBAL and info & 15 == elf.FUNCTION and other & 3 == 0)
