"""Puts the honest corpus on the path: mutants are made of its kernels."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parents[1] / "honest"))
