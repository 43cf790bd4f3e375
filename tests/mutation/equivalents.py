"""Mutants that compute the same: key -> why. Each was bitwise equal to its kernel on 1,000 workloads, sanitizers clean (`equal.py`)."""

from __future__ import annotations

SIGN = "the sign of the difference is lost in its square or its magnitude"
ONE = "delta is 1 in this task, which the narrower type holds and which a factor may leave out"
FOLDED = "the compiler takes 0 for the start value that was never set: no instruction reads it"
LOCAL = "the compiler keeps the static variable in a register: no memory is shared"

EQUIVALENT: dict[str, str] = {
    "282b63c742a3": SIGN,
    "0567f01420b3": SIGN,
    "0499558c1a2e": SIGN,
    "7b155039e5c9": ONE,
    "d0071e066cfb": ONE,
    "daca3dd55bcc": FOLDED,
    "acac29f12ef2": FOLDED,
    "5ad9a9bee589": LOCAL,
}
