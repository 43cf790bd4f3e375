"""Vector forms of float32 functions, as C for any number of lanes (1 = scalar); at most 4 ulp over all float32 inputs.

`helper(helpers, "exp", 16)` prints `km_fast_exp_v16f` and what it needs and answers the name. `MAX_ULP` holds the largest
errors measured by `benchmarks/check_vmath.py`; infinities, NaN, zeros and denormals are right.
Coefficients are made by `benchmarks/fit_vmath.py`. The code assumes round to nearest and no -ffast-math; it is right with
and without contraction to FMA.

Sources of the algorithms: argument reduction with split constants, Cody and Waite (1980) and Moshier's Cephes;
erf(t) = -expm1(-t Q(t)) and tanh(t) = e / (e + 2) with e = expm1(2 t).
"""

from __future__ import annotations

from collections.abc import Sequence

from kernelmill.core.errors import UserError
from kernelmill.mill.c import functions
from kernelmill.mill.c.helpers import INLINE, Helpers

#: Largest error in ulp, rounded up. Measured over all 2^32 inputs for tanh, erf and softplus (gcc, with FMA), over a sample (every
#: 509th, gcc and clang) for the others; `benchmarks/check_vmath.py` runs them all.
MAX_ULP: dict[str, float] = {
    "exp": 1.1, "exp2": 1.1, "expm1": 1.5, "log": 0.9, "log2": 1.0, "log10": 1.0, "log1p": 1.0, "tanh": 2.5, "sigmoid": 2.5,
    "softplus": 2.0, "erf": 3.3, "rsqrt": 1.6, "sin": 1.8, "cos": 1.8, "pow": 0.6,
}  # fmt: skip

EXP = (0.5, 0.1666666716337204, 0.041666265577077866, 0.008333264850080013, 0.0013946299441158772, 0.00019918126054108143)
LOG = (
    0.3333331048488617, -0.24999986588954926, 0.20002250373363495, -0.16669303178787231, 0.1421819031238556,
    -0.12383086234331131, 0.1187543123960495, -0.11798794567584991, 0.06920603662729263,
)  # fmt: skip
SOFT = (
    -0.49999940395355225, 0.3333077132701874, -0.24961471557617188, 0.1971084624528885, -0.15401145815849304,
    0.10759521275758743, -0.058455098420381546, 0.02063021995127201, -0.0034137521870434284,
)  # fmt: skip
ERF = (
    1.128379225730896, 0.6366193890571594, 0.10277783125638962, -0.019153062254190445, -0.00016039999900385737,
    0.0016670315526425838, -0.0006328392191790044, 0.00011764197552111, -9.256348675990012e-06,
)  # fmt: skip
SIN = (-0.1666666716337204, 0.008333329111337662, -0.000198393187019974, 2.7181627046957146e-06)
COS = (0.04166664555668831, -0.001388735487125814, 2.4437005777144805e-05)


def names() -> tuple[str, ...]:
    """Functions with a vector form."""
    return tuple(n for n in _BODIES if not n.startswith("_"))


def helper(helpers: Helpers, name: str, lanes: int) -> str:
    """C name of a function over `lanes` float32 lanes; its text and what it needs are printed. UserError if there is none."""
    if name not in _BODIES:
        raise UserError(f"there is no vector form of {name}", allowed=sorted(_BODIES))
    needs, body = _BODIES[name]
    for needed in needs:
        helper(helpers, needed, lanes)
    v, i = helpers.vector("float", lanes), helpers.vector("int32_t", lanes)
    helpers.splat("float", lanes)
    helpers.splat("int32_t", lanes)
    _casts(helpers, lanes, v, i)
    if "SCALE(" in body:
        _scale(helpers, lanes, v, i)
    if "SQRT(" in body:
        functions.call(helpers, "sqrt", "f32", ["x"], lanes)
    if "DOUBLE(" in body:
        _doubles(helpers, lanes, v, i)
    full = f"km_fast_{name}_{v}"
    params = f"{v} x, {v} y" if name == "pow" else f"{v} x"
    return helpers.add(full, f"{INLINE} {v} {full}({params}) {{\n{_spell(body, lanes, v, i)}\n}}")


def _casts(helpers: Helpers, lanes: int, v: str, i: str) -> None:
    for name, source, target in ((f"km_bits_{v}", v, i), (f"km_real_{v}", i, v)):
        code = f"return ({target})x;" if lanes > 1 else f"{target} r; __builtin_memcpy(&r, &x, 4); return r;"
        helpers.add(name, f"{INLINE} {target} {name}({source} x) {{ {code} }}")


def _scale(helpers: Helpers, lanes: int, v: str, i: str) -> None:
    """x * 2^k (n = k as float), rounded once: one instruction of AVX-512, else two factors."""
    name = f"km_scale_{v}"
    text = f"{INLINE} {v} {name}({v} x, {v} n, {i} k) {{\n"
    if lanes == 16:
        text += "#ifdef __AVX512F__\n  return __builtin_ia32_scalefps512_mask(x, n, x, (unsigned short)-1, 4);\n#endif\n"
    text += f"  {i} h = k >> 1;\n  return x * km_real_{v}((h + 127) << 23) * km_real_{v}((k - h + 127) << 23);\n}}"
    helpers.add(name, text)


def _doubles(helpers: Helpers, lanes: int, v: str, i: str) -> None:
    d = helpers.vector("double", lanes)
    helpers.splat("double", lanes)
    for name, source, target in ((f"km_double_{v}", v, d), (f"km_single_{v}", d, v), (f"km_integer_{v}", d, i)):
        code = f"__builtin_convertvector(x, {target})" if lanes > 1 else f"({target})x"
        helpers.add(name, f"{INLINE} {target} {name}({source} x) {{ return {code}; }}")
    helpers.add(f"KM_EACH{int(lanes > 1)}", _LANES if lanes > 1 else _ONE)


# statements that run lane by lane where a flag is set; scalars and vectors are spelled differently
_LANES = """#define KM_EACH1(lanes, flag) for (int km_i = 0; km_i < lanes; km_i++) if (flag[km_i] != 0.0f)
#define KM_GET1(x) x[km_i]
#define KM_SET1(x, value) x[km_i] = value"""
_ONE = """#define KM_EACH0(lanes, flag) if (flag != 0.0f)
#define KM_GET0(x) x
#define KM_SET0(x, value) x = value"""


def _spell(body: str, lanes: int, v: str, i: str) -> str:
    """Fill in types: V I (float and int vectors), F(c) N(c) (constants in all lanes), BITS REAL (reinterpretation), fast_*."""
    d, wide = f"v{lanes}d" if lanes > 1 else "double", lanes > 1
    words = {
        "V ": f"{v} ", "I ": f"{i} ", "D ": f"{d} ", "F(": f"km_splat_{v}(", "N(": f"km_splat_{i}(", "WIDE(": f"km_splat_{d}(",
        "BITS(": f"km_bits_{v}(", "REAL(": f"km_real_{v}(", "SQRT(": f"km_sqrt_{v}(" if wide else "__builtin_sqrtf(",
        "SCALE(": f"km_scale_{v}(", "DOUBLE(": f"km_double_{v}(", "SINGLE(": f"km_single_{v}(", "INTEGER(": f"km_integer_{v}(",
        "EACH(": f"KM_EACH{int(wide)}({lanes}, ", "GET(": f"KM_GET{int(wide)}(", "SET(": f"KM_SET{int(wide)}(",
    }  # fmt: skip
    words |= {f"fast_{name}(": f"km_fast_{name}_{v}(" for name in _BODIES}
    for word, new in words.items():
        body = _replace_word(body, word, new)
    return body.strip("\n")


def _replace_word(text: str, word: str, new: str) -> str:
    parts = text.split(word)
    out = parts[0]
    for part in parts[1:]:
        glued = bool(out) and (out[-1].isalnum() or out[-1] == "_")
        out += (word if glued else new) + part
    return out


def _horner(coefficients: Sequence[float], x: str) -> str:
    text = f"{coefficients[-1]!r}f"
    for c in reversed(coefficients[:-1]):
        text = f"({text} * {x} {'+' if c >= 0 else '-'} {abs(c)!r}f)"
    return text


LOG_D = (
    0.6666666666659431, 0.40000000047377904, 0.2857141824697561, 0.2222325467781701, 0.18129828336684456, 0.1665918293602892,
    0.016290002787761465,
)  # fmt: skip
EXP2_D = (
    1.0000000000000266, 0.6931471805457055, 0.24022650695460457, 0.05550410942115569, 0.009618129229917406,
    0.0013333449697337854, 0.00015403410703546369, 1.5310310921275418e-05, 1.3264259025755947e-06,
)  # fmt: skip


def _horner_double(table: str, x: str) -> str:
    return _horner({"LOG_D": LOG_D, "EXP2_D": EXP2_D}[table], x).replace("f)", ")").replace("f *", " *")


# e^x = 2^k e^r; 12582912 = 1.5 * 2^23 rounds to an integer and leaves it in the low bits; 2^k in two factors, so that
# denormal results are rounded once
_EXP_CORE = f"""
  V n = x * F(1.44269504f) + F(12582912.0f);
  I k = BITS(n) - 0x4b400000;
  n = n - F(12582912.0f);
  V r = x - n * F(0.693359375f);
  r = r - n * F(-2.12194440e-4f);
  V p = {_horner(EXP, "r")};
  p = r * r * p + r;
"""
_SCALE = "\n  return SCALE(p + F(1.0f), n, k);"
_CLAMP = """
  x = x > F(HIGH) ? F(HIGH) : x;
  x = x < F(LOW) ? F(LOW) : x;"""


def _clamped(low: str, high: str) -> str:
    return _CLAMP.replace("HIGH", high).replace("LOW", low)


# x = 2^k m, m in [sqrt(1/2), sqrt(2)); denormals are scaled first
_LOG_SPLIT = """
  I tiny = N(0);
  tiny = x < F(1.17549435e-38f) ? N(23) : tiny;
  V a = x < F(1.17549435e-38f) ? x * F(8388608.0f) : x;
  I b = BITS(a) - 0x3f3504f3;
  I k = (b >> 23) - tiny;
  V f = REAL((b & 0x7fffff) + 0x3f3504f3) - F(1.0f);
"""
# log(1 + f) = f - (q - t)
_LOG_POLY = f"""
  V q = F(0.5f) * f * f;
  V t = f * f * f * {_horner(LOG, "f")};
"""
_LOG_ENDS = """
  r = x < F(0.0f) ? F(__builtin_nanf("")) : r;
  r = x == F(0.0f) ? F(-__builtin_inff()) : r;
  r = x == F(__builtin_inff()) ? x : r;
  return x != x ? x : r;"""
_TO_FLOAT = "  V n = REAL(k + 0x4b400000) - F(12582912.0f);\n"

# x - k pi/2 in double, exact enough for |x| < 2^20; larger arguments go to libm lane by lane
_TURNS = f"""
  V a = REAL(BITS(x) & 0x7fffffff);
  V c = a >= F(1048576.0f) ? F(0.0f) : x;
  D w = DOUBLE(c);
  D m = w * 0.63661977236758138 + 6755399441055744.0;
  D e = m - 6755399441055744.0;
  V r = SINGLE((w - e * 1.5707963267341256) - e * 6.0771005065061922e-11);
  I k = INTEGER(e) + SHIFT;
  V z = r * r;
  V s = r * z * {_horner(SIN, "z")} + r;
  V o = F(1.0f) - F(0.5f) * z + z * z * {_horner(COS, "z")};
  V y = (k & 1) == N(0) ? s : o;
  y = REAL(BITS(y) ^ ((k & 2) << 30));
  V big = a >= F(1048576.0f) ? F(1.0f) : F(0.0f);
  EACH(big) SET(y, __builtin_NAMEf(GET(x)));
  return ODD(x == F(0.0f) ? x : y);"""


def _turns(shift: str, name: str) -> str:
    text = _TURNS.replace("SHIFT", shift).replace("NAME", name)
    return text.replace("ODD(x == F(0.0f) ? x : y)", "x == F(0.0f) ? x : y" if name == "sin" else "y")


# x^y = 2^(y log2 x) in double; what is not a positive normal base with a finite exponent goes to libm lane by lane
_POW = f"""
  V odd = ((x >= F(1.17549435e-38f)) & (x < F(__builtin_inff())) & (y - y == F(0.0f))) ? F(0.0f) : F(1.0f);
  V c = odd == F(0.0f) ? x : F(1.0f);
  I b = BITS(c) - 0x3f3504f3;
  D n = DOUBLE(REAL((b >> 23) + 0x4b400000) - F(12582912.0f));
  D m = DOUBLE(REAL((b & 0x7fffff) + 0x3f3504f3));
  D s = (m - 1.0) / (m + 1.0);
  D z = s * s;
  D l = n + (s + s + s * z * {_horner_double("LOG_D", "z")}) * 1.4426950408889634;
  D e = DOUBLE(y) * l;
  e = e > WIDE(200.0) ? WIDE(200.0) : e;
  e = e < WIDE(-200.0) ? WIDE(-200.0) : e;
  D t = e + 6755399441055744.0;
  D g = t - 6755399441055744.0;
  D f = e - g;
  D p = {_horner_double("EXP2_D", "f")};
  I k = INTEGER(g);
  I h = k >> 1;
  V r = SINGLE(p * DOUBLE(REAL((h + 127) << 23)) * DOUBLE(REAL((k - h + 127) << 23)));
  EACH(odd) SET(r, __builtin_powf(GET(x), GET(y)));
  return r;"""

_BODIES: dict[str, tuple[tuple[str, ...], str]] = {
    "exp": ((), _clamped("-104.0f", "89.0f") + _EXP_CORE + _SCALE),
    "exp2": (
        (),
        _clamped("-151.0f", "129.0f")
        + f"""
  V n = x + F(12582912.0f);
  I k = BITS(n) - 0x4b400000;
  n = n - F(12582912.0f);
  V r = (x - n) * F(0.693147181f);
  V p = {_horner(EXP, "r")};
  p = r * r * p + r;
"""
        + _SCALE,
    ),
    # for -104 < x < 89, no special values
    "_expm1": (
        (),
        _EXP_CORE
        + """
  V h = REAL((k + 126) << 23);
  return (h * p + (h - F(0.5f))) * F(2.0f);""",
    ),
    "expm1": (
        ("_expm1",),
        "  V zero = x;\n" + _clamped("-25.0f", "89.0f") + "  return zero == F(0.0f) ? zero : fast__expm1(x);",
    ),
    "log": (
        (),
        _LOG_SPLIT
        + _LOG_POLY
        + _TO_FLOAT
        + """
  V r = n * F(0.693138123f) + (f - (q - (t + n * F(9.05800061e-6f))));
"""
        + _LOG_ENDS,
    ),
    "log2": (
        (),
        _LOG_SPLIT
        + _LOG_POLY
        + _TO_FLOAT
        + """
  V l = f - (q - t);
  V hi = REAL(BITS(l) & -4096);
  V lo = (f - hi) - (q - t);
  V r = n + (hi * F(1.44287109375f) + (lo * F(1.44287109375f) + (hi + lo) * F(-1.7605285393e-04f)));
"""
        + _LOG_ENDS,
    ),
    "log10": (
        (),
        _LOG_SPLIT
        + _LOG_POLY
        + _TO_FLOAT
        + """
  V l = f - (q - t);
  V hi = REAL(BITS(l) & -4096);
  V lo = (f - hi) - (q - t);
  V y = hi * F(0.434326171875f) + (lo * F(0.434326171875f) + (hi + lo) * F(-3.1689971365e-05f));
  V r = n * F(0.301025390625f) + (n * F(4.605038981195e-06f) + y);
"""
        + _LOG_ENDS,
    ),
    "log1p": (
        (),
        """
  V u = x + F(1.0f);
  I b = BITS(u) - 0x3f3504f3;
  I k = b >> 23;
  V f = REAL((b & 0x7fffff) + 0x3f3504f3) - F(1.0f);
  V c = (k >= N(2) ? F(1.0f) - (u - x) : x - (u - F(1.0f))) / u;
  c = k >= N(25) ? F(0.0f) : c;
  f = k == N(0) ? x : f;
  c = k == N(0) ? F(0.0f) : c;
"""
        + _LOG_POLY
        + _TO_FLOAT
        + """
  V r = n * F(0.693138123f) + (f - (q - (t + (n * F(9.05800061e-6f) + c))));
  r = x < F(-1.0f) ? F(__builtin_nanf("")) : r;
  r = x == F(-1.0f) ? F(-__builtin_inff()) : r;
  r = ((x == F(__builtin_inff())) | (x == F(0.0f))) ? x : r;
  return x != x ? x : r;""",
    ),
    "tanh": (
        ("_expm1",),
        """
  V a = REAL(BITS(x) & 0x7fffffff);
  a = a > F(10.0f) ? F(10.0f) : a;
  V e = fast__expm1(a + a);
  return REAL(BITS(e / (e + F(2.0f))) | (BITS(x) & (int32_t)0x80000000));""",
    ),
    "sigmoid": (
        ("exp",),
        """
  V z = fast_exp(REAL(BITS(x) | (int32_t)0x80000000));
  V top = x < F(0.0f) ? z : F(1.0f);
  V r = top / (F(1.0f) + z);
  return x != x ? x : r;""",
    ),
    "softplus": (
        ("exp",),
        f"""
  V z = fast_exp(REAL(BITS(x) | (int32_t)0x80000000));
  V l = z + z * z * {_horner(SOFT, "z")};
  V r = (x < F(0.0f) ? F(0.0f) : x) + l;
  return x != x ? x : r;""",
    ),
    "erf": (
        ("_expm1",),
        f"""
  V t = REAL(BITS(x) & 0x7fffffff);
  t = t > F(4.0f) ? F(4.0f) : t;
  V e = fast__expm1(-(t * {_horner(ERF, "t")}));
  return REAL((BITS(e) & 0x7fffffff) | (BITS(x) & (int32_t)0x80000000));""",
    ),
    "rsqrt": ((), "  return F(1.0f) / SQRT(x);"),
    "sin": ((), _turns("N(0)", "sin")),
    "cos": ((), _turns("N(1)", "cos")),
    "pow": ((), _POW),
}
