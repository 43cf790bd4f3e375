"""Inside a torch runner of mode `compile`: what torch.compile needs, from a cache that was filled once for the candidate and its sizes.

A process of step `compile` (compilers allowed, no other runner near) traces and compiles into an empty scratch folder and hands the
folder back as a tar file. Every later runner unpacks that file and only traces. Nothing is shared between candidates.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from typing import Any

from kernelmill.judge.torch_job import Job

_UNWANTED = (".lock", ".gch", ".pch", ".o")
LIMIT = 64 << 20
"""Bytes of a cache file; a candidate that needs more does not load."""


def prepare(job: Job, cache: int) -> None:
    """Environment and cache folder. `cache`: descriptor of the tar file, empty in step `compile`."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = unpack(job, cache)


def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
    """`torch.compile` for the sizes at hand."""
    import torch
    import torch._dynamo

    torch._dynamo.config.recompile_limit = 64
    return torch.compile(function, dynamic=False)


def finish(job: Job, cache: int) -> None:
    """Step `compile`: write the folder into `cache`. Step `run`: what was not seen while loading runs eagerly from now on."""
    import torch

    if job.step == "run":
        torch.compiler.set_stance("eager_on_recompile")
        return
    pack(job, cache)


def unpack(job: Job, cache: int) -> str:
    """The folder that goes from step `compile` to step `run`, filled with what `cache` holds; temporary files go beside it."""
    folder = f"{job.scratch}/cache"
    os.makedirs(folder, exist_ok=True)
    os.environ |= {"TMPDIR": job.scratch, "HOME": job.scratch, "USER": "nobody"}
    import tempfile

    tempfile.tempdir = job.scratch
    size = os.fstat(cache).st_size
    if size:
        with tarfile.open(fileobj=io.BytesIO(os.pread(cache, size, 0))) as tar:
            for info in tar:
                _unpack(tar, info, folder)
    return folder


def pack(job: Job, cache: int) -> None:
    """Write the folder into `cache`."""
    folder = f"{job.scratch}/cache"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for base, _, names in os.walk(folder):
            for name in names:
                if not name.endswith(_UNWANTED):
                    _add(tar, folder, os.path.relpath(os.path.join(base, name), folder))
    data = packed.getvalue()
    if len(data) > LIMIT:
        raise RuntimeError(f"the compilers made {len(data) >> 20} MB, more than {LIMIT >> 20}")
    os.pwrite(cache, data, 0)


def _add(tar: tarfile.TarFile, folder: str, name: str) -> None:
    """One file. `TarFile.add` would look up its owner's name, which opens a socket."""
    with open(os.path.join(folder, name), "rb") as file:
        info = tarfile.TarInfo(name)
        info.size, info.mode = os.fstat(file.fileno()).st_size, 0o755
        tar.addfile(info, file)


def _unpack(tar: tarfile.TarFile, info: tarfile.TarInfo, folder: str) -> None:
    """One regular file. A name that leads out of the folder meets a read-only root."""
    content = tar.extractfile(info)
    if content is not None:
        path = os.path.join(folder, info.name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content.read())
        os.chmod(path, 0o755)
