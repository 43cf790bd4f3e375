"""Fits the polynomials of `kernelmill.mill.vmath` and prints their coefficients.

Weighted least squares at Chebyshev points, reweighted until the error is level (Lawson's iteration), function values from
mpmath. Coefficients are rounded to float32 from the highest degree down, refitting the rest each time.

    python benchmarks/fit_vmath.py
"""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import numpy as np

mp.mp.dps = 40


def fit(function: Callable, low: float, high: float, degree: int, weight: Callable = lambda _: 1.0, *, double: bool = False) -> list[float]:
    """Coefficients (lowest degree first) of a near-minimax polynomial of `function` on [low, high]."""
    points = 1200
    x = (low + high) / 2 + (high - low) / 2 * np.cos(np.pi * (np.arange(points) + 0.5) / points)
    y = np.array([float(function(mp.mpf(float(v)))) for v in x])
    scale = np.array([float(weight(mp.mpf(float(v)))) for v in x])
    fixed: dict[int, float] = {}
    steps = [degree] if double else list(range(degree, -1, -1))
    coefficients = np.zeros(degree + 1)
    for step in steps:
        free = [d for d in range(degree + 1) if d not in fixed]
        rest = y - sum(c * x**d for d, c in fixed.items())
        w = np.ones(points)
        for _ in range(60):
            a = np.stack([x**d for d in free], 1) * (scale * w)[:, None]
            solution = np.linalg.lstsq(a, rest * scale * w, rcond=None)[0]
            error = np.abs(sum(c * x**d for d, c in zip(free, solution, strict=True)) - rest) * scale
            w *= np.sqrt(error / max(error.max(), 1e-300) + 1e-3)
            w /= w.max()
        for d, c in zip(free, solution, strict=True):
            coefficients[d] = c
        if not double:
            fixed[step] = coefficients[step] = float(np.float32(coefficients[step]))
    final = sum(c * x**d for d, c in enumerate(coefficients))
    print(f"    worst weighted error {np.max(np.abs(final - y) * scale):.3g}")
    return [float(c) for c in coefficients]


def show(name: str, coefficients: list[float]) -> None:
    print(f"{name} = [{', '.join(repr(float(np.float32(c))) if float(np.float32(c)) == c else repr(c) for c in coefficients)}]")


def main() -> None:
    """Print every table."""
    half = float(mp.log(2) / 2) * 1.002
    series = lambda f, n: lambda r: f(r) if abs(r) > mp.mpf("1e-6") else mp.mpf(n)  # noqa: E731
    show("EXP", fit(series(lambda r: (mp.e**r - 1 - r) / r**2, 0.5), -half, half, 5, lambda r: r * r))
    edge = float((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) * 1.002
    log = series(lambda z: (mp.log((1 + mp.sqrt(z)) / (1 - mp.sqrt(z))) / mp.sqrt(z) - 2) / z, mp.mpf(2) / 3)  # = 2 s + s z R(z)
    cubic = series(lambda f: (mp.log(1 + f) - f + f * f / 2) / f**3, mp.mpf(1) / 3)
    show("LOG", fit(cubic, float(mp.sqrt(0.5)) - 1.0005, float(mp.sqrt(2)) - 0.9995, 8, lambda f: f * f))
    show("SOFT", fit(series(lambda z: (mp.log(1 + z) / z - 1) / z, -0.5), 0, 1, 8, lambda z: z))
    rate = lambda t: -mp.log(mp.erfc(t)) / t if t > mp.mpf("1e-9") else 2 / mp.sqrt(mp.pi)  # noqa: E731
    matter = lambda t: mp.erfc(t) * t / mp.erf(t) if t > mp.mpf("1e-9") else mp.sqrt(mp.pi) / 2  # noqa: E731
    show("ERF", fit(rate, 0, 4, 8, matter))
    quarter = float(mp.pi / 4) * 1.002
    show("SIN", fit(series(lambda z: (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z, -mp.mpf(1) / 6), 0, quarter**2, 3, lambda z: z))
    show("COS", fit(series(lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, mp.mpf(1) / 24), 0, quarter**2, 2, lambda z: z * z))
    show("LOG_D", fit(log, 0, edge**2, 6, lambda z: z, double=True))
    show("EXP2_D", fit(lambda r: mp.mpf(2) ** r, -0.501, 0.501, 8, double=True))


if __name__ == "__main__":
    main()
