"""What fits: the bytes and FLOP that a task may take on this machine, and which size of a file to propose when it does not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kernelmill.core.errors import UserError
from kernelmill.tasks.tracing import Found, Traced

MB = 1_000_000
BATCH_BYTES = 256 * MB
"""Inputs and outputs of one timed batch, which holds at least two distinct sets of them."""
MAX_FLOPS = 40_000_000_000
"""One call: about a second on two cores, and a verdict takes some hundred calls."""
PATIENCE = 5.0
"""Seconds that the search for a size may take."""
CPU_BYTES, CPU_OUTPUT, CI_BYTES = 64 * MB, 24 * MB, 2 * MB


@dataclass(frozen=True)
class Limit:
    """The most that one call of a task may take."""

    bytes: int
    """Inputs, weights and outputs together."""
    flops: int = MAX_FLOPS
    output: int = BATCH_BYTES
    """Bytes of the largest output."""
    scratch: int = 1 << 62
    """Bytes of the largest tensor that the reference makes on its way."""

    def fits(self, traced: Traced) -> bool:
        return self.excess(traced) <= 1

    def excess(self, traced: Traced) -> float:
        """How many times too large one call is, by the limit that it exceeds most."""
        largest = max(o.bytes for o in traced.outputs)
        return max(traced.bytes / self.bytes, traced.flops / self.flops, largest / self.output, traced.scratch / self.scratch)


def machine_limit() -> Limit:
    """Half of what a timed batch may hold, less on a machine with little memory (a verdict needs about 16 times the working set)."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Limit(min(BATCH_BYTES // 2, memory // 16), scratch=memory // 16)


CPU = Limit(CPU_BYTES, flops=4_000_000_000, output=CPU_OUTPUT)
CI = Limit(CI_BYTES, flops=100_000_000)
TRIAL = Limit(8 * MB, flops=200_000_000)
"""A size at which a file may be computed a dozen times while it is loaded."""


def size_text(bytes: int) -> str:
    """`6442.5 MB`."""
    return f"{bytes / MB:.1f} MB"


def _product(t: Found) -> str:
    return f"{t.name} {'x'.join(str(d) for d in t.shape) or '1'} {t.dtype} = {size_text(t.bytes)}"


def arithmetic(traced: Traced, limit: Limit) -> str:
    """The largest tensors, the sum and what is allowed, as one line."""
    largest = sorted(traced.tensors, key=lambda t: -t.bytes)[:4]
    rest = traced.bytes - sum(t.bytes for t in largest)
    parts = [_product(t) for t in largest] + ([f"the rest {size_text(rest)}"] if rest else [])
    text = " + ".join(parts) + f" = {size_text(traced.bytes)}"
    if traced.flops > limit.flops:
        text += f"; {traced.flops / 1e9:.1f} GFLOP a call"
    if traced.scratch > limit.scratch:
        text += f"; forward makes a tensor of {size_text(traced.scratch)}, allowed {size_text(limit.scratch)}"
    return text


def refuse(
    path: str, traced: Traced, constants: Mapping[str, int | float | bool | str], retrace: Callable[[Mapping[str, int]], Traced]
) -> None:
    """Raise `UserError` with the arithmetic and a proposal where one call is too large for this machine."""
    limit = machine_limit()
    if limit.fits(traced):
        return
    found: dict[str, int] = {}
    for goal in (CPU, limit):
        found, at = shrink(constants, retrace, goal)
        if limit.fits(at):
            break
        found = {}
    raise UserError(
        f"{path} does not fit this machine at its own size",
        expected=f"inputs, weights and outputs of at most {size_text(limit.bytes)}, at most {limit.flops / 1e9:.0f} GFLOP a call",
        got=arithmetic(traced, limit),
        hint=" ".join(f"--set {k}={v}" for k, v in found.items())
        if found
        else "smaller sizes in the file: its module constants do not reach the largest tensors",
    )


def shrink(
    constants: Mapping[str, int | float | bool | str], retrace: Callable[[Mapping[str, int]], Traced], limit: Limit
) -> tuple[dict[str, int], Traced]:
    """Constants to set so that one call fits, and the trace at that size.

    The batch size is halved while that helps, then whichever constant helps most. Where nothing fits, or tracing takes longer than
    `PATIENCE`, the smallest size that was found. Raises `UserError` where the file does not run as it stands.
    """
    value = {k: v for k, v in constants.items() if type(v) is int and v > 1}
    batch = [n for n in value if "batch" in n.lower()]
    others = [n for n in value if n not in batch]
    chosen: dict[str, int] = {}
    found, stop = retrace(chosen), time.monotonic() + PATIENCE

    def halved(names: list[str], share: float) -> bool:
        """Halve the one of these constants that helps most; whether the excess fell by at least `share` of what the constant did."""
        nonlocal found
        tries: list[tuple[float, str, int, Traced]] = []
        for name in (n for n in names if value[n] > 1):
            half = 1 << (value[name] - 1).bit_length() - 1
            try:
                at = retrace({**chosen, name: half})
            except UserError:
                continue
            tries.append((limit.excess(at), name, half, at))
        best = min(tries, key=lambda t: t[0], default=None)
        if best is None or best[0] > limit.excess(found) * (1 - share * (1 - best[2] / value[best[1]])):
            return False
        _, name, half, found = best
        chosen[name] = value[name] = half
        return True

    while not limit.fits(found) and time.monotonic() < stop:
        if not halved(batch, 0.5) and not halved(others, 0.1):
            break
    return chosen, found
