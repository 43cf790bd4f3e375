"""Loop programs written by hand: what cannot be written well here is wrong in the grammar."""

from __future__ import annotations

from collections.abc import Callable

from kernelmill.mill import PARALLEL, UNROLL, Builder, Program, cast, ceildiv, op, select, vector
from kernelmill.mill.expr import Expr
from kernelmill.mill.ir import Kind

INF = float("inf")


def minimum(a: Expr | int, b: Expr | int) -> Expr:
    return op("min", a, b)


def relu() -> Program:
    b = Builder("relu")
    (n,) = b.axes("n")
    x, y = b.input("x", "f32", n), b.output("y", "f32", n)
    with b.loop("io", ceildiv(n, 4096), PARALLEL) as io, b.loop("ii", minimum(4096, n - io * 4096), vector(16, 4)) as ii:
        y[io * 4096 + ii] = op("max", x[io * 4096 + ii], 0.0)
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


def softmax_online() -> Program:
    b = Builder("softmax_online")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "f32", n, m)
    with b.loop("i", n, PARALLEL) as i:
        top, total = b.alloc("m", "f32"), b.alloc("s", "f32")
        b.init("softmax", top[()], total[()])
        with b.loop("j", m, vector(16)) as j:
            b.reduce("softmax", (top[()], total[()]), x[i, j], 1.0, reassoc=True)
        with b.loop("j", m, vector(16)) as j:
            y[i, j] = op("exp", x[i, j] - top[()]) / total[()]
    return b.program()


def layer_norm() -> Program:
    b = Builder("layer_norm")
    n, m = b.axes("N", "M")
    x, w, bias = b.input("x", "f32", n, m), b.input("w", "f32", m), b.input("b", "f32", m)
    y = b.output("y", "f32", n, m)
    eps = b.scalar("eps", "f64")
    with b.loop("i", n, PARALLEL) as i:
        count, mean, squares = (b.alloc(v, "f32") for v in ("count", "mean", "m2"))
        b.init("welford", count[()], mean[()], squares[()])
        with b.loop("j", m, vector(16, 2)) as j:
            b.reduce("welford", (count[()], mean[()], squares[()]), 1.0, x[i, j], 0.0, reassoc=True)
        scale = b.let("scale", 1.0 / op("sqrt", squares[()] / count[()] + cast(eps, "f32")))
        with b.loop("j", m, vector(16)) as j:
            y[i, j] = (x[i, j] - mean[()]) * scale * w[j] + bias[j]
    return b.program()


def argmax() -> Program:
    b = Builder("argmax")
    n, m = b.axes("N", "M")
    x, y = b.input("x", "f32", n, m), b.output("y", "i64", n)
    with b.loop("i", n, PARALLEL) as i:
        best, at = b.alloc("best", "f32"), b.alloc("at", "i64")
        b.init("argmax", best[()], at[()])
        with b.loop("j", m, vector(16)) as j:
            b.reduce("argmax", (best[()], at[()]), x[i, j], j)
        y[i] = at[()]
    return b.program()


def cumsum() -> Program:
    """Two levels: block totals, their exclusive scan, then each block from its start."""
    b = Builder("cumsum")
    (n,) = b.axes("n")
    x, y = b.input("x", "f32", n), b.output("y", "f32", n)
    block = 256
    blocks = ceildiv(n, block)
    total, start = b.temp("total", "f32", blocks), b.temp("start", "f32", blocks)
    with b.loop("p", blocks, PARALLEL) as p:
        b.init("add", total[p])
        with b.loop("q", minimum(block, n - p * block), vector(16)) as q:
            b.reduce("add", total[p], x[p * block + q], reassoc=True)
    run = b.alloc("run", "f32")
    b.init("add", run[()])
    with b.loop("p", blocks) as p:
        b.scan("add", run[()], total[p], start[p], exclusive=True)
    with b.loop("p", blocks, PARALLEL) as p:
        carry = b.alloc("carry", "f32")
        carry[()] = start[p]
        with b.loop("q", minimum(block, n - p * block), vector(16)) as q:
            b.scan("add", carry[()], x[p * block + q], y[p * block + q], reassoc=True)
    return b.program()


def cross_entropy() -> Program:
    b = Builder("cross_entropy")
    n, c = b.axes("N", "C")
    x, t = b.input("x", "f32", n, c), b.input("t", "i64", n)
    y = b.output("y", "f32")
    loss = b.temp("loss", "f32", n)
    with b.loop("i", n, PARALLEL) as i:
        top, total = b.alloc("m", "f32"), b.alloc("s", "f32")
        b.init("max", top[()])
        with b.loop("j", c, vector(16)) as j:
            b.reduce("max", top[()], x[i, j])
        b.init("add", total[()])
        with b.loop("j", c, vector(16)) as j:
            b.reduce("add", total[()], op("exp", x[i, j] - top[()]), reassoc=True)
        loss[i] = op("log", total[()]) + top[()] - x[i, b.opaque(t[i], c)]
    whole = b.alloc("whole", "f32")
    b.init("add", whole[()])
    with b.loop("i", n, vector(16, 4)) as i:
        b.reduce("add", whole[()], loss[i], reassoc=True)
    y[()] = whole[()] / cast(n, "f32")
    return b.program()


def matmul() -> Program:
    """Naive; what lowering gives."""
    b = Builder("matmul")
    m, n, k = b.axes("M", "N", "K")
    a, w, c = b.input("a", "f32", m, k), b.input("b", "f32", k, n), b.output("c", "f32", m, n)
    with b.loop("i", m) as i, b.loop("j", n) as j:
        b.init("add", c[i, j])
        with b.loop("k", k) as p:
            b.reduce("add", c[i, j], a[i, p] * w[p, j])
    return b.program()


def matmul_packed() -> Program:
    """Goto and van de Geijn's blocking: packed panels and a register tile, tails by zero-filled panels."""
    mr, nr, mc, kc, nc = 8, 32, 192, 256, 1024
    b = Builder("matmul_packed")
    m, n, k = b.axes("M", "N", "K")
    a, w, c = b.input("a", "f32", m, k), b.input("b", "f32", k, n), b.output("c", "f32", m, n)
    with b.loop("jc", ceildiv(n, nc)) as jc, b.loop("kc", ceildiv(k, kc)) as pc:
        cols = b.let("cols", minimum(nc, n - jc * nc))
        depth = b.let("depth", minimum(kc, k - pc * kc))
        wp = b.alloc("wp", "f32", nc // nr, kc, nr, scope="local")
        with b.loop("jp", ceildiv(cols, nr), PARALLEL) as jp, b.loop("kp", depth) as kp, b.loop("jq", nr, vector(16)) as jq:
            col = jp * nr + jq
            wp[jp, kp, jq] = select(col < cols, w[pc * kc + kp, jc * nc + col], 0.0)
        with b.loop("ic", ceildiv(m, mc), PARALLEL) as ic:
            rows = b.let("rows", minimum(mc, m - ic * mc))
            ap = b.alloc("ap", "f32", mc // mr, kc, mr, scope="local")
            with b.loop("ip", ceildiv(rows, mr)) as ip, b.loop("kp", depth) as kp, b.loop("iq", mr) as iq:
                row = ip * mr + iq
                ap[ip, kp, iq] = select(row < rows, a[ic * mc + row, pc * kc + kp], 0.0)
            with b.loop("jo", ceildiv(cols, nr)) as jo, b.loop("io", ceildiv(rows, mr)) as io:
                tile = b.alloc("tile", "f32", mr, nr)
                with b.loop("ii", mr, UNROLL) as ii, b.loop("ji", nr, vector(16)) as ji:
                    tile[ii, ji] = 0.0
                with b.loop("kk", depth) as kk, b.loop("ii", mr, UNROLL) as ii, b.loop("ji", nr, vector(16)) as ji:
                    b.reduce("add", tile[ii, ji], ap[io, kk, ii] * wp[jo, kk, ji])
                row0, col0 = ic * mc + io * mr, jc * nc + jo * nr
                inside = (minimum(mr, rows - io * mr), minimum(nr, cols - jo * nr))
                with b.loop("ii", inside[0], UNROLL) as ii, b.loop("ji", inside[1], vector(16)) as ji:
                    old = select(pc.eq(0), 0.0, c[row0 + ii, col0 + ji])
                    c[row0 + ii, col0 + ji] = old + tile[ii, ji]
    return b.program()


def conv2d() -> Program:
    """3x3, padding 1: rows outside the image are skipped by a predicate, columns by a masked read."""
    b = Builder("conv2d")
    n, ci, co, h, w = b.axes("N", "Ci", "Co", "H", "W")
    x, f = b.input("x", "f32", n, ci, h, w), b.input("f", "f32", co, ci, 3, 3)
    y = b.output("y", "f32", n, co, h, w)
    with b.loop("b", n, PARALLEL) as i, b.loop("o", co, PARALLEL) as o, b.loop("r", h) as r, b.loop("q", w, vector(16)) as q:
        s = b.alloc("s", "f32")
        b.init("add", s[()])
        with b.loop("c", ci) as c, b.loop("u", 3, UNROLL) as u, b.when((r + u - 1 >= 0) & (r + u - 1 < h)), b.loop("v", 3, UNROLL) as v:
            inside = (q + v - 1 >= 0) & (q + v - 1 < w)
            b.reduce("add", s[()], f[o, c, u, v] * select(inside, x[i, c, r + u - 1, q + v - 1], 0.0))
        y[i, o, r, q] = s[()]
    return b.program()


def max_pool() -> Program:
    """3x3, stride 2, padding 1."""
    b = Builder("max_pool")
    n, h, w = b.axes("N", "H", "W")
    x = b.input("x", "f32", n, h, w)
    ho, wo = (h - 1) // 2 + 1, (w - 1) // 2 + 1
    y = b.output("y", "f32", n, ho, wo)
    with b.loop("b", n, PARALLEL) as i, b.loop("r", ho) as r, b.loop("q", wo, vector(16)) as q:
        s = b.alloc("s", "f32")
        b.init("max", s[()])
        with b.loop("u", 3, UNROLL) as u, b.loop("v", 3, UNROLL) as v:
            row, col = r * 2 + u - 1, q * 2 + v - 1
            inside = (row >= 0) & (row < h) & (col >= 0) & (col < w)
            b.reduce("max", s[()], select(inside, x[i, row, col], -INF))
        y[i, r, q] = s[()]
    return b.program()


def attention() -> Program:
    """Causal, online softmax over blocks of keys (Dao and others, FlashAttention, 2022)."""
    block = 32
    b = Builder("attention")
    heads, s, d = b.axes("B", "S", "D")
    q, k, v = (b.input(x, "f32", heads, s, d) for x in "qkv")
    y = b.output("y", "f32", heads, s, d)
    scale = b.scalar("scale", "f64")
    with b.loop("h", heads, PARALLEL) as h, b.loop("i", s, PARALLEL) as i:
        acc = b.alloc("acc", "f32", d, scope="local")
        top, total = b.alloc("top", "f32"), b.alloc("total", "f32")
        b.init("max", top[()])
        b.init("add", total[()])
        with b.loop("e", d, vector(16)) as e:
            acc[e] = 0.0
        with b.loop("jo", i // block + 1) as jo:
            score = b.alloc("score", "f32", block, scope="local")
            high = b.alloc("high", "f32")
            high[()] = top[()]
            width = b.let("width", minimum(block, i + 1 - jo * block))
            with b.loop("j", width) as j:
                dot = b.alloc("dot", "f32")
                b.init("add", dot[()])
                with b.loop("e", d, vector(16)) as e:
                    b.reduce("add", dot[()], q[h, i, e] * k[h, jo * block + j, e], reassoc=True)
                score[j] = dot[()] * cast(scale, "f32")
                b.reduce("max", high[()], score[j])
            shrink = b.let("shrink", op("exp", top[()] - high[()]))
            top[()] = high[()]
            total[()] = total[()] * shrink
            with b.loop("j", width, vector(16)) as j:
                score[j] = op("exp", score[j] - high[()])
                b.reduce("add", total[()], score[j], reassoc=True)
            with b.loop("e", d, vector(16)) as e:
                acc[e] = acc[e] * shrink
                with b.loop("j", width) as j:
                    b.reduce("add", acc[e], score[j] * v[h, jo * block + j, e])
        with b.loop("e", d, vector(16)) as e:
            y[h, i, e] = acc[e] / total[()]
    return b.program()


def jacobi2d() -> Program:
    b = Builder("jacobi2d")
    h, w = b.axes("H", "W")
    x, y = b.input("x", "f32", h, w), b.output("y", "f32", h, w)
    with b.loop("r", h, PARALLEL) as r:
        border = r.eq(0) | r.eq(h - 1)
        with b.when(border), b.loop("q", w, vector(16)) as q:
            y[r, q] = x[r, q]
        with b.otherwise():
            y[r, 0] = x[r, 0]
            with b.loop("q", w - 2, vector(16)) as q:
                c = q + 1
                y[r, c] = 0.2 * (x[r, c] + x[r - 1, c] + x[r + 1, c] + x[r, c - 1] + x[r, c + 1])
            with b.when(w > 1):
                y[r, w - 1] = x[r, w - 1]
    return b.program()


def cuda_matmul() -> Program:
    """Text only: a tile of each operand in shared memory, one result per thread."""
    t = 16
    b = Builder("cuda_matmul")
    m, n, k = b.axes("M", "N", "K")
    a, w, c = b.input("a", "f32", m, k), b.input("b", "f32", k, n), b.output("c", "f32", m, n)
    with b.loop("by", ceildiv(m, t), Kind("grid", dim="y")) as by, b.loop("bx", ceildiv(n, t), Kind("grid", dim="x")) as bx:
        ta, tb = b.alloc("ta", "f32", t, t, scope="shared"), b.alloc("tb", "f32", t, t, scope="shared")
        with b.loop("ty", t, Kind("block", dim="y")) as ty, b.loop("tx", t, Kind("block", dim="x")) as tx:
            s = b.alloc("s", "f32")
            b.init("add", s[()])
            row, col = by * t + ty, bx * t + tx
            with b.loop("ko", ceildiv(k, t)) as ko:
                ta[ty, tx] = select((row < m) & (ko * t + tx < k), a[row, ko * t + tx], 0.0)
                tb[ty, tx] = select((ko * t + ty < k) & (col < n), w[ko * t + ty, col], 0.0)
                b.barrier()
                with b.loop("ki", t, UNROLL) as ki:
                    b.reduce("add", s[()], ta[ty, ki] * tb[ki, tx])
                b.barrier()
            with b.when((row < m) & (col < n)):
                c[row, col] = s[()]
    return b.program()


def wgsl_sum() -> Program:
    """Text only: tree reduction of 256 elements per workgroup in shared memory."""
    t = 256
    b = Builder("wgsl_sum")
    (n,) = b.axes("n")
    groups = ceildiv(n, t)
    x, y = b.input("x", "f32", n), b.output("y", "f32", groups)
    with b.loop("g", groups, Kind("grid", dim="x")) as g:
        part = b.alloc("part", "f32", t, scope="shared")
        with b.loop("l", t, Kind("block", dim="x")) as lane:
            part[lane] = select(g * t + lane < n, x[g * t + lane], 0.0)
            for step in (128, 64, 32, 16, 8, 4, 2, 1):
                b.barrier()
                with b.when(lane < step):
                    b.reduce("add", part[lane], part[lane + step], reassoc=True)
            with b.when(lane.eq(0)):
                y[g] = part[0]
    return b.program()


RUNS: dict[str, Callable[[], Program]] = {
    f.__name__: f
    for f in (
        relu, softmax, softmax_online, layer_norm, argmax, cumsum, cross_entropy, matmul, matmul_packed, conv2d, max_pool, attention,
        jacobi2d,
    )
}  # fmt: skip
TEXT_ONLY: dict[str, Callable[[], Program]] = {f.__name__: f for f in (cuda_matmul, wgsl_sum)}
