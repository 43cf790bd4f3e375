"""A task's reference as a callable, and as a candidate of platform `torch`."""

from __future__ import annotations

import hashlib
import linecache
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.errors import UserError
from kernelmill.core.task import Reference, Task
from kernelmill.tasks.constants import override
from kernelmill.tasks.module import caller

if TYPE_CHECKING:
    import torch

Bound = Callable[..., "tuple[torch.Tensor, ...]"]


@contextmanager
def one_thread() -> Iterator[None]:
    """Run small tensors without waking torch's thread pool, which costs more than it gives and disturbs other work."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def text(reference: Reference) -> str:
    """The reference's source with its constants replaced."""
    return override(reference.source, dict(reference.constants)) if reference.constants else reference.source


@lru_cache(maxsize=64)
def load(reference: Reference) -> types.ModuleType:
    """Run the reference's source as a module. Its lines are known to `inspect` and to tracebacks.

    Raises `UserError` when the source does not run or does not define the entry.
    """
    source = text(reference)
    name = "kernelmill_reference_" + hashlib.sha256(source.encode()).hexdigest()[:12]
    path = f"<{name}>"
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    module = types.ModuleType(name)
    module.__file__ = path
    try:
        exec(compile(source, path, "exec"), module.__dict__)
    except Exception as error:
        hint = (
            "put what it imports into the file: it also runs where nothing but torch is installed"
            if isinstance(error, ImportError)
            else None
        )
        raise UserError(
            f"the reference does not run: {type(error).__name__}: {error}", got=reference.path or reference.entry, hint=hint
        ) from error
    if not hasattr(module, reference.entry):
        raise UserError(f"the reference defines no '{reference.entry}'", got=reference.path or "a source without it")
    return module


def bind(task: Task) -> Bound:
    """The reference as a function of its inputs: `f(inputs, sizes=None) -> tuple of outputs in declared order`.

    `inputs` are the `in` and `inout` tensors, by name or in declared order, in any float dtype (all the same); they are not written.
    Scalars have their declared values. Runs without gradients.
    """
    return _bind(task, task.reference.entry)


def bind_shadow(task: Task) -> Bound | None:
    """The absolute shadow S of the error bound, called as what `bind` returns; None where the task names none."""
    return _bind(task, task.numerics.shadow) if task.numerics.shadow else None


def _bind(task: Task, entry: str) -> Bound:
    module = load(task.reference)
    names = tuple(t.name for t in task.inputs)
    scalars: dict[str, Any] = {s.name: s.value for s in task.scalars}
    if task.reference.kind == "module":
        call = caller(task)
    else:
        function = getattr(module, entry)

        def call(tensors: dict[str, torch.Tensor], _: Mapping[str, int] | None, /) -> Any:
            return function(*(tensors[n] for n in names), **scalars)

    def bound(inputs: Mapping[str, torch.Tensor] | Sequence[torch.Tensor], sizes: Mapping[str, int] | None = None) -> Any:
        import torch

        tensors = {n: inputs[n] for n in names} if isinstance(inputs, Mapping) else dict(zip(names, inputs, strict=True))
        with torch.no_grad():
            result = call(tensors, sizes)
        return tuple(result) if isinstance(result, tuple | list) else (result,)

    return bound


def eager_candidate(task: Task) -> Candidate:
    """The reference as a candidate of platform `torch`: the baseline `eager`, and the source of the baseline `compile`.

    Convention of platform `torch`, for this and for any other candidate:

    - `entry` `km_<op>` is a Python function called as `entry(*inputs, *inouts, **scalars)` with tensors in declared order and scalars by
      name. It returns the outputs in declared order (`Task.outputs`: in-outs, then outs), a tensor alone or a tuple. In-out tensors are
      private to the call: it may write them in place and return them, or return new ones. `in` tensors are not written.
    - `entry` `Model` or `ModelNew` is an `nn.Module` class, constructed with `get_init_inputs()` of the *reference's* source. Its weights
      are copied by name from the task's `weight` tensors (`kernelmill.tasks.module`); the call is `module(*inputs that are no weights)`.

    Where the reference defines `<entry>_eager`, that is what a person would run (an optimizer step in place), and it is used.
    """
    source = text(task.reference)
    if task.reference.kind == "module":
        files, entry = ((f"{task.entry}.py", source),), task.reference.entry
    else:
        eager = f"{task.reference.entry}_eager"
        function = eager if hasattr(load(task.reference), eager) else task.reference.entry
        wrapper = f"\n\ndef {task.entry}(*tensors, **scalars):\n    return {function}(*tensors, **scalars)\n"
        files, entry = ((f"{task.entry}.py", source + wrapper),), task.entry
    return Candidate(task=task.name, platform="torch", files=files, entry=entry, lineage=Lineage(author="reference"), trusted=True)
