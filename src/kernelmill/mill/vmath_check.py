"""Measures the error of the vector functions: C that runs every `step`-th float32 bit pattern against double precision."""

from __future__ import annotations

from collections.abc import Iterable

from kernelmill.mill import vmath
from kernelmill.mill.c.helpers import Helpers

LANES = 16
#: In double precision; sigmoid and softplus are composed so that they neither overflow nor cancel.
_REFERENCE = {
    "sigmoid": "x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))", "rsqrt": "1 / sqrt(x)",
    "softplus": "(x > 0 ? x : 0) + log1p(exp(-fabs(x)))", "pow": "pow(x, (double)y[i])",
}  # fmt: skip
_ULP = """
static double error(float got, double want) {
  if (got != got || want != want) return (got != got) && (want != want) ? 0 : 1e30;
  if (fabs(want) >= 0x1.ffffffp127) {
    if ((got > 0) != (want > 0) || fabs(got) < 0x1.fffffep127f) return 1e30;
    return __builtin_isinf(got) ? 0 : 1;
  }
  if (__builtin_isinf(got)) return fabs(want) > 0x1.fffffep127 ? 1 : 1e30;
  int e; frexp(want, &e);
  double unit = ldexp(1.0, (e - 1 < -126 ? -126 : e - 1) - 23);
  return fabs((double)got - want) / unit;
}
static uint32_t mix(uint32_t h) { h ^= h >> 16; h *= 0x7feb352du; h ^= h >> 15; h *= 0x846ca68bu; return h ^ h >> 16; }
"""


def source(names: Iterable[str], lanes: int = LANES) -> str:
    """C++ of `double check_NAME(uint64_t start, uint64_t stop, uint64_t step, float* worst)`: the largest error in ulp.

    `pow` takes its exponent from a hash of the base's bits, half of them moderate. Link with the text of `reference`.
    """
    helpers, checks = Helpers(), []
    v = helpers.vector("float", lanes)
    for name in names:
        two = name == "pow"
        function = vmath.helper(helpers, name, lanes)
        checks.append(f"""
extern "C" void reference_{name}(const float* x, const float* y, double* r, int n);
extern "C" double check_{name}(uint64_t start, uint64_t stop, uint64_t step, float* worst) {{
  double high = -1;
  for (uint64_t at = start; at < stop; at += step * 1024) {{
    float x[1024], y[1024], got[1024]; double want[1024];
    for (int i = 0; i < 1024; i++) {{
      uint32_t b = (uint32_t)(at + step * i < stop ? at + step * i : start), h = mix(b);
      memcpy(x + i, &b, 4); memcpy(y + i, &h, 4);
      if (h & 1) y[i] = (float)((int32_t)h >> 8) * 0x1p-18f;
    }}
    for (int i = 0; i < 1024; i += {lanes}) *({v}_u*)(got + i) = {function}(*({v}_u*)(x + i){f", *({v}_u*)(y + i)" if two else ""});
    reference_{name}(x, y, want, 1024);
    for (int i = 0; i < 1024; i++) {{
      float near = (float)want[i];
      int32_t a, b; memcpy(&a, got + i, 4); memcpy(&b, &near, 4);
      uint32_t apart = a > b ? (uint32_t)a - (uint32_t)b : (uint32_t)b - (uint32_t)a;
      if (apart + 0.51 <= high) continue;  // cannot be worse than what was seen
      double e = error(got[i], want[i]);
      if (e > high) {{ high = e; *worst = x[i]; }}
    }}
  }}
  return high;
}}""")
    head = "#include <stdint.h>\n#include <string.h>\n#include <math.h>\n"
    return head + "\n".join(helpers.texts.values()) + _ULP + "\n".join(checks) + "\n"


def reference(names: Iterable[str]) -> str:
    """C of the double-precision values, a file of its own so that it may be compiled to vector code."""
    parts = ["#include <math.h>"]
    for name in names:
        formula = _REFERENCE.get(name, f"{name}(x)")
        parts.append(f"""void reference_{name}(const float* a, const float* y, double* r, int n) {{
  for (int i = 0; i < n; i++) {{ double x = a[i]; r[i] = {formula}; }}
}}""")
    return "\n".join(parts) + "\n"
