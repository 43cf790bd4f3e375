from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kernelmill.mill import Builder, moves, show
from kernelmill.mill.expr import Const, Expr, Op, Var, op
from kernelmill.mill.simplify import Facts, divisors, simplify
from kernelmill.mill.text import show_expr

i_, J, K, C, N = (Var(v) for v in "ijkCN")
FACTS = Facts({"i": N, "j": Const(8, "i64"), "k": C // 8}, {"C": 8})


def value(e: Expr, env: dict[str, int]) -> int:
    match e:
        case Const():
            return int(e.value)
        case Var():
            return env[e.name]
        case Op(name="neg", args=(inner,)):
            return -value(inner, env)
        case Op(name=name, args=args):
            a, b = (value(x, env) for x in args)
            return {"add": a + b, "sub": a - b, "mul": a * b, "floordiv": a // b if b else 0, "mod": a % b if b else 0,
                    "min": min(a, b), "max": max(a, b)}[name]  # fmt: skip
        case _:
            raise TypeError


def test_groups_of_channels_are_recognised() -> None:
    flat = (i_ * 8 + J) * (C // 8) + K
    assert show_expr(simplify(flat // C, FACTS)) == "i"
    assert show_expr(simplify(flat % C, FACTS)) == "C // 8 * j + k"
    assert divisors(["C % 8 == 0", "N == 4"]) == {"C": 8}


def test_without_divisibility_nothing_is_assumed() -> None:
    flat = (i_ * 8 + J) * (C // 8) + K
    assert simplify(flat // C, Facts(FACTS.extents, {})) == flat // C


atoms = st.sampled_from([i_, J, K, C, N, C // 8, Const(1, "i64"), Const(3, "i64"), Const(8, "i64")])
exprs = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(lambda a, b, w: op(w, a, b), inner, inner, st.sampled_from(["add", "sub", "mul", "min"])),
        st.builds(lambda a, b, w: op(w, a, b), inner, st.sampled_from([Const(8, "i64"), Const(3, "i64"), C, C // 8, N]),
                  st.sampled_from(["floordiv", "mod"])),
    ),
    max_leaves=7,
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(exprs, st.integers(1, 5), st.integers(1, 5), st.data())
def test_the_value_stays(e: Expr, parts: int, n: int, data: st.DataObject) -> None:
    env = {"C": 8 * parts, "N": n, "i": data.draw(st.integers(0, n - 1)), "j": data.draw(st.integers(0, 7))}
    env["k"] = data.draw(st.integers(0, parts - 1))
    assert value(simplify(e, FACTS), env) == value(e, env), show_expr(e)


def test_move_drops_stores_of_an_element_to_itself() -> None:
    b = Builder("copy")
    n, m = b.axes("n", "m")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32", n, m)
    with b.loop("i", n) as i, b.loop("j", m) as j:
        y[i, j] = x[(i * m + j) // m, (i * m + j) % m]
    with b.loop("i", n) as i, b.loop("j", m) as j:
        y[i, j] = y[(i * m + j) // m, j]
    program = moves.apply(b.program(), "simplify")
    assert show(program).endswith("kernel copy\n  for i < n\n    for j < m\n      y[i, j] = x[i, j]\n")
