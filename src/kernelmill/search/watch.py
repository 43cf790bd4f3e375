"""Progress, told to whoever listens. Nobody listening costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from kernelmill.core.record import Record


@dataclass(frozen=True)
class Started:
    """A run starts, or goes on."""

    run: str
    task: str
    platform: str
    budget: str
    resumed: int = 0
    """Records that were there already."""


@dataclass(frozen=True)
class Recorded:
    """A record is in the archive (never told before it is)."""

    record: Record
    hash: str
    best: float | None
    """Speedup of the best candidate so far over the first correct one of this run, by screens: an estimate for the eye."""
    evaluations: int
    evaluations_left: float
    seconds_left: float
    statuses: dict[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True)
class Stage:
    """Something that takes long begins."""

    name: str
    """`search`, `verdict`, `confirmation`, `export`, `report`."""
    detail: str = ""


Event = Started | Recorded | Stage
Listener = Callable[[Event], None]
_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


def tell(event: Event) -> None:
    """Tell the listener, if there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(event)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send the events of the calls inside to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
