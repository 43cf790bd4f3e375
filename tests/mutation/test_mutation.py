"""Wrong kernels do not pass: a sample in every run of the tests, the whole table in the soak test."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import mutating
import pytest
from equivalents import EQUIVALENT
from mutating import cell, mutants, read, resume, table
from operators import OPERATORS

from kernelmill.tasks.native import CATEGORIES

CERTAIN = [o for o in OPERATORS if o != "race"]
"""A race is lost now and then; the soak test counts."""


def test_every_category_has_mutants_by_most_operators() -> None:
    cells = {(c, o): len(list(islice(mutants(c, o), 50))) for c in CATEGORIES for o in OPERATORS}
    assert sum(min(n, mutating.PER_CELL) for n in cells.values()) >= 500
    for category in CATEGORIES:
        assert sum(cells[category, o] > 0 for o in OPERATORS) >= 6, category


def test_a_change_is_shown_as_a_line() -> None:
    for operator in OPERATORS:
        mutant = next(mutants("reduction", operator))
        assert "  ->  " in mutant.shown
        before, after = mutant.shown.split("  ->  ")
        assert before != after


@pytest.mark.parametrize(("number", "operator"), list(enumerate(CERTAIN)), ids=CERTAIN)
def test_mutants_are_killed(number: int, operator: str) -> None:
    """The first ones of two categories, another two for every operator."""
    have = [c for c in CATEGORIES if next(mutants(c, operator), None)]
    found = [f for k in (0, 1) for f in cell(have[(number + 5 * k) % len(have)], operator, 1)]
    assert found
    assert not [f for f in found if f.fate == "survived"]


@pytest.mark.soak
@pytest.mark.parametrize("category", CATEGORIES)
def test_mutants_of_a_category(category: str, kept: Path) -> None:
    """One to two minutes each; what is judged stays in the folder."""
    folder = kept / "mutants"
    folder.mkdir(exist_ok=True)
    found = resume(folder, category)
    assert found
    assert sum(f.fate == "killed" for f in found) >= 0.9 * sum(f.fate in ("killed", "survived") for f in found)


@pytest.mark.soak
def test_the_whole_table(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = read(kept / "mutants")
    left = set(CATEGORIES) - {f.category for f in found}
    if left:
        pytest.skip(f"not judged yet: {', '.join(sorted(left))}")
    with capsys.disabled():
        print("\n" + table(found))
        for f in found:
            if f.fate == "survived":
                print(f"survived: {f.base} {f.operator}: {f.shown} [{f.key}]")
    same = sum(f.fate in ("same code", "equivalent") for f in found)
    killed = sum(f.fate == "killed" for f in found)
    assert len(found) >= 500
    assert same <= 0.1 * len(found)
    assert killed >= 0.98 * (len(found) - same)
    assert all(reason for reason in EQUIVALENT.values())
