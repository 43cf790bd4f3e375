"""Inside a torch runner: from source text to one callable per set of arguments. Runs foreign code; trusts nothing and decides nothing."""

from __future__ import annotations

import copy
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch

from kernelmill.core.task import Task
from kernelmill.judge.torch_job import Job
from kernelmill.tasks.module import argument_names, construct, sized, weight_names
from kernelmill.tasks.reference import load

Call = Callable[[], Any]


class BadCandidate(Exception):
    """It does not load, or is not what the calling convention asks for; the text is for its author."""


class _Sources(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the candidate's files from text: there is no folder to import from."""

    def __init__(self, files: tuple[tuple[str, str], ...]) -> None:
        self._texts = {name.removesuffix(".py"): text for name, text in files}

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname in self._texts else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        text, path = self._texts[module.__name__], f"{module.__name__}.py"
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        module.__file__ = path
        exec(compile(text, path, "exec"), module.__dict__)


def module_of(files: tuple[tuple[str, str], ...]) -> types.ModuleType:
    """The first file as a module. Raises `BadCandidate` with the line where it does not run."""
    sys.meta_path.insert(0, _Sources(files))
    name = files[0][0].removesuffix(".py")
    sys.modules.pop(name, None)
    try:
        return importlib.import_module(name)
    except SyntaxError as error:
        raise BadCandidate(f"{error.filename}:{error.lineno}: SyntaxError: {error.msg}") from error
    except Exception as error:
        raise BadCandidate(describe(error)) from error


def describe(error: BaseException) -> str:
    """`kernel.py:7: ValueError: ...`, the line being the last one of the candidate's own."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(".py") and "/" not in name:
            where = f"{name}:{trace.tb_lineno}: "
        trace = trace.tb_next
    return f"{where}{type(error).__name__}: {error}"


def _as_is(function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _call_module(module: torch.nn.Module, *arguments: object) -> Any:
    return module(*arguments)


def bind(
    job: Job,
    sets: list[dict[str, torch.Tensor]],
    sizes: list[dict[str, int]],
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]] = _as_is,
) -> list[Call]:
    """One callable per set. Raises `BadCandidate`.

    `sets`: tensors by name (inputs and in-outs), views of the arena. A function gets them in declared order, scalars by name. A class is
    constructed as the task's module is; every set has an instance of its own whose weights *are* the arena's views. `wrap` is applied
    once to what all sets call (torch.compile).
    """
    namespace = module_of(job.files)
    target = getattr(namespace, job.entry, None)
    if target is None:
        target = getattr(namespace, "ModelNew", None) or getattr(namespace, "Model", None)
    if target is None or not callable(target):
        raise BadCandidate(f"{job.files[0][0]} defines no function '{job.entry}' and no class 'ModelNew'")
    if isinstance(target, type) and issubclass(target, torch.nn.Module):
        cache: dict[tuple[tuple[str, int], ...], _Prototype] = {}
        run = None if wrap is _as_is else wrap(_call_module)
        return [_bind_module(job, _prototype(job, target, at, cache), views, run) for views, at in zip(sets, sizes, strict=True)]
    scalars = {s.name: s.value for s in job.task.scalars}
    names = [t.name for t in job.task.inputs]
    target = wrap(target)
    return [partial(target, *(views[n] for n in names), **scalars) for views in sets]


class _Prototype:
    """A constructed candidate module at one size, and where the task's tensors go in it."""

    def __init__(self, task: Task, target: type[torch.nn.Module], sizes: Mapping[str, int]) -> None:
        if task.reference.kind != "module":  # a function has no weights: what the class is called with are all inputs
            self.arguments = [t.name for t in task.inputs] + [s.name for s in task.scalars]
            self.module, self.weights = _made(target, []).eval(), dict[str, torch.Tensor]()
            return
        namespace = load(sized(task.reference, dict(sizes)))
        reference = construct(namespace, task.reference.entry, task.reference.eval_mode)
        weights = {t.name for t in task.inputs if t.weight}
        count = len([t for t in task.inputs if not t.weight]) + len(task.scalars)
        self.arguments = argument_names(reference, count)
        names = {k: v for k, v in weight_names(reference, self.arguments).items() if k in weights}
        made = _made(target, namespace.get_init_inputs() if hasattr(namespace, "get_init_inputs") else [])
        self.module = made.train(reference.training)
        state = dict(made.named_parameters(remove_duplicate=False)) | dict(made.named_buffers(remove_duplicate=False))
        missing = [n for n in names.values() if n not in state]
        if missing:
            raise BadCandidate(
                f"{target.__name__} has no weight '{missing[0]}': weights are copied by name; it has {', '.join(state) or 'none'}"
            )
        self.weights = {name: state[original] for name, original in names.items()}
        for name, weight in self.weights.items():
            want = next(t for t in task.inputs if t.name == name).dims(sizes)
            if tuple(weight.shape) != want:
                raise BadCandidate(f"weight '{names[name]}' of {target.__name__} has shape {list(weight.shape)}, expected {list(want)}")


def _made(target: type[torch.nn.Module], arguments: Sequence[object]) -> torch.nn.Module:
    torch.manual_seed(0)
    try:
        return target(*arguments)
    except Exception as error:
        raise BadCandidate(f"the constructor failed: {describe(error)}") from error


def _prototype(
    job: Job, target: type[torch.nn.Module], sizes: dict[str, int], cache: dict[tuple[tuple[str, int], ...], _Prototype]
) -> _Prototype:
    key = tuple(sizes.items())
    if key not in cache:
        cache[key] = _Prototype(job.task, target, sizes)
    return cache[key]


def _bind_module(job: Job, made: _Prototype, views: dict[str, torch.Tensor], run: Callable[..., Any] | None) -> Call:
    # Modules of Python that it keeps (an extension, torch.nn.functional) are shared: they cannot be copied.
    memo: dict[int, Any] = {id(v): v for m in made.module.modules() for v in vars(m).values() if isinstance(v, types.ModuleType)}
    for name, weight in made.weights.items():
        view = views[name]
        memo[id(weight)] = torch.nn.Parameter(view, requires_grad=False) if isinstance(weight, torch.nn.Parameter) else view
    module = copy.deepcopy(made.module, memo)
    call = module if run is None else partial(run, module)
    scalars = {s.name: s.value for s in job.task.scalars}
    arguments = tuple(views[a] if a in views else scalars[a] for a in made.arguments)
    inouts = tuple(views[t.name] for t in job.task.tensors if t.role == "inout")
    if not inouts:
        return partial(call, *arguments)

    def with_inouts() -> tuple[Any, ...]:
        result = call(*arguments)
        return (*inouts, *(result if isinstance(result, tuple | list) else (result,)))

    return with_inouts
