"""Inside a torch runner: leave the judge's world, bind the candidate to the arena, answer requests. The Python twin of native/runner.c."""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import torch

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Tensor
from kernelmill.judge import torch_compile
from kernelmill.judge.native import binding as native
from kernelmill.judge.torch_child import COMPILER, LOADER, RUNNER, Child, Refused
from kernelmill.judge.torch_entry import BadCandidate, Call, bind, describe
from kernelmill.judge.torch_job import Job

_TENSORS = (torch.Tensor, torch.nn.Parameter)
_copy, _threads, _set_threads = torch.Tensor.copy_, torch.get_num_threads, torch.set_num_threads
"""Taken before a candidate could put others in their place."""
EXIT_LOAD, EXIT_RAISED, EXIT_SHAPE = 3, 4, 5
"""How a runner leaves: the candidate did not load, raised during a call, returned something else than the task's outputs."""


class Runner:
    """One candidate in one process."""

    def __init__(self, child: Child, control_fd: int, results_fd: int) -> None:
        self.child = child
        size = os.fstat(control_fd).st_size
        self._control = mmap.mmap(control_fd, size)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self._control))
        self.header = native.Control.from_address(self.address)
        results = mmap.mmap(results_fd, os.fstat(results_fd).st_size)
        self.addresses = (ctypes.c_uint64 * (len(results) // 8)).from_buffer(results)
        self.kept: dict[int, list[torch.Tensor]] = {}
        self._put: Callable[[list[torch.Tensor], list[torch.Tensor]], object] = _copy_all
        self._more: Callable[[BaseException], str] = lambda error: ""

    def run(self, fds: Mapping[str, int], readable: list[str], used_bytes: int) -> NoReturn:
        """From the handshake to the end of the process. `used_bytes`: address space taken before the arena."""
        try:
            self.child.attach(self.address, fds["lifeline"])
            base, size = self.child.map(self.address, fds["inputs"], fds["outputs"])
            job = Job.load(os.pread(fds["job"], os.fstat(fds["job"]).st_size, 0))
            cache = os.dup2(fds["cache"], 300) if job.mode != "eager" else -1
            os.closerange(3, 300)
            writable = [job.scratch] if job.scratch else []
            readable = [p for p in [*readable, *writable] if os.access(p, os.R_OK)]
            self.child.limit(self.address, used_bytes + size, readable, writable)
            torch.set_num_threads(job.threads)
            torch.set_grad_enabled(False)
            arena = (base, size)
            {"eager": self._load, "compile": self._load_compiled, "cuda": self._load_cuda}[job.mode](job, base, arena, cache)
        except (Refused, BadCandidate) as error:
            self.leave(EXIT_LOAD, str(error))
        except BaseException as error:
            self.leave(EXIT_LOAD, describe(error))
        gc.collect()
        gc.freeze()
        self.child.ready(self.address)
        if job.step == "compile":
            os._exit(0)  # its filter lets compilers run: it never serves
        self._serve()

    def _load(self, job: Job, base: int, arena: tuple[int, int], _: int) -> None:
        self.child.filter(self.address, arena, RUNNER)
        self._bind(job, base)

    def _load_compiled(self, job: Job, base: int, arena: tuple[int, int], cache: int) -> None:
        self.child.filter(self.address, arena, COMPILER if job.step == "compile" else LOADER)
        torch_compile.prepare(job, cache)
        self._bind(job, base, torch_compile.wrap)
        self._call(range(self.header.nsets))
        self.kept.clear()
        torch_compile.finish(job, cache)
        if job.step == "run":
            self.child.filter(self.address, arena, RUNNER)

    def _load_cuda(self, job: Job, base: int, arena: tuple[int, int], cache: int) -> None:
        from kernelmill.judge import torch_cuda

        self._put, self._more = torch_cuda.copy, torch_cuda.describe
        self.child.filter(self.address, arena, COMPILER if job.step == "compile" else LOADER)
        torch_cuda.prepare(job, cache)
        if job.step == "run":
            self.child.filter(self.address, arena, RUNNER)
        with torch_cuda.pretending():
            self._bind(job, base, torch_cuda.wrap)
        if job.step == "compile":
            self._compile_late()
            if torch_cuda.compiles_late() and not job.any_python:
                raise BadCandidate("it compiled no CUDA, neither when it was loaded nor when it was called: that is for platform torch")
            torch_compile.pack(job, cache)

    def _compile_late(self) -> None:
        """Calls a module that compiled nothing so far until it does. What else may be wrong shows when it is asked."""
        from kernelmill.judge import torch_cuda

        for s in range(self.header.nsets):
            if not torch_cuda.compiles_late():
                return
            try:
                self._call([s])
            except Exception:
                if torch_cuda.compiles_late():
                    raise  # it does not compile

    def leave(self, code: int, message: str) -> NoReturn:
        """Says why and ends; no cleanup code of the candidate runs."""
        self.child.failed(self.address, message)
        os._exit(code)

    def _bind(self, job: Job, base: int, *wrap: Callable[..., Any]) -> None:
        task, header = job.task, self.header
        words = struct.unpack_from(f"={header.nsets * header.nargs}q", self._control, header.slots_at)
        sets: list[dict[str, torch.Tensor]] = []
        sizes: list[dict[str, int]] = []
        self.places: list[list[tuple[Tensor, torch.Tensor]]] = []
        for s in range(header.nsets):
            row = words[s * header.nargs : (s + 1) * header.nargs]
            n = len(task.tensors)
            at = dict(zip(task.axes, row[n : n + len(task.axes)], strict=True))
            views = {t.name: _view(t, base + offset, at) for t, offset in zip(task.tensors, row, strict=False)}
            sets.append({t.name: views[t.name] for t in task.inputs})
            sizes.append(at)
            self.places.append([(t, views[t.name]) for t in task.outputs])
        self.results = len(task.outputs)
        self.calls: list[Call] = bind(job, sets, sizes, *wrap)

    def _serve(self) -> NoReturn:
        child, header, address = self.child, self.header, self.address
        seen = 0  # read after READY it could be the judge's first request already
        while True:
            seen = child.next(address, seen)
            request, count = header.request, header.count
            order = struct.unpack_from(f"={count}I", self._control, header.order_at)
            try:
                if request == native.CALL:
                    self._call(order)
                elif request == native.COPY:
                    self._copy()
                elif request == native.PAIR:
                    self._pair(order)
                else:
                    os._exit(0)
            except BadCandidate as error:
                self.leave(EXIT_SHAPE, str(error))
            except BaseException as error:
                self.leave(EXIT_RAISED, describe(error) + self._more(error))
            child.answer(address, seen)

    def _call(self, order: Sequence[int]) -> None:
        calls, kept, header, addresses, n = self.calls, self.kept, self.header, self.addresses, self.results
        for i, s in enumerate(order):
            header.progress = i
            result = calls[s]()
            results = [result] if type(result) is torch.Tensor else list(result) if isinstance(result, tuple | list) else [result]
            # The judge looks into these places while this process is stopped: results must exist when the clock ends.
            at = s * n
            for j, tensor in enumerate(results):
                if type(tensor) not in _TENSORS:
                    raise BadCandidate(f"it returned {type(tensor).__name__}, expected torch.Tensor")
                if not tensor.is_contiguous() or tensor.is_neg() or tensor.is_conj():
                    results[j] = tensor.resolve_conj().resolve_neg().contiguous()
                if j < n:
                    addresses[at + j] = results[j].data_ptr()
            kept[s] = results

    def _pair(self, order: tuple[int, ...]) -> None:
        gate = threading.Barrier(2)
        failed: list[BaseException] = []

        def one(s: int) -> None:
            try:
                gate.wait()
                self._call((s,))
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=one, args=(s,)) for s in order]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if failed:
            raise failed[0]

    def _copy(self) -> None:
        places: list[torch.Tensor] = []
        values: list[torch.Tensor] = []
        for s, results in self.kept.items():
            if len(results) != self.results:
                raise BadCandidate(f"it returned {len(results)} tensors, expected {self.results}")
            for result, (tensor, place) in zip(results, self.places[s], strict=True):
                _check(result, tensor, place)
                if result.data_ptr() != place.data_ptr():
                    places.append(place)
                    values.append(result)
        self._put(places, values)
        self.kept.clear()


def _view(tensor: Tensor, address: int, sizes: dict[str, int]) -> torch.Tensor:
    """The tensor at this address, no copy. Inputs are mapped read-only: to write one is a fault."""
    dims = tensor.dims(sizes)
    dtype = getattr(torch, DTYPES[tensor.dtype].torch)
    size = tensor.bytes(sizes)
    if size == 0:
        return torch.empty(dims, dtype=dtype)
    memory: Any = (ctypes.c_char * size).from_address(address)
    return torch.frombuffer(memory, dtype=dtype).view(dims)


def _copy_all(places: list[torch.Tensor], values: list[torch.Tensor]) -> None:
    """With one thread: a batch may have thousands of results, and to wake a second one for each took four times as long as copying."""
    threads = _threads()
    _set_threads(1)
    for place, value in zip(places, values, strict=True):
        _copy(place, value)
    _set_threads(threads)


def _check(result: torch.Tensor, tensor: Tensor, place: torch.Tensor) -> None:
    if result.layout != torch.strided or result.device.type != "cpu":
        raise BadCandidate(f"output {tensor.name}: it returned a {result.layout} tensor on {result.device}, expected a dense one on cpu")
    if result.dtype != place.dtype or result.shape != place.shape:
        got, want = (f"{str(t.dtype).removeprefix('torch.')} {list(t.shape)}" for t in (result, place))
        raise BadCandidate(f"output {tensor.name}: it returned {got}, expected {want}")
