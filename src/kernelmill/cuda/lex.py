"""Tokens of C++ source, as far as a rewrite needs them: nothing is lost, so that joining the tokens gives the text back."""

from __future__ import annotations

import re
from typing import NamedTuple

_PATTERN = re.compile(
    r"""(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
      |(?P<string>(?:u8|[uUL])?R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"|(?:u8|[uUL])?"(?:\\.|[^"\\\n])*"|(?:u8|[uUL])?'(?:\\.|[^'\\\n])*')
      |(?P<name>[A-Za-z_$][\w$]*)
      |(?P<number>\.?\d(?:[eEpP][+-]|'(?=[\w])|[\w.])*)
      |(?P<space>(?:\s|\\\n)+)
      |(?P<punct><<<|>>>|::|->|<<|>>|\#\#|.)""",
    re.S | re.X,
)


class Token(NamedTuple):
    """`kind` is comment, string, name, number, space or punct."""

    kind: str
    text: str


def tokens(text: str) -> list[Token]:
    """Splits `text`; `"".join(t.text for t in tokens(s)) == s`."""
    found: list[Token] = []
    for m in _PATTERN.finditer(text):
        kind = m.lastgroup
        found.append(Token("string" if kind == "tag" or kind is None else kind, m.group(0)))
    return found


def join(found: list[Token]) -> str:
    return "".join(t.text for t in found)


def step(found: list[Token], i: int, by: int) -> int:
    """The next place from `i` on, in direction `by`, that is neither space nor comment; may lie outside."""
    while 0 <= i < len(found) and found[i].kind in ("space", "comment"):
        i += by
    return i


def closing(found: list[Token], i: int) -> int:
    """Where the bracket that opens at `i` closes, or -1."""
    depth = 0
    for k in range(i, len(found)):
        if found[k].kind == "punct":
            if found[k].text in "([{":
                depth += 1
            elif found[k].text in ")]}":
                depth -= 1
                if depth == 0:
                    return k
    return -1


def opening(found: list[Token], i: int) -> int:
    """Where the bracket that closes at `i` opens, or -1."""
    depth = 0
    for k in range(i, -1, -1):
        if found[k].kind == "punct":
            if found[k].text in ")]}":
                depth += 1
            elif found[k].text in "([{":
                depth -= 1
                if depth == 0:
                    return k
    return -1


def line_of(found: list[Token], i: int) -> int:
    """The line, from 1, on which token `i` starts."""
    return 1 + sum(t.text.count("\n") for t in found[:i])


def split_commas(found: list[Token]) -> list[list[Token]]:
    """Splits at commas outside brackets (angle brackets are not brackets here)."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for t in found:
        if t.kind == "punct":
            if t.text in "([{":
                depth += 1
            elif t.text in ")]}":
                depth -= 1
            elif t.text == "," and depth == 0:
                parts.append([])
                continue
        parts[-1].append(t)
    return parts
