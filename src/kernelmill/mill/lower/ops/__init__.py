"""Lowerings of ATen operations, one file per class of operations; importing a file registers them."""

from __future__ import annotations

import importlib
from functools import lru_cache

FILES = ("pointwise", "activation", "cast", "create", "shape", "reduce", "matmul", "softmax", "norm", "gather", "scan", "assemble",
         "conv", "pool")  # fmt: skip

ONE_NEST: set[str] = set()
"""Overloads lowered to one nest that reads and writes the same element: such a nest may update a tensor in place."""


@lru_cache(maxsize=1)
def load() -> None:
    """Register every lowering."""
    for name in FILES:
        importlib.import_module(f"{__name__}.{name}")
