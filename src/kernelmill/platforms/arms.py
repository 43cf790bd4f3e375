"""What a kernel is measured against beside its baselines: the byte twin and the FMA arm, printed as C for platform x86.

The *byte twin* of a task reads every input byte and writes every output byte and computes nothing. The *FMA arm* does the task's number
of floating-point operations in registers and touches no memory. Neither is right; both are trusted candidates, timed in the same run as
the kernel: roofline = the slower arm's time / the kernel's time.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from kernelmill.core import formula, signature
from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.machine import Machine
from kernelmill.core.task import Task, Tensor

_STEP = 256
"""Bytes of each large tensor that a thread moves before it turns to the next: reads and writes interleave as in a kernel. Elementwise
kernels outran blocks of 1 KiB, cut by length over all tensors, 1.2 to 1.4 times (Sapphire Rapids guest, two threads)."""
_READ = "      READ4({p}, line, i);"
_WRITE = "      WRITE4({p}, line, i, {around});"
_TAKE = "      seen = take({p}, bytes_{p}, step_{p}, i, n + 1, seen);"
_GIVE = "      give({p}, bytes_{p}, step_{p}, i, n + 1, seen, {around});"
_PART = "part(bytes_{p}, n + 1)"

_TWIN_HELPERS = """
typedef uint64_t word __attribute__((vector_size(64), may_alias));
typedef uint64_t loose __attribute__((vector_size(64), aligned(1), may_alias));

/* A store around the caches: what is only written need not be read first. */
#if defined(__clang__)
#define STREAM(p, v) __builtin_nontemporal_store((v), (word *)(p))
#elif defined(__AVX512F__)
typedef float floats __attribute__((vector_size(64), may_alias));
#define STREAM(p, v) __builtin_ia32_movntps512((float *)(p), (floats)(v))
#else
#define STREAM(p, v) (*(loose *)(p) = (v))
#endif

#define FINITE(v) ((v) & 0x3f3f3f3f3f3f3f3f) /* a finite number of every type */
#define READ4(p, line, i) \\
  for (int k = 0; k < 4; k++) line[k] ^= ((const loose *)(p))[4 * (i) + k]
#define WRITE4(p, line, i, around) \\
  if (around && (uintptr_t)(p) % 64 == 0) \\
    for (int k = 0; k < 4; k++) STREAM((char *)(p) + 64 * (4 * (i) + k), FINITE(line[k])); \\
  else \\
    for (int k = 0; k < 4; k++) ((loose *)(p))[4 * (i) + k] = FINITE(line[k])

/* Parts of a tensor, cut at 64 bytes; the last one takes what is left over. No division at each: that took as long as the bytes. */
static inline int64_t part(int64_t bytes, int64_t n) { return (bytes / 64 + n - 1) / n * 64; }
static inline int64_t cut(int64_t bytes, int64_t step, int64_t i, int64_t n) {
  return i == n || i * step > bytes ? bytes : i * step;
}

static inline word take(const void *p, int64_t bytes, int64_t step, int64_t i, int64_t n, word seen) {
  const char *at = (const char *)p + cut(bytes, step, i, n), *end = (const char *)p + cut(bytes, step, i + 1, n);
  word a = seen, b = {0}, c = {0}, d = {0};
  for (; end - at >= 256; at += 256)
    a ^= ((const loose *)at)[0], b ^= ((const loose *)at)[1], c ^= ((const loose *)at)[2], d ^= ((const loose *)at)[3];
  for (; end - at >= 64; at += 64) a ^= *(const loose *)at;
  for (; at < end; at++) a[0] ^= (uint8_t)*at;
  return a ^ b ^ c ^ d;
}

static inline void give(void *p, int64_t bytes, int64_t step, int64_t i, int64_t n, word value, int around) {
  char *at = (char *)p + cut(bytes, step, i, n), *end = (char *)p + cut(bytes, step, i + 1, n);
  value = FINITE(value);
  if (around && (uintptr_t)at % 64 == 0)
    for (; end - at >= 64; at += 64) STREAM(at, value);
  for (; end - at >= 64; at += 64) *(loose *)at = value;
  for (; at < end; at++) *at = (char)value[0];
}
"""

_FMA_HELPERS = """
#if defined(__AVX512F__)
#define LANES 16
#define CHAINS 24 /* more than latency times throughput, fewer than registers */
#elif defined(__AVX__)
#define LANES 8
#define CHAINS 12
#else
#define LANES 4
#define CHAINS 12
#endif
typedef float vec __attribute__((vector_size(4 * LANES)));

static void multiply_add(int64_t steps) {
  vec acc[CHAINS], x, y;
  for (int i = 0; i < LANES; i++) x[i] = 0.999999f, y[i] = 1e-6f;
  for (int i = 0; i < CHAINS; i++) acc[i] = x * (float)i;
  for (int64_t s = 0; s < steps; s++) {
#pragma GCC unroll 32
    for (int i = 0; i < CHAINS; i++) acc[i] = acc[i] * x + y;
  }
  for (int i = 0; i < CHAINS; i++) __asm__ volatile("" : : "m"(acc[i]) : "memory");
}
"""


def byte_twin(task: Task, sizes: Mapping[str, int], nontemporal: bool = False) -> Candidate:
    """The byte twin for these tensors. With `nontemporal` its stores to pure outputs go around the caches (in-outs are there already).

    Tensors as large as the largest at `sizes` are walked in step, 256 bytes of each at a time as an elementwise kernel does it; of all
    others every step moves its part. It is right at any size.
    """
    names = {p.source: p.name for p in signature.parameters(task) if p.role in ("in", "inout", "out")}
    axes = {p.source: p.name for p in signature.parameters(task) if p.role == "axis"}
    size_of = {t.name: _bytes(t, axes) for t in task.tensors}
    largest = size_of[max(task.tensors, key=lambda t: t.bytes(sizes)).name]
    read, written = {t.name for t in task.inputs}, {t.name for t in task.outputs}
    around = {t.name: int(nontemporal and t.role == "out") for t in task.tensors}
    steps: list[str] = []
    for keep, walk, share in ((read, _READ, _TAKE), (written, _WRITE, _GIVE)):
        for t in task.tensors:
            form = walk if size_of[t.name] == largest else share
            steps += [form.format(p=names[t.name], around=around[t.name])] if t.name in keep else []
    rest = [_TAKE.format(p=names[t.name]) for t in task.inputs] + [_GIVE.format(p=names[t.name], around=0) for t in task.outputs]
    body = "\n".join(
        [
            *(f"  const int64_t bytes_{names[t.name]} = {size_of[t.name]};" for t in task.tensors),
            f"  const int64_t n = {largest} / {_STEP};",
            *(
                f"  const int64_t step_{names[t.name]} = {_STEP if size_of[t.name] == largest else _PART.format(p=names[t.name])};"
                for t in task.tensors
            ),
            "#pragma omp parallel",
            "  {",
            "    word seen = {0}, line[4] = {{0}};",
            "#pragma omp for schedule(static) nowait",
            "    for (int64_t i = 0; i < n; i++) {",
            *steps,
            "    }",
            "    for (int k = 0; k < 4; k++) seen ^= line[k];",
            "#pragma omp single",
            "    { /* what is left over after whole steps */",
            "      const int64_t i = n;",
            *rest,
            "    }",
            '    __asm__ volatile("" : : "m"(seen) : "memory");',
            "  }",
        ]
    )
    about = f"/* Byte twin of {task.name}: reads every input byte, writes every output byte, computes nothing. */"
    source = f"{about}\n#include <stdint.h>\n{_TWIN_HELPERS}\n{signature.prototype(task)} {{\n{body}\n}}\n"
    return _arm(task, source, "byte_twin_nontemporal" if nontemporal else "byte_twin")


def compute_bound(task: Task, sizes: Mapping[str, int], machine: Machine, threads: int) -> bool:
    """Whether the task's operations take longer than its bytes at the machine's measured peaks (or at a plain guess of them)."""
    label = "1" if threads == 1 else "all"
    flops = machine.peaks.get(f"flops_f32_{label}", 2.0 * machine.vector_bytes / 4 * 2 * 2.5e9 * threads)
    rate = machine.peaks.get(f"triad_{label}", 10e9)
    return formula.evaluate(task.flops, sizes) / flops > task.bytes(sizes) / rate


def floors(task: Task, sizes: Mapping[str, int], machine: Machine, threads: int) -> tuple[Candidate, ...]:
    """The arms that may bound a kernel of this task from below at these sizes, the fastest of which does: the FMA arm where arithmetic
    bounds it, else byte twins whose stores go through the caches or around them."""
    if compute_bound(task, sizes, machine, threads):
        return (fma_arm(task),)
    return byte_twin(task, sizes, nontemporal=True), byte_twin(task, sizes)


def fma_arm(task: Task, flops: str = "") -> Candidate:
    """As many float32 operations as the task has, all of them fused multiply-adds in registers. `flops`: a formula over the axes."""
    axes = {p.source: p.name for p in signature.parameters(task) if p.role == "axis"}
    body = "\n".join(
        [
            f"  const int64_t flops = {formula_c(flops or task.flops, axes)};",
            "  const int64_t per_step = 2 * LANES * CHAINS, n = 512; /* parts: enough for any number of threads */",
            "  const int64_t steps = flops / (per_step * n) + 1;",
            "#pragma omp parallel for schedule(static)",
            "  for (int64_t i = 0; i < n; i++) multiply_add(steps);",
        ]
    )
    about = f"/* FMA arm of {task.name}: the task's floating-point operations in registers, no memory. */"
    source = f"{about}\n#include <stdint.h>\n{_FMA_HELPERS}\n{signature.prototype(task)} {{\n{body}\n}}\n"
    return _arm(task, source, "fma_arm")


def formula_c(text: str | int, axes: dict[str, str]) -> str:
    """A formula over axes as a C expression of type int64_t; operands are sizes, so `//` and `%` are C's. `axes`: axis -> C name."""
    return f"(int64_t){text}" if isinstance(text, int) else _c(ast.parse(text.strip(), mode="eval").body, axes)


def _c(node: ast.expr, axes: dict[str, str]) -> str:
    match node:
        case ast.Constant(value=int() as value):
            return f"(int64_t){value}"
        case ast.Name(id=name):
            return axes[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return f"(-{_c(operand, axes)})"
        case ast.BinOp(left=left, op=op, right=right):
            signs = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.FloorDiv: "/", ast.Mod: "%"}
            return f"({_c(left, axes)} {signs[type(op)]} {_c(right, axes)})"
        case ast.Call(func=ast.Name(id="cdiv"), args=[a, b]):
            return f"(({_c(a, axes)} + {_c(b, axes)} - 1) / {_c(b, axes)})"
        case ast.Call(func=ast.Name(id=("min" | "max") as name), args=[first, *rest]):
            text = _c(first, axes)
            for other in (_c(r, axes) for r in rest):
                text = f"({text} {'<' if name == 'min' else '>'} {other} ? {text} : {other})"
            return text
        case _:
            raise ValueError(f"not a formula: {ast.unparse(node)}")


def _bytes(tensor: Tensor, axes: dict[str, str]) -> str:
    factors = [formula_c(d, axes) for d in tensor.shape]
    return " * ".join([f"(int64_t){DTYPES[tensor.dtype].bytes}", *factors])


def _arm(task: Task, source: str, name: str) -> Candidate:
    """With gcc, where it is installed: a parallel region of its runtime begins 90 us sooner than libomp's while threads wait passively."""
    files = ((f"{name}.c", source),)
    return Candidate(task.name, "x86", files, task.entry, parameters=(("cc", "gcc"),), lineage=Lineage(author=name), trusted=True)
