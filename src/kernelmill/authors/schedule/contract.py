"""The recipe for contractions: a register tile of the result, panels of both factors packed in the order of use, blocks for the caches.

After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): an mr x nr tile of the result stays in vector
registers while k runs; the factor that is read along its rows is packed into panels nr wide, the other into panels mr high.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kernelmill.authors.schedule.draft import Draft
from kernelmill.authors.schedule.shape import Site, contractions, find_loop
from kernelmill.mill.expr import Elem, Op, names
from kernelmill.mill.ir import Loop, Reduce


@dataclass(frozen=True)
class Contract:
    """Knobs of the recipe. A block of 0 leaves that loop whole."""

    lanes: int = 16
    rows: int = 8
    """mr: rows of the register tile."""
    vectors: int = 2
    """Vectors in a row of the tile: nr = lanes * vectors."""
    depth: int = 256
    """kc: length of a block of the sum."""
    block_rows: int = 192
    """mc: rows of a packed block; with it threads share blocks of rows, and the packed columns are one for all."""
    block_columns: int = 1024
    """nc: columns of a packed block."""
    pack_rows: bool = True
    """Pack the factor that is broadcast."""
    pack_columns: bool = True
    """Pack the factor that is read in vectors."""
    across: str = "columns"
    """Without blocks, what the threads share: panels of `columns` or of `rows`; `batch`: the outermost batch loop."""
    slivers: bool = False
    """Each thread packs and multiplies blocks of its own, all in one parallel region: as many rows as the register tile is high lie in the
    first cache while all packed columns of the block, in the second, pass by; the next rows are asked for meanwhile."""
    ahead: int = 8
    """With slivers: how far ahead of the sum packed columns are asked for; 0: not at all."""
    ahead_rows: int = 1
    """With slivers: rows of the next sliver that are asked for while one packed panel passes by; 0: not at all."""
    piece: int = 0
    """Length of the piece of a long sum that one thread computes alone, into a result of its own; 0: the sum stays whole."""


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
    gathered: bool = False
    """A step along the columns is no step to the next element of the right factor."""


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
    read = first if first.buffer == right else second
    gathered = column not in names(read.index[-1])
    return Parts(stmt.targets[0].buffer, batch, rows_[0], column, sums, left, right, gathered)


def found(draft: Draft) -> list[Parts]:
    """The contractions of a program that the recipe can schedule."""
    return [p for site, stmt in contractions(draft.program) if (p := parts(site, stmt)) is not None]


def schedule(draft: Draft, p: Parts, knobs: Contract) -> frozenset[str]:
    """Apply the recipe to one contraction: the buffers it computes now; none (and the draft as it was) where a step that everything rests
    on is refused."""
    trial, whole = draft.copy(), p.target
    trial.try_(f"reassociate {p.target}")
    if not _alone(trial, p):
        return frozenset()
    if knobs.piece and not p.batch and len(p.sums) == 1:
        p = _in_pieces(trial, p, knobs.piece)
        knobs = replace(knobs, across="batch") if p.batch else knobs
    if not (_slivers if knobs.slivers else _panels)(trial, p, knobs):
        return frozenset()
    draft.program, draft.moves = trial.program, trial.moves
    return frozenset((p.target, whole))


def _panels(trial: Draft, p: Parts, knobs: Contract) -> bool:
    """Blocks of packed rows that all packed columns of the block pass, panel by panel, in the first cache."""
    cut = _Cut(trial, p.target)
    row, column, depth = _now(trial, p.row), _now(trial, p.column), p.sums[0]
    jc, column = cut(column, knobs.block_columns, "jc", "jr")
    jo, ji = cut(column, knobs.lanes * knobs.vectors, "jo", "ji")
    ic, row = cut(row, knobs.block_rows, "ic", "ir")
    io, ii = cut(row, knobs.rows, "io", "ii")
    ko, depth = cut(depth, knobs.depth, "ko", "ki") if len(p.sums) == 1 else ("", depth)
    sums = [depth, *p.sums[1:]]
    if ic or jc:
        outer = [jc, ko, ic, jo, io]
        home_right, home_left = ko or jc or (jo if p.gathered else ""), ic
    elif knobs.across == "rows":
        outer, home_right, home_left = [io, ko, jo], jo, io
    else:
        # blocks of the sum inside the loop that threads share: one parallel region, and each thread packs its own panels
        outer, home_right, home_left = [jo, ko, io], ko or jo, io
    order = [v for v in (*outer, *sums, ii, ji) if v]
    if not trial.try_("reorder " + " ".join(order)):
        return False
    right, left = f"{p.right}_p{cut.tag}", f"{p.left}_p{cut.tag}"
    if knobs.pack_columns and home_right:
        trial.try_(f"stage {p.right} at {home_right} -> {right} {_spanned(jo, home_right, jo)} {' '.join(sums)} {ji} zero {ji}")
    if knobs.pack_rows and home_left:
        trial.try_(f"stage {p.left} at {home_left} -> {left} {_spanned(io, home_left, io)} {' '.join(sums)} {ii} zero {ii}")
    if not _tile(trial, p, knobs, (ko, depth), (ii, ji)):
        return False
    trial.try_(f"vectorize {right}_{ji} {knobs.lanes}")
    trial.try_(f"unroll {left}_{ii}")
    if not (knobs.across == "batch" and p.batch and trial.try_(f"parallelize {p.batch[0]}")):
        trial.try_(f"parallelize {right}_{jo}")
        shared = [ic, jo, io] if ic or jc else [io, jo] if knobs.across == "rows" else [jo, io]
        trial.first(f"parallelize {v}" for v in (*shared, *p.batch[:1]) if v)
    return True


def _slivers(trial: Draft, p: Parts, knobs: Contract) -> bool:
    """Rows a register tile high in the first cache, all packed columns of the block pass by."""
    cut = _Cut(trial, p.target)
    row, column = _now(trial, p.row), _now(trial, p.column)
    jc, column = cut(column, knobs.block_columns, "jc", "jr")
    jo, ji = cut(column, knobs.lanes * knobs.vectors, "jo", "ji")
    ic, row = cut(row, knobs.block_rows, "ic", "ir")
    io, ii = cut(row, knobs.rows, "io", "ii")
    ko, depth = cut(p.sums[0], knobs.depth, "ko", "ki") if len(p.sums) == 1 else ("", p.sums[0])
    sums = [depth, *p.sums[1:]]
    outer = [ic, jc] if knobs.across == "rows" else [jc, ic]
    home = ko or next((v for v in reversed(outer) if v), "") or (p.batch[-1] if p.batch else "")
    if not home or not io or not jo or not trial.try_("reorder " + " ".join(v for v in (*outer, ko, io, jo, *sums, ii, ji) if v)):
        return False
    right, left = f"{p.right}_p{cut.tag}", f"{p.left}_p{cut.tag}"
    if not trial.try_(f"stage {p.right} at {home} -> {right} {jo} {' '.join(sums)} {ji} zero {ji}"):
        return False
    if not p.gathered:  # read along the rows: one page after the other
        trial.try_(f"reorder {' '.join(f'{right}_{v}' for v in (*sums, jo, ji))}")
    trial.try_(f"stage {p.left} at {io} -> {left} {ii} {' '.join(sums)} zero {ii}")
    if not _tile(trial, p, knobs, (ko, sums[0]), (ii, ji)):
        return False
    if len(sums) == 1:
        if knobs.ahead_rows:
            share = jo if knobs.ahead_rows == 1 else f"{jo}*{knobs.ahead_rows}"
            trial.try_(f"ahead {p.left} {io} in {depth} {left}_{ii}={share} {left}_{depth}={depth}")
        if knobs.ahead:
            trial.try_(f"ahead {right} {depth}+{knobs.ahead} in {depth}")
    trial.all(f"vectorize {v} {knobs.lanes}" for v in (f"{right}_{ji}", f"{left}_{sums[-1]}"))
    shared = p.batch[:1] if knobs.across == "batch" else []
    return trial.first(f"parallelize {v}" for v in (*shared, *outer, io) if v)


def _tile(trial: Draft, p: Parts, knobs: Contract, sums: tuple[str, str], inner: tuple[str, str]) -> bool:
    """The register tile of the loops `inner`. `sums`: the loop that counts blocks of the sum (or ""), and the outermost inside them."""
    tile, (blocks, depth), (ii, ji) = f"{p.target}_t", sums, inner
    if not trial.try_(f"accumulate {p.target} around {depth} -> {tile} {ii} {ji}"):
        return False
    trial.try_(f"fold-init {p.target} {blocks}".rstrip())
    trial.all(f"pad {v}" for v in (f"{tile}_{ii}_0", f"{tile}_{ji}_0", ii, ji))
    trial.all(f"unroll {v}" for v in (f"{tile}_{ii}_0", ii, f"{tile}_{ii}_1"))
    trial.all(f"vectorize {v} {knobs.lanes}" for v in (f"{tile}_{ji}_0", ji, f"{tile}_{ji}_1"))
    trial.try_(f"prefetch {p.target} before {depth}")
    return True


def _in_pieces(draft: Draft, p: Parts, size: int) -> Parts:
    """The sum cut into pieces, each with a result of its own, added up at the end: what is left to share where rows and columns are few.
    The contraction as it was where a step is refused."""
    trial, row, column, k = draft.copy(), _now(draft, p.row), _now(draft, p.column), p.sums[0]
    part = f"{p.target}_{k}"
    steps = (f"split {k} {size} -> {k}t {k}r", f"reorder {k}t {row} {column} {k}r", f"rfactor {p.target} {k}t -> {part}")
    if not all(trial.try_(step) for step in steps):
        return p
    trial.try_(f"fold-init {p.target} {part}_{k}t")
    draft.program, draft.moves = trial.program, trial.moves
    return replace(p, target=part, batch=(f"{k}t",), row=row, column=column, sums=(f"{k}r",))


@dataclass
class _Cut:
    """Splits loops under names that are free: the contraction's own letter follows where a program has several."""

    draft: Draft
    target: str
    tag: str = ""

    def __post_init__(self) -> None:
        while any(find_loop(self.draft.program, f"{n}{self.tag}") is not None for n in ("io", "ii", "jo", "ji")):
            self.tag = f"{int(self.tag or 1) + 1}"

    def __call__(self, loop: str, size: int, outer: str, inner: str) -> tuple[str, str]:
        """(outer, inner); the outer is "" where the loop stays whole."""
        outer, inner = outer + self.tag, inner + self.tag
        return (outer, inner) if size and self.draft.try_(f"split {loop} {size} -> {outer} {inner}") else ("", loop)


def _spanned(loop: str, home: str, panel: str) -> str:
    """The panel loop, where it lies inside the loop at which a factor is packed."""
    return "" if home == panel else loop


def _alone(draft: Draft, p: Parts) -> bool:
    """Cut the stores of the identity off, so that the sum is a perfect nest of its own inside the batch loops."""
    child = p.sums[0]
    for name in (p.column, p.row):
        if not _only(draft, name, child) and not draft.try_(f"fission {name} before {child} -> {name}_m"):
            return False
        child = f"{name}_m" if find_loop(draft.program, f"{name}_m") is not None else name
    return True


def _only(draft: Draft, name: str, child: str) -> bool:
    loop = find_loop(draft.program, name)
    return loop is not None and len(loop.body) == 1 and isinstance(loop.body[0], Loop) and loop.body[0].var == child


def _now(draft: Draft, name: str) -> str:
    return f"{name}_m" if find_loop(draft.program, f"{name}_m") is not None else name
