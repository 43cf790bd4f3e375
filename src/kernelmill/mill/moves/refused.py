"""How a move says no."""

from __future__ import annotations


class Refused(Exception):
    """The move does not apply here, or its legality could not be shown; the text says why."""
