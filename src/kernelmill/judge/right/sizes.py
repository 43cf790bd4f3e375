"""Shapes from a secret seed: odd, prime, one and tail-heavy sizes that satisfy a task's constraints and a candidate's `requires`."""

from __future__ import annotations

import ast
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

from kernelmill.core import formula
from kernelmill.core.task import Task

PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127)
BLOCKS = (8, 16, 32, 64)
"""Vector and tile widths: tails of these are where kernels break."""
SMALL_BYTES = 1 << 18
"""A drawn shape moves at most this many bytes, so that many shapes fit into one verification."""
SMALL_FLOPS = 8_000_000
LONG = 272
"""A long axis passes a block of 256."""
LONG_FLOPS = 48_000_000
"""Work of a shape with one long axis, which must pass every usual block width."""


@dataclass(frozen=True)
class Rules:
    """Everything that a size must satisfy."""

    task: Task
    requires: tuple[str, ...]
    base: Mapping[str, int]
    """Sizes of the profile: the value of an axis that is not free."""

    @property
    def free(self) -> tuple[str, ...]:
        """Axes that may vary: not frozen by the task."""
        return tuple(a for a in self.task.axes if a not in self.task.fixed)

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.task.constraints, *self.requires)

    def hold(self, axes: Mapping[str, int]) -> bool:
        return all(formula.holds(c, axes) for c in self.all)

    def small(self, axes: Mapping[str, int], flops: int = SMALL_FLOPS) -> bool:
        return self.task.bytes(axes) <= SMALL_BYTES * (4 if flops > SMALL_FLOPS else 1) and formula.evaluate(self.task.flops, axes) <= flops


def odd(rng: random.Random) -> int:
    return 2 * rng.randint(1, 40) + 1


def prime(rng: random.Random) -> int:
    return rng.choice(PRIMES)


def tail(rng: random.Random) -> int:
    """One less, one more or anything between two multiples of a block width."""
    block = rng.choice(BLOCKS)
    return block * rng.randint(1, max(1, 128 // block)) + rng.choice((-1, 1, block // 2 + 1, rng.randint(1, block - 1)))


def long(rng: random.Random) -> int:
    """Past every usual block and unroll width."""
    return rng.randint(LONG + 1, 3000)


def even(rng: random.Random) -> int:
    """A multiple of a 64-byte line: the inaccessible page follows the last element at once, and what reads one too many ends there."""
    return 16 * rng.randint(1, 8)


def few(rng: random.Random) -> int:
    """Less than any block, vector or recursion works on."""
    return rng.randint(1, 3)


KINDS = {"odd": odd, "prime": prime, "tail": tail, "even": even, "few": few}
UNEVEN = ("odd", "prime", "tail")


def _snap(axes: dict[str, int], rules: Rules) -> dict[str, int]:
    """The nearest sizes that satisfy the simple constraints (`A % k == c`, `A == k`, bounds); the others are left to luck."""
    axes = dict(axes)
    for _ in range(3):
        for text in rules.all:
            node = ast.parse(text.strip(), mode="eval").body
            if not isinstance(node, ast.Compare) or formula.holds(text, axes):
                continue
            terms = [node.left, *node.comparators]
            for left, op, right in zip(terms, node.ops, terms[1:], strict=False):
                _snap_one(axes, left, op, right, rules)
    return axes


def _snap_one(axes: dict[str, int], left: ast.expr, op: ast.cmpop, right: ast.expr, rules: Rules) -> None:
    def value(node: ast.expr) -> int:
        return formula.evaluate(ast.unparse(node), axes)

    if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mod) and isinstance(op, ast.Eq):
        inner = left.left
        while isinstance(inner, ast.BinOp) and not isinstance(inner.op, ast.Mod):
            inner = inner.left
        divisor, rest = value(left.right), value(right)
        if isinstance(inner, ast.Name) and inner.id in rules.free and divisor > 0:
            off = (value(left.left) - rest) % divisor
            down = axes[inner.id] - off
            axes[inner.id] = down if down > 0 else down + divisor
        return
    if isinstance(left, ast.Name) and left.id in rules.free:
        name, bound = left.id, value(right)
        if isinstance(op, ast.Eq):
            axes[name] = bound
        elif isinstance(op, (ast.GtE, ast.Gt)):
            axes[name] = max(axes[name], bound + isinstance(op, ast.Gt))
        elif isinstance(op, (ast.LtE, ast.Lt)):
            axes[name] = min(axes[name], bound - isinstance(op, ast.Lt))
        return
    if isinstance(right, ast.Name) and right.id in rules.free:
        name, bound = right.id, value(left)
        if isinstance(op, ast.Eq):
            axes[name] = bound
        elif isinstance(op, (ast.GtE, ast.Gt)):
            axes[name] = min(axes[name], bound - isinstance(op, ast.Gt))
        elif isinstance(op, (ast.LtE, ast.Lt)):
            axes[name] = max(axes[name], bound + isinstance(op, ast.Lt))


def _shrink(axes: dict[str, int], rules: Rules, keep: str) -> dict[str, int]:
    """Halve the widest free axes until the shape is small; the axis `keep` only when the others cannot give more."""
    axes = dict(axes)
    while not rules.small(axes, LONG_FLOPS if keep else SMALL_FLOPS):
        if keep and axes[keep] >= 2 * LONG:
            axes[keep] //= 2
            continue
        wide = max(rules.free, key=lambda a: 2.5 if a == keep else axes[a])
        if axes[wide] <= 1:
            break
        if wide == keep and axes[keep] > LONG + 1:
            axes[keep] = LONG + axes[keep] % 2
            continue
        axes[wide] = axes[wide] // 2 | (1 if axes[wide] > 3 else 0)
    return axes


def _legal(axes: dict[str, int], rules: Rules, keep: str) -> dict[str, int] | None:
    fitted = _snap(_shrink(_snap(axes, rules), rules, keep), rules)
    return fitted if rules.hold(fitted) and all(v > 0 for v in fitted.values()) else None


def _proposal(kind: str, special: str, rules: Rules, rng: random.Random) -> dict[str, int]:
    """Sizes of one kind, constraints not yet looked at; `special` is the axis that is one, or long."""
    mixed = kind in ("one", "long")
    axes = dict(rules.base) | {a: KINDS[rng.choice(UNEVEN) if mixed else kind](rng) for a in rules.free}
    if kind == "one":
        axes[special] = 1
        if len(rules.free) > 2 and rng.random() < 0.5:
            axes[rng.choice(rules.free)] = 1
    elif kind == "even" and len(rules.free) > 2:  # small enough to stay as it is
        axes |= dict.fromkeys(rules.free, 16) | {rules.free[0]: rng.randint(1, 4)}
    elif kind == "long":
        axes = {a: min(v, rng.randint(2, 40)) if a in rules.free else v for a, v in axes.items()} | {special: long(rng)}
    return axes


def draw(rules: Rules, rng: random.Random, tries: int = 40) -> list[tuple[str, dict[str, int]]]:
    """Different small shapes as (kind, axis values), never the profile's own: every free axis long once and one once (of four axes three),
    the others tail-heavy, prime and odd. Fewer where constraints leave fewer; at least four where they leave freedom.
    """
    if not rules.free:
        return []
    turn = list(rules.free)
    rng.shuffle(turn)
    wanted = [("tail", ""), ("prime", ""), ("even", ""), *(("long", a) for a in turn), *(("one", a) for a in turn[:3])]
    wanted += [("odd", ""), ("few", ""), ("tail", "")]
    found = {tuple(rules.base[a] for a in rules.task.axes): ("own", dict(rules.base))}
    for kind, special in wanted:
        for _ in range(tries):
            axes = _legal(_proposal(kind, special, rules, rng), rules, special if kind == "long" else "")
            if axes is not None and (key := tuple(axes[a] for a in rules.task.axes)) not in found:
                found[key] = (kind, axes)
                break
    return list(found.values())[1:]


def empty(rules: Rules, rng: random.Random) -> dict[str, int] | None:
    """A shape with one axis of size 0 for which every output is empty (nothing may be written), or None where there is no such shape."""
    for name in sorted(rules.free, key=lambda _: rng.random()):
        axes = {a: min(v, 5) if a in rules.free else v for a, v in rules.base.items()} | {name: 0}
        axes = {a: v if a == name else w for (a, w), v in zip(_snap(axes, rules).items(), axes.values(), strict=True)}
        try:
            if rules.hold(axes) and all(math.prod(t.dims(axes)) == 0 for t in rules.task.outputs):
                return axes
        except ZeroDivisionError:
            continue
    return None
