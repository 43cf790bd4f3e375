"""One concrete case of a task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    """Axis values, input family and seed: enough to make the inputs again, bit for bit."""

    task: str
    """Name of the task."""
    axes: tuple[tuple[str, int], ...]
    """Axis values in declared order."""
    family: str
    """Name of the input family: how values are drawn."""
    seed: int
    """Seed of the generator, 64 bits."""
    dtype: str = "f32"
    """Working precision: the type of the task's floating tensors."""

    @property
    def sizes(self) -> dict[str, int]:
        """Axis name -> value."""
        return dict(self.axes)

    def __str__(self) -> str:
        shape = " ".join(f"{k}={v}" for k, v in self.axes)
        return f"{self.task}[{shape} {self.family}]"
