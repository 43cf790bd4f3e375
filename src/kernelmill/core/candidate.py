"""Source files for one platform that claim to compute a task."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from kernelmill.core import formula


@dataclass(frozen=True)
class Lineage:
    """Where a candidate came from. Not part of its identity: the same source by two authors is one candidate."""

    author: str = "person"
    """Spec text of the author."""
    parents: tuple[str, ...] = ()
    """Identities of the candidates it was made from."""
    moves: tuple[str, ...] = ()
    """Schedule as text, replayed on the lowered reference."""
    prompt: str = ""
    """Identity of the prompt, for language models."""
    note: str = ""


@dataclass(frozen=True)
class Candidate:
    """Files, entry symbol and what the files need. Identity is the hash of the content."""

    task: str
    """Name of the task."""
    platform: str
    """Name of the platform (`x86`, `torch`, `cuda`)."""
    files: tuple[tuple[str, str], ...]
    """(file name, text); the first one is compiled or loaded."""
    entry: str
    """Symbol or Python function to call; `ModelNew` for a whole module."""
    requires: tuple[str, ...] = ()
    """Comparisons over axes under which it may be called (`M % 16 == 0`)."""
    launch: tuple[tuple[str, str], ...] = ()
    """Grid and block formulas, for languages without host code."""
    parameters: tuple[tuple[str, int | float | str], ...] = ()
    """Tunable parameters and the values chosen; passed to the compiler as macros."""
    lineage: Lineage = field(default_factory=Lineage, compare=False)
    trusted: bool = False
    """Ours (a baseline): may run where isolation is level 1. Never set from a file or a network."""

    @cached_property
    def id(self) -> str:
        """Hash of the content: 16 hex digits. Lineage and trust are not content."""
        content = {k: v for k, v in asdict(self).items() if k not in ("lineage", "trusted")}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def source(self) -> str:
        """Text of the first file."""
        return self.files[0][1]

    def allows(self, axes: Mapping[str, int]) -> bool:
        """Whether it may be called at these sizes."""
        return all(formula.holds(r, axes) for r in self.requires)

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads back (trust excluded)."""
        data = asdict(self)
        del data["trusted"]
        return data | {"id": self.id}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Candidate:
        """Inverse of `to_json`; the result is not trusted."""
        line = data.get("lineage", {})
        return cls(
            task=data["task"],
            platform=data["platform"],
            files=tuple((str(n), str(t)) for n, t in data["files"]),
            entry=data["entry"],
            requires=tuple(data.get("requires", ())),
            launch=tuple((str(k), str(v)) for k, v in data.get("launch", ())),
            parameters=tuple((str(k), v) for k, v in data.get("parameters", ())),
            lineage=Lineage(
                author=line.get("author", "person"),
                parents=tuple(line.get("parents", ())),
                moves=tuple(line.get("moves", ())),
                prompt=line.get("prompt", ""),
                note=line.get("note", ""),
            ),
        )
