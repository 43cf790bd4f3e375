"""Mutation operators: one slip each, as a change of a kernel's source text.

An operator looks at C++ as text. It need not understand it: what does not compile is no mutant, and what compiles to the same object
code is an equivalent one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NAME = r"[A-Za-z_]\w*"
ELEMENT = rf"{NAME}(?:\[[^\[\]]*\])?"
FOR = re.compile(r"for \((?P<init>[^;()]*);\s*(?P<left>\w+(?: \+ \d+)?) (?P<op><=?|>=?) (?P<bound>[^;&]+?)(?P<end>;| &&)")


@dataclass(frozen=True)
class Change:
    """Replace the text between two places."""

    start: int
    end: int
    new: str

    def of(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]

    def shown(self, text: str) -> str:
        """The line before and after, as a report names a mutant."""
        begin, stop = text.rfind("\n", 0, self.start) + 1, text.find("\n", self.end)
        old = " ".join(text[begin:stop].split())
        new = " ".join((text[begin : self.start] + self.new + text[self.end : stop]).split())
        return f"{old}  ->  {new}"


Changes = Iterator[Change]


def _bare(text: str) -> str:
    """The text with comments, for headers and indices blanked out, places kept: where an expression may be changed."""

    def blank(m: re.Match[str]) -> str:
        return re.sub(r"[^\n]", "\x00", m[0])

    text = re.sub(r"//[^\n]*|/\*.*?\*/|^\s*#[^\n]*|template <[^\n]*>|\benum \{[^\n]*", blank, text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"for \([^{}]*?;[^{};]*;[^;{}]*?\)(?=\s)", blank, text)
    return re.sub(r"(?<=\w)\[[^\[\]]*\]", blank, text)


def off_by_one(text: str) -> Changes:
    """A loop that ends one later or one earlier, or begins at the second."""
    for m in FOR.finditer(text):
        if m["op"] == "<":
            yield Change(m.start("op"), m.end("op"), "<=")
            yield Change(m.start("bound"), m.end("bound"), f"({m['bound']}) - 1")
        elif m["op"] == ">=" and m["bound"] == "0":
            yield Change(m.start("op"), m.end("op"), ">")
        first = re.search(r"= 0$", m["init"])
        if first:
            yield Change(m.start("init") + first.start(), m.end("init"), "= 1")


def missing_tail(text: str) -> Changes:
    """The remainder loop left out, or a loop that only makes full steps of eight."""
    for m in re.finditer(r"for \(; \w+ < \w+; \w+\+\+\)(?=\s)", text):
        yield Change(m.start(), m.start(), "if (0) ")
    for m in FOR.finditer(text):
        if m["op"] == "<" and re.fullmatch(r"[A-Za-z_]\w*(?: \* \w+)?", m["bound"].strip()) and "=" in m["init"]:
            yield Change(m.start("bound"), m.end("bound"), f"({m['bound']}) / 8 * 8")


def wrong_initial(text: str) -> Changes:
    """Another start value of a sum or an extreme."""
    for line in re.finditer(r"\b(?:float|double) [^;()]*;", text):
        for m in re.finditer(rf"{NAME} = (0|-INFINITY)(?=[,;])", line[0]):
            yield Change(line.start() + m.start(1), line.start() + m.end(1), "1" if m[1] == "0" else "0")
    for m in re.finditer(r"(?:float|double) \w+\[\d+\] = (\{0\})", text):
        yield Change(m.start(1), m.end(1), "{1}")
    for m in re.finditer(r"= (\w+\[0\]|x\[0\])(?=;)", text):
        yield Change(m.start(1), m.end(1), "0")


def wrong_axis(text: str) -> Changes:
    """An index with two of its parts exchanged, or with another axis as its stride."""
    names = re.search(r"void km_\w+\(([^)]*)\)", text)
    axes = re.findall(r"int64_t (\w+)", names[1]) if names else []
    for m in re.finditer(r"\[(?P<all>(?P<i>\w+) \* (?P<n>\w+) \+ (?P<j>\w+))\]", text):
        yield Change(m.start("all"), m.end("all"), f"{m['j']} * {m['n']} + {m['i']}")
    for m in re.finditer(r"(?:\[|\+ )[^\[\];]*?\w+ \* (?P<n>[A-Z])\b", text):
        for other in axes:
            if other != m["n"] and len(other) == 1:
                yield Change(m.start("n"), m.end("n"), other)
    for m in re.finditer(r" / (?:\()?(?P<n>[A-Z])\b", text):
        for other in axes:
            if other != m["n"] and len(other) == 1:
                yield Change(m.start("n"), m.end("n"), other)


def missing_step(text: str) -> Changes:
    """A step of a reduction that overwrites, or that is left out."""
    bare = _bare(text)
    for m in re.finditer(r" ([+*/-])= ", bare):
        yield Change(m.start(), m.end(), " = ")
    for m in re.finditer(rf"(?<=[;{{}}\n)])\s*({NAME}(?:\x00+)? [+*/]= [^;{{}}]*);", bare):
        yield Change(m.start(1), m.end(1), "")


def swapped_operands(text: str) -> Changes:
    """a - b for b - a, a / b for b / a, and the two sides of a choice."""
    bare = _bare(text)
    part = rf"(?<![\w.)\]\x00])({NAME}\x00*) ([-/]) ({NAME}\x00*)(?![\w(\[\x00])"
    for m in re.finditer(part, bare):
        yield Change(m.start(), m.end(), f"{text[m.start(3) : m.end(3)]} {m[2]} {text[m.start(1) : m.end(1)]}")
    for m in re.finditer(rf"\? ({NAME}\x00*|\d[\w.]*) : ({NAME}\x00*|\d[\w.]*)(?=[,;)])", bare):
        yield Change(m.start(), m.end(), f"? {text[m.start(2) : m.end(2)]} : {text[m.start(1) : m.end(1)]}")


def narrower_type(text: str) -> Changes:
    """A variable of 16 bits in the middle."""
    for m in re.finditer(r"(?<=[\s(])(?:float|double) (?=\w+(?:\[\w+\])? ?[=;,])(?![^;\n]*\*)", text):
        yield Change(m.start(), m.end(), "_Float16 ")
        yield Change(m.start(), m.end(), "__bf16 ")
    for m in re.finditer(r"std::vector<(float|double)>", text):
        yield Change(m.start(1), m.end(1), "_Float16")
    for m in re.finditer(rf"(?<= \+= )({ELEMENT}(?: \* {ELEMENT})?)(?=;)", text):
        yield Change(m.start(), m.end(), f"(float)(_Float16)({m[1]})")
    for m in re.finditer(rf"(?<=\] = )({ELEMENT}(?: [*+] {ELEMENT})?)(?=;)", text):
        yield Change(m.start(), m.end(), f"(float)(__bf16)({m[1]})")


def uninitialised(text: str) -> Changes:
    """A sum or an extreme without a start value; memory that nobody cleared."""
    for line in re.finditer(r"\b(?:float|double) [^;()]*;", text):
        for m in re.finditer(r"\w+(?:\[\d+\])?( = (?:0|\{0\}|-INFINITY))(?=[,;])", line[0]):
            yield Change(line.start() + m.start(1), line.start() + m.end(1), "")
    for m in re.finditer(r"memset\(\w+, 0, [^;]*\);", text):
        yield Change(m.start(), m.end(), ";")
    for m in re.finditer(r"std::copy\(x [^;]*\);", text):
        yield Change(m.start(), m.end(), ";")


def race(text: str) -> Changes:
    """Threads that share what each should have, or that do not wait for each other."""
    for m in re.finditer(r"( reduction\([^)]*\)| private\([^)]*\))", text):
        if "simd" not in text[text.rfind("\n", 0, m.start()) : m.start()]:
            yield Change(m.start(), m.end(), "")
    for m in re.finditer(r"#pragma omp (?:atomic|critical|single|taskwait)\n", text):
        yield Change(m.start(), m.end(), "")
    for m in re.finditer(r"other\.join\(\);|if \(other\)\n\s*pthread_join", text):
        yield Change(m.start(), m.end(), "other.detach();" if "join()" in m[0] else "if (0)\n    pthread_join")
    for m in re.finditer(r"#pragma omp parallel for(?! simd)[^\n]*\n[^\n]*\{\n", text):
        inside = text[m.end() :]
        for d in list(re.finditer(r"\n?( +)(float|double) (\w+)(?: = 0)?(?:, (\w+) = 0)?;", inside))[:2]:
            names = [n for n in d.groups()[2:] if n]
            start = m.end() + d.start(2)
            yield Change(start, m.end() + d.end(), f"static {d[2]} {', '.join(names)}; " + " ".join(f"{n} = 0;" for n in names))
    for m in re.finditer(r"\n( *)for \(int64_t \w+ = \d; [^;]*; \w+(?:\+\+| \+= \d+)\)\s+[a-z]\w* \+= ", text):
        if "#pragma omp parallel" not in text:  # inside of another region it would be one thread
            yield Change(m.start(), m.start(), "\n#pragma omp parallel for")


def changed_constant(text: str) -> Changes:
    """A number one part in a hundred off; eps twice as large."""
    bare = _bare(text)
    for m in re.finditer(r"(?<![\w.])(\d+\.\d+(?:e[+-]?\d+)?)(f?)(?![\w.])", bare):
        if float(m[1]):
            yield Change(m.start(), m.end(), f"{1.01 * float(m[1])!r}{m[2]}")
    for m in re.finditer(r"\(float\)(eps|lr|alpha|delta|mu|beta1|beta2|negative_slope)\b", text):
        yield Change(m.start(1), m.end(1), f"(1.01 * {m[1]})")
    for m in re.finditer(r"(?<=[-+*/(] )[1236](?=[;) ])|(?<=\()[1236](?= [-+/])", bare):
        line = text[text.rfind("\n", 0, m.start()) : text.find("\n", m.end())]
        if not re.search(r"int64_t|int |term\(n|, \w+ / 2|\[\w* *\*", line):
            yield Change(m.start(), m.end(), f"{m[0]}.01f")


def wrong_sign(text: str) -> Changes:
    """Plus for minus and minus for plus."""
    bare = _bare(text)
    for m in re.finditer(r"(?<=[\w)\x00]) ([+-])(=?) (?=[\w(])", bare):
        yield Change(m.start(1), m.end(1), "-" if m[1] == "+" else "+")
    for m in re.finditer(r"(?<=\()-(?=\w)", bare):
        yield Change(m.start(), m.end(), "")


def wrong_comparison(text: str) -> Changes:
    """The other way round."""
    bare = _bare(text)
    for m in re.finditer(r"(?<=[\w)\x00]) ([<>]=?) (?=[\w(-])", bare):
        yield Change(m.start(1), m.end(1), m[1].translate(str.maketrans("<>", "><")))
    for m in re.finditer(r"\bfmaxf\b", bare):
        yield Change(m.start(), m.end(), "fminf")


def dropped_term(text: str) -> Changes:
    """A summand or a factor that is missing."""
    bare = _bare(text)
    for m in re.finditer(rf"(?<=[\w)\x00]) [+*-] (?:\((?:float|double)\))?(?:{NAME}\x00*|\d[\w.]*)(?![\w(\[.\x00])", bare):
        yield Change(m.start(), m.end(), "")
    for m in re.finditer(rf"(?<=[=(,] )(?:{NAME}\x00*|\d[\w.]*) [+*] (?=[\w(])", bare):
        yield Change(m.start(), m.end(), "")


OPERATORS: dict[str, Callable[[str], Changes]] = {
    "off by one": off_by_one,
    "missing tail": missing_tail,
    "wrong initial": wrong_initial,
    "wrong axis": wrong_axis,
    "missing step": missing_step,
    "swapped": swapped_operands,
    "narrower type": narrower_type,
    "uninitialised": uninitialised,
    "race": race,
    "constant": changed_constant,
    "wrong sign": wrong_sign,
    "comparison": wrong_comparison,
    "dropped term": dropped_term,
}
