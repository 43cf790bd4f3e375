"""Mutants of the honest kernels written in C++, a few for every category and operator, and what the judge makes of each.

python tests/mutation/mutating.py --out out/mutants [--category matmul ...]     # judges, writes one line of JSON per mutant
python tests/mutation/mutating.py --out out/mutants --table                     # prints the table of what is there
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import at_corpus  # noqa: F401
from corpus import Honest, by_hand, sums, templated
from equivalents import EQUIVALENT
from judging import checked, compiled
from operators import OPERATORS, Change

from kernelmill.core.candidate import Candidate
from kernelmill.judge.program import Program

PER_CELL = 6
"""Mutants of one category by one operator."""
REDUNDANT = frozenset(("kahan", "neumaier", "two_sum", "exact_products", "shifted_one_pass"))
"""Techniques that carry a second float for the last bits, or a shift that is free to choose: a slip there leaves an honest kernel."""


@dataclass(frozen=True)
class Mutant:
    """A kernel with one slip."""

    category: str
    operator: str
    base: Honest
    change: Change

    @property
    def candidate(self) -> Candidate:
        c = self.base.candidate
        (name, text), *more = c.files
        return Candidate(c.task, c.platform, ((name, self.change.of(text)), *more), c.entry)

    @property
    def shown(self) -> str:
        return self.change.shown(self.base.candidate.source)

    @property
    def key(self) -> str:
        """What it is called in the list of equivalent ones: it changes with the kernel."""
        return hashlib.sha256(self.change.of(self.base.candidate.source).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Found:
    """What became of a mutant. `fate`: killed, survived, same code, equivalent."""

    category: str
    operator: str
    base: str
    shown: str
    key: str
    fate: str
    status: str = ""
    seconds: float = 0.0


@cache
def bases(category: str) -> tuple[Honest, ...]:
    """The kernels of one category that are mutated: all written by hand, and each template with a sum of its own."""
    ways = [w for w in sums() if w not in REDUNDANT]
    made = [b for b in by_hand() if b.technique not in REDUNDANT]
    ops = sorted(path.stem for path in (Path(__file__).parents[1] / "honest" / "templates").glob("*.cpp"))
    made += [templated(op, ways[i % len(ways)]) for i, op in enumerate(ops)]
    return tuple(b for b in made if b.task.startswith(category + "/"))


def mutants(category: str, operator: str) -> Iterator[Mutant]:
    """Every mutant of the category by this operator, kernel after kernel in turn, in an order that never changes."""
    rng = random.Random(f"{category}/{operator}")
    queues: list[list[Mutant]] = []
    for base in bases(category):
        found = [Mutant(category, operator, base, c) for c in OPERATORS[operator](base.candidate.source)]
        rng.shuffle(found)
        if found:
            queues.append(found)
    rng.shuffle(queues)
    seen: set[str] = set()
    while queues:
        queue = queues.pop(0)
        mutant = queue.pop()
        if queue:
            queues.append(queue)
        if mutant.key not in seen:
            seen.add(mutant.key)
            yield mutant


def judge(mutant: Mutant) -> Found | None:
    """Its fate, or None where it does not compile."""
    began = time.monotonic()
    program, original = compiled(mutant.candidate), compiled(mutant.base.candidate)
    assert isinstance(original, Program), f"{mutant.base.name} does not compile"
    if not isinstance(program, Program):
        return None
    status = ""
    if program.artifact == original.artifact:
        fate = "same code"
    else:
        found = checked(program)
        status = str(found.status)
        fate = "survived" if found.right else "killed"
        if found.right and mutant.key in EQUIVALENT:
            fate = "equivalent"
    return Found(mutant.category, mutant.operator, mutant.base.name, mutant.shown, mutant.key, fate, status, time.monotonic() - began)


def cell(category: str, operator: str, count: int = PER_CELL) -> Iterator[Found]:
    """The first mutants of a category and an operator that compile."""
    made = 0
    for mutant in mutants(category, operator):
        if made == count:
            return
        found = judge(mutant)
        if found:
            made += 1
            yield found


def table(found: list[Found]) -> str:
    """Category x operator: made, equivalent, killed, survived."""
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for f in found:
        for key in ((f.category, f.operator), (f.category, "all"), ("all", f.operator), ("all", "all")):
            counts[key][f.fate] += 1
    categories = [*sorted({f.category for f in found}), "all"]
    width = max(len(o) for o in OPERATORS)
    lines = ["made/equivalent/killed/survived", " " * width + "  " + "  ".join(f"{c:>13}" for c in categories)]
    for operator in (*OPERATORS, "all"):
        cells = []
        for category in categories:
            n = counts[category, operator]
            same = n["same code"] + n["equivalent"]
            cells.append(f"{sum(n.values())}/{same}/{n['killed']}/{n['survived']}".rjust(13))
        lines.append(f"{operator:<{width}}  " + "  ".join(cells))
    n = counts["all", "all"]
    made, same = sum(n.values()), n["same code"] + n["equivalent"]
    share = n["killed"] / max(1, made - same)
    lines.append(f"{made} made, {same} equivalent ({same / max(1, made):.1%}), {n['killed']} of {made - same} others killed ({share:.1%})")
    return "\n".join(lines)


def read(folder: Path) -> list[Found]:
    return [f for path in sorted(folder.glob("*.jsonl")) for f in _lines(path)]


def resume(folder: Path, category: str, count: int = PER_CELL) -> list[Found]:
    """What became of the mutants of one category; judged are the operators that the file in `folder` does not have yet."""
    path = folder / f"{category}.jsonl"
    for operator in OPERATORS:
        if any(f.operator == operator for f in _lines(path)):
            continue
        found = list(cell(category, operator, count))
        with path.open("a") as file:
            file.writelines(json.dumps(asdict(f)) + "\n" for f in found)
        for f in found:
            print(f"{f.category} {f.operator}: {f.fate} {f.status} {f.seconds:.1f} s  {f.base}: {f.shown}  [{f.key}]", flush=True)
    return _lines(path)


def _lines(path: Path) -> list[Found]:
    return [Found(**json.loads(line)) for line in path.read_text().splitlines()] if path.exists() else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--category", nargs="*")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--count", type=int, default=PER_CELL)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for category in options.category or []:
        resume(options.out, category, options.count)
    if options.table:
        print(table(read(options.out)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
