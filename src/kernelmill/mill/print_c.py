"""Prints a program as C++-compatible C with GCC/Clang vector extensions and OpenMP.

The entry follows the calling convention: `extern "C" void km_<name>(tensors.., axes.., scalars..[, void* ws])`, with
`km_<name>_workspace(axes..)` beside it if temporaries do not fit the stack. No header but <stdint.h> is included.
The unscheduled print of a lowered program is the naive baseline; nothing is optimised that the program does not say.
"""

from __future__ import annotations

import re

from kernelmill.core.errors import UserError
from kernelmill.core.machine import Machine
from kernelmill.mill.c.context import Context, Decisions, Storage
from kernelmill.mill.c.statements import Statements
from kernelmill.mill.c.types import STORED, Val, identifier
from kernelmill.mill.ir import Buffer, Program

_THREADS = """#ifdef _OPENMP
extern "C" int omp_get_thread_num(void);
extern "C" int omp_get_max_threads(void);
static inline int64_t km_thread(void) { return omp_get_thread_num(); }
static inline int64_t km_threads(void) { return omp_get_max_threads(); }
#else
static inline int64_t km_thread(void) { return 0; }
static inline int64_t km_threads(void) { return 1; }
#endif"""


#: GCC notes that passing wide vectors between files changed once; nothing here passes them between files.
_QUIET = """#ifndef __clang__
#pragma GCC diagnostic ignored "-Wpsabi"
#endif"""


def entry_name(op: str) -> str:
    """`km_` and the op, every character outside [A-Za-z0-9_] replaced by `_`."""
    return "km_" + re.sub(r"\W", "_", op, flags=re.ASCII)


def print_c(program: Program, machine: Machine | None = None, entry: str | None = None) -> str:
    """The source of one translation unit (compile as C++). Raises UserError for what has no C form.

    `machine` is not needed to print; vector widths are in the program.
    """
    decisions = Decisions()
    for _ in range(100):
        decisions.revised, decisions.expanded = False, frozenset(decisions.expand)
        source = _print(program, decisions, entry or entry_name(program.name))
        if not decisions.revised:
            return source
    raise UserError(f"the printer could not settle where the buffers of {program.name} live")


def _print(program: Program, decisions: Decisions, entry: str) -> str:
    out = Statements(program, decisions)
    ctx = Context(values={s.name: Val(identifier(s.name), s.dtype) for s in program.scalars})
    for b in program.params:
        ctx.storage[b.name] = Storage(b, identifier(b.name))
    for b in program.temps:
        ctx.storage[b.name] = Storage(b, identifier(b.name))
        stored = STORED[b.dtype]
        code = out.workspace.reserve(b, False)
        out.line(f"{stored}* __restrict const {identifier(b.name)} = ({stored}*)({code});")
    for kernel in program.kernels:
        out.block("", kernel.body, [ctx])
    axes = [f"int64_t {identifier(a)}" for a in program.axes]
    params = [_parameter(b) for b in program.params] + axes + [f"{_scalar(s.dtype)} {identifier(s.name)}" for s in program.scalars]
    head = ["#include <stdint.h>", ""]
    if any(name.startswith("v") for name in out.helpers.texts):
        head.insert(1, _QUIET)
    if out.workspace.used:
        head += [_THREADS, ""]
    head += [text + "\n" if text.endswith("}") else text for text in out.helpers.texts.values()]
    tail: list[str] = []
    if out.workspace.used:
        params.append("void* ws")
        layout = ["  " + line for line in out.workspace.layout()]
        unused = [f"  (void){identifier(a)};" for a in program.axes]
        tail += [f'extern "C" int64_t {entry}_workspace({", ".join(axes)}) {{', *unused, *layout]
        tail += [f"  return {out.workspace.total};", "}", ""]
        out.lines[:0] = ["  char* const km_ws = (char*)ws;", *layout]
    tail += [f'extern "C" void {entry}({", ".join(params)}) {{', *out.lines, "}"]
    return "\n".join([*head, "", *tail]) + "\n"


def _parameter(b: Buffer) -> str:
    const = "const " if b.role == "in" else ""
    return f"{const}{STORED[b.dtype]}* __restrict {identifier(b.name)}"


def _scalar(dtype: str) -> str:
    return {"f64": "double", "f32": "float", "i64": "int64_t", "bool": "uint8_t"}[dtype]
