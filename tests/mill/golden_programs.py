"""Loop programs written by hand: what cannot be written well here is wrong in the grammar."""

from __future__ import annotations

from kernelmill.mill import PARALLEL, Builder, Program, op, vector


def relu() -> Program:
    b = Builder("relu")
    (n,) = b.axes("n")
    x, y = b.input("x", "f32", n), b.output("y", "f32", n)
    with b.loop("i", n, PARALLEL) as i:
        y[i] = op("max", x[i], 0.0)
    return b.program()


def matmul() -> Program:
    b = Builder("matmul")
    m, n, k = b.axes("M", "N", "K")
    a, w, c = b.input("a", "f32", m, k), b.input("b", "f32", k, n), b.output("c", "f32", m, n)
    with b.loop("i", m) as i, b.loop("j", n) as j:
        b.init("add", c[i, j])
        with b.loop("k", k) as p:
            b.reduce("add", c[i, j], a[i, p] * w[p, j])
    return b.program()


def softmax() -> Program:
    b = Builder("softmax")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32", n, m)
    with b.loop("i", n, PARALLEL) as i:
        top, total = b.alloc("m", "f32"), b.alloc("s", "f32")
        b.init("max", top[()])
        with b.loop("j", m, vector(16)) as j:
            b.reduce("max", top[()], x[i, j])
        b.init("add", total[()])
        with b.loop("j", m, vector(16, 2)) as j:
            e = b.let("e", op("exp", x[i, j] - top[()]))
            y[i, j] = e
            b.reduce("add", total[()], e, reassoc=True)
        with b.loop("j", m, vector(16)) as j:
            y[i, j] = y[i, j] / total[()]
    return b.program()
