"""What a file's `Model` does, found by running it on tensors without data: signature, operations, FLOP, and what cannot be judged."""

from __future__ import annotations

import logging
import sys
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch._subclasses.fake_tensor import DataDependentOutputException, DynamicOutputShapeException, FakeTensorMode, unset_fake_temporarily
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.errors import UserError
from kernelmill.core.task import Draw
from kernelmill.tasks.module import argument_names, construct, weight_names
from kernelmill.tasks.provenance import Provenance


class Unjudgeable(UserError):
    """`forward` does what no kernel can be compared with: it draws random numbers, or lets Python follow a tensor's values."""


@dataclass(frozen=True)
class Found:
    """A tensor that goes in or out."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    draw: Draw = Draw("given")  # noqa: RUF009

    @property
    def bytes(self) -> int:
        return torch.Size(self.shape).numel() * DTYPES[self.dtype].bytes


@dataclass(frozen=True)
class Traced:
    """The signature of a module at one size."""

    inputs: tuple[Found, ...]
    scalars: tuple[tuple[str, int | float | bool], ...]
    weights: tuple[Found, ...]
    outputs: tuple[Found, ...]
    mutated: tuple[str, ...]
    """Inputs that `forward` writes."""
    flops: int
    """By torch's counter (products, convolutions, attention); where that is 0, one per element written, or read by a reduction."""
    ops: tuple[str, ...]
    """Names of the ATen operations in order."""
    scratch: int = 0
    """Bytes of the largest tensor that `forward` makes."""

    @property
    def bytes(self) -> int:
        """Inputs, weights and outputs together."""
        return sum(t.bytes for t in (*self.inputs, *self.weights, *self.outputs))

    @property
    def tensors(self) -> tuple[Found, ...]:
        return (*self.inputs, *self.weights, *self.outputs)


_TYPES = {getattr(torch, t.torch): name for name, t in DTYPES.items()}


def _found(name: str, t: torch.Tensor, draw: Draw | None = None) -> Found:
    if t.dtype not in _TYPES:
        raise UserError(f"the tensor '{name}' has a type that kernels do not take", got=str(t.dtype), allowed=list(DTYPES))
    return Found(name, tuple(int(d) for d in t.shape), _TYPES[t.dtype], draw or Draw("given"))


class _Watch(TorchDispatchMode):
    """Records every ATen operation; refuses random numbers and values read into Python."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        self.modules: list[str] = []
        self.ops: list[str] = []
        self.elements = 0
        self.scratch = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        name = str(func).removesuffix(".default")
        if name == "aten._local_scalar_dense":
            raise Unjudgeable(
                f"forward reads a tensor's value into Python ({name}), which no kernel can follow",
                got=self.where(),
                hint="compute with tensors (torch.where instead of if, no .item() and no bool(tensor))",
            )
        if torch.Tag.nondeterministic_seeded in func.tags and not _silent(name, args, kwargs or {}):
            raise Unjudgeable(
                f"forward draws random numbers ({name}), so two right kernels would differ",
                got=self.where(),
                hint="--eval puts the module into eval mode, where dropout does nothing"
                if "dropout" in name or "bernoulli" in name or "attention" in name
                else "draw it in get_inputs() and pass it to forward",
            )
        result = func(*args, **(kwargs or {}))
        self.ops.append(name)
        made = [t for t in (result if isinstance(result, tuple | list) else [result]) if isinstance(t, torch.Tensor)]
        read = [a for a in args if isinstance(a, torch.Tensor)]
        self.scratch = max([self.scratch, *(t.numel() * t.element_size() for t in made)])
        if not getattr(func, "is_view", False):
            self.elements += max([t.numel() for t in made] + [t.numel() for t in read[:1]], default=0)
        return result

    def where(self) -> str:
        """Line of the file and module that is running."""
        frame: types.FrameType | None = sys._getframe()
        line = 0
        while frame is not None and not line:
            line = frame.f_lineno if frame.f_code.co_filename == self.path else 0
            frame = frame.f_back
        inside = f"in '{self.modules[-1]}'" if self.modules and self.modules[-1] else ""
        return " ".join(p for p in (f"line {line}" if line else "", inside) if p) or "forward"

    @contextmanager
    def names(self, module: torch.nn.Module) -> Iterator[None]:
        """Know which submodule is running."""
        handles: list[Any] = []
        for path, m in module.named_modules():
            label = f"{path} ({type(m).__name__})" if path else ""
            handles.append(m.register_forward_pre_hook(lambda *_, label=label: self.modules.append(label)))
            handles.append(m.register_forward_hook(lambda *_: self.modules.__delitem__(-1)))
        try:
            yield
        finally:
            for h in handles:
                h.remove()


def _silent(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether an operation that may draw random numbers does not: attention without dropout."""
    return "attention" in name and not any(0 < a < 1 for a in args[3:5] if type(a) is float) and not kwargs.get("dropout_p")


def _step(what: str, namespace: types.ModuleType, function: Any) -> Any:
    """Run a part of the file; what it raises becomes a `UserError` that names the line."""
    try:
        return function()
    except UserError:
        raise
    except (DataDependentOutputException, DynamicOutputShapeException) as error:
        raise UserError(
            f"{what} depends on the values of a tensor ({error.func}), so its shapes cannot be known",
            got=_line(error, namespace),
            hint="use sizes that follow from constants",
        ) from error
    except Exception as error:
        raise UserError(f"{what} fails: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}",
                        got=_line(error, namespace)) from error  # fmt: skip


def _line(error: BaseException, namespace: types.ModuleType) -> str:
    """The deepest line of the file in an exception's traceback."""
    line, tb = 0, error.__traceback__
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == namespace.__file__:
            line = tb.tb_lineno
        tb = tb.tb_next
    return f"line {line}" if line else "outside of the file's own lines"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep torch from logging a traceback where shapes do not fit (the `UserError` says it) and files from warning at every trace."""
    log = logging.getLogger("torch._subclasses.fake_tensor")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def trace(namespace: types.ModuleType, entry: str = "Model", eval_mode: bool = False) -> Traced:
    """The signature of `entry` in a loaded file. Nothing of the tensors' size is allocated.

    Raises `UserError` for a file that fails, draws random numbers in forward, reads values into Python, or takes or returns what is no
    tensor or number.
    """
    with _quiet(), FakeTensorMode(allow_non_fake_inputs=True), torch.no_grad():
        with Provenance() as seen:
            given = _step("get_inputs()", namespace, namespace.get_inputs)
        if not isinstance(given, tuple | list):
            raise UserError("get_inputs() must return a list", expected="a list of tensors and numbers", got=type(given).__name__)
        module: torch.nn.Module = _step(f"{entry}(*get_init_inputs())", namespace, lambda: _construct(namespace, entry, eval_mode))
        names = argument_names(module, len(given))
        for name, value in zip(names, given, strict=True):
            if not isinstance(value, torch.Tensor | int | float | bool):
                raise UserError(f"the argument '{name}' of forward is no tensor or number", expected="one tensor per argument of forward",
                                got=type(value).__name__, hint="take its parts as arguments of their own")  # fmt: skip
        inputs = {n: v for n, v in zip(names, given, strict=True) if isinstance(v, torch.Tensor)}
        before = {n: v._version for n, v in inputs.items()}
        watch = _Watch(namespace.__file__ or "")
        with FlopCounterMode(display=False) as counter, watch, watch.names(module):
            result = _step("forward", namespace, lambda: module(*given))
    state = dict(module.named_parameters()) | dict(module.named_buffers())
    weights = tuple(_found(n, state[original]) for n, original in weight_names(module, names).items())
    return Traced(
        inputs=tuple(_found(n, v, seen.rule(v)) for n, v in inputs.items()),
        scalars=tuple((n, v) for n, v in zip(names, given, strict=True) if not isinstance(v, torch.Tensor)),
        weights=weights,
        outputs=_outputs(result, set(names) | {w.name for w in weights}),
        mutated=tuple(n for n, v in inputs.items() if v._version != before[n]),
        flops=counter.get_total_flops() or watch.elements,
        ops=tuple(watch.ops),
        scratch=watch.scratch,
    )


def _construct(namespace: types.ModuleType, entry: str, eval_mode: bool) -> torch.nn.Module:
    """The module without data; with data where its constructor computes with values (drop rates read from a `linspace`)."""
    try:
        return construct(namespace, entry, eval_mode)
    except DataDependentOutputException:
        with unset_fake_temporarily():
            return construct(namespace, entry, eval_mode)


def _outputs(result: Any, taken: set[str]) -> tuple[Found, ...]:
    values = list(result) if isinstance(result, tuple | list) else [result]
    for v in values:
        if not isinstance(v, torch.Tensor):
            raise UserError("forward must return tensors", expected="a tensor or a tuple of tensors", got=type(v).__name__)
    stem = "out"
    while stem in taken or any(f"{stem}{i}" in taken for i in range(len(values))):
        stem += "_"
    return tuple(_found(stem if len(values) == 1 else f"{stem}{i}", v) for i, v in enumerate(values))
