"""The recipe for contractions: a register tile of the result, panels of both factors packed in the order of use, blocks for the caches.

After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): an mr x nr tile of the result stays in vector
registers while k runs; the factor that is read along its rows is packed into panels nr wide, the other into panels mr high.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.shape import Site, contractions, inside, outer_loops
from kernelmill.mill import moves
from kernelmill.mill.expr import Elem, Op, names
from kernelmill.mill.ir import Loop, Reduce


@dataclass(frozen=True)
class Contract:
    """Knobs of the recipe."""

    lanes: int = 16
    rows: int = 8
    """mr: rows of the register tile."""
    vectors: int = 2
    """Vectors in a row of the tile: nr = lanes * vectors."""
    depth: int = 0
    """kc: length of a block of the sum; 0: the whole of it."""
    pack_rows: bool = True
    """Pack the factor that is broadcast."""
    pack_columns: bool = True
    """Pack the factor that is read in vectors."""
    across: str = "columns"
    """What the threads share: `columns`, `rows` or, where there is one, the outermost batch loop (`batch`)."""


@dataclass(frozen=True)
class Parts:
    """The loops and factors of one contraction."""

    target: str
    batch: tuple[str, ...]
    row: str
    column: str
    sums: tuple[str, ...]
    left: str
    """Buffer of the broadcast factor."""
    right: str
    """Buffer of the factor read in vectors."""


def parts(site: Site, stmt: Reduce) -> Parts | None:
    """Who is who, or None where the contraction has another form than row x column with batches outside."""
    product = stmt.values[0]
    assert isinstance(product, Op)
    first, second = (f for f in product.args if isinstance(f, Elem))
    used = {f.buffer: frozenset().union(*(names(i) for i in f.index)) for f in (first, second)}
    result = frozenset().union(*(names(i) for i in stmt.targets[0].index))
    if first.buffer == second.buffer or len(stmt.targets) != 1:
        return None
    order = [loop.var for loop in site.loops]
    free = [v for v in order if v in result]
    sums = tuple(v for v in order if v not in result)
    if not sums or order != free + list(sums):
        return None
    column = free[-1]
    right = next((b for b in used if column in used[b]), "")
    left = next((b for b in used if b != right), "")
    if not right or column in used[left]:
        return None
    rows_ = [v for v in free if v in used[left] and v not in used[right]]
    if len(rows_) != 1:
        return None
    batch = tuple(v for v in free if v not in (rows_[0], column))
    if free != [*batch, rows_[0], column]:
        return None
    return Parts(stmt.targets[0].buffer, batch, rows_[0], column, sums, left, right)


def found(draft: Draft) -> list[Parts]:
    """The contractions of a program that the recipe can schedule."""
    return [p for site, stmt in contractions(draft.program) if (p := parts(site, stmt)) is not None]


def schedule(draft: Draft, p: Parts, knobs: Contract) -> bool:
    """Apply the recipe to one contraction; False (and the draft as it was) where a step that everything rests on is refused."""
    trial = draft.copy()
    trial.all(m.text for m in moves.legal(trial.program, ["reassociate"]) if m.text == f"reassociate {p.target}")
    if not _alone(trial, p):
        return False
    wide = knobs.lanes * knobs.vectors
    row, column, depth = _now(trial, p, p.row), _now(trial, p, p.column), p.sums[0]
    steps = [f"split {row} {knobs.rows} -> io ii", f"split {column} {wide} -> jo ji"]
    if not all(trial.try_(s) for s in steps):
        return False
    blocks: list[str] = []
    if knobs.depth and len(p.sums) == 1 and trial.try_(f"split {depth} {knobs.depth} -> ko ki"):
        blocks, depth = ["ko"], "ki"
    # blocks of the sum inside the loop that threads share: one parallel region, and each thread packs its own panels
    outer = ["io", *blocks, "jo"] if knobs.across == "rows" else ["jo", *blocks, "io"]
    inner_sums = [depth, *p.sums[1:]]
    if not trial.try_(" ".join(["reorder", *outer, *inner_sums, "ii", "ji"])):
        return False
    if knobs.pack_columns:
        home = "ko" if blocks and knobs.across != "rows" else "jo"
        trial.try_(f"stage {p.right} at {home} -> {p.right}_p {' '.join(inner_sums)} ji zero ji")
    if knobs.pack_rows:
        trial.try_(f"stage {p.left} at io -> {p.left}_p {' '.join(inner_sums)} ii zero ii")
    tile = f"{p.target}_t"
    if not trial.try_(f"accumulate {p.target} around {inner_sums[0]} -> {tile} ii ji"):
        return False
    trial.try_(f"fold-init {p.target} ko" if blocks else f"fold-init {p.target}")
    trial.all(f"pad {v}" for v in (f"{tile}_ii_0", f"{tile}_ji_0", "ii", "ji"))
    trial.all(f"unroll {v}" for v in (f"{tile}_ii_0", "ii", f"{tile}_ii_1"))
    trial.all(f"vectorize {v} {knobs.lanes} {knobs.vectors}" for v in (f"{tile}_ji_0", "ji", f"{tile}_ji_1"))
    trial.try_(f"vectorize {p.right}_p_ji {knobs.lanes}")
    across = {"columns": ["jo", "io"], "rows": ["io", "jo"], "batch": [*p.batch, "jo"]}[knobs.across]
    trial.first(f"parallelize {v}" for v in (across if not p.batch or knobs.across == "batch" else [*across, p.batch[0]]))
    draft.program, draft.moves = trial.program, trial.moves
    return True


def _alone(draft: Draft, p: Parts) -> bool:
    """Cut the stores of the identity off, so that the sum is a perfect nest of its own."""
    child = p.sums[0]
    for name in reversed((*p.batch, p.row, p.column)):
        if not _only(draft, name, child) and not draft.try_(f"fission {name} before {child} -> {name}_m"):
            return False
        child = f"{name}_m" if _loop(draft, f"{name}_m") is not None else name
    return True


def _only(draft: Draft, name: str, child: str) -> bool:
    loop = _loop(draft, name)
    return loop is not None and len(loop.body) == 1 and isinstance(loop.body[0], Loop) and loop.body[0].var == child


def _now(draft: Draft, p: Parts, name: str) -> str:
    return f"{name}_m" if _loop(draft, f"{name}_m") is not None else name


def _loop(draft: Draft, name: str) -> Loop | None:
    return next((x for top in outer_loops(draft.program) for x in inside(top) if x.var == name), None)
