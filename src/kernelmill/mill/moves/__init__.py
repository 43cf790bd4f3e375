"""Moves: named, legal rewritings of a loop program. A schedule is a list of their texts.

    from kernelmill.mill import moves
    faster = moves.replay(program, ["reassociate s", "vectorize j 16 4", "parallelize i"])
    for move in moves.legal(faster):
        print(move)

Moves speak of names, never of positions. One whose legality cannot be shown is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from kernelmill.core.errors import UserError
from kernelmill.mill.ir import Program
from kernelmill.mill.moves import algebra, bind, loops, prefetch, storage, stream, tidy, tile
from kernelmill.mill.moves.move import KINDS, Move, MoveKind
from kernelmill.mill.moves.refused import Refused

__all__ = ["KINDS", "Move", "MoveKind", "Refused", "apply", "legal", "replay", "try_apply"]
_MODULES = (tidy, loops, bind, storage, algebra, tile, prefetch, stream)  # importing them fills KINDS


def apply(program: Program, text: str) -> Program:
    """One move. Raises Refused if it is not legal here, UserError if the text is no move."""
    return Move(text).apply(program)


def try_apply(program: Program, text: str) -> Program | None:
    """One move, or None if it is refused (for schedules that try what fits)."""
    try:
        return Move(text).apply(program)
    except Refused:
        return None


def replay(program: Program, schedule: Iterable[str]) -> Program:
    """A schedule, move after move. Raises UserError that names the move that is not legal and why."""
    for number, text in enumerate(schedule, 1):
        try:
            program = Move(text).apply(program)
        except Refused as reason:
            raise UserError(f"move {number} is not legal: {reason}", got=text) from reason
    return program


def legal(program: Program, kinds: Iterable[str] | None = None) -> list[Move]:
    """The suggested moves of the given kinds (default: all) that are legal on this program."""
    out: list[Move] = []
    for name in kinds if kinds is not None else KINDS:
        for text in KINDS[name].suggest(program):
            if try_apply(program, text) is not None:
                out.append(Move(text))
    return out
