"""The threat-model page names the attacks that exercise each mechanism: all of them, and no other."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from kernelmill.attacks.table import KNOWN, UNPUBLISHED, attacks

PAGE = Path(__file__).parents[2] / "docs" / "threat-model.md"


def named() -> set[str]:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("|") and line.count("|") == 5]
    return {name for row in rows for name in re.findall(r"`([a-z0-9_*]+)`", row.split("|")[4])}


def test_every_name_is_an_attack() -> None:
    names = {a.name for a in attacks()}
    assert {n for n in named() if not any(fnmatchcase(a, n) for a in names)} == set()


def test_every_source_is_listed() -> None:
    rows = {line.split("|")[1].strip() for line in PAGE.read_text().splitlines() if line.startswith("|") and line.count("|") == 3}
    named = {a.seen for a in attacks()} - {KNOWN, UNPUBLISHED}
    assert named <= rows, named - rows
    assert rows - {"name", "---"} == named


def test_every_attack_is_named() -> None:
    patterns = named()
    assert {a.name for a in attacks() if not any(fnmatchcase(a.name, n) for n in patterns)} == set()
