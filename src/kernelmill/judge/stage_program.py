"""The program that a sanitizer stage links a candidate with: it reads workloads from a file and calls the entry on each.

Every tensor is an allocation of its own with exactly its bytes, so that the element after the last is nobody's; there is no slack to a line
and no page beside it. Written in the common part of C and C++, because it is compiled in the candidate's language.

File: count, then for each case {whether two threads call at once, axes, bytes of every tensor, the data of inputs and in-outs}, all words
64 bits wide.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernelmill.core import signature
from kernelmill.core.task import Scalar, Task
from kernelmill.core.workload import Workload
from kernelmill.judge.right.store import typed

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TEMPLATE = """\
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif
%(prototypes)s
#ifdef __cplusplus
}
#endif

enum { TENSORS = %(tensors)d, AXES = %(axes)d, ONLY_WRITTEN = 1, BOTH = 2 };
static const char *const km_names[] = {%(names)s};
static const int km_roles[] = {%(roles)s};

struct km_call {
  int64_t axes[AXES + 1];
  uint64_t bytes[TENSORS];
  void *at[TENSORS], *space;
};

static void *km_thread(void *p) {
  struct km_call *c = (struct km_call *)p;
  %(call)s;
  return NULL;
}

static FILE *km_file;

static void km_get(void *to, size_t bytes) {
  if (bytes && fread(to, 1, bytes, km_file) != bytes) exit(2);
}

static void *km_room(uint64_t bytes) {
  void *p = NULL;
  if (posix_memalign(&p, 64, (size_t)bytes)) exit(2);
  return p;
}

static double km_now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void km_workspace(struct km_call *c) {
  (void)c;
%(workspace)s}

int main(int argc, char **argv) {
  if (argc != 3 || !(km_file = fopen(argv[1], "rb"))) return 2;
  double end = km_now() + atof(argv[2]);
  uint64_t count, twice;
  km_get(&count, 8);
  printf("started\\n");
  for (uint64_t i = 0; i < count && (i == 0 || km_now() < end); i++) {
    struct km_call first, second;
    memset(&first, 0, sizeof first);
    km_get(&twice, 8);
    km_get(first.axes, 8 * AXES);
    km_get(first.bytes, 8 * TENSORS);
    second = first;
    for (int t = 0; t < TENSORS; t++) {
      first.at[t] = second.at[t] = km_room(first.bytes[t]);
      printf("buffer %%s %%p\\n", km_names[t], first.at[t]);
      if (km_roles[t] != ONLY_WRITTEN) km_get(first.at[t], first.bytes[t]);
#ifndef KM_UNWRITTEN
      else memset(first.at[t], 0xff, first.bytes[t]);
#endif
      if (!twice || km_roles[t] == 0) continue;
      second.at[t] = km_room(first.bytes[t]);
      memcpy(second.at[t], first.at[t], first.bytes[t]);
    }
    km_workspace(&first);
    if (twice) km_workspace(&second);
    fflush(stdout);
    if (twice) {
      pthread_t a, b;
      if (pthread_create(&a, NULL, km_thread, &first) || pthread_create(&b, NULL, km_thread, &second)) return 2;
      pthread_join(a, NULL);
      pthread_join(b, NULL);
    } else {
      km_thread(&first);
    }
%(after)s    for (int t = 0; t < TENSORS; t++) {
      if (second.at[t] != first.at[t]) free(second.at[t]);
      free(first.at[t]);
    }
    free(first.space);
    free(second.space);
    printf("done %%u\\n", (unsigned)i);
    fflush(stdout);
  }
  printf("finished\\n");
  return 0;
}
"""
_ROLE = {"in": 0, "out": 1, "inout": 2}
_USE = """\
    for (int t = 0; t < TENSORS; t++)
      if (km_roles[t]) {
        unsigned char sum = 0; /* a branch on what was written asks whether all of it was */
        for (uint64_t k = 0; k < first.bytes[t]; k++) sum ^= ((unsigned char *)first.at[t])[k];
        if (sum == 42) printf("\\n");
      }
"""


def program_text(task: Task, entry: str, *, workspace: bool, used: bool = False) -> str:
    """Source of the program. `used`: it looks at every byte of the outputs, which are left unwritten before."""
    parameters = signature.parameters(task)
    tensors = [p for p in parameters if p.role in _ROLE]
    arguments = [f"({p.c})c->at[{i}]" for i, p in enumerate(tensors)]
    axes = [f"c->axes[{i}]" for i in range(len(task.axes))]
    arguments += axes + [_literal(s) for s in task.scalars] + ["c->space"] * workspace
    prototypes = [signature.prototype(task, entry, workspace) + ";"]
    prototypes += [signature.workspace_prototype(task, entry) + ";"] * workspace
    space = f"  int64_t bytes = {entry}_workspace({', '.join(axes)});\n  c->space = km_room(bytes > 0 ? (uint64_t)bytes : 1);\n"
    text = _TEMPLATE % {
        "prototypes": "\n".join(prototypes),
        "tensors": len(tensors),
        "axes": len(task.axes),
        "names": ", ".join(f'"{p.name}"' for p in tensors),
        "roles": ", ".join(str(_ROLE[p.role]) for p in tensors),
        "call": f"{entry}({', '.join(arguments)})",
        "workspace": space if workspace else "",
        "after": _USE if used else "",
    }
    return ("#define KM_UNWRITTEN\n" if used else "") + text


def _literal(scalar: Scalar) -> str:
    value = scalar.value
    if isinstance(value, float) and not math.isfinite(value):
        return "NAN" if math.isnan(value) else "INFINITY" if value > 0 else "-INFINITY"
    return str(int(value)) if isinstance(value, bool) else repr(value)


def cases_file(task: Task, cases: Sequence[tuple[Workload, bool, Mapping[str, NDArray[Any]]]]) -> bytes:
    """Workloads, whether two threads call at once, and inputs as `Prepared.inputs` has them."""
    parts = [struct.pack("<Q", len(cases))]
    for work, twice, inputs in cases:
        tensors = typed(task.tensors, work)
        parts.append(struct.pack("<Q", int(twice)))
        parts.append(struct.pack(f"<{len(work.axes)}q", *(v for _, v in work.axes)))
        parts.append(struct.pack(f"<{len(tensors)}Q", *(t.bytes(work.sizes) for t in tensors)))
        parts += [inputs[t.name].tobytes() for t in tensors if t.role != "out"]
    return b"".join(parts)
