"""Named operations as C calls: scalar libm, and their lane-wise forms for vectors."""

from __future__ import annotations

from kernelmill.core.errors import UserError
from kernelmill.mill.c.helpers import INLINE, Helpers
from kernelmill.mill.c.types import MASK, SCALAR
from kernelmill.mill.expr import FLOATS

_LIBM = frozenset(
    {"exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "sin", "cos", "tan", "asin", "acos", "atan"}
    | {"sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "pow", "atan2", "fmod", "copysign", "lgamma"}
)
_BITS = {"bitand": "&", "bitor": "|", "bitxor": "^", "shl": "<<", "shr": ">>"}
_ROUND = {"round": 0, "floor": 1, "ceil": 2, "trunc": 3}


def call(helpers: Helpers, name: str, dtype: str, args: list[str], lanes: int) -> str:
    """C code of `name(args)` over `dtype` in `lanes` lanes. Raises UserError if there is no such function."""
    a = args[0]
    single = dtype != "f64"
    if name in _BITS:
        return f"({a} {_BITS[name]} {args[1]})"
    if name == "bitnot":
        return f"(~{a})"
    if name == "fma":
        return f"({a} * {args[1]} + {args[2]})"
    if name in ("fmin", "fmax"):
        return f"({a} {'<' if name == 'fmin' else '>'} {args[1]} ? {a} : {args[1]})"
    if name == "isnan":
        return f"({a} != {a})"
    if name == "isinf":
        limit = "__builtin_inff()" if single else "__builtin_inf()"
        return f"({call(helpers, 'abs', dtype, [a], lanes)} == {limit})"
    if name == "abs":
        return _absolute(helpers, dtype, a, lanes)
    if name == "reciprocal":
        return f"(1 / {a})"
    if name == "rsqrt":
        return f"(1 / {call(helpers, 'sqrt', dtype, [a], lanes)})"
    if name == "sigmoid":
        return f"(1 / (1 + {call(helpers, 'exp', dtype, [f'(-{a})'], lanes)}))"
    if name == "softplus":
        return f"{_softplus(helpers, dtype, lanes)}({a})"
    if name == "sqrt" or name in _ROUND:
        return f"{_instruction(helpers, name, dtype, lanes)}({a})"
    if name not in _LIBM:
        raise UserError(f"no C function for {name} of {dtype}")
    function = f"__builtin_{name}{'f' if single else ''}"
    if lanes == 1:
        return f"{function}({', '.join(args)})"
    return f"{helpers.map_lanes(function, SCALAR[dtype], lanes, len(args))}({', '.join(args)})"


def _absolute(helpers: Helpers, dtype: str, a: str, lanes: int) -> str:
    scalar = SCALAR[dtype]
    if dtype not in FLOATS:
        return f"({a} < 0 ? -{a} : {a})"
    if lanes == 1:
        return f"__builtin_fabs{'' if dtype == 'f64' else 'f'}({a})"
    bits = 64 if dtype == "f64" else 32
    v, m = helpers.vector(scalar, lanes), helpers.vector(MASK[bits], lanes)
    top = "0x7fffffff" if bits == 32 else "0x7fffffffffffffffLL"
    return helpers.add(f"km_abs_{v}", f"{INLINE} {v} km_abs_{v}({v} x) {{ return ({v})(({m})x & {top}); }}") + f"({a})"


def _softplus(helpers: Helpers, dtype: str, lanes: int) -> str:
    v = helpers.vector(SCALAR[dtype], lanes)
    magnitude = call(helpers, "abs", dtype, ["x"], lanes)
    tail = call(helpers, "log1p", dtype, [call(helpers, "exp", dtype, [f"(-{magnitude})"], lanes)], lanes)
    zero = f"({v}){{}}" if lanes > 1 else "0"
    # log(1 + e^x) = max(x, 0) + log1p(e^-|x|), which neither overflows nor cancels
    return helpers.add(f"km_softplus_{v}", f"{INLINE} {v} km_softplus_{v}({v} x) {{ return ({zero} > x ? {zero} : x) + {tail}; }}")


def _instruction(helpers: Helpers, name: str, dtype: str, lanes: int) -> str:
    """Square root and roundings: one instruction that the vector extensions of GCC cannot spell."""
    scalar = SCALAR[dtype]
    libm = f"__builtin_{'rint' if name == 'round' else name}{'' if dtype == 'f64' else 'f'}"
    if lanes == 1:
        return libm
    v = helpers.vector(scalar, lanes)
    size = lanes * (8 if dtype == "f64" else 4)
    kind = "pd" if dtype == "f64" else "ps"
    clang = f"__builtin_elementwise_{'roundeven' if name == 'round' else name}(x)"
    full = "(unsigned char)-1" if size == 64 and dtype == "f64" else "(unsigned short)-1"
    text = f"{INLINE} {v} km_{name}_{v}({v} x) {{\n#if defined(__clang__)\n  return {clang};\n"
    if size == 64:
        gcc = f"__builtin_ia32_sqrt{kind}512_mask(x, x, {full}, 4)"
        if name != "sqrt":
            gcc = f"__builtin_ia32_rndscale{kind}_mask(x, {8 + _ROUND[name]}, x, {full}, 4)"
        text += f"#elif defined(__AVX512F__)\n  return {gcc};\n"
    elif size == 32:
        gcc = f"__builtin_ia32_sqrt{kind}256(x)" if name == "sqrt" else f"__builtin_ia32_round{kind}256(x, {8 + _ROUND[name]})"
        text += f"#elif defined(__AVX__)\n  return {gcc};\n"
    text += f"#else\n  {v} r;\n  for (int l = 0; l < {lanes}; l++) r[l] = {libm}(x[l]);\n  return r;\n#endif\n}}"
    return helpers.add(f"km_{name}_{v}", text)
