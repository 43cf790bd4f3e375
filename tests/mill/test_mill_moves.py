"""Moves keep the result; what is not shown to be legal is refused with a reason."""

from __future__ import annotations

import random

import compiled
import naive_programs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernelmill.core.errors import UserError
from kernelmill.mill import Program, moves, parse, print_c, show
from kernelmill.mill.interpret import NUMPY, run

SIZES = [(1, 1), (3, 5), (5, 17), (2, 33), (0, 3), (3, 0)]


def arrays(program: Program, n: int, m: int, seed: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    out: dict[str, np.ndarray] = {}
    for b in program.params:
        shape = [{"N": n, "M": m}.get(getattr(s, "name", ""), getattr(s, "value", 0)) for s in b.shape]
        kind = NUMPY[b.dtype]
        whole = rng.integers(0, max(n, 1), shape) if b.dtype == "i64" else rng.integers(-8, 9, shape) / 4
        out[b.name] = np.asarray(whole, kind) if b.role != "out" else np.full(shape, 77, kind)
    return out


def same(first: Program, second: Program, seed: int, sizes: list[tuple[int, int]] = SIZES) -> None:
    for n, m in sizes:
        one, two = arrays(first, n, m, seed), arrays(first, n, m, seed)
        run(first, one, {"N": n, "M": m})
        run(second, two, {"N": n, "M": m}, shuffle=seed)
        for name in one:
            np.testing.assert_allclose(two[name], one[name], rtol=1e-4, atol=1e-5, err_msg=f"{name} at {n}x{m}\n{show(second)}")


@pytest.mark.parametrize("name", naive_programs.NAIVE)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_random_legal_moves_keep_the_result(name: str, seed: int) -> None:
    rng = random.Random(seed)
    start = program = naive_programs.NAIVE[name]()
    applied: list[str] = []
    for _ in range(rng.randrange(1, 7)):
        texts = [t for k in moves.KINDS.values() for t in k.suggest(program)]
        rng.shuffle(texts)
        for text in texts[:6]:
            new = moves.try_apply(program, text)
            if new is not None:
                program = new
                applied.append(text)
                break
    assert parse(show(program)) == program
    try:
        same(start, program, seed, [(3, 5), (1, 17), (0, 2), (9, 18)])
    except AssertionError as error:
        raise AssertionError("\n".join([*applied, str(error)])) from error


@pytest.mark.parametrize("name", naive_programs.NAIVE)
def test_every_suggested_legal_move_keeps_the_result(name: str) -> None:
    program = naive_programs.NAIVE[name]()
    found = moves.legal(program)
    assert found
    for move in found:
        same(program, move.apply(program), 1, [(3, 5), (0, 3), (1, 1)])


SCHEDULES = {
    "softmax": "fuse i i1; fuse i i2; fuse i i3; localize top i; localize s i; localize e i; fuse j1 j2; reassociate s; fast exp;"
    "vectorize j 16 2; vectorize j1 16 2; vectorize j3 16 2; reciprocal j3; parallelize i",
    "pointwise": "inline t; inline u; collapse i2 j2 -> f; split f 64 -> fo fi; vectorize fi 16 2; parallelize fo; stream y",
    "mean": "reassociate s; rfactor s i -> part; vectorize j 16 4; parallelize i",
    "columns": "fission j before i -> j1; reorder i j1; split j1 64 -> jo ji; reorder jo i ji; vectorize ji 16; parallelize jo",
    "cumsum": "reassociate s; vectorize j 16; parallelize i",
    "argmax": "fuse i i1; localize v i; localize at i; vectorize j 16; parallelize i",
    "matmul": "reassociate c; split i1 4 -> io ii; split j1 32 -> jo ji; reorder jo io k ii ji; stage b at jo -> bp k ji zero ji;"
    "stage a at io -> ap k ii zero ii; accumulate c around k -> t ii ji; fold-init c; pad t_ii_0; pad t_ji_0; pad ii; pad ji;"
    "unroll t_ii_0; unroll ii; unroll t_ii_1; vectorize t_ji_0 16; vectorize ji 16; vectorize t_ji_1 16; vectorize bp_ji 16;"
    "parallelize jo",
    "matmul slivers": "reassociate c; split j1 64 -> jc jr; split jr 32 -> jo ji; split i1 12 -> io ii; split k 2 -> ko ki;"
    "reorder jc ko io jo ki ii ji; stage b at ko -> bp jo ki ji zero ji; reorder bp_ki bp_jo bp_ji; stage a at io -> ap ii ki zero ii;"
    "accumulate c around ki -> t ii ji; fold-init c ko; pad t_ii_0; pad t_ji_0; pad ii; pad ji; unroll t_ii_0; unroll ii; unroll t_ii_1;"
    "vectorize t_ji_0 16; vectorize ji 16; vectorize t_ji_1 16; prefetch c before ki; ahead a io in ki ap_ii=jo*6 ap_ki=ki;"
    "ahead bp ki+8 in ki; vectorize bp_ji 16; vectorize ap_ki 16; parallelize jc",
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_replay_and_compile(name: str) -> None:
    program = naive_programs.NAIVE[name.split(maxsplit=1)[0]]()
    fast = moves.replay(program, [m.strip() for m in SCHEDULES[name].split(";")])
    assert parse(show(fast)) == fast
    for number, (n, m) in enumerate([*SIZES, (67, 100)]):
        want, got = arrays(program, n, m, number), arrays(program, n, m, number)
        run(program, want, {"N": n, "M": m})
        compiled.call(fast, got, {"N": n, "M": m})
        for key in want:
            np.testing.assert_allclose(got[key], want[key], rtol=1e-4, atol=1e-4)


REFUSED = [
    ("mean", "vectorize j 16", "reassociate s first"),
    ("mean", "parallelize i", "shared by different iterations"),
    ("shifted", "parallelize i", "x is shared"),
    ("shifted", "reorder j i", "carries a value"),
    ("softmax", "fuse j j1", "not in one block"),
    ("softmax", "inline s", "exactly one store"),
    ("softmax", "fuse i1 i", "runs before"),
    ("cumsum", "vectorize j 16", "order"),
    ("gather", "stage x at i -> xp", "indexed by data"),
    ("matmul", "accumulate c around k -> t", "reassociate c first"),
    ("matmul", "fold-init c", "several iterations"),
    ("pointwise", "localize y i2", "parameter"),
    ("mean", "stream x", "no output"),
    ("matmul", "ahead a j1 in i1", "i1 is not inside j1"),
    ("matmul", "ahead a i1 in j1 q=j1", "no iterator of the read of a"),
    ("matmul", "ahead b j1 in k k=i1", "no loop between j1 and k"),
    ("pointwise", "ahead y i2 in i2", "read by 0 different indices"),
    ("pointwise", "split q 4 -> a b", "no loop q"),
    ("pointwise", "split i 4 -> j b", "not free"),
]


@pytest.mark.parametrize(("name", "text", "why"), REFUSED)
def test_refusals_say_why(name: str, text: str, why: str) -> None:
    program = naive_programs.NAIVE[name]()
    with pytest.raises(moves.Refused, match=why):
        moves.apply(program, text)
    with pytest.raises(UserError, match="move 1 is not legal"):
        moves.replay(program, [text])


def test_lines_are_asked_for_where_a_later_iteration_reads_them() -> None:
    program = moves.replay(naive_programs.NAIVE["matmul"](), ["split i1 4 -> io ii", "ahead a io+2 in k ii=j1*3 k=k", "ahead b k in k"])
    asked = [line.strip() for line in print_c(program).splitlines() if "prefetch" in line]
    assert asked[0] == "__builtin_prefetch(b + ((k + 1) * M + j1), 0);"
    rows = ["(j1 * 3)", "((j1 * 3) + 1)", "((j1 * 3) + 2)"]
    assert asked[1:] == [f"__builtin_prefetch(a + ((((io + 2) * 4) + {row}) * 5 + k), 0);" for row in rows]
    assert "call prefetch(b[k + 1, j1])" in show(program)


def test_unknown_and_unreadable_moves_are_bad_requests() -> None:
    program = naive_programs.mean()
    with pytest.raises(UserError, match="unknown move"):
        moves.apply(program, "fly i")
    with pytest.raises(UserError, match="cannot read"):
        moves.apply(program, "split i -> a")
