"""CUDA C++ to C++ that clang compiles: launches, dynamic shared memory, inline PTX, and what nvcc allows and clang does not.

Everything else that CUDA adds is declared in the headers under `include/` or done by the compiler plugin, so this stays small: it never needs
to know a type. Line numbers are kept.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field

from kernelmill.core.errors import UserError
from kernelmill.cuda.lex import Token, closing, join, line_of, opening, split_commas, step, tokens
from kernelmill.cuda.ptx import translate_asm


@dataclass
class Rewritten:
    """`text` is the C++; `includes` are the names in `#include` lines in order; `launches` counts `<<<`."""

    text: str
    launches: int = 0
    includes: list[str] = field(default_factory=list)


_SPACED = re.compile(r"<<\s+<|<\s+<<|<\s+<\s+<")
_CHANGES = ("<<<", "__shared__", "asm", "unroll", "cudaLaunch", "texture")


def needs_rewriting(text: str) -> bool:
    """Whether any rule below could apply."""
    return any(word in text for word in _CHANGES) or _SPACED.search(text) is not None


def rewrite(text: str, path: str = "<string>") -> Rewritten:
    """Rewrites one file. Raises `UserError` with `path:line` for what cannot be expressed."""
    found = tokens(text)
    result = Rewritten("")
    _unrolls(found)
    _shared(found)
    _untyped_launches(found)
    _texture_references(found)
    _asm(found, path)
    if _SPACED.search(text):
        _spaced_launches(found)
    result.launches = _launches(found, path)
    result.text = join(found)
    return result


def _punct(found: list[Token], i: int, text: str) -> bool:
    return 0 <= i < len(found) and found[i].kind == "punct" and found[i].text == text


def _replace(found: list[Token], first: int, last: int, text: str) -> None:
    """Puts `text` for the tokens first..last and keeps their line breaks."""
    old = found[first : last + 1]
    breaks = sum(t.text.count("\n") for t in old)
    if any("\\\n" in t.text for t in old):
        tail = "\\\n" * breaks
    else:
        tail = "\n" * breaks
    found[first : last + 1] = [*tokens(text), *([Token("space", tail)] if tail else [])]


# ---- launches -------------------------------------------------------------------------------------------------------------------------


def _callee_start(found: list[Token], end: int) -> int:
    """Where the expression that names the kernel and ends at `end` starts."""
    i = step(found, end, -1)
    while i >= 0:
        text = found[i].text
        if found[i].kind == "punct" and text in (">", ">>", ">>>"):
            depth = 0
            while i >= 0:
                if found[i].kind == "punct":
                    text = found[i].text
                    if text in (">", ">>", ">>>"):
                        depth += len(text)
                    elif text in ("<", "<<", "<<<"):
                        depth -= len(text)
                    elif text in (")", "]", "}"):
                        i = opening(found, i)
                if depth <= 0:
                    break
                i -= 1
            i = step(found, i - 1, -1)
            continue
        if found[i].kind == "punct" and text in (")", "]"):
            i = opening(found, i)
            before = step(found, i - 1, -1)
            if before >= 0 and (found[before].kind == "name" and found[before].text not in ("return", "else", "do", "in")) and text == "]":
                i = before
                continue
            if (
                before >= 0
                and found[before].kind == "name"
                and found[before].text not in ("if", "for", "while", "else", "return", "do", "switch")
            ):
                i = before
        start = i
        before = step(found, i - 1, -1)
        if before >= 0 and found[before].kind == "punct" and found[before].text in ("::", "##", ".", "->"):
            i = step(found, before - 1, -1)
            before_scope = (">", ">>") if found[before].text == "::" else (">", ">>", ")", "]")
            if i < 0 or not (found[i].kind == "name" or found[i].text in before_scope) or found[i].text in ("return", "else", "do"):
                return before
            continue
        if before >= 0 and found[before].kind == "name" and found[before].text == "template":
            i = step(found, before - 1, -1)
            continue
        return start
    raise ValueError


_SPACINGS = [("<<", "<"), ("<", "<<"), ("<", "<", "<"), (">>", ">"), (">", ">>"), (">", ">", ">")]


def _spaced_launches(found: list[Token]) -> None:
    """Joins `<< <` and its `>> >`, as editors write them and nvcc reads them."""
    for parts in _SPACINGS:
        i = 0
        while i < len(found):
            at = [i]
            while len(at) < len(parts) and _punct(found, at[-1], parts[len(at) - 1]):
                k = at[-1] + 1
                while k < len(found) and found[k].kind == "space":
                    k += 1
                at.append(k)
            apart = all(b > a + 1 for a, b in itertools.pairwise(at))
            if len(at) == len(parts) and apart and _punct(found, at[-1], parts[-1]):
                after = step(found, at[-1] + 1, 1)
                if parts[0][0] == "<" or (_punct(found, after, "(") and _opened(found, i)):
                    spaces = [t for k, t in enumerate(found[i : at[-1]], i) if k not in at]
                    found[i : at[-1] + 1] = [Token("punct", "".join(parts)), *spaces]
            i += 1


def _opened(found: list[Token], i: int) -> bool:
    """Whether a `<<<` before `i`, in the same statement, waits for its `>>>`."""
    for t in reversed(found[:i]):
        if t.kind == "punct" and t.text in ("<<<", ">>>", ";", "{", "}"):
            return t.text == "<<<"
    return False


def _launches(found: list[Token], path: str) -> int:
    count = 0
    while True:
        at = next((k for k, t in enumerate(found) if t.text == "<<<" and t.kind == "punct"), -1)
        if at < 0:
            return count
        here = f"{path}:{line_of(found, at)}"
        end = at + 1
        depth = 0
        while end < len(found) and not (depth == 0 and found[end].text == ">>>"):
            if found[end].kind == "punct":
                depth += (found[end].text in "([{") - (found[end].text in ")]}")
            if found[end].text in (";",) and depth <= 0:
                break
            end += 1
        if end >= len(found) or found[end].text != ">>>":
            raise UserError(f"{here}: a kernel launch '<<<' without its '>>>'")
        call = step(found, end + 1, 1)
        if not _punct(found, call, "("):
            raise UserError(f"{here}: a kernel launch without an argument list")
        last = closing(found, call)
        if last < 0:
            raise UserError(f"{here}: the argument list of this kernel launch never closes")
        start = _callee_start(found, at - 1)
        callee, config, arguments = found[start:at], found[at + 1 : end], found[call : last + 1]
        count += 1
        found[start : last + 1] = [
            *tokens("(__km_configure("), *config, *tokens("), "), *callee, *found[end + 1 : call], *arguments, Token("punct", ")"),
        ]  # fmt: skip


_LAUNCHERS = ("cudaLaunchKernel", "cudaLaunchCooperativeKernel")


def _untyped_launches(found: list[Token]) -> None:
    """Takes a cast to `void*` off the kernel that cudaLaunchKernel names: the typed pointer knows how to pass the arguments."""
    i = 0
    while i < len(found):
        if found[i].kind == "name" and found[i].text in _LAUNCHERS:
            a = step(found, i + 1, 1)
            if _punct(found, a, "("):
                a = step(found, a + 1, 1)
                if _punct(found, a, "("):
                    b = closing(found, a)
                    inside = [t.text for t in found[a + 1 : b] if t.kind not in ("space", "comment")]
                    if [t for t in inside if t != "const"] == ["void", "*"]:
                        del found[a : b + 1]
                elif found[a].text in ("reinterpret_cast", "static_cast"):
                    b = step(found, a + 1, 1)
                    while not _punct(found, b, ">"):
                        b += 1
                    if "void" in join(found[a:b]):
                        del found[a : b + 1]
        i += 1


# ---- shared memory --------------------------------------------------------------------------------------------------------------------


def _declaration(found: list[Token], i: int) -> tuple[int, int]:
    """First and last token (the `;`) of the declaration around token `i`."""
    first = i
    while first > 0 and not (found[first - 1].kind == "punct" and found[first - 1].text in ("{", "}", ";", ")", ":")):
        if found[first - 1].kind == "comment" or (
            found[first - 1].kind == "space" and "\n" in found[first - 1].text and _directive(found, first - 1)
        ):
            break
        first -= 1
        if found[first].kind == "punct" and found[first].text in ")":
            break
    while found[first].kind in ("space", "comment"):
        first += 1
    last = i
    depth = 0
    while last < len(found):
        if found[last].kind == "punct":
            depth += (found[last].text in "([{") - (found[last].text in ")]}")
            if found[last].text == ";" and depth <= 0:
                break
        last += 1
    return first, last


def _directive(found: list[Token], i: int) -> bool:
    """Whether the line that ends at token `i` is a preprocessor directive (and not continued)."""
    if "\\\n" in found[i].text:
        return False
    k = i - 1
    while k >= 0 and not (found[k].kind == "space" and "\n" in found[k].text and "\\\n" not in found[k].text):
        k -= 1
    k = step(found, k + 1, 1)
    return _punct(found, k, "#")


def _at_namespace_scope(found: list[Token], i: int) -> bool:
    depth_start = i
    while True:
        depth = 0
        k = depth_start - 1
        while k >= 0:
            if found[k].kind == "punct":
                if found[k].text == "}":
                    depth += 1
                elif found[k].text == "{":
                    if depth == 0:
                        break
                    depth -= 1
            k -= 1
        if k < 0:
            return True
        before = step(found, k - 1, -1)
        words: list[str] = []
        while before >= 0 and not (found[before].kind == "punct" and found[before].text in (";", "}", "{", ")")):
            words.append(found[before].text)
            before -= 1
        if "namespace" not in words and not any(w.startswith('"C') for w in words):
            return False
        depth_start = k


def _shared(found: list[Token]) -> None:
    i = 0
    while i < len(found):
        if found[i].kind != "name" or found[i].text != "__shared__":
            i += 1
            continue
        if _in_define_of_itself(found, i):
            i += 1
            continue
        first, last = _declaration(found, i)
        words = [t.text for t in found[first:i] if t.kind == "name"]
        after = step(found, i + 1, 1)
        if "extern" in words or (after < len(found) and found[after].text == "extern"):
            i = _dynamic(found, first, last, i)
            continue
        for k in range(first, i):  # `static __shared__`: the macro says static already
            if found[k].text == "static":
                found[k] = Token("space", " ")
        for k in range(first, min(last, len(found) - 1)):
            if found[k].text == "alignas":
                found[k] = Token("name", "__align__")
        i += 1


def _in_define_of_itself(found: list[Token], i: int) -> bool:
    before = step(found, i - 1, -1)
    return before >= 0 and found[before].text in ("define", "undef", "ifdef", "ifndef")


def _dynamic(found: list[Token], first: int, last: int, i: int) -> int:
    """Turns `extern __shared__ T name[];` into a pointer to the dynamic part of shared memory."""
    body: list[Token] = []
    k = first
    while k < last:
        t = found[k]
        if t.text in ("extern", "__shared__", "static") and t.kind == "name":
            k += 1
            continue
        if t.text in ("__align__", "alignas", "__attribute__", "__builtin_align__", "ALIGN") and t.kind == "name":
            k = closing(found, step(found, k + 1, 1)) + 1
            continue
        body.append(t)
        k += 1
    declarators = split_commas(body)
    head = [t for t in declarators[0] if t.kind not in ("space", "comment")] if False else declarators[0]
    name_at = next((k for k, t in enumerate(head) if _punct(head, step(head, k + 1, 1), "[") and t.kind == "name"), -1)
    if name_at < 0:  # a scalar, `extern __shared__ int counter;`: a reference
        name_at = max(k for k, t in enumerate(head) if t.kind == "name")
    specifier = join(head[:name_at]).strip()
    stars = ""
    while specifier.endswith("*"):
        specifier, stars = specifier[:-1].rstrip(), stars + "*"
    namespace = _at_namespace_scope(found, first)
    out: list[str] = []
    for n, part in enumerate(declarators):
        part = part[name_at:] if n == 0 else part
        names = [t for t in part if t.kind == "name"]
        name = names[0].text
        dims = join(part).split(name, 1)[1].strip()
        pointers = stars if n == 0 else "*" * join(part).split(name, 1)[0].count("*")
        element = specifier + pointers
        rest = dims[dims.index("]") + 1 :].strip() if dims.startswith("[") else None
        if rest is None:
            out.append(f"{element}& {name} = *reinterpret_cast<{element}*>(::__km_dyn());")
        elif namespace:
            inner = f"::km::Element<{element}{rest}>" if rest else element
            out.append(f"static ::km::DynamicShared<{inner}> {name};")
        elif rest:
            out.append(f"{element} (*{name}){rest} = reinterpret_cast<{element} (*){rest}>(::__km_dyn());")
        else:
            out.append(f"{element}* {name} = reinterpret_cast<{element}*>(::__km_dyn());")
    text = " ".join(out)
    _replace(found, first, last, text)
    return first + 1


# ---- small differences ----------------------------------------------------------------------------------------------------------------


def _unrolls(found: list[Token]) -> None:
    """`#pragma unroll` before something that is not a loop: nvcc warns, clang refuses."""
    for i, t in enumerate(found):
        if t.kind != "name" or t.text not in ("unroll", "nounroll"):
            continue
        before = step(found, i - 1, -1)
        if before < 0 or found[before].text != "pragma":
            if before < 0 or found[before].text != "(" or not any(x.text == "_Pragma" for x in found[max(0, before - 3) : before]):
                continue
        end = i + 1
        while end < len(found) and not (found[end].kind == "space" and "\n" in found[end].text and "\\\n" not in found[end].text):
            if found[end].kind == "comment" and found[end].text.startswith("//"):
                found[end] = Token("space", " ")
            end += 1
        k = step(found, end, 1)
        while _punct(found, k, "#"):  # other directives in between
            while k < len(found) and not (found[k].kind == "space" and "\n" in found[k].text):
                k += 1
            k = step(found, k, 1)
        if k < len(found) and found[k].text in ("for", "while", "do"):
            continue
        if k < len(found) and found[k].kind == "name" and found[k].text.isupper():
            continue  # probably a macro that is a loop
        found[i] = Token("name", "message_")
        for j in range(i + 1, end):
            found[j] = Token("space", " ")


def _texture_references(found: list[Token]) -> None:
    """`texture<float, 2> t;` names a template of CUDA's, unless the file has one of its own."""
    for i, t in enumerate(found):
        if t.kind == "name" and t.text == "texture" and _punct(found, step(found, i + 1, 1), "<"):
            before = step(found, i - 1, -1)
            if before < 0 or found[before].text not in ("::", ".", "->", "struct", "class"):
                found[i] = Token("name", "km_texture")


def _asm(found: list[Token], path: str) -> None:
    i = 0
    while i < len(found):
        if found[i].kind == "name" and found[i].text in ("asm", "__asm__", "__asm"):
            a = step(found, i + 1, 1)
            while a < len(found) and found[a].text in ("volatile", "__volatile__", "__volatile"):
                a = step(found, a + 1, 1)
            if _punct(found, a, "("):
                b = closing(found, a)
                text = translate_asm(found[a + 1 : b], f"{path}:{line_of(found, i)}")
                _replace(found, i, b, text)
        i += 1
