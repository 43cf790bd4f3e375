"""Vector functions of float32 (stub table; filled by `vmath`)."""

from __future__ import annotations

from kernelmill.core.errors import UserError
from kernelmill.mill.c.helpers import Helpers


def helper(helpers: Helpers, name: str, lanes: int) -> str:
    """C name of the function."""
    raise UserError(f"no fast {name}")
