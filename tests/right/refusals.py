"""Candidates that must not pass: they compute nothing, lie, break out or break down. Each with the statuses that are an answer to it."""

from __future__ import annotations

from kernelmill import tasks
from kernelmill.core.candidate import Candidate
from kernelmill.core.verdict import Status

RELU = "void km_relu(const float *x, float *y, int64_t N)"
LOOP = "for (int64_t i = 0; i < N; i++) y[i] = x[i] > 0 ? x[i] : 0;"
_HEADERS = ("<stdint.h>", "<stdlib.h>", "<string.h>", "<unistd.h>", '"kernelmill_task.h"')
_HEAD = "#define _GNU_SOURCE\n" + "".join(f"#include {h}\n" for h in _HEADERS)

WRONG, CRASH, CHEATED, TIMEOUT = Status.WRONG_VALUE, Status.CRASH, Status.CHEATED, Status.TIMEOUT
COMPILE = Status.COMPILE_ERROR

REFUSALS: dict[str, tuple[str, set[Status]]] = {
    "empty": (f"{RELU} {{}}", {WRONG}),
    "zeros": (f"{RELU} {{ memset(y, 0, N * 4); }}", {WRONG}),
    "input_returned": (f"{RELU} {{ memcpy(y, x, N * 4); }}", {WRONG}),
    "constant": (f"{RELU} {{ for (int64_t i = 0; i < N; i++) y[i] = 0.5f; }}", {WRONG}),
    "exit": (f"{RELU} {{ _exit(0); }}", {CRASH}),
    "pointer_cache": (
        f"""
static const float *seen[256];
static float *kept[256];
static int n;
{RELU} {{
  for (int i = 0; i < n; i++)
    if (seen[i] == x) {{ memcpy(y, kept[i], N * 4); return; }}
  {LOOP}
  if (n < 256) {{
    seen[n] = x, kept[n] = malloc(N * 4 + 4);
    memcpy(kept[n++], y, N * 4);
  }}
}}""",
        {WRONG, CHEATED},
    ),
    "works_after_the_answer": (
        f"""
#include <pthread.h>
static const float *x0;
static float *y0;
static int64_t n0;
static void *work(void *p) {{
  usleep(3000);
  for (int64_t i = 0; i < n0; i++) y0[i] = x0[i] > 0 ? x0[i] : 0;
  return 0;
}}
{RELU} {{
  pthread_t t;
  x0 = x, y0 = y, n0 = N;
  if (pthread_create(&t, 0, work, 0)) __builtin_trap();
  pthread_detach(t);
}}""",
        {WRONG, CHEATED},
    ),
    "one_past_the_end": (f"{RELU} {{ {LOOP} y[N] = 1; }}", {CRASH}),
    "one_before_the_start": (f"{RELU} {{ {LOOP} y[-1] = 1; }}", {CRASH}),
    "writes_its_input": (f"{RELU} {{ {LOOP} if (N) ((float *)x)[0] = 1; }}", {CRASH}),
    "endless_loop": (f"{RELU} {{ for (volatile int go = 1; go;) ; }}", {TIMEOUT}),
    "fork_bomb": (f"{RELU} {{ for (;;) fork(); }}", {CRASH, CHEATED, TIMEOUT}),
    "malloc_64_gib": (
        f"""
{RELU} {{
  volatile char *p = malloc(64ull << 30);
  for (uint64_t i = 0; i < 64ull << 30; i += 4096) p[i] = 1;
  {LOOP}
}}""",
        {CRASH},
    ),
    "incbin_of_a_file": ('__asm__(".incbin \\"@SECRET@\\"");\n' + f"{RELU} {{ {LOOP} }}", {COMPILE}),
    "include_of_a_file": ('#include "@SECRET@"\n' + f"{RELU} {{ {LOOP} }}", {COMPILE}),
    "socket": (f"#include <sys/socket.h>\n{RELU} {{ if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || 1) {LOOP} }}", {CHEATED, CRASH}),
    "socket_in_a_constructor": (
        f"""
#include <sys/socket.h>
__attribute__((constructor)) static void c(void) {{ socket(AF_INET, SOCK_STREAM, 0); }}
{RELU} {{ {LOOP} }}""",
        {CHEATED, CRASH, COMPILE},
    ),
    "reads_the_judge": (
        f"""
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
{RELU} {{
  char path[64], data[64];
  snprintf(path, 64, "/proc/%d/mem", getppid());
  int f = open(path, O_RDWR);
  if (f >= 0) {{ memset(y, 0, N * 4); return; }}
  struct iovec a = {{data, 64}}, b = {{(void *)&f, 64}};
  process_vm_readv(getppid(), &a, 1, &b, 1, 0);
  {LOOP}
}}""",
        {CHEATED, CRASH},
    ),
    "calls_a_blas": ("void cblas_sgemm();\n" + f"{RELU} {{ cblas_sgemm(); {LOOP} }}", {Status.REFUSED, COMPILE}),
    "no_entry": ("void something_else(void) {}", {COMPILE}),
    "does_not_compile": (f"{RELU} {{ return 1 + ; }}", {COMPILE}),
    "nan_wildcard": (f"{RELU} {{ for (int64_t i = 0; i < N; i++) y[i] = 0.0f / 0.0f; }}", {WRONG}),
    "stale_output": (f"static int n;\n{RELU} {{ if (n++ % 2 == 0) {{ {LOOP} }} }}", {WRONG}),
    "knows_the_profile_only": (f"{RELU} {{ if (N != 50021) {{ memset(y, 0, N * 4); return; }} {LOOP} }}", {WRONG}),
}
"""Name -> (C source, accepted answers)."""


def refusal(name: str, secret: str) -> Candidate:
    """The candidate; `secret` is the path of a file that belongs to the user."""
    task = tasks.get("activation/relu")
    source = _HEAD + REFUSALS[name][0].replace("@SECRET@", secret)
    return Candidate(task.name, "x86", (("kernel.c", source),), task.entry)
