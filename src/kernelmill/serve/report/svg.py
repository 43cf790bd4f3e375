"""Axes and marks as SVG text. Colours are CSS classes, so that a page can be light or dark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True)
class Axis:
    """Maps data to pixels, linear or logarithmic."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        a, b, v = (math.log(x) for x in (self.low, self.high, max(value, 1e-300))) if self.log else (self.low, self.high, value)
        return self.start + (self.end - self.start) * (v - a) / (b - a if b != a else 1.0)

    def ticks(self) -> list[float]:
        """Round numbers inside the range: decades, their 2s and 5s or finer, or steps of 1, 2, 5."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            span = math.log10(self.high / self.low)
            steps = (1.0,) if span > 3 else (1.0, 2.0, 5.0) if span > 0.7 else (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)
            found = [m * 10.0**e for e in range(first, last + 1) for m in steps]
        else:
            raw = (self.high - self.low) / 5 or 1.0
            power = 10.0 ** math.floor(math.log10(raw))
            step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw)
            found = [step * i for i in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)]
        return [t for t in found if self.low * (1 - 1e-9) <= t <= self.high * (1 + 1e-9)]


def number(value: float) -> str:
    """Three digits, with a prefix above a thousand."""
    for scale, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= scale:
            return f"{value / scale:.3g}{prefix}"
    return f"{value:.3g}"


def quantity(value: float, unit: str) -> str:
    """`225 GFLOP/s`."""
    text = number(value)
    return f"{text[:-1]} {text[-1]}{unit}" if text[-1].isalpha() else f"{text} {unit}"


@dataclass
class Drawing:
    """An SVG under construction."""

    width: int
    height: int
    title: str
    parts: list[str] = field(default_factory=list[str])

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        self.parts.append(f'<line class="{css}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def path(self, points: Sequence[tuple[float, float]], css: str) -> None:
        if points:
            self.parts.append(f'<polyline class="{css}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')

    def dot(self, x: float, y: float, css: str, tip: str = "", radius: float = 3.5) -> None:
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self.parts.append(f'<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">{title}</circle>')

    def cross(self, x: float, y: float, css: str, tip: str = "") -> None:
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self.parts.append(f'<path class="{css}" d="M{x - 3:.1f} {y - 3:.1f}l6 6m0-6l-6 6">{title}</path>')

    def text(self, x: float, y: float, words: str, css: str = "t", anchor: str = "start") -> None:
        self.parts.append(f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>')

    def horizontal(self, axis: Axis, top: float, bottom: float, label: str) -> None:
        """Grid and numbers of an x axis."""
        for tick in axis.ticks():
            self.line(axis(tick), top, axis(tick), bottom, "grid")
            self.text(axis(tick), bottom + 15, number(tick), anchor="middle")
        self.text((axis.start + axis.end) / 2, bottom + 33, label, anchor="middle")

    def vertical(self, axis: Axis, left: float, right: float, label: str) -> None:
        """Grid and numbers of a y axis, its label above it."""
        for tick in axis.ticks():
            self.line(left, axis(tick), right, axis(tick), "grid")
            self.text(left - 6, axis(tick) + 4, number(tick), anchor="end")
        self.text(left, axis.end - 10, label)

    def svg(self) -> str:
        head = f'<svg viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{escape(self.title, quote=True)}">'
        return "\n".join([head, *self.parts, "</svg>"])
