"""Where measured peaks lie between runs: one JSON file per machine identity in the cache folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def folder() -> Path:
    """`$KERNELMILL_HOME`, default `~/.cache/kernelmill`: everything there can be made again."""
    return Path(os.environ.get("KERNELMILL_HOME") or Path.home() / ".cache" / "kernelmill")


def read(identity: str) -> dict[str, Any]:
    """The whole stored file (`peaks`, `spread`, `toolchain`, `created`), or {} when nothing was measured here."""
    try:
        data = json.loads((folder() / f"peaks-{identity}.json").read_text())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) and isinstance(data.get("peaks"), dict) else {}


def load(identity: str) -> dict[str, float]:
    """Measured peaks by name, or {} when nothing was measured here."""
    return {str(k): float(v) for k, v in read(identity).get("peaks", {}).items()}


def save(identity: str, data: dict[str, Any]) -> Path:
    """Write the file whole or not at all; returns its path."""
    path = folder() / f"peaks-{identity}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(data, indent=1, sort_keys=True))
    part.replace(path)
    return path
