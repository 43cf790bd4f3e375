"""Arenas: the memory that the judge and its runners share, laid out with guard pages and canaries."""

from __future__ import annotations

import ctypes
import math
import mmap
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import KernelmillError
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.binding import Map, Place, Plan, library

if TYPE_CHECKING:
    import numpy as np

NUMPY = {"f64": "f8", "f32": "f4", "f16": "f2", "bf16": "u2", "f8e4m3": "u1", "f8e5m2": "u1", "i64": "i8", "i32": "i4", "i8": "i1",
         "u8": "u1", "bool": "u1"}  # fmt: skip
"""Element type -> numpy's; types that numpy lacks are seen as bits."""


class Mode(IntEnum):
    """How the buffers of a set lie."""

    PACKED = 0
    """Dense with canary gaps of 1 to 16 lines, as an allocator would: for timing."""
    END = 1
    """64-byte aligned, the line after the last element ends at an inaccessible page; canaries before and after."""
    START = 2
    """The first element starts at a page, the page before it is inaccessible; canaries after."""
    EXACT = 3
    """The last byte is the last before an inaccessible page; aligned to its element only."""


@dataclass(frozen=True)
class Buffer:
    """One tensor argument: element type (`f32`), shape, role (`in`, `out`, `inout`)."""

    dtype: str
    shape: tuple[int, ...]
    role: str = "in"

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.count * DTYPES[self.dtype].bytes


@dataclass(frozen=True)
class CallSet:
    """The arguments of one call: tensors in declared order, then axes, then scalars. Sets of one arena may differ in sizes, not in kind."""

    buffers: tuple[Buffer, ...]
    axes: tuple[int, ...] = ()
    scalars: tuple[float | int | bool, ...] = ()
    mode: Mode = Mode.PACKED


class Memory:
    """A shared file mapped into the judge."""

    def __init__(self, name: str, size: int) -> None:
        self.fd = library().km_memfd(name.encode(), size)
        if self.fd < 0:
            raise KernelmillError(f"cannot make {size} bytes of shared memory: {os.strerror(-self.fd)}")
        self.size = size
        self._map = mmap.mmap(self.fd, size)

    @cached_property
    def address(self) -> int:
        """Where it lies in the judge."""
        return ctypes.addressof(ctypes.c_char.from_buffer(self._map))

    def view(self, offset: int, size: int) -> memoryview:
        return memoryview(self._map)[offset : offset + size]

    def close(self) -> None:
        """Closes the descriptor; the mapping goes when the last view of it is gone."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __del__(self) -> None:
        self.close()


class Arena:
    """Inputs and layout for a list of call sets; runners share its inputs and have outputs of their own.

    `inout` tensors live in the outputs: every runner gets a private copy that the caller fills. The input file is sealed: after
    construction nobody can map it writable, the judge's own mapping stays so. `seed` decides the gaps between packed buffers; `take` gives
    the memory (`process_pool.take` gives used one).
    """

    def __init__(self, sets: Sequence[CallSet], seed: int = 0, take: Callable[[str, int], Memory] = Memory) -> None:
        if not sets:
            raise ValueError("an arena needs at least one call set")
        self.sets = tuple(sets)
        first = sets[0]
        self.tensors = len(first.buffers)
        if self.tensors + len(first.axes) + len(first.scalars) + 1 > native.MAX_ARGS:
            raise KernelmillError(f"more than {native.MAX_ARGS - 1} arguments")
        n = len(sets) * self.tensors
        sizes = (ctypes.c_uint64 * n)(*(b.bytes for s in sets for b in s.buffers))
        regions = (ctypes.c_uint32 * self.tensors)(*(native.INPUTS if b.role == "in" else native.OUTPUTS for b in first.buffers))
        modes = (ctypes.c_uint32 * len(sets))(*(s.mode for s in sets))
        self.places = (Place * n)()
        self._maps = (Map * (n + 2))()
        self.plan = Plan()
        library().km_plan_arena(len(sets), self.tensors, sizes, regions, modes, seed & (2**64 - 1), self.places, self._maps, self.plan)
        self.redraw: Callable[[int, int], bytes] | None = None
        self.inputs = take("inputs", self.plan.inputs_bytes)
        if library().km_seal(self.inputs.fd):
            raise KernelmillError("the kernel cannot seal shared memory (F_SEAL_FUTURE_WRITE, Linux 5.1)")

    def new_outputs(self) -> Memory:
        """Zeroed memory for the outputs and in-outs of one runner."""
        return Memory("outputs", self.plan.outputs_bytes)

    def place(self, index: int, tensor: int) -> Place:
        """Where tensor number `tensor` of set `index` lies."""
        return self.places[index * self.tensors + tensor]

    def view(self, index: int, tensor: int, outputs: Memory | None = None) -> np.ndarray:
        """Writable numpy view of a tensor (no copy): of the inputs, or of the `outputs` that hold role `out` and `inout`."""
        import numpy as np

        place, buffer = self.place(index, tensor), self.sets[index].buffers[tensor]
        memory = self.inputs if place.region == native.INPUTS else outputs
        if memory is None:
            raise ValueError(f"tensor {tensor} is {buffer.role}: say whose outputs")
        return np.frombuffer(memory.view(place.file, place.bytes), NUMPY[buffer.dtype]).reshape(buffer.shape)

    def original(self, index: int, tensor: int) -> np.ndarray:
        """What an `in` or `inout` tensor held before the last timed batch: a copy. Raises `ValueError` before there was one."""
        import numpy as np

        if self.redraw is None:
            raise ValueError("no batch was drawn into this arena yet")
        buffer = self.sets[index].buffers[tensor]
        return np.frombuffer(self.redraw(index, tensor), NUMPY[buffer.dtype]).reshape(buffer.shape)

    def poison(self, outputs: Memory, seed: int) -> int:
        """Fills every `out` tensor with a pattern no arithmetic makes; returns it, for `poison_left`."""
        lib = library()
        pattern = lib.km_new_poison(seed & (2**64 - 1))
        for place, buffer in self._written("out"):
            lib.km_poison(outputs.address + place.file, buffer.count, native.DTYPE[buffer.dtype], pattern)
        return pattern

    def poison_left(self, outputs: Memory, pattern: int, index: int, tensor: int) -> int:
        """Elements of a tensor that still hold the poison: they were not written, or happen to have that very NaN payload."""
        place, buffer = self.place(index, tensor), self.sets[index].buffers[tensor]
        return library().km_count_poison(outputs.address + place.file, buffer.count, native.DTYPE[buffer.dtype], pattern)

    def set_canaries(self, outputs: Memory, seed: int) -> None:
        """Fills everything between and around the tensors of the outputs with secret bytes."""
        library().km_canaries(outputs.address, self.places, len(self.places), native.OUTPUTS, seed & (2**64 - 1))

    def damaged(self, outputs: Memory, seed: int) -> tuple[int, int] | None:
        """(set, tensor) beside which a canary has changed: somebody wrote out of bounds. None: all intact."""
        at = library().km_check_canaries(outputs.address, self.places, len(self.places), native.OUTPUTS, seed & (2**64 - 1))
        return None if at < 0 else divmod(at, self.tensors)

    def _written(self, role: str):
        for i, s in enumerate(self.sets):
            for t, buffer in enumerate(s.buffers):
                if buffer.role == role:
                    yield self.place(i, t), buffer

    def control(self, symbol: str, library_path: str, *, flags: int, workspace: bool) -> Memory:
        """A control page for one runner: header, maps, argument lists, room for the order."""
        first = self.sets[0]
        kinds = [native.POINTER] * self.tensors + [native.AXIS] * len(first.axes)
        kinds += [native.DOUBLE if isinstance(s, float) else native.INTEGER for s in first.scalars]
        kinds += [native.WORKSPACE] * workspace
        maps, slots = bytes(self._maps)[: self.plan.nmaps * ctypes.sizeof(Map)], self._slots(workspace)
        order_at = native.HEADER_BYTES
        maps_at = order_at + -(-4 * max(2, len(self.sets)) // 64) * 64
        slots_at = maps_at + len(maps)
        size = slots_at + len(slots)
        memory = Memory("control", -(-size // mmap.PAGESIZE) * mmap.PAGESIZE)
        header = native.Control.from_address(memory.address)
        header.magic, header.flags = native.MAGIC, flags
        header.nsets, header.nargs, header.nmaps = len(self.sets), len(kinds), self.plan.nmaps
        header.va_bytes, header.control_bytes = self.plan.va_bytes, memory.size
        header.inputs_bytes, header.outputs_bytes = self.plan.inputs_bytes, self.plan.outputs_bytes
        header.maps_at, header.slots_at, header.order_at = maps_at, slots_at, order_at
        header.kinds[: len(kinds)] = kinds
        header.symbol, header.library = symbol.encode(), library_path.encode()
        memory.view(maps_at, len(maps) + len(slots))[:] = maps + slots
        return memory

    def _slots(self, workspace: bool) -> bytes:
        """Values of every argument of every set, 8 bytes each."""
        words = memoryview(self.places).cast("B").cast("Q")[:: ctypes.sizeof(Place) // 8].tolist()
        tail = b"\0" * 8 * workspace
        parts: list[bytes] = []
        for i, s in enumerate(self.sets):
            parts.append(struct.pack(f"={self.tensors}Q", *words[i * self.tensors : (i + 1) * self.tensors]))
            parts.append(struct.pack(f"={len(s.axes)}q", *s.axes))
            parts += [struct.pack("=d" if isinstance(v, float) else "=q", v) for v in s.scalars]
            parts.append(tail)
        return b"".join(parts)
