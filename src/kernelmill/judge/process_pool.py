"""Shared memory kept between decisions: the first touch of a page costs a hundred times what filling it again does."""

from __future__ import annotations

import threading

from kernelmill.judge.process_arena import Memory

_MOST_BYTES = 1 << 30
_free: list[tuple[str, Memory]] = []
_lock = threading.Lock()


def take(kind: str, size: int) -> Memory:
    """Memory of at least `size` bytes, with whatever content it had. `kind` keeps sealed files (inputs) from the others (outputs)."""
    with _lock:
        fits = [(m.size, i) for i, (k, m) in enumerate(_free) if k == kind and size <= m.size <= 2 * size + (4 << 20)]
        if fits:
            return _free.pop(min(fits)[1])[1]
    return Memory(kind, _class(size))


def give_back(kind: str, memory: Memory) -> None:
    """Keeps it for the next `take`; the oldest go when there is too much. No runner may have it mapped any more."""
    with _lock:
        _free.append((kind, memory))
        while sum(m.size for _, m in _free) > _MOST_BYTES:
            _free.pop(0)


def _class(size: int) -> int:
    """Rounded up to an eighth, so that nearly equal layouts share."""
    step = max(1 << 20, 1 << max(0, size.bit_length() - 4))
    return -(-size // step) * step
