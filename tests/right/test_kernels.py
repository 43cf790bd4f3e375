"""Honest kernels pass, wrong ones do not: the numerics on Python kernels, without processes."""

from __future__ import annotations

import mutants_more  # noqa: F401 (registers)
import pytest
from bench import failures, prepared
from honest_modules import HONEST
from mutants import GENERIC, MUTANTS, NOT_FOR_INTEGERS, NOT_FOR_SCALARS, generic, narrowed

from kernelmill import tasks
from kernelmill.core.dtypes import DTYPES
from kernelmill.tasks.reference import bind

NAMES = tasks.names("native")


def _of(table: dict[tuple[str, str], object], name: str) -> list[str]:
    return [k for t, k in table if t == name]


@pytest.mark.parametrize("name", NAMES)
def test_torch_itself_is_right(name: str) -> None:
    reference = bind(tasks.get(name))
    assert failures(name, lambda *t, **_: reference(list(t))) == []
    expected = [e for p in prepared(name, 7) for e in p.expected]
    assert not [e.notes for e in expected if e.notes], "the bound had to be widened: the task's rule is wrong"
    assert not [e.unfit for e in expected if e.unfit]


@pytest.mark.parametrize(("name", "technique"), HONEST)
def test_honest_kernels_are_never_accused(name: str, technique: str) -> None:
    found = failures(name, HONEST[name, technique])
    assert not found, "\n".join(f"{f.summary}\n{f.detail}\n{f.hint}" for f in found[:3])


@pytest.mark.parametrize(("name", "slip"), MUTANTS)
def test_wrong_kernels_are_found(name: str, slip: str) -> None:
    assert failures(name, MUTANTS[name, slip], first=True), f"{slip} passes as {name}"


@pytest.mark.parametrize("name", NAMES)
def test_generic_slips_are_found(name: str) -> None:
    task = tasks.get(name)
    skip = set() if all(t.shape for t in task.outputs) else NOT_FOR_SCALARS
    if any(DTYPES[t.dtype].kind != "float" for t in task.outputs):
        skip = skip | NOT_FOR_INTEGERS
    survivors = [slip for slip in GENERIC if slip not in skip and not failures(name, generic(name, slip), first=True)]
    assert survivors == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("bits", [8, 11])
def test_narrow_inputs_are_found(name: str, bits: int) -> None:
    assert failures(name, narrowed(name, bits), first=True), f"inputs of {bits} bits pass as {name}"
