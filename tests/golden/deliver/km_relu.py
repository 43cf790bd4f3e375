"""activation/relu as a compiled kernel, for PyTorch on the CPU. Written by kernelmill 0.1.0.

FASTER: 2.00x torch eager (99 % interval 1.96 to 2.04), profile ci (N=50021), x86 on MACHINE.
max(x, 0).

    from km_relu import relu
    y = relu(x)

It is the operator `torch.ops.kernelmill.relu_4fdf1a9e`, with a fake kernel, so `torch.compile` keeps it whole. It has no backward:
tensors that require grad are refused while grad mode is on. Tensors that are not dense or not aligned are copied first.
Where it was not proven (other dtypes, devices and ranks, not N % 2 == 0) the reference in `km_relu_reference.py` computes instead; `covers(...)` says which.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from pathlib import Path

import torch

import km_relu_reference as _reference

CANDIDATE = "4fdf1a9ef72e25db"
RECORD = ...
THREADS = 2
"""Threads that the kernel was judged with."""
ISA = ["isa"]
"""Processor features of the machine it was built on; a machine without them gets the reference."""

_FOLDER = Path(__file__).resolve().parent


def _load() -> ctypes.CDLL | None:
    try:
        flags = set(Path("/proc/cpuinfo").read_text().split())
    except OSError:
        flags = set()
    if not flags.issuperset(ISA):
        return None
    path = _FOLDER / "libkm_relu.so"
    if not path.exists():
        subprocess.run(["make", "-C", str(_FOLDER)], check=True, stdout=subprocess.DEVNULL)
    # Idle OpenMP threads that spin would take the cores from torch's own.
    os.environ.setdefault("KMP_BLOCKTIME", "0")
    return ctypes.CDLL(str(path))


_library = _load()
if _library is not None:
    _kernel = _library.km_relu
    _kernel.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    _kernel.restype = None


def _axes(x):
    """Sizes of N; None where the kernel was not proven."""
    if _library is None or x.dtype is not torch.float32:
        return None
    if x.dim() != 1:
        return None
    N = x.shape[0]
    if not (N % 2 == 0):
        return None
    return (N,)


def covers(x) -> bool:
    """Whether the compiled kernel, and not the reference, computes for these tensors."""
    return x.device.type == "cpu" and _axes(x) is not None


def _compute(x):
    if x.requires_grad and torch.is_grad_enabled():
        raise RuntimeError("relu has no backward: 'x' requires grad; call it under torch.no_grad()")
    axes = _axes(x)
    if axes is None:
        return _fall_back(x)
    (N,) = axes
    if not x.is_contiguous() or x.data_ptr() % 64:
        x = _dense(x)
    y = torch.empty((N,), dtype=torch.float32)
    _kernel(x.data_ptr(), y.data_ptr(), N)
    return y


def _dense(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor itself where it is dense and aligned to 64 bytes, else a copy that is."""
    if tensor.is_contiguous() and tensor.data_ptr() % 64 == 0:
        return tensor
    return tensor.clone(memory_format=torch.contiguous_format)


def _fall_back(x):
    found = _reference.compute(x)
    return found[0].contiguous()


def _below_autograd(x):
    # Fake and functional tensors (torch.compile) go on to the dispatcher; ordinary ones are computed here and now.
    if all(type(t) in (torch.Tensor, torch.nn.Parameter) for t in (x,)):
        return _compute(x)
    with torch._C._AutoDispatchBelowAutograd():
        return _operator(x)


_torch_library = torch.library.Library("kernelmill", "FRAGMENT")
_torch_library.define("relu_4fdf1a9e(Tensor x) -> Tensor")
_torch_library.impl("relu_4fdf1a9e", _compute, "CPU")
_torch_library.impl("relu_4fdf1a9e", _below_autograd, "AutogradCPU")


@torch.library.register_fake("kernelmill::relu_4fdf1a9e", lib=_torch_library)
def _fake(x):
    N = x.shape[0]
    return x.new_empty((N,), dtype=torch.float32)


_operator = torch.ops.kernelmill.relu_4fdf1a9e.default
relu = _operator
