"""How each PTX instruction reads in C++."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_C_TYPES = {
    "s8": "int8_t", "u8": "uint8_t", "b8": "uint8_t", "s16": "int16_t", "u16": "uint16_t", "b16": "uint16_t", "s32": "int32_t", "u32": "uint32_t",
    "b32": "uint32_t", "s64": "int64_t", "u64": "uint64_t", "b64": "uint64_t", "f32": "float", "f64": "double", "f16": "::km::ptx::f16",
    "bf16": "::km::ptx::bf16", "f16x2": "::km::ptx::f16x2", "bf16x2": "::km::ptx::bf16x2", "pred": "bool", "tf32": "::km::ptx::tf32",
    "e4m3x2": "::km::ptx::e4m3x2", "e5m2x2": "::km::ptx::e5m2x2", "b128": "unsigned __int128",
}  # fmt: skip
_SPECIAL = {
    "laneid": "::km::lane()", "warpid": "::km::warp_of_block()", "smid": "0u", "nsmid": "16u", "nwarpid": "64u", "gridid": "0u", "clock": "uint32_t(clock64())",
    "clock64": "uint64_t(clock64())", "globaltimer": "uint64_t(__globaltimer())", "globaltimer_lo": "uint32_t(__globaltimer())",
    "lanemask_eq": "(1u << ::km::lane())", "lanemask_lt": "((1u << ::km::lane()) - 1)", "lanemask_le": "(((1u << ::km::lane()) - 1) | 1u << ::km::lane())",
    "lanemask_gt": "~(((1u << ::km::lane()) - 1) | 1u << ::km::lane())", "lanemask_ge": "~((1u << ::km::lane()) - 1)",
    "dynamic_smem_size": "0u", "total_smem_size": "0u", "WARP_SZ": "32u",
}  # fmt: skip
for _n, _b in (("tid", "threadIdx"), ("ctaid", "blockIdx"), ("ntid", "blockDim"), ("nctaid", "gridDim")):
    for _d in "xyz":
        _SPECIAL[f"{_n}.{_d}"] = f"{_b}.{_d}"


@dataclass
class Line:
    """One instruction: guard predicate, opcode with its dotted parts, operands as text."""

    text: str
    guard: str
    op: str
    mods: list[str]
    args: list[str]

    @staticmethod
    def read(text: str) -> Line:
        guard = ""
        rest = text
        m = re.match(r"@(!?)\s*(%?[\w$]+)\s+(.*)", text)
        if m:
            guard = ("!" if m[1] else "") + operand(m[2])
            rest = m[3]
        name, _, tail = rest.partition(" ")
        parts = name.replace("::", "__").split(".")
        args: list[str] = []
        depth, current = 0, ""
        for c in tail:
            depth += (c in "[{(") - (c in "]})")
            if c in ",|" and depth == 0:
                args.append(current.strip())
                current = ""
            else:
                current += c
        if current.strip():
            args.append(current.strip())
        return Line(text, guard, parts[0], parts[1:], args)

    @property
    def kinds(self) -> list[str]:
        """The C++ types that the instruction names, in order."""
        return [_C_TYPES[m] for m in self.mods if m in _C_TYPES]

    def has(self, *names: str) -> bool:
        return any(n in self.mods for n in names)


def operand(text: str) -> str:
    """A register, special register or literal as a C++ expression."""
    text = text.strip()
    if text.startswith("!"):
        return "!" + operand(text[1:])
    m = re.fullmatch(r"%(\d+)", text)
    if m:
        return f"km_{m[1]}"
    if text.startswith("%") and text[1:] in _SPECIAL:
        return _SPECIAL[text[1:]]
    if text in _SPECIAL:
        return _SPECIAL[text]
    m = re.fullmatch(r"0[fF]([0-9a-fA-F]{8})", text)
    if m:
        return f"::km::bit_cast<float>(0x{m[1]}u)"
    m = re.fullmatch(r"0[dD]([0-9a-fA-F]{16})", text)
    if m:
        return f"::km::bit_cast<double>(0x{m[1]}ull)"
    if re.fullmatch(r"-?(0[xX][0-9a-fA-F]+|\d+)U?", text):
        return text.replace("U", "") + ("ll" if len(text) > 9 else "")
    if re.fullmatch(r"-?\d*\.\d+([eE][-+]?\d+)?", text):
        return text
    if text == "_":
        return "::km::ptx::sink"
    return "km_v_" + text.replace("%", "P_").replace("$", "D_")


def _a(line: Line, i: int, kind: str) -> str:
    return f"::km::ptx::as<{kind}>({operand(line.args[i])})"


def _put(line: Line, value: str, i: int = 0) -> str:
    return f"::km::ptx::put({operand(line.args[i])}, {value});"


def _binary(symbol: str) -> Callable[[Line], str]:
    def emit(line: Line) -> str:
        k = line.kinds[-1]
        return _put(line, f"::km::ptx::{symbol}<{k}>({_a(line, 1, k)}, {_a(line, 2, k)})")

    return emit


def _unary(function: str) -> Callable[[Line], str]:
    def emit(line: Line) -> str:
        k = line.kinds[-1]
        return _put(line, f"::km::ptx::{function}<{k}>({_a(line, 1, k)})")

    return emit


def _add(line: Line) -> str:
    name = line.op
    k = line.kinds[-1]
    if line.has("cc") or name in ("addc", "subc"):
        return _put(
            line,
            f"::km::ptx::{name.rstrip('c')}_carry<{k}>({_a(line, 1, k)}, {_a(line, 2, k)}, {'true' if name.endswith('c') else 'false'})",
        )
    return _binary(name)(line)


def _mul(line: Line) -> str:
    k = line.kinds[-1]
    how = "wide" if line.has("wide") else "hi" if line.has("hi") else "mul"
    return _put(line, f"::km::ptx::{how}<{k}>({_a(line, 1, k)}, {_a(line, 2, k)})")


def _mad(line: Line) -> str:
    k = line.kinds[-1]
    if line.op == "fma" or k in ("float", "double") or k.startswith("::km::ptx::"):
        return _put(line, f"::km::ptx::fma<{k}>({_a(line, 1, k)}, {_a(line, 2, k)}, {_a(line, 3, k)})")
    if line.has("wide"):
        return _put(
            line,
            f"::km::ptx::add(::km::ptx::wide<{k}>({_a(line, 1, k)}, {_a(line, 2, k)}), ::km::ptx::as<decltype(::km::ptx::wide<{k}>(0, 0))>({operand(line.args[3])}))",
        )
    how = "hi" if line.has("hi") else "mul"
    product = f"::km::ptx::{how}<{k}>({_a(line, 1, k)}, {_a(line, 2, k)})"
    if line.has("cc") or line.op == "madc":
        return _put(line, f"::km::ptx::add_carry<{k}>({product}, {_a(line, 3, k)}, {'true' if line.op == 'madc' else 'false'})")
    return _put(line, f"::km::ptx::add<{k}>({product}, {_a(line, 3, k)})")


def _group(text: str) -> list[str]:
    return [operand(x) for x in text.strip("{} ").split(",")]


def _mov(line: Line) -> str:
    to, source = line.args[0], line.args[1]
    if to.startswith("{"):
        return f"::km::ptx::unpack({operand(source)}, {', '.join(_group(to))});"
    if source.startswith("{"):
        return f"::km::ptx::put({operand(to)}, ::km::ptx::pack({', '.join(_group(source))}));"
    return f"::km::ptx::put({operand(to)}, {operand(source)});"


def address(text: str, shared: bool) -> str:
    inner = text.strip("[] ")
    m = re.match(r"(.*?)\s*([+-])\s*(\d+|0x[0-9a-fA-F]+|%\d+)$", inner)
    if m:
        base = f"::km::ptx::address({operand(m[1])}, {'true' if shared else 'false'})"
        return f"({base} {m[2]} {operand(m[3])})"
    return f"::km::ptx::address({operand(inner)}, {'true' if shared else 'false'})"


def _is_shared(line: Line) -> bool:
    return any(m.startswith("shared") for m in line.mods)


def _load(line: Line) -> str:
    k = line.kinds[-1]
    a = address(line.args[1], _is_shared(line))
    fence = "__atomic_thread_fence(__ATOMIC_ACQUIRE);" if line.has("acquire") else ""
    volatile = "true" if line.has("volatile", "relaxed", "acquire", "mmio") else "false"
    if line.args[0].startswith("{"):
        each = "".join(
            f"::km::ptx::put({r}, ::km::ptx::load<{k}, {volatile}>({a} + {i} * sizeof({k})));" for i, r in enumerate(_group(line.args[0]))
        )
        return f"{{ {each} }} {fence}"
    return _put(line, f"::km::ptx::load<{k}, {volatile}>({a})") + fence


def _store(line: Line) -> str:
    k = line.kinds[-1]
    a = address(line.args[0], _is_shared(line))
    fence = "__atomic_thread_fence(__ATOMIC_RELEASE);" if line.has("release") else ""
    volatile = "true" if line.has("volatile", "relaxed", "release", "mmio") else "false"
    values = _group(line.args[1]) if line.args[1].startswith("{") else [operand(line.args[1])]
    return fence + "".join(
        f"::km::ptx::store<{k}, {volatile}>({a} + {i} * sizeof({k}), ::km::ptx::as<{k}>({v}));" for i, v in enumerate(values)
    )


def _atom(line: Line) -> str:
    k = line.kinds[-1]
    op = next(m for m in line.mods if m in ("add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"))
    first = 0 if line.op == "red" else 1
    a = address(line.args[first], _is_shared(line))
    values = [f"::km::ptx::as<{k}>({operand(x)})" for x in line.args[first + 1 :]]
    call = f"::km::ptx::atom_{op}<{k}>({', '.join([a, *values])})"
    return f"{call};" if line.op == "red" else _put(line, call)


def _setp(line: Line) -> str:
    k = line.kinds[-1]
    compare = line.mods[0]
    symbols = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "lo": "<", "ls": "<=", "hi": ">", "hs": ">="}
    unordered = compare.endswith("u") and compare not in ("nu",)
    symbol = symbols[compare[:2] if unordered else compare]
    target = line.args[0]
    rest = line.args[1:]
    second = ""
    if len(rest) == 3 and len(line.mods) == 2 or "|" in line.text.split(",")[0]:
        second = rest[0]
        rest = rest[1:]
    a, b = (f"::km::ptx::as<{k}>({operand(x)})" for x in rest[:2])
    value = f"({a} {symbol} {b})"
    if unordered:
        value = f"({value} || {a} != {a} || {b} != {b})"
    if len(rest) == 3:
        join = {"and": "&&", "or": "||", "xor": "!="}[line.mods[1]]
        value = f"({value} {join} {operand(rest[2])})"
    text = f"{operand(target)} = {value};"
    return text + (f" {operand(second)} = !{operand(target)};" if second else "")


def _cvt(line: Line) -> str:
    to, source = line.kinds[-2], line.kinds[-1]
    mode = next((m for m in line.mods if m in ("rn", "rz", "rm", "rp", "rna", "rni", "rzi", "rmi", "rpi")), "none")
    sat = "true" if line.has("sat", "satfinite") else "false"
    values = ", ".join(f"::km::ptx::as<{source}>({operand(x)})" for x in line.args[1:])
    if line.has("relu"):
        values = ", ".join(f"::km::ptx::relu(::km::ptx::as<{source}>({operand(x)}))" for x in line.args[1:])
    return _put(line, f"::km::ptx::cvt<{to}, {source}>(::km::ptx::Round::{mode}, {sat}, {values})")


def _cvta(line: Line) -> str:
    if _is_shared(line):
        name = (
            "__cvta_generic_to_shared(reinterpret_cast<const void*>(uint64_t({0})))"
            if line.has("to")
            else "uint64_t(__cvta_shared_to_generic(size_t({0})))"
        )
        return _put(line, name.format(operand(line.args[1])))
    return _put(line, operand(line.args[1]))


def _shfl(line: Line) -> str:
    mode = next(m for m in line.mods if m in ("up", "down", "bfly", "idx"))
    has_p = "|" in line.text.split(",")[0]
    args = line.args[1:] if has_p else line.args
    mask = operand(args[4]) if len(args) > 4 else "~0u"
    call = f"::km::ptx::shfl_{mode}({operand(line.args[0])}, ::km::ptx::as<uint32_t>({operand(args[1])}), {operand(args[2])}, {operand(args[3])}, {mask})"
    return f"{operand(line.args[1])} = {call};" if has_p else f"{call};"


def _vote(line: Line) -> str:
    mode = next(m for m in line.mods if m in ("all", "any", "ballot", "uni"))
    mask = operand(line.args[2]) if len(line.args) > 2 else "~0u"
    name = {"all": "__all_sync", "any": "__any_sync", "ballot": "__ballot_sync", "uni": "__all_sync"}[mode]
    return _put(line, f"{name}({mask}, {operand(line.args[1])})")


def _match(line: Line) -> str:
    k = line.kinds[-1]
    if line.has("any"):
        return _put(line, f"__match_any_sync({operand(line.args[2])}, {_a(line, 1, k)})")
    return f"{{ int km_p; ::km::ptx::put({operand(line.args[0])}, __match_all_sync({operand(line.args[-1])}, ::km::ptx::as<{k}>({operand(line.args[-2])}), &km_p)); }}"


def _redux(line: Line) -> str:
    k = line.kinds[-1]
    op = next(m for m in line.mods if m in ("add", "min", "max", "and", "or", "xor"))
    kind = k if op in ("add", "min", "max") else "uint32_t"
    kind = "unsigned" if kind == "uint32_t" else "int"
    return _put(line, f"__reduce_{op}_sync({operand(line.args[2])}, {kind}({operand(line.args[1])}))")


def _bar(line: Line) -> str:
    if line.has("warp"):
        return f"__syncwarp({operand(line.args[0])});"
    if line.has("red"):
        name = "count" if line.has("popc") else "and" if line.has("and") else "or"
        return _put(line, f"__syncthreads_{name}({operand(line.args[-1])})")
    number = operand(line.args[0]) if line.args else "0"
    count = operand(line.args[1]) if len(line.args) > 1 else "0"
    if line.has("arrive"):
        return f"::__km_arrive({number});"
    return f"::__km_bar(0, 0, {number}, {count});"


def _cp_async(line: Line) -> str:
    if line.has("commit_group", "wait_group", "wait_all", "mbarrier"):
        return ";"
    if line.has("bulk"):
        raise ValueError
    size = f", {operand(line.args[3])}" if len(line.args) > 3 and line.args[3][0] in "%k0123456789" else ""
    return f"::km::ptx::copy({address(line.args[0], True)}, {address(line.args[1], False)}, {operand(line.args[2])}{size});"


def _ldmatrix(line: Line) -> str:
    registers = _group(line.args[0])
    trans = "true" if line.has("trans") else "false"
    return f"::km::ptx::ldmatrix<{trans}>({address(line.args[1], True)}, {', '.join(registers)});"


def _stmatrix(line: Line) -> str:
    trans = "true" if line.has("trans") else "false"
    return f"::km::ptx::stmatrix<{trans}>({address(line.args[0], True)}, {', '.join(_group(line.args[1]))});"


def _mma(line: Line) -> str:
    shape = next(m for m in line.mods if re.fullmatch(r"m\d+n\d+k\d+", m))
    m, n, k = (int(x) for x in re.findall(r"\d+", shape))
    kinds = [x for x in line.mods if x in _C_TYPES]
    d, a, b = _group(line.args[0]), _group(line.args[1]), _group(line.args[2])
    c = _group(line.args[3])
    if len(kinds) != 4 or n != 8 or m not in (8, 16) or (m == 8 and kinds[1] not in ("f64", "s8", "u8")):
        raise ValueError
    names = ", ".join(_C_TYPES[x] for x in (kinds[0], kinds[1], kinds[2], kinds[3]))
    return (
        f"{{ ::km::ptx::Regs<{len(a)}> km_a({', '.join(a)}); ::km::ptx::Regs<{len(b)}> km_b({', '.join(b)}); ::km::ptx::Regs<{len(c)}> km_c({', '.join(c)});"
        f" ::km::ptx::Regs<{len(d)}> km_d; ::km::ptx::mma<{m}, {k}, {names}>(km_d, km_a, km_b, km_c);"
        + "".join(f" ::km::ptx::put({r}, km_d.template at<decltype({r})>({i}));" for i, r in enumerate(d))
        + " }"
    )


def _n_ary(function: str, count: int) -> Callable[[Line], str]:
    def emit(line: Line) -> str:
        k = line.kinds[-1]
        return _put(line, f"::km::ptx::{function}<{k}>({', '.join(f'::km::ptx::as<{k}>({operand(x)})' for x in line.args[1 : 1 + count])})")

    return emit


def _plain(text: str) -> Callable[[Line], str]:
    return lambda line: text


def _prmt(line: Line) -> str:
    return _put(line, f"__byte_perm({', '.join(f'uint32_t({operand(x)})' for x in line.args[1:4])})")


def _lop3(line: Line) -> str:
    return _put(line, f"::km::ptx::lop3({', '.join(f'uint32_t({operand(x)})' for x in line.args[1:5])})")


def _shf(line: Line) -> str:
    name = f"__funnelshift_{'l' if line.has('l') else 'r'}{'c' if line.has('clamp') else ''}"
    return _put(line, f"{name}({', '.join(f'uint32_t({operand(x)})' for x in line.args[1:4])})")


def _selp(line: Line) -> str:
    k = line.kinds[-1]
    return _put(line, f"({operand(line.args[3])} ? {_a(line, 1, k)} : {_a(line, 2, k)})")


def _vabsdiff4(line: Line) -> str:
    if line.mods[:3] != ["u32"] * 3:
        raise ValueError(line.text)
    a, b, c = (f"uint32_t({operand(x)})" for x in line.args[1:4])
    if "add" in line.mods:
        return _put(line, f"(__vsadu4({a}, {b}) + {c})")
    return _put(line, f"__vabsdiffu4({a}, {b})")


def _dp4a(line: Line) -> str:
    kind = "int" if line.kinds[0] == "int32_t" else "unsigned"
    return _put(line, f"__dp4a({', '.join(f'{kind}({operand(x)})' for x in line.args[1:4])})")


_TABLE: dict[str, Callable[[Line], str]] = {
    "mov": _mov, "add": _add, "sub": _add, "addc": _add, "subc": _add, "mul": _mul, "mad": _mad, "madc": _mad, "fma": _mad, "div": _binary("div"), "rem": _binary("rem"),
    "min": _binary("min_"), "max": _binary("max_"), "and": _binary("and_"), "or": _binary("or_"), "xor": _binary("xor_"), "not": _unary("not_"),
    "shl": _binary("shl"), "shr": _binary("shr"), "abs": _unary("abs_"), "neg": _unary("neg"), "rcp": _unary("rcp"), "sqrt": _unary("sqrt_"),
    "rsqrt": _unary("rsqrt_"), "ex2": _unary("ex2"), "lg2": _unary("lg2"), "sin": _unary("sin_"), "cos": _unary("cos_"), "tanh": _unary("tanh_"),
    "popc": _unary("popc"), "clz": _unary("clz"), "brev": _unary("brev"), "bfind": _unary("bfind"), "bfe": _n_ary("bfe", 3), "bfi": _n_ary("bfi", 4),
    "sad": _n_ary("sad", 3), "vabsdiff4": _vabsdiff4, "copysign": _binary("copysign_"),
    "selp": _selp, "setp": _setp, "cvt": _cvt, "cvta": _cvta, "prmt": _prmt, "lop3": _lop3, "shf": _shf, "dp4a": _dp4a, "ld": _load, "ldu": _load,
    "st": _store, "atom": _atom, "red": _atom, "shfl": _shfl, "vote": _vote, "match": _match, "redux": _redux, "bar": _bar, "barrier": _bar,
    "activemask": lambda line: _put(line, "__activemask()"), "cp": _cp_async, "ldmatrix": _ldmatrix, "stmatrix": _stmatrix, "mma": _mma,
    "membar": _plain("__threadfence();"), "fence": _plain("__threadfence();"), "nanosleep": _plain("__nanosleep(0);"), "trap": _plain("__trap();"),
    "prefetch": _plain(";"), "prefetchu": _plain(";"), "discard": _plain(";"), "applypriority": _plain(";"), "griddepcontrol": _plain(";"),
    "createpolicy": lambda line: _put(line, "0ull"), "brkpt": _plain(";"), "pmevent": _plain(";"), "setmaxnreg": _plain(";"),
}  # fmt: skip


def translate(line: Line) -> str | None:
    """C++ for one instruction, or None when it is not known. May raise KeyError, IndexError, ValueError for an unknown form."""
    emit = _TABLE.get(line.op)
    if emit is None:
        return None
    text = emit(line)
    return f"if ({line.guard}) {{ {text} }}" if line.guard else text
