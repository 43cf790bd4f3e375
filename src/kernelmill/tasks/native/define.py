"""A task from a reference function: what the category files are written with."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kernelmill.core import formula
from kernelmill.core.task import Draw, Family, Numerics, Reference, Scalar, Task
from kernelmill.tasks import families as fam
from kernelmill.tasks import signature

HEADER = "import torch\nimport torch.nn.functional as F\nfrom torch import Tensor\n\n\n"


def source_of(*functions: Callable[..., Any]) -> str:
    """Self-contained source of these functions of a module's own level: it needs torch alone."""
    return HEADER + "\n\n".join(_lines_of(f) for f in functions)


def _lines_of(function: Callable[..., Any]) -> str:
    """What `inspect.getsource` gives, without its tokenizer, which takes most of the time of listing all tasks."""
    lines = linecache.getlines(function.__code__.co_filename)
    first = function.__code__.co_firstlineno - 1
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or lines[last][0] in " )"):
        last += 1
    return "".join(lines[first:last]).rstrip() + "\n"


def define(
    name: str,
    reference: Callable[..., Any],
    tensors: str,
    *,
    flops: str,
    profiles: Mapping[str, str],
    numerics: Numerics,
    shadow: Callable[..., Any] | None = None,
    eager: Callable[..., Any] | None = None,
    scalars: Mapping[str, float | int | bool] | None = None,
    families: tuple[Family, ...] | None = None,
    always: Mapping[str, Draw] | None = None,
    change: Mapping[str, Mapping[str, Draw]] | None = None,
    exact: tuple[Family, ...] = (),
    constraints: tuple[str, ...] = (),
) -> Task:
    """A task from its reference and one line of tensors.

    `profiles` maps a profile to sizes as text (`"N=64 M=128"`), axes in declared order. `shadow` returns S of the error bound for the
    arguments of the reference and makes the rule `shadow`; `eager` is what a person would run instead of the reference (an update in
    place), put beside it as `<reference>_eager`. `families` replaces the standard ones; `exact` families replace those of their name.
    """
    parsed = signature.parse(tensors)
    sizes = {profile: _sizes(text) for profile, text in profiles.items()}
    axes = tuple(next(iter(sizes.values())))
    used = {n for t in parsed for d in t.shape for n in formula.names(d)}
    assert used == set(axes), f"{name}: axes {axes} but shapes use {sorted(used)}"
    functions = [reference] + [f for f in (shadow, eager) if f is not None]
    drawn = families if families is not None else fam.standard(parsed, always, change)
    return Task(
        name=name,
        axes=axes,
        tensors=parsed,
        reference=Reference(source=source_of(*functions), entry=reference.__name__),
        flops=flops,
        profiles=sizes,
        families=fam.replaced(drawn, *exact),
        scalars=tuple(Scalar(k, v) for k, v in (scalars or {}).items()),
        numerics=replace(numerics, rule="shadow", shadow=shadow.__name__) if shadow else numerics,
        constraints=constraints,
        doc=inspect.getdoc(reference) or "",
    )


def _sizes(text: str) -> dict[str, int]:
    return {k: int(v) for k, _, v in (part.partition("=") for part in text.split())}
