"""Lets Python code that was written for a GPU run over CPU tensors: `.cuda()`, `device="cuda"`, `is_cuda`, `torch.cuda.*`, `load_inline`.

For a process of its own: `install()` changes torch for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


def _here(value: Any) -> Any:
    """A device that names CUDA becomes the CPU; everything else stays."""
    if isinstance(value, str) and value.split(":")[0] == "cuda":
        return "cpu"
    if isinstance(value, torch.device) and value.type == "cuda":
        return torch.device("cpu")
    return value


class _OnCpu(TorchFunctionMode):
    """Every call of torch: devices are mapped, and a tensor says that it is a CUDA tensor."""

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.Tensor.is_cuda.__get__:  # type: ignore[attr-defined]
            return True
        if func is torch.Tensor.cuda:
            return args[0]
        kwargs = {k: _here(v) for k, v in (kwargs or {}).items()}
        return func(*(_here(a) for a in args), **kwargs)


def install() -> None:
    """Call once, before the foreign module is imported."""
    from torch.utils import cpp_extension

    from kernelmill.cuda import torch_ext

    cpp_extension.load_inline = torch_ext.load_inline  # type: ignore[assignment]
    cpp_extension.load = torch_ext.load  # type: ignore[assignment]
    _OnCpu().__enter__()
    torch.nn.Module.cuda = lambda self, device=None: self  # type: ignore[method-assign]
    to = torch.nn.Module.to
    torch.nn.Module.to = lambda self, *a, **k: to(self, *map(_here, a), **{n: _here(v) for n, v in k.items()})  # type: ignore[method-assign]
    torch.cuda.is_available = lambda: True
    torch.cuda.synchronize = lambda device=None: None
    torch.cuda.device_count = lambda: 1
    torch.cuda.current_device = lambda: 0
    torch.cuda.set_device = lambda device: None
    torch.cuda.empty_cache = lambda: None
