"""The byte twin: a kernel that reads the same input bytes and writes the same output bytes, and computes nothing.

What it takes is what moving the data takes on this machine, in the same processes, caches and pages as the candidate: the floor of a
kernel that is bound by memory. It is printed per task, compiled and run like any candidate.
"""

from __future__ import annotations

import math

from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.dtypes import DTYPES
from kernelmill.core.signature import parameters, prototype
from kernelmill.core.task import Task

_STEP = 1 << 16
"""Bytes of all tensors together that a thread moves before it goes on to the next piece: reads and writes alternate as in a kernel."""


def twin(task: Task, platform: str = "x86") -> Candidate:
    """The byte twin of a task for a C-like platform. Its outputs are numbers without meaning."""
    return Candidate(task.name, platform, (("twin.cpp", source(task)),), task.entry, lineage=Lineage(author="twin"), trusted=True)


def source(task: Task) -> str:
    """C++ of the twin: every thread walks through its share of all tensors in step."""
    names = [p.name for p in parameters(task) if p.role in ("in", "inout", "out")]
    sizes = [_bytes(t.shape, DTYPES[t.dtype].bytes) for t in task.tensors]
    axes = {p.source: p.name for p in parameters(task) if p.role == "axis"}
    body = [f"    const int64_t n_{name} = {_renamed(size, axes)};" for name, size in zip(names, sizes, strict=True)]
    total = " + ".join(f"n_{name}" for name in names)
    reads = [
        f"        sum += km_read((const char *){n}, n_{n}, i, steps);" for t, n in zip(task.tensors, names, strict=True) if t.role != "out"
    ]
    writes = [f"        km_write((char *){n}, n_{n}, i, steps, sum);" for t, n in zip(task.tensors, names, strict=True) if t.role != "in"]
    return "\n".join(
        [
            "#include <stdint.h>",
            "#include <string.h>",
            "typedef uint64_t km_line __attribute__((vector_size(64)));",
            "static inline int64_t km_cut(int64_t n, int64_t i, int64_t steps) { return n / 64 * i / steps * 64; }",
            "static inline km_line km_read(const char *p, int64_t n, int64_t i, int64_t steps) {",
            "  km_line a = {0}, b = {0};",
            "  int64_t at = km_cut(n, i, steps), to = km_cut(n, i + 1, steps);",
            "  for (; at + 128 <= to; at += 128) {",
            "    km_line x, y;",
            "    memcpy(&x, p + at, 64), memcpy(&y, p + at + 64, 64);",
            "    a ^= x, b ^= y;",
            "  }",
            "  for (; at + 64 <= to; at += 64) {",
            "    km_line x;",
            "    memcpy(&x, p + at, 64);",
            "    a ^= x;",
            "  }",
            "  if (i + 1 == steps)",
            "    for (at = n / 64 * 64; at < n; at++) a[0] ^= (unsigned char)p[at];",
            "  return a ^ b;",
            "}",
            "static inline void km_write(char *p, int64_t n, int64_t i, int64_t steps, km_line v) {",
            "  v &= 0x3f3f3f3f3f3f3f3f; /* a finite number of every type */",
            "  int64_t at = km_cut(n, i, steps), to = km_cut(n, i + 1, steps);",
            "  for (; at < to; at += 64) memcpy(p + at, &v, 64);",
            "  if (i + 1 == steps)",
            "    for (; at < n; at++) p[at] = (char)v[0];",
            "}",
            f'extern "C" {prototype(task)} {{',
            *body,
            f"    int64_t steps = ({total}) / {_STEP} + 1;",
            "    #pragma omp parallel",
            "    {",
            "      km_line sum = {0};",
            "      #pragma omp for schedule(static)",
            "      for (int64_t i = 0; i < steps; i++) {",
            *reads,
            *writes,
            "      }",
            "    }",
            "}",
            "",
        ]
    )


def _bytes(shape: tuple[str | int, ...], size: int) -> str:
    constant = math.prod(d for d in shape if isinstance(d, int)) * size
    return " * ".join([f"{constant}ll", *(f"({d})" for d in shape if isinstance(d, str))])


def _renamed(text: str, axes: dict[str, str]) -> str:
    """A formula over axes in C, axes under the names they have in the signature; `//` is integer division there."""
    for name in sorted({n for n in axes if n in text}, key=len, reverse=True):
        if axes[name] != name:
            text = text.replace(name, axes[name])
    return text.replace("//", "/")
