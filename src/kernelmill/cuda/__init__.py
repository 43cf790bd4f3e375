"""CUDA C++ without a GPU: unmodified sources are compiled for the CPU and run there.

`build`, `run`, `explain` take files; `load_inline` and `load` take torch's arguments. Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from typing import Any

_HOMES = {
    "build": "building", "run": "building", "explain": "building", "load_inline": "torch_ext", "load": "torch_ext", "CudaBuildError": "building",
}  # fmt: skip

__all__ = ["CudaBuildError", "build", "explain", "load", "load_inline", "run"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kernelmill.cuda' has no attribute '{name}'")
    import importlib

    return getattr(importlib.import_module(f"kernelmill.cuda.{_HOMES[name]}"), name)
