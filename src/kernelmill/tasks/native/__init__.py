"""The tasks that ship: one file per category, each a list of references with their sizes, families and error rules."""

from __future__ import annotations

import importlib
from dataclasses import dataclass

from kernelmill.core.task import Task
from kernelmill.tasks.suite import Suite

CATEGORIES = ("activation", "softmax", "normalization", "reduction", "matmul", "loss", "broadcast", "fused", "optimizer", "scan",
              "stencil", "blas1")  # fmt: skip


@dataclass(frozen=True)
class NativeSuite(Suite):
    """47 tasks in 12 categories."""

    name = "native"

    def tasks(self) -> tuple[Task, ...]:
        modules = (importlib.import_module(f"kernelmill.tasks.native.{category}") for category in CATEGORIES)
        return tuple(task for module in modules for task in module.TASKS)
