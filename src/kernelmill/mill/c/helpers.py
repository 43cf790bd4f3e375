"""Small inline functions that printed code calls; each is printed only if it is used, after what it needs.

A helper is asked for by kind and parameters (`need("max", "float", 16)`) and answers its C name. Vector code uses the
GCC/Clang vector extensions only: no intrinsics header, which alone would double the compile time.
"""

from __future__ import annotations

from kernelmill.mill.c.types import BYTES, LETTER, MASK, vector_type

INLINE = "static inline __attribute__((always_inline))"


class Helpers:
    """Collects the helpers of one printed file, in the order of need."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def add(self, name: str, text: str) -> str:
        """Print `text` once under `name`."""
        self.texts.setdefault(name, text)
        return name

    def vector(self, scalar: str, lanes: int) -> str:
        """The vector type; with it comes an unaligned twin `v16f_u` for loads and stores."""
        if lanes == 1:
            return scalar
        name = vector_type(scalar, lanes)
        size = BYTES[scalar] * lanes
        return self.add(
            name,
            f"typedef {scalar} {name} __attribute__((vector_size({size})));\n"
            f"typedef {scalar} {name}_u __attribute__((vector_size({size}), aligned({BYTES[scalar]}), may_alias));",
        )

    def splat(self, scalar: str, lanes: int) -> str:
        """`v16f km_splat_v16f(float)`."""
        v = self.vector(scalar, lanes)
        # x - 0 is x for every x, also for -0 and NaN; x + 0 is not
        return self.add(f"km_splat_{v}", f"{INLINE} {v} km_splat_{v}({scalar} x) {{ return x - ({v}){{}}; }}")

    def iota(self, scalar: str, lanes: int) -> str:
        """`v16l km_iota_v16l()`: 0, 1, 2, ..."""
        v = self.vector(scalar, lanes)
        items = ", ".join(map(str, range(lanes)))
        return self.add(f"km_iota_{v}", f"{INLINE} {v} km_iota_{v}(void) {{ return ({v}){{{items}}}; }}")

    def first(self, bits: int, lanes: int) -> str:
        """`v16i km_first_v16i(n)`: mask of the first n lanes."""
        scalar = MASK[bits]
        v, iota, splat = self.vector(scalar, lanes), self.iota(scalar, lanes), self.splat(scalar, lanes)
        name = f"km_first_{v}"
        return self.add(name, f"{INLINE} {v} {name}(int64_t n) {{ return {iota}() < {splat}(({scalar})n); }}")

    def load_part(self, scalar: str, lanes: int) -> str:
        """`v16f km_loadn_v16f(p, n)`: the first n elements, zero in the other lanes; nothing else is read."""
        v = self.vector(scalar, lanes)
        return self.add(
            f"km_loadn_{v}",
            f"{INLINE} {v} km_loadn_{v}(const {scalar}* p, int64_t n) {{\n"
            + _masked(scalar, lanes, "load", v)
            + f"  {v} r = {{}};\n  for (int64_t l = 0; l < n; l++) r[l] = p[l];\n  return r;\n}}",
        )

    def store_part(self, scalar: str, lanes: int) -> str:
        """`km_storen_v16f(p, n, x)`: writes the first n elements only."""
        v = self.vector(scalar, lanes)
        return self.add(
            f"km_storen_{v}",
            f"{INLINE} void km_storen_{v}({scalar}* p, int64_t n, {v} x) {{\n"
            + _masked(scalar, lanes, "store", v)
            + "  for (int64_t l = 0; l < n; l++) p[l] = x[l];\n}",
        )

    def stream(self, scalar: str, lanes: int) -> str:
        """`km_stream_v16f(p, x)`: writes past the caches where p is aligned to the vector, as usual elsewhere.

        Nobody reads such an output inside the kernel; the locked instructions at the end of a parallel region drain the buffers.
        """
        v = self.vector(scalar, lanes)
        size = BYTES[scalar] * lanes
        gcc = {64: ("__AVX512F__", "512"), 32: ("__AVX__", "256")}.get(size)
        native = ""
        if gcc is not None:
            lanes_f = f"float __attribute__((vector_size({size})))"
            store = f"__builtin_ia32_movntps{gcc[1]}((float*)p, (raw)x)"
            native = f"#elif defined({gcc[0]})\n  typedef {lanes_f} raw;\n  if (!((uintptr_t)p & {size - 1})) {{ {store}; return; }}\n"
        return self.add(
            f"km_stream_{v}",
            f"{INLINE} void km_stream_{v}({scalar}* p, {v} x) {{\n"
            f"#if defined(__clang__)\n  if (!((uintptr_t)p & {size - 1})) {{ __builtin_nontemporal_store(x, ({v}*)p); return; }}\n"
            f"{native}#endif\n  *({v}_u*)p = x;\n}}",
        )

    def load_mask(self, scalar: str, lanes: int) -> str:
        """`v16f km_loadm_v16f(p, mask)`: the lanes of a mask (of the element's width) only."""
        v, m = self.vector(scalar, lanes), self.vector(MASK[8 * BYTES[scalar]], lanes)
        return self.add(
            f"km_loadm_{v}",
            f"{INLINE} {v} km_loadm_{v}(const {scalar}* p, {m} m) {{\n"
            + _masked(scalar, lanes, "load", v, "mask")
            + f"  {v} r = {{}};\n  for (int l = 0; l < {lanes}; l++) if (m[l]) r[l] = p[l];\n  return r;\n}}",
        )

    def store_mask(self, scalar: str, lanes: int) -> str:
        """`km_storem_v16f(p, mask, x)`."""
        v, m = self.vector(scalar, lanes), self.vector(MASK[8 * BYTES[scalar]], lanes)
        return self.add(
            f"km_storem_{v}",
            f"{INLINE} void km_storem_{v}({scalar}* p, {m} m, {v} x) {{\n"
            + _masked(scalar, lanes, "store", v, "mask")
            + f"  for (int l = 0; l < {lanes}; l++) if (m[l]) p[l] = x[l];\n}}",
        )

    def load_stride(self, scalar: str, lanes: int) -> str:
        """`v16f km_loads_v16f(p, stride, n)`: n elements `stride` apart."""
        v = self.vector(scalar, lanes)
        return self.add(
            f"km_loads_{v}",
            f"{INLINE} {v} km_loads_{v}(const {scalar}* p, int64_t s, int64_t n) {{\n"
            f"  {v} r = {{}};\n  for (int64_t l = 0; l < n; l++) r[l] = p[l * s];\n  return r;\n}}",
        )

    def store_stride(self, scalar: str, lanes: int) -> str:
        """`km_stores_v16f(p, stride, n, x)`."""
        v = self.vector(scalar, lanes)
        return self.add(
            f"km_stores_{v}",
            f"{INLINE} void km_stores_{v}({scalar}* p, int64_t s, int64_t n, {v} x) {{\n"
            "  for (int64_t l = 0; l < n; l++) p[l * s] = x[l];\n}",
        )

    def gather(self, scalar: str, lanes: int, masked: bool) -> str:
        """`v16f km_gather_v16f(p, index[, mask])` with an i64 index vector."""
        v, at = self.vector(scalar, lanes), self.vector("int64_t", lanes)
        name = f"km_gatherm_{v}" if masked else f"km_gather_{v}"
        m = self.vector(MASK[8 * BYTES[scalar]], lanes)
        extra, guard = (f", {m} m", "if (m[l]) ") if masked else ("", "")
        return self.add(
            name,
            f"{INLINE} {v} {name}(const {scalar}* p, {at} i{extra}) {{\n"
            f"  {v} r = {{}};\n  for (int l = 0; l < {lanes}; l++) {guard}r[l] = p[i[l]];\n  return r;\n}}",
        )

    def scatter(self, scalar: str, lanes: int) -> str:
        """`km_scatter_v16f(p, index, mask, x)`."""
        v, at, m = self.vector(scalar, lanes), self.vector("int64_t", lanes), self.vector(MASK[8 * BYTES[scalar]], lanes)
        return self.add(
            f"km_scatter_{v}",
            f"{INLINE} void km_scatter_{v}({scalar}* p, {at} i, {m} m, {v} x) {{\n"
            f"  for (int l = 0; l < {lanes}; l++) if (m[l]) p[i[l]] = x[l];\n}}",
        )

    def extreme(self, word: str, scalar: str, lanes: int) -> str:
        """`km_max_v16f(a, b)`: NaN wins, as in torch (floats only)."""
        v = self.vector(scalar, lanes)
        sign, join = (">" if word == "max" else "<"), ("|" if lanes > 1 else "||")
        name = f"km_{word}_{v}"
        return self.add(name, f"{INLINE} {v} {name}({v} a, {v} b) {{ return ((a {sign} b) {join} (a != a)) ? a : b; }}")

    def clamp(self) -> str:
        """`km_clamp(n, w)`: n brought into 0 .. w."""
        return self.add("km_clamp", f"{INLINE} int64_t km_clamp(int64_t n, int64_t w) {{ return n < 0 ? 0 : n > w ? w : n; }}")

    def floor_division(self) -> str:
        """`km_floordiv(a, b)` for signed a and positive b."""
        return self.add("km_floordiv", f"{INLINE} int64_t km_floordiv(int64_t a, int64_t b) {{ return (a < 0 ? a - b + 1 : a) / b; }}")

    def map_lanes(self, function: str, scalar: str, lanes: int, arity: int) -> str:
        """A scalar function applied lane by lane."""
        v = self.vector(scalar, lanes)
        params, args = ", ".join(f"{v} {c}" for c in "abc"[:arity]), ", ".join(f"{c}[l]" for c in "abc"[:arity])
        name = f"km_lanes_{function.removeprefix('__builtin_')}_{v}"
        return self.add(
            name,
            f"{INLINE} {v} {name}({params}) {{\n  {v} r;\n  for (int l = 0; l < {lanes}; l++) r[l] = {function}({args});\n  return r;\n}}",
        )

    def half(self, dtype: str, lanes: int, back: bool) -> str:
        """Conversions between float and the 16-bit patterns of bf16 and f16 (round to nearest even)."""
        f, i, w = self.vector("float", lanes), self.vector("int32_t", lanes), self.vector("uint16_t", lanes)
        if lanes > 1:
            return self._half_vector(dtype, back, f, i, w)
        name = f"km_to_{dtype}" if back else f"km_from_{dtype}"
        return self.add(name, _HALF[name])

    def _half_vector(self, dtype: str, back: bool, f: str, i: str, w: str) -> str:
        lanes = int(f[1:-1])
        name = f"km_to_{dtype}_{f}" if back else f"km_from_{dtype}_{f}"
        if dtype == "bf16" and not back:
            body = f"return ({f})(__builtin_convertvector(x, {i}) << 16);"
        elif dtype == "bf16":
            body = (
                f"{i} u = ({i})x; {i} r = (u + 0x7fff + ((u >> 16) & 1)) >> 16;\n"
                f"  return __builtin_convertvector((x != x) ? ({i}){{}} + 0x7fc0 : r, {w});"
            )
        else:
            single = self.half(dtype, 1, back)
            source, target = (f, w) if back else (w, f)
            loop = f"for (int l = 0; l < {lanes}; l++) r[l] = {single}(x[l]);"
            text = f"{INLINE} {target} {name}({source} x) {{ {target} r; {loop} return r; }}"
            return self.add(name, text)
        source, target = (f, w) if back else (w, f)
        return self.add(name, f"{INLINE} {target} {name}({source} x) {{\n  {body}\n}}")


def _masked(scalar: str, lanes: int, what: str, v: str, by: str = "count") -> str:
    """One AVX-512 masked move where the compiler offers it as a builtin (the generic loop costs a branch per lane)."""
    if (scalar, lanes) not in (("float", 16), ("int32_t", 16), ("double", 8), ("int64_t", 8)):
        return ""
    kind = {"float": ("ups", "float"), "double": ("upd", "double"), "int32_t": ("dqusi", "int"), "int64_t": ("dqudi", "long long")}
    word, element = kind[scalar]
    mask = "(unsigned short)" if lanes == 16 else "(unsigned char)"
    bits = f"{mask}((1u << n) - 1u)"
    needs = "__AVX512F__"
    if by == "mask":
        bits, needs = ("(unsigned short)__builtin_ia32_cvtd2mask512((km_xm)m)", "__AVX512DQ__")
        if lanes == 8:
            bits = "(unsigned char)__builtin_ia32_cvtq2mask512((km_xm)m)"
    same = f"km_x{LETTER[scalar]}"
    if what == "load":
        text = f"return ({v})__builtin_ia32_load{word}512_mask((const {element}*)p, ({same}){{}}, {bits});"
    else:
        text = f"__builtin_ia32_store{word}512_mask(({element}*)p, ({same})x, {bits});\n  return;"
    types = f"typedef {element} {same} __attribute__((vector_size(64)));"
    if by == "mask":
        types += f" typedef {'int' if lanes == 16 else 'long long'} km_xm __attribute__((vector_size(64)));"
    return f"#ifdef {needs}\n  {types}\n  {text}\n#endif\n"


_HALF = {
    "km_from_bf16": f"""{INLINE} float km_from_bf16(uint16_t x) {{
  uint32_t u = (uint32_t)x << 16; float f; __builtin_memcpy(&f, &u, 4); return f;
}}""",
    "km_to_bf16": f"""{INLINE} uint16_t km_to_bf16(float x) {{
  uint32_t u; __builtin_memcpy(&u, &x, 4);
  return x != x ? 0x7fc0 : (uint16_t)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
}}""",
    "km_from_f16": f"""{INLINE} float km_from_f16(uint16_t x) {{
  uint32_t sign = (uint32_t)(x & 0x8000) << 16, e = (x >> 10) & 31, m = x & 1023, u; float f;
  if (e == 0) {{ f = (float)m * 0x1p-24f; __builtin_memcpy(&u, &f, 4); u |= sign; }}
  else u = sign | (e == 31 ? 0x7f800000u : (e + 112) << 23) | m << 13;
  __builtin_memcpy(&f, &u, 4); return f;
}}""",
    "km_to_f16": f"""{INLINE} uint16_t km_to_f16(float x) {{
  uint32_t u; __builtin_memcpy(&u, &x, 4);
  uint32_t sign = (u >> 16) & 0x8000, a = u & 0x7fffffff; float f;
  if (a > 0x7f800000) return (uint16_t)(sign | 0x7e00);
  if (a >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
  if (a < 0x38800000) {{ __builtin_memcpy(&f, &a, 4); f += 0.5f; __builtin_memcpy(&a, &f, 4); return (uint16_t)(sign | (a - 0x3f000000)); }}
  return (uint16_t)(sign | ((a - 0x38000000 + 0xfff + ((a >> 13) & 1)) >> 13));
}}""",
}
