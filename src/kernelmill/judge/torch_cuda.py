"""Inside a torch runner of mode `cuda`: a module with inline CUDA, unmodified, over CPU tensors.

A process of step `compile` (compilers allowed, no other runner near) imports and constructs the module, so that its `load_inline` calls
compile, and hands the extensions back as a tar file. Every later runner loads them from there under the filter of all runners.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch

from kernelmill.cuda import stand_in, torch_ext
from kernelmill.judge import torch_compile
from kernelmill.judge.torch_job import Job


def prepare(job: Job, cache: int) -> None:
    """Environment and the folder of extensions. `cache`: descriptor of the tar file, empty in step `compile`."""
    os.environ |= {name: value for name, value in job.env if name.startswith("KERNELMILL_CUDA_")}
    torch_ext.keep_in(Path(torch_compile.unpack(job, cache)), complete=job.step == "run")


def pretending() -> AbstractContextManager[Any]:
    """Tensors say that they are CUDA tensors while the candidate's Python runs."""
    return stand_in.OnCpu()


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """The candidate's function as it is called. The pretence is a thread's own, so it comes with the call."""

    def call(*arguments: Any, **scalars: Any) -> Any:
        with pretending():
            return function(*arguments, **scalars)

    return call


def compiles_late() -> bool:
    """Whether nothing was compiled so far: then the first call does it."""
    return not torch_ext.loaded()


def copy(places: list[torch.Tensor], results: list[torch.Tensor]) -> None:
    """Untimed. Under guards a result is filled with 0xff before the candidate sees it: what is left of that keeps the judge's poison."""
    for place, result in zip(places, results, strict=True):
        if "KERNELMILL_CUDA_GUARD" in os.environ and result.is_floating_point() and result.numel():
            words = {2: torch.int16, 4: torch.int32, 8: torch.int64}.get(result.element_size())
            if words is not None:
                unwritten = result.view(words) == -1
                if unwritten.any():
                    place[~unwritten] = result[~unwritten]
                    continue
        place.copy_(result)


def describe(error: BaseException) -> str:
    """What the runtime said about a kernel that failed, behind the exception's own words."""
    said = torch_ext.last_report()
    return f" ({said})" if said and said not in str(error) else ""


__all__ = ["compiles_late", "copy", "describe", "prepare", "pretending", "wrap"]
