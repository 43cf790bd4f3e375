"""Free axes of a file: shapes as formulas over module constants, found by tracing at several sizes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kernelmill.core import formula
from kernelmill.core.errors import UserError, unknown
from kernelmill.tasks.fitting import corners, fit
from kernelmill.tasks.limits import CI, CPU, Limit
from kernelmill.tasks.tracing import Traced

Retrace = Callable[[Mapping[str, int]], Traced]
STEPS = (1, 2, 4, 8, 16, 32, 64, 128)
MAX_FREE = 3


@dataclass(frozen=True)
class Free:
    """Formulas over the freed axes."""

    axes: tuple[str, ...]
    shapes: dict[str, tuple[str | int, ...]]
    """Tensor name -> shape."""
    ranges: dict[str, str | int]
    """Name of an index input -> how many indices there are."""
    flops: str
    constraints: tuple[str, ...]
    profiles: dict[str, dict[str, int]]


def resolve(words: Sequence[str], constants: Mapping[str, object]) -> list[str]:
    """The constants that the words of `--dynamic` mean: a name, or the one name that starts with or contains the word."""
    whole = [k for k, v in constants.items() if type(v) is int]
    names: list[str] = []
    for word in words:
        hits = [k for k in whole if k == word] or [k for k in whole if k.startswith(word)] or [k for k in whole if word in k]
        if len(hits) != 1:
            raise (
                unknown("whole module constant", word, whole)
                if not hits
                else UserError(f"--dynamic {word} can mean several constants", got=word, allowed=hits)
            )
        names.append(hits[0])
    if len(names) > MAX_FREE:
        raise UserError("too many free axes", expected=f"at most {MAX_FREE}", got=", ".join(names))
    return names


def free(names: Sequence[str], base: Mapping[str, int], traced: Traced, retrace: Retrace) -> Free:
    """Formulas for every shape when these constants vary.

    Raises `UserError` where a constant changes no shape, or where the shapes are no polynomial of it.
    """
    steps = {n: _step(n, base[n], traced, retrace) for n in names}
    grid = {n: tuple(base[n] + i * steps[n] for i in range(3)) for n in names}
    traces = {at: retrace(dict(zip(names, at, strict=True))) for at in corners(grid)}
    off = {n: base[n] + 5 * steps[n] for n in names}
    probe = retrace(off)

    def formula_of(read: Callable[[Traced], int], what: str) -> str | int:
        values = {at: read(t) for at, t in traces.items()}
        if len({*values.values(), read(probe)}) == 1:
            return read(probe)
        text = fit(grid, values, (off, read(probe)))
        if text is None:
            raise UserError(f"{what} is no polynomial of {', '.join(names)}", got=", ".join(str(v) for v in values.values()),
                            hint="leave the axis fixed")  # fmt: skip
        return text

    shapes: dict[str, tuple[str | int, ...]] = {}
    for i, t in enumerate(traced.tensors):
        shapes[t.name] = tuple(
            formula_of(lambda x, i=i, d=d: x.tensors[i].shape[d], f"dimension {d} of {t.name}") for d in range(len(t.shape))
        )
    ranges = {
        t.name: formula_of(lambda x, i=i: int(x.inputs[i].draw.b), f"the range of {t.name}")
        for i, t in enumerate(traced.inputs)
        if t.draw.kind == "index"
    }
    try:
        flops = str(formula_of(lambda x: x.flops, "the operation count"))
    except UserError:  # a stride that cuts off a rest: near enough in proportion
        flops = f"{traced.flops}*{'*'.join(names)}//{math.prod(base[n] for n in names)}"
    lowest = {n: _lowest(n, base, steps[n], shapes, retrace) for n in names}
    constraints = [f"{n} % {steps[n]} == {base[n] % steps[n]}" for n in names if steps[n] > 1]
    constraints += [f"{n} >= {lowest[n]}" for n in names if lowest[n] > 1]
    own = {n: base[n] for n in names}
    profiles = {"ci": _shrunk(own, CI, lowest, steps, retrace), "cpu": _shrunk(own, CPU, lowest, steps, retrace), "gpu": own, "paper": own}
    return Free(tuple(names), shapes, ranges, flops, tuple(constraints), profiles)


def _shape(traced: Traced) -> list[tuple[int, ...]]:
    return [t.shape for t in traced.tensors]


def _step(name: str, value: int, traced: Traced, retrace: Retrace) -> int:
    """The smallest step in which the constant can grow and all its shapes with it evenly."""
    for step in STEPS:
        try:
            sizes = [_shape(traced)] + [_shape(retrace({name: value + i * step})) for i in (1, 2, 3)]
        except UserError:
            continue
        if any([len(s) for s in one] != [len(s) for s in sizes[0]] for one in sizes):
            continue
        flat = [list(itertools.chain(*one)) for one in sizes]
        if flat[0] == flat[1]:
            raise UserError(f"'{name}' changes no shape, so it is no axis", got=name, hint="free a constant that get_inputs() uses")
        # shapes may grow with a product of constants; one constant alone must act as a straight line
        if all(b - a == c - b == d - c for a, b, c, d in zip(*flat, strict=True)):
            return step
    raise UserError(f"'{name}' cannot vary: no other size near {value} works", got=f"{name} = {value}", hint="leave the axis fixed")


def _lowest(name: str, base: Mapping[str, int], step: int, shapes: Mapping[str, tuple[str | int, ...]], retrace: Retrace) -> int:
    """The smallest size, found by doubling, at which the file still runs and the formulas hold."""
    size = base[name] % step or step
    while size < base[name]:
        try:
            got = retrace({name: size})
            at = {**base, name: size}
            if all(tuple(formula.evaluate(d, at) for d in shapes[t.name]) == t.shape for t in got.tensors):
                return size
        except UserError:
            pass
        size += max(step, size // step * step)
    return base[name]


def _shrunk(own: dict[str, int], limit: Limit, lowest: Mapping[str, int], steps: Mapping[str, int], retrace: Retrace) -> dict[str, int]:
    """The file's own sizes, the largest axis halved until one call fits; as small as it gets where none does."""
    sizes = dict(own)
    while not limit.fits(retrace(sizes)):
        able = [n for n in sizes if sizes[n] - steps[n] >= lowest[n]]
        if not able:
            break
        name = max(able, key=lambda n: sizes[n])
        half = max(lowest[name], sizes[name] // 2)
        sizes[name] = max(lowest[name], half - (half - own[name]) % steps[name])
    return sizes
