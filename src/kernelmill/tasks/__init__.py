"""What to compute: the tasks that ship, files in KernelBench's form, their references, inputs and C headers.

    registry.py    name -> Task, suites, tasks of outsiders      inputs.py     tensors of a workload, drawn by its family
    native/        47 tasks in 12 categories                     reference.py  the reference as a callable, and as a candidate of `torch`
    files.py       a file with `Model` and `get_inputs`          module.py     references that are an `nn.Module`
    signature.py   `x[N,M] -> y[N]` as tensors                   constants.py  constants of a source, read and replaced
    families.py    how the shared input families draw            lint.py       tasks that prove nothing

Listing tasks and reading their sizes needs no torch; it is imported by the functions that compute.
"""

from __future__ import annotations

from kernelmill.tasks.registry import find, get, names, tasks

__all__ = ["find", "get", "names", "tasks"]
