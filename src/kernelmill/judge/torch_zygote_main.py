"""The torch zygote: a process that imported torch once and forks a runner for every request. Started by `kernelmill.judge.torch_zygote`.

    python -m kernelmill.judge.torch_zygote_main SOCKET LIBCHILD MODE

It holds nothing of any candidate: requests are numbers and descriptors, and the job is read after the fork. It never opens a parallel
region (a forked child would wait for threads that it does not have) and has one thread.
"""

from __future__ import annotations

import array
import ctypes
import gc
import mmap
import os
import signal
import socket
import sys
import warnings

import torch

from kernelmill.judge.torch_job import DESCRIPTORS, REQUEST

_SHOWN: list[str] = []
"""Folders beyond Python's that this mode's runners read."""


def main(argv: list[str]) -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG: never outlive the judge
    channel = socket.socket(fileno=int(argv[0]))
    from kernelmill.judge.torch_child import Child

    child = Child(argv[1])
    _warm(argv[2])
    gc.collect()
    gc.freeze()
    channel.send(b"ready")
    while True:
        size = REQUEST.size
        message, ancillary, _, _ = channel.recvmsg(size, socket.CMSG_SPACE(4 * len(DESCRIPTORS)))
        if len(message) != size:
            os._exit(0)
        fds = array.array("i")
        for _level, _kind, data in ancillary:
            fds.frombytes(data[: len(data) - len(data) % fds.itemsize])
        channel.send(_fork(child, channel, dict(zip(DESCRIPTORS, fds, strict=True)), REQUEST.unpack(message)))
        for fd in fds:
            os.close(fd)


def _warm(mode: str) -> None:
    """Import what a runner needs and touch what torch makes on first use, with one thread."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    import kernelmill.judge.torch_serve

    if mode == "compile":
        # One real compilation: which instructions and which compiler there are is asked by processes that a runner may not start. The
        # answers stay in this process; its own cache folder makes the next zygote quick.
        from torch._inductor import config

        config.cpp_cache_precompile_headers = False  # a header as large as all kernels together would be in every cache
        torch.compile(_tiny, dynamic=False)(torch.ones(64, 64))
        torch._dynamo.reset()
    if mode == "cuda":
        # The compiler, its plugin and the precompiled headers are made or found here, once: a runner starts no process to ask for them.
        from kernelmill.cuda import stand_in, torch_ext

        _SHOWN.append(str(torch_ext.warm()))
        import kernelmill.judge.torch_cuda  # noqa: F401

        stand_in.install()
    _settle_vector_math()
    x = torch.ones(4, 4)
    torch.nn.functional.softmax(x @ x + 1, dim=1).sum().item()
    torch.frombuffer(bytearray(16), dtype=torch.float32).view(2, 2).copy_(x[:2, :2])


def _settle_vector_math() -> None:
    """MKL chooses the code of a vector function in its first call. Where two threads of a runner make that call at once, one of them gets
    the variant of low accuracy for it: tanh was off by 5e-5 in one thread's half of the first result, in every process."""
    names = "acos asin atan ceil cos cosh erf erfc erfinv exp expm1 floor lgamma log log10 log1p log2 sigmoid sin sinh sqrt tan tanh trunc"
    for dtype in (torch.float32, torch.float64):
        x = torch.full((1024,), 0.5, dtype=dtype)
        for name in names.split():
            getattr(torch, name)(x)
        torch.pow(x, 1.5)


def _tiny(x: torch.Tensor) -> torch.Tensor:
    return torch.softmax(x, dim=1) + 1


def _used() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[0]) * mmap.PAGESIZE


def readable() -> list[str]:
    """What Python and torch may still open lazily: the interpreter, its packages, the system's libraries."""
    from kernelmill.judge.process import SYSTEM_READS

    places = [sys.prefix, sys.base_prefix, sys.exec_prefix, *(p for p in sys.path if os.path.isdir(p)), *_SHOWN]
    roots: list[str] = []
    for place in sorted({os.path.realpath(p) for p in places} | {p for p in ("/usr",) if os.path.isdir(p)}, key=len):
        if not any(place == r or place.startswith(r + "/") for r in roots) and place != "/":
            roots.append(place)
    return [*roots, *(p for p in SYSTEM_READS if not p.startswith(("/usr", "/proc", "/sys")))]


def _fork(child: object, channel: socket.socket, fds: dict[str, int], request: tuple[int, int, int]) -> bytes:
    """The host pid of a new runner as text, or `!` and what failed. The process between it and us has left when this returns, so the
    runner's parent is the judge."""
    from kernelmill.judge.torch_child import Child

    assert isinstance(child, Child)
    used, shown = _used(), readable()
    said, say = os.pipe()
    middle = os.fork()
    if middle == 0:
        try:
            os.close(said)
            channel.close()
            null = os.open(os.devnull, os.O_RDWR)
            uid, namespaces, scratch_mb = request
            child.leave(uid, namespaces, shown, scratch_mb)
            runner = os.fork()
            if runner == 0:
                os.close(say)
                _become(child, fds, null, used, shown)
            os.write(say, str(runner).encode())
        except BaseException as error:
            os.write(say, f"!{error}".encode()[:400])
        finally:
            os._exit(0)
    os.close(say)
    os.waitpid(middle, 0)
    answer = os.read(said, 512)
    os.close(said)
    return answer or b"!the runner did not start"


def _become(child: object, fds: dict[str, int], null: int, used: int, shown: list[str]) -> None:
    try:
        from kernelmill.judge.torch_serve import Runner

        for number, fd in ((0, null), (1, fds["log"]), (2, fds["log"])):
            os.dup2(fd, number)
        for s in (signal.SIGINT, signal.SIGTERM):
            signal.signal(s, signal.SIG_DFL)
        runner = Runner(child, fds["control"], fds["results"])  # type: ignore[arg-type]
        runner.run(fds, shown, used)
    finally:
        os._exit(9)


if __name__ == "__main__":
    main(sys.argv[1:])
