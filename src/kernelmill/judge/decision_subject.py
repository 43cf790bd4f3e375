"""What a decision is about: one workload, how its inputs are drawn for every batch, and when two outputs agree."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kernelmill.core import formula
from kernelmill.core.task import Draw
from kernelmill.judge import process_pool
from kernelmill.judge.native import binding as native
from kernelmill.judge.native.binding import Fill, Rule
from kernelmill.judge.process_arena import Arena, Buffer, CallSet, Mode

_ROLES = {"in": 0, "out": 1, "inout": 2}


@dataclass(frozen=True)
class Given:
    """Content that only the task's own source can make, as the bytes of the whole tensor.

    `keep`: every batch sees exactly this (a mask, a table). Otherwise every batch sees it begun at a random element: other content of the
    same kind, so that nothing can be remembered.
    """

    data: bytes
    keep: bool = False


@dataclass(frozen=True)
class Agreement:
    """When the candidate's output counts as equal to the baseline's: |got - want| <= absolute + relative * |want|.

    Both have rounding errors of their own, so this is twice the bound of the check against the oracle, and it replaces none of it: it
    catches results that go wrong only while they are timed.
    """

    absolute: float = 0.0
    relative: float = 0.0
    share: float = 0.0
    """Share of elements that may differ all the same (discontinuities)."""
    skip: bool = False
    """Only poison counts (ties of an argmax)."""


@dataclass(frozen=True)
class Subject:
    """One workload to time. `draws` has an entry for every `in` and `inout` buffer, `agreements` for every `out` and `inout`, else None."""

    buffers: tuple[Buffer, ...]
    axes: tuple[int, ...]
    draws: tuple[Draw | Given | None, ...]
    agreements: tuple[Agreement | None, ...]
    scalars: tuple[float | int | bool, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict[str, int])
    """Axis name -> value, for draws whose range is a formula."""

    def __post_init__(self) -> None:
        if not len(self.buffers) == len(self.draws) == len(self.agreements):
            raise ValueError("one draw and one agreement (or None) for every buffer")

    @property
    def input_bytes(self) -> int:
        return sum(b.bytes for b in self.buffers if b.role == "in")

    @property
    def output_bytes(self) -> int:
        return sum(b.bytes for b in self.buffers if b.role != "in")

    def arena(self, sets: int, seed: int) -> Arena:
        """`sets` calls of this workload, packed as an allocator would."""
        return Arena([CallSet(self.buffers, self.axes, self.scalars, Mode.PACKED)] * sets, seed, process_pool.take)

    def fills(self) -> ctypes.Array[Fill]:
        """The draws for the compiled generator. Keeps the given data alive as long as the array lives."""
        array = (Fill * len(self.buffers))()
        kept: list[object] = []
        for fill, buffer, draw in zip(array, self.buffers, self.draws, strict=True):
            fill.dtype = native.DTYPE[buffer.dtype]
            if isinstance(draw, Given):
                if len(draw.data) != buffer.bytes:
                    raise ValueError(f"given content of {len(draw.data)} bytes for a tensor of {buffer.bytes}")
                data = ctypes.create_string_buffer(draw.data, len(draw.data))
                kept.append(data)
                fill.draw, fill.data = native.DRAW["keep" if draw.keep else "rotate"], ctypes.addressof(data)
            elif draw is not None:
                _describe(fill, buffer, draw, self.sizes)
        array._kept = kept  # type: ignore[attr-defined]
        return array

    def rules(self) -> ctypes.Array[Rule]:
        """The agreements for the compiled comparison."""
        array = (Rule * len(self.buffers))()
        for rule, buffer, agreement in zip(array, self.buffers, self.agreements, strict=True):
            rule.dtype = native.DTYPE[buffer.dtype]
            if agreement:
                rule.absolute, rule.relative, rule.share = agreement.absolute, agreement.relative, agreement.share
                rule.skip = int(agreement.skip)
        return array

    def roles(self) -> ctypes.Array[ctypes.c_uint8]:
        return (ctypes.c_uint8 * len(self.buffers))(*(_ROLES[b.role] for b in self.buffers))


def _describe(fill: Fill, buffer: Buffer, draw: Draw, sizes: Mapping[str, int]) -> None:
    if draw.kind == "given":
        raise ValueError("a draw of kind `given` needs its content: pass Given(data)")
    fill.draw, fill.a = native.DRAW[draw.kind], draw.a
    fill.b = formula.evaluate(draw.b, sizes) if isinstance(draw.b, str) else draw.b
    fill.both_signs = int(draw.signed)
    if draw.kind == "sparse" and buffer.shape:
        axis = draw.axis % len(buffer.shape)
        fill.length, fill.stride = buffer.shape[axis], math.prod(buffer.shape[axis + 1 :])


def fill_once(buffer: Buffer, draw: Draw, seed: int, sizes: Mapping[str, int] | None = None) -> bytes:
    """One tensor from the compiled generator: the same seed gives the same bytes on every machine of one byte order."""
    fill = Fill(dtype=native.DTYPE[buffer.dtype])
    _describe(fill, buffer, draw, sizes or {})
    out = ctypes.create_string_buffer(max(1, buffer.bytes))
    native.library().km_fill(out, buffer.count, fill, seed & (2**64 - 1))
    return out.raw[: buffer.bytes]


def sets_per_batch(subject: Subject, call_seconds: Sequence[float], arms: int, budget: Batch) -> int:
    """K, the distinct input sets of one batch: at least 2 ms of work and twice the cache, at most the memory allowed.

    `call_seconds`: of one call of each side of the race. The faster one must fill the batch; the slower one says what a set costs.

    In mode `warm` at most what fits the cache, and at least one: a set never repeats within a batch, in either mode.
    """
    working = max(1, subject.input_bytes + subject.output_bytes)
    fast, slow = max(1e-9, min(call_seconds)), max(1e-9, *call_seconds)
    wanted = math.ceil(budget.seconds / fast)
    if budget.cache == "warm":
        wanted = min(wanted, budget.warm_bytes // working)
    else:
        cold = min(math.ceil(budget.cold_bytes / working), math.ceil(budget.longest / slow))
        wanted = max(wanted, cold, 2)
    per_set = max(1, subject.input_bytes + min(arms, 2) * subject.output_bytes)  # a third arm must not make batches too short
    return max(1, min(wanted, budget.memory_bytes // per_set, budget.most_sets))


CACHES = ("cold", "warm")


@dataclass(frozen=True)
class Batch:
    """Size of a batch."""

    seconds: float = 0.002
    cold_bytes: int = 64 << 20
    """Inputs and outputs of a batch together exceed this, so that the last call's data is not in a cache for the next."""
    longest: float = 0.02
    """Seconds of the slower side from which a batch takes no further sets for the sake of cold caches: such calls take longer than reading
    their data does, or are so much slower that it does not matter."""
    memory_bytes: int = 256 << 20
    most_sets: int = 16384
    cache: str = "cold"
    """What the caches hold when a batch begins: `cold`, nothing of the first call's data; `warm`, the data of all its calls."""
    warm_bytes: int = 16 << 20
    """Inputs and outputs of a warm batch together: half of the last cache."""
