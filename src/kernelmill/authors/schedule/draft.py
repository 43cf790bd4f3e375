"""A program under a growing schedule. Moves are tried; one that is refused leaves no trace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kernelmill.core.errors import UserError
from kernelmill.mill import moves
from kernelmill.mill.ir import Program


@dataclass
class Draft:
    """The lowered program with the moves so far applied."""

    program: Program
    moves: list[str] = field(default_factory=list[str])

    def try_(self, text: str) -> bool:
        """Apply a move if it is legal; say whether it was."""
        try:
            program = moves.try_apply(self.program, text)
        except UserError:
            return False
        if program is None:
            return False
        self.program = program
        self.moves.append(text)
        return True

    def first(self, texts: Iterable[str]) -> bool:
        """Apply the first legal one."""
        return any(self.try_(t) for t in texts)

    def all(self, texts: Iterable[str]) -> int:
        """Apply every one that is legal; how many were."""
        return sum(self.try_(t) for t in texts)

    def copy(self) -> Draft:
        """An independent continuation."""
        return Draft(self.program, list(self.moves))
