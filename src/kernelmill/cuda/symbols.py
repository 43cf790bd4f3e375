"""The symbols that an ELF file defines, read here: a process of `nm` takes longer than a small build can spare."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_SYMTAB, _FUNCTION = 2, 2


@dataclass(frozen=True)
class Symbol:
    """A defined symbol; `exported`: a strong function that others may call."""

    name: str
    exported: bool


def symbols(path: Path) -> Iterator[Symbol]:
    """What the symbol table of a 64-bit little-endian ELF file defines. Raises `ValueError` for other files.

    The layout is that of the System V ABI, chapter 4 (object files).
    """
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path} is no 64-bit little-endian ELF file")
    (start,) = struct.unpack_from("<Q", data, 0x28)
    size, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [_SECTION.unpack_from(data, start + k * size) for k in range(count)]
    for section in sections:
        if section[1] != _SYMTAB:
            continue
        names = sections[section[6]][4]
        for at, info, other, where, _, _ in _SYMBOL.iter_unpack(data[section[4] : section[4] + section[5]]):
            if where == 0 or at == 0:
                continue
            name = data[names + at : data.index(b"\0", names + at)].decode(errors="replace")
            yield Symbol(name, exported=info >> 4 == 1 and info & 15 == _FUNCTION and other & 3 == 0)
