"""Where things that outlive a run lie."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """`$KERNELMILL_HOME`, else `$XDG_DATA_HOME/kernelmill`, else `~/.local/share/kernelmill`."""
    if told := os.environ.get("KERNELMILL_HOME"):
        return Path(told)
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "kernelmill"


def archive_path(told: str | Path | None = None) -> Path:
    """The archive's file: what was asked for, else `archive.db` in `home()`."""
    return Path(told) if told else home() / "archive.db"
