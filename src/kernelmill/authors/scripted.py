"""Replays given candidates: for kernels written by hand, for candidates of another run, and as the model-free double in tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kernelmill.core.author import Author, Brief, Session
from kernelmill.core.budget import Budget
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.errors import UserError
from kernelmill.core.record import Record

LANGUAGES = {".c": "x86", ".cc": "x86", ".cpp": "x86", ".py": "torch", ".cu": "cuda"}
"""File ending -> platform that judges it when none is named."""


def read_candidate(path: Path, task: str, entry: str, platform: str) -> Candidate:
    """A source file as a candidate; a `.json` file holds `Candidate.to_json()` and is taken as it is."""
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("cannot read the candidate", expected="a source file", got=f"{path}: {error}") from error
    if path.suffix == ".json":
        return Candidate.from_json(json.loads(text))
    return Candidate(task=task, platform=platform, files=((path.name, text),), entry=entry, lineage=Lineage(author="person"))


@dataclass(frozen=True)
class Scripted(Author):
    """Proposes the files that match `path` (a file, or a folder whose files are taken in order of name), each once."""

    name = "scripted"
    path: str = ""
    """File or folder of candidates for the task."""
    candidates: tuple[Candidate, ...] = ()
    """Candidates given by a program instead; not an option of the spec text."""

    def begin(self, brief: Brief) -> Session:
        given = self.candidates
        if self.path:
            folder = Path(self.path)
            files = sorted(p for p in folder.iterdir() if p.suffix in (*LANGUAGES, ".json")) if folder.is_dir() else [folder]
            platform = brief.platform.partition("{")[0]
            given += tuple(read_candidate(p, brief.task.name, brief.task.entry, platform) for p in files)
        if not given:
            raise UserError(
                "the scripted author has nothing to say", expected="a file or folder", hint="--author 'scripted{path=kernels/}'"
            )
        return ScriptedSession([replace(c, lineage=replace(c.lineage, author=self.spec)) for c in given if c.task == brief.task.name])


class ScriptedSession(Session):
    """Hands out its candidates in order; told candidates (of a resumed run) are not handed out again."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self._left = candidates
        self._told: set[str] = set()

    def ask(self, parents: Sequence[Record], count: int, budget: Budget) -> list[Candidate]:
        fresh = [c for c in self._left if c.id not in self._told]
        self._left = fresh[count:]
        return fresh[:count]

    def tell(self, record: Record) -> None:
        self._told.add(record.candidate.id)
