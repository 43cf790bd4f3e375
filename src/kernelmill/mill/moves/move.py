"""The form of a move and the table of kinds. A schedule is a list of their texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kernelmill.core.errors import UserError
from kernelmill.mill.check import check
from kernelmill.mill.ir import Program
from kernelmill.mill.moves.refused import Refused

Apply = Callable[[Program, list[str]], Program]
Suggest = Callable[[Program], Iterable[str]]


@dataclass(frozen=True)
class MoveKind:
    """One kind: `apply(program, words)` gives the rewritten program or raises Refused; `suggest` names likely arguments."""

    name: str
    usage: str
    apply: Apply
    suggest: Suggest


@dataclass(frozen=True)
class Move:
    """One move as text, `split i 16 -> io ii`."""

    text: str

    @property
    def kind(self) -> MoveKind:
        """Its kind; UserError if there is none of that name."""
        name = self.text.split(" ", 1)[0]
        if name not in KINDS:
            raise UserError(f"unknown move {name!r}", got=self.text, allowed=sorted(KINDS))
        return KINDS[name]

    def apply(self, program: Program) -> Program:
        """The rewritten program. Raises Refused with the reason if the move cannot be shown to be legal."""
        kind = self.kind
        words = self.text.split()[1:]
        try:
            new = kind.apply(program, words)
        except (IndexError, ValueError) as error:
            raise UserError(f"cannot read the move: {error}", got=self.text, expected=kind.usage) from error
        check(new)
        return new

    def __str__(self) -> str:
        return self.text


KINDS: dict[str, MoveKind] = {}


def kind(name: str, usage: str, suggest: Suggest = lambda _: ()) -> Callable[[Apply], Apply]:
    """Register a kind of move."""

    def register(apply: Apply) -> Apply:
        KINDS[name] = MoveKind(name, usage, apply, suggest)
        return apply

    return register


def arrow(words: list[str]) -> tuple[list[str], list[str]]:
    """Words before and after `->`; ValueError if there is no arrow."""
    at = words.index("->")
    return words[:at], words[at + 1 :]


__all__ = ["KINDS", "Move", "MoveKind", "Refused", "arrow", "kind"]
