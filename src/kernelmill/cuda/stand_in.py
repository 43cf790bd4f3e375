"""Lets Python code that was written for a GPU run over CPU tensors: `.cuda()`, `device="cuda"`, `is_cuda`, `torch.cuda.*`, `load_inline`.

For a process of its own: `install()` changes torch for good, and `OnCpu` is active where tensors are to say that they are on a GPU.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_GPU = torch.device("cuda", 0)
_IS_CUDA: Any = torch.Tensor.is_cuda.__get__  # type: ignore[attr-defined]
_DEVICE: Any = torch.Tensor.device.__get__  # type: ignore[attr-defined]


def _here(value: Any) -> Any:
    """A device that names CUDA becomes the CPU; everything else stays."""
    if isinstance(value, str) and value.split(":")[0] == "cuda":
        return "cpu"
    if isinstance(value, torch.device) and value.type == "cuda":
        return torch.device("cpu")
    return value


class OnCpu(TorchFunctionMode):
    """Every call of torch in this thread: devices are mapped, and a tensor says that it is a CUDA tensor."""

    def __torch_function__(self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is _IS_CUDA:
            return True
        if func is _DEVICE:
            return _GPU
        if func is torch.Tensor.cuda:
            return args[0]
        kwargs = {k: _here(v) for k, v in (kwargs or {}).items() if k != "pin_memory"}
        return func(*(_here(a) for a in args), **kwargs)


class _Stream:
    """What a stream is asked for; work is done at the call."""

    cuda_stream = 0
    stream_id = 0
    device = _GPU

    def __init__(self, *_: object, **__: object) -> None: ...
    def synchronize(self) -> None: ...
    def wait_stream(self, *_: object) -> None: ...
    def wait_event(self, *_: object) -> None: ...
    def record_event(self, event: object = None) -> object:
        return event

    def query(self) -> bool:
        return True

    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *_: object) -> None: ...


class _Event:
    def __init__(self, *_: object, **__: object) -> None: ...
    def record(self, *_: object) -> None: ...
    def wait(self, *_: object) -> None: ...
    def synchronize(self) -> None: ...
    def query(self) -> bool:
        return True

    def elapsed_time(self, other: object) -> float:
        return 0.0


def _nothing(*_: object, **__: object) -> None: ...


def _ignoring(*_: object, **__: object) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext()


def install() -> None:
    """Call once, before the foreign module is imported."""
    from torch.utils import cpp_extension

    from kernelmill.cuda import torch_ext

    cpp_extension.load_inline = torch_ext.load_inline  # type: ignore[assignment]
    cpp_extension.load = torch_ext.load  # type: ignore[assignment]
    torch.nn.Module.cuda = lambda self, device=None: self  # type: ignore[method-assign]
    to = torch.nn.Module.to
    torch.nn.Module.to = lambda self, *a, **k: to(self, *map(_here, a), **{n: _here(v) for n, v in k.items()})  # type: ignore[method-assign]
    cuda: Any = torch.cuda
    for name in ("synchronize", "set_device", "empty_cache", "manual_seed", "manual_seed_all", "reset_peak_memory_stats", "init"):
        setattr(cuda, name, _nothing)
    cuda.is_available = cuda.is_initialized = lambda: True
    cuda.device_count = lambda: 1
    cuda.current_device = lambda: 0
    cuda.get_device_name = lambda device=None: "kernelmill on a CPU"
    cuda.get_device_capability = lambda device=None: (8, 9)
    cuda.get_device_properties = lambda device=None: SimpleNamespace(
        name="kernelmill on a CPU", major=8, minor=9, multi_processor_count=16, total_memory=8 << 30, warp_size=32,
        max_threads_per_multi_processor=1536, shared_memory_per_block=49152,
    )  # fmt: skip
    cuda.current_stream = cuda.default_stream = lambda device=None: _Stream()
    cuda.Stream, cuda.Event = _Stream, _Event
    cuda.device = cuda.stream = cuda.device_of = _ignoring


__all__ = ["OnCpu", "install"]
