"""Programs as lowering writes them: every operation its own nest over a temporary."""

from __future__ import annotations

from collections.abc import Callable

from kernelmill.mill import Builder, Program, op


def pointwise() -> Program:
    b = Builder("pointwise")
    n, m = b.axes("N", "M")
    x, w, y = b.input("x", "f32", n, m), b.input("w", "f32", m), b.output("y", "f32", n, m)
    t, u = b.temp("t", "f32", n, m), b.temp("u", "f32", n, m)
    with b.loop("i", n) as i, b.loop("j", m) as j:
        t[i, j] = x[i, j] + w[j]
    with b.loop("i", n) as i, b.loop("j", m) as j:
        u[i, j] = op("tanh", t[i, j])
    with b.loop("i", n) as i, b.loop("j", m) as j:
        y[i, j] = u[i, j] * t[i, j]
    return b.program()


def softmax() -> Program:
    b = Builder("softmax")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32", n, m)
    top, e, s = b.temp("top", "f32", n), b.temp("e", "f32", n, m), b.temp("s", "f32", n)
    with b.loop("i", n) as i:
        b.init("max", top[i])
        with b.loop("j", m) as j:
            b.reduce("max", top[i], x[i, j])
    with b.loop("i", n) as i, b.loop("j", m) as j:
        e[i, j] = op("exp", x[i, j] - top[i])
    with b.loop("i", n) as i:
        b.init("add", s[i])
        with b.loop("j", m) as j:
            b.reduce("add", s[i], e[i, j])
    with b.loop("i", n) as i, b.loop("j", m) as j:
        y[i, j] = e[i, j] / s[i]
    return b.program()


def mean() -> Program:
    b = Builder("mean")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32")
    s = b.temp("s", "f32")
    b.init("add", s[()])
    with b.loop("i", n) as i, b.loop("j", m) as j:
        b.reduce("add", s[()], x[i, j])
    y[()] = s[()] / 7.0
    return b.program()


def columns() -> Program:
    b = Builder("columns")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32", m)
    with b.loop("j", m) as j:
        b.init("add", y[j])
        with b.loop("i", n) as i:
            b.reduce("add", y[j], x[i, j] * x[i, j])
    return b.program()


def cumsum() -> Program:
    b = Builder("cumsum")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32", n, m)
    with b.loop("i", n) as i:
        s = b.alloc("s", "f32")
        b.init("add", s[()])
        with b.loop("j", m) as j:
            b.scan("add", s[()], x[i, j], y[i, j])
    return b.program()


def shifted() -> Program:
    """In place along a row: most reorderings are wrong here."""
    b = Builder("shifted")
    n, m = b.axes("N", "M")
    x = b.inout("x", "f32", n, m)
    with b.loop("i", n - 1) as i, b.loop("j", m - 1) as j:
        x[i + 1, j] = x[i, j + 1] * 0.5 + x[i + 1, j]
    return b.program()


def argmax() -> Program:
    b = Builder("argmax")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "i64", n)
    v, at = b.temp("v", "f32", n), b.temp("at", "i64", n)
    with b.loop("i", n) as i:
        b.init("argmax", v[i], at[i])
        with b.loop("j", m) as j:
            b.reduce("argmax", (v[i], at[i]), x[i, j], j)
    with b.loop("i", n) as i:
        y[i] = at[i]
    return b.program()


def gather() -> Program:
    b = Builder("gather")
    n, m = b.axes("N", "M")
    x, t, y = b.input("x", "f32", n, m), b.input("t", "i64", n), b.output("y", "f32", n, m)
    with b.loop("i", n) as i, b.loop("j", m) as j:
        y[i, j] = x[b.opaque(t[i], n), j] * 2.0
    return b.program()


def matmul() -> Program:
    b = Builder("matmul")
    n, m = b.axes("N", "M")
    a, w, c = b.input("a", "f32", n, 5), b.input("b", "f32", 5, m), b.output("c", "f32", n, m)
    with b.loop("i", n) as i, b.loop("j", m) as j:
        b.init("add", c[i, j])
    with b.loop("i", n) as i, b.loop("j", m) as j, b.loop("k", 5) as k:
        b.reduce("add", c[i, j], a[i, k] * w[k, j])
    return b.program()


NAIVE: dict[str, Callable[[], Program]] = {
    f.__name__: f for f in (pointwise, softmax, mean, columns, cumsum, shifted, argmax, gather, matmul)
}
