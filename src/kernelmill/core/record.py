"""One immutable row of the archive: candidate + verdict + machine + toolchain + judge version, chained by hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from kernelmill.core.candidate import Candidate
from kernelmill.core.verdict import Verdict

SCHEMA = 1


@dataclass(frozen=True)
class Record:
    """Everything known about one verdict. `hash` covers all other fields and `previous`, the hash of the record before it."""

    candidate: Candidate
    verdict: Verdict
    task_digest: str
    platform: str
    """Spec text."""
    profile: str
    tier: str
    """`screen`, `verdict` or `confirmation`."""
    machine: dict[str, Any]
    toolchain: str
    judge: str
    """Judge version and protocol parameters."""
    created: float
    """Unix time in seconds."""
    run: str = ""
    """Identity of the run that it belongs to."""
    previous: str = ""
    schema: int = SCHEMA

    def to_json(self) -> dict[str, Any]:
        data = {k: v for k, v in self.__dict__.items() if k not in ("candidate", "verdict")}
        return data | {"candidate": self.candidate.to_json(), "verdict": self.verdict.to_json()}

    @property
    def hash(self) -> str:
        """sha256 of the canonical JSON text, 64 hex digits."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True, allow_nan=True).encode()).hexdigest()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Record:
        plain = {k: v for k, v in data.items() if k not in ("candidate", "verdict", "hash")}
        return cls(candidate=Candidate.from_json(data["candidate"]), verdict=Verdict.from_json(data["verdict"]), **plain)
