"""Mutants are made of the kernels of the honest corpus."""

from __future__ import annotations

import at_corpus  # noqa: F401
