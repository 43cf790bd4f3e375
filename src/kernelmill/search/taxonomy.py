"""Why candidates fail, in few words that can be counted: the status says on which rung, the cause says what was wrong there."""

from __future__ import annotations

import re

from kernelmill.core.record import Record
from kernelmill.core.verdict import Status

NO_ANSWER = "NO_ANSWER"
"""An attempt from which no candidate came: the model failed, or the budget was spent."""

MOST = 0.5
"""Share of wrong elements, in no pattern, from which on a kernel computes something else."""

_COMPILE = (
    ("no entry", r"no entry symbol|has no attribute|does not define"),
    ("unknown name", r"not declared|undeclared|NameError|is not defined|does not name a type|unknown type name|has no member|not a member"),
    ("missing header", r"No such file|file not found|ModuleNotFoundError|ImportError|cannot import"),
    ("defined twice", r"redefinition|redeclar|conflicting|multiple definition|previously"),
    (
        "types",
        r"convert|no matching|incompatible|invalid operands|invalid types|too (few|many) arguments|lvalue|cannot be used as|TypeError",
    ),
    ("syntax", r"expected|stray|SyntaxError|IndentationError|unterminated|missing terminating|before .* token|invalid suffix|extraneous"),
    ("compiler stopped", r"the compiler was stopped"),
)
_WRONG = (
    ("nothing written", r"nothing was (written|computed)|all zeros|same value"),
    ("part not written", r"never written|are zero: terms"),
    ("not finite", r"NaN or infinity"),
    ("edge or tail", r"tail|only the (last|first)|ends too early|off by one|only ind"),
    ("accuracy", r"nearly right"),
    ("sign", r"wrong sign"),
    ("place", r"wrong places|one place too|swapped"),
    ("scale or constant", r"times the right|off by the same amount|factor of its own|division by"),
    ("race", r"race|two threads|at once|between calls"),
)
_CRASH = (("out of bounds", r"past the end|before the start|touched|out of bounds"),)
_TABLES = {Status.COMPILE_ERROR: _COMPILE, Status.WRONG_VALUE: _WRONG, Status.CRASH: _CRASH}


def cause(record: Record) -> str:
    """The cause of a failure; `other` where no pattern fits, '' for a candidate that is correct."""
    verdict, failure = record.verdict, record.verdict.failure
    if verdict.status.passed:
        return ""
    if verdict.status is Status.REFUSED:
        return "no code in the reply" if record.candidate.files[0][0] == "answer.txt" else "forbidden source"
    if failure is None:
        return "other"
    if verdict.status is Status.CHEATED:
        return failure.rule or "other"
    text = f"{failure.summary}\n{failure.hint}"
    found = next((name for name, pattern in _TABLES.get(verdict.status, ()) if re.search(pattern, text)), "other")
    if found == "other" and verdict.status is Status.WRONG_VALUE:
        return "another function" if failure.share_wrong > MOST else "some elements"
    return found
