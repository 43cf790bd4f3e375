"""Failure reports as text: what a person or a model reads, compared with golden files."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kernelmill.core.task import Tensor
from kernelmill.core.workload import Workload
from kernelmill.judge.right.compare import compare
from kernelmill.judge.right.expected import Expected
from kernelmill.judge.right.report import failure

N, M = 7, 21
WORK = Workload("softmax/softmax", (("N", N), ("M", M)), "normal", 3)
Y = Tensor("y", ("N", "M"), "out")
WANT = np.random.default_rng(4).standard_normal((N, M)) * 3

Change = Callable[[np.ndarray], np.ndarray]


def _tail(y: np.ndarray) -> np.ndarray:
    y[:, 16:] = 0
    return y


def _last(y: np.ndarray) -> np.ndarray:
    y[:, -1] += 1
    return y


def _rows(y: np.ndarray) -> np.ndarray:
    y[1:] = y[:1]
    return y


def _scaled_rows(y: np.ndarray) -> np.ndarray:
    return y * np.linspace(1.1, 2, N)[:, None]


def _one_lane(y: np.ndarray) -> np.ndarray:
    y[:, 3::8] *= 2
    return y


def _nan(y: np.ndarray) -> np.ndarray:
    y[2] = np.nan
    return y


def _shift(y: np.ndarray) -> np.ndarray:
    return np.roll(y, 1, axis=1)


CHANGES: dict[str, Change] = {
    "tail": _tail,
    "last_element": _last,
    "row_not_reset": _rows,
    "row_factor": _scaled_rows,
    "one_lane": _one_lane,
    "nan": _nan,
    "shifted": _shift,
    "zeros": np.zeros_like,
    "constant": lambda y: np.full_like(y, 0.25),
    "axis_factor": lambda y: y * M,
    "inverse_axis": lambda y: y / N,
    "other_axis": lambda y: y * M / N,
    "factor": lambda y: y * 1.5,
    "sign": lambda y: -y,
    "offset": lambda y: y + 2,
    "narrow": lambda y: (y * (1 + 1e-3 * np.sin(1e4 * y))).astype(np.float32),
    "swapped": lambda y: np.ascontiguousarray(y.T).reshape(y.shape),
    "shuffled": lambda y: np.random.default_rng(1).permutation(y.reshape(-1)).reshape(y.shape),
}


def text(change: Change, unwritten: np.ndarray | None = None, how: str = "close") -> str:
    got = change(WANT.copy()).astype(np.float32)
    allowed = np.full(WANT.shape, 1e-5) if how == "close" else None
    e = Expected(Y, how, np.rint(WANT) if how == "whole" else WANT, allowed)  # type: ignore[arg-type]
    found = compare(got, e, unwritten)
    assert not found.right
    f = failure(WORK, e, found, got, {"x": WANT.astype(np.float32) * 0.5}, unwritten=unwritten)
    return f"{f.summary}\n{f.detail}\nhint: {f.hint}\n"


@pytest.mark.parametrize("name", CHANGES)
def test_report(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.txt", text(CHANGES[name]))


def test_report_of_elements_never_written(golden: Callable[[str, str], None]) -> None:
    unwritten = np.zeros((N, M), bool)
    unwritten[:, 20:] = True

    def left(y: np.ndarray) -> np.ndarray:
        y[unwritten] = np.nan
        return y

    golden("unwritten.txt", text(left, unwritten))
    golden("nothing_written.txt", text(lambda y: y * np.nan, np.ones((N, M), bool)))


def test_report_of_an_input_returned(golden: Callable[[str, str], None]) -> None:
    golden("input.txt", text(lambda y: y * 0.5))


def test_report_of_whole_numbers(golden: Callable[[str, str], None]) -> None:
    golden("whole.txt", text(lambda y: np.rint(y) + (np.arange(M) == 5), how="whole"))


def test_report_of_an_index(golden: Callable[[str, str], None]) -> None:
    source = WANT
    e = Expected(Tensor("y", ("N",), "out", "i64"), "index", source.argmax(1), np.zeros(N), choices=source, axis=1)
    got = source.argmin(1)
    f = failure(WORK, e, compare(got, e), got, {"x": source})
    golden("index.txt", f"{f.summary}\n{f.detail}\nhint: {f.hint}\n")


def test_a_report_is_short() -> None:
    assert all(len(text(change)) < 1200 for change in CHANGES.values())
