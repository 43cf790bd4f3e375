"""Tensors here are small: one thread is faster, and leaves the others to whoever tests beside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernelmill.tasks.reference import one_thread


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield
