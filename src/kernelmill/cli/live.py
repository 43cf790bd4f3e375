"""Progress on stderr: a live line on a terminal, one plain line a record elsewhere. A record is printed only once it is in the archive."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kernelmill.search import watch


@contextmanager
def progress() -> Iterator[None]:
    """Show the events of the calls inside."""
    if sys.stderr.isatty():
        with _Live() as live, watch.listening(live.hear):
            yield
    else:
        with watch.listening(_plain):
            yield


def _left(event: watch.Recorded) -> str:
    parts: list[str] = []
    if math.isfinite(event.seconds_left):
        parts.append(f"{event.seconds_left:.0f}s")
    if math.isfinite(event.evaluations_left):
        parts.append(f"{event.evaluations_left:.0f} evals")
    return " and ".join(parts)


def _plain(event: watch.Event) -> None:
    match event:
        case watch.Started(run=run, task=task, platform=platform, budget=budget, resumed=resumed):
            text = f"run {run}: {task} on {platform}, budget {budget}" + (f", going on after {resumed} records" if resumed else "")
        case watch.Stage(name=name, detail=detail):
            text = f"{name} {detail}".rstrip()
        case watch.Recorded(record=record):
            best = f" best {event.best:.2f}x" if event.best else ""
            left = _left(event)
            text = f"{event.evaluations:4} {record.tier} {record.verdict.status} {record.candidate.id} record {event.hash[:16]}{best}" + (
                f" left {left}" if left else ""
            )
    print(text, file=sys.stderr, flush=True)


class _Live:
    """Best so far, evaluations, statuses and what is left, redrawn in place."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, highlight=False)
        self._live = Live(console=self._console, refresh_per_second=8, transient=True)
        self._title = ""
        self._stage = ""

    def __enter__(self) -> _Live:
        self._live.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._live.__exit__(None, None, None)

    def hear(self, event: watch.Event) -> None:
        match event:
            case watch.Started(run=run, task=task, platform=platform, resumed=resumed):
                self._title = f"{task} on {platform}, run {run}"
                if resumed:
                    self._console.print(f"going on with run {run} after {resumed} records")
                self._live.update(self._title)
            case watch.Stage(name=name, detail=detail):
                self._stage = f"{name} {detail}".rstrip()
                self._live.update(f"{self._title}\n{self._stage}")
            case watch.Recorded():
                counts = "  ".join(f"{status} {count}" for status, count in sorted(event.statuses.items()))
                best = f"best {event.best:.2f}x of the first correct one" if event.best else ""
                left = f"left {_left(event)}" if _left(event) else ""
                line = "   ".join(x for x in (f"{event.evaluations} evaluations", best, left) if x)
                self._live.update(f"{self._title}\n{self._stage}   {line}\n{counts}")
