"""Code out of a reply. Models wrap it in prose, in one fence, in several, or in none; what cannot be read is kept as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]*(```+|~~~+)[ \t]*([\w+#.-]*)[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What a reply holds."""

    code: str
    """Empty: the reply has no code."""
    note: str
    """How it was found, in a few words: recorded with the candidate."""


def extract(text: str, entry: str) -> Answer:
    """The code that defines `entry`: the last fence that names it, else the longest fence, else the whole text if it names it."""
    fences = [m[3].strip("\n") for m in _FENCE.finditer(text)]
    naming = [f for f in fences if re.search(rf"\b{re.escape(entry)}\b", f)]
    if naming:
        return Answer(naming[-1], "the fence that names the entry" if len(fences) == 1 else f"one fence of {len(fences)}")
    if fences:
        return Answer(max(fences, key=len), "the longest fence; none names the entry")
    if re.search(rf"\b{re.escape(entry)}\s*\(", text):
        return Answer(text.strip(), "no fence; the reply itself")
    return Answer("", "the reply holds no code")


def as_file(answer: Answer, text: str, suffix: str) -> tuple[str, str]:
    """(file name, text) of the candidate: the code, or the reply itself under `answer.txt`, which no platform compiles."""
    return (f"kernel{suffix}", answer.code + "\n") if answer.code else ("answer.txt", text)
