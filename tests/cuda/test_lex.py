"""Tokens keep every character."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernelmill.cuda.lex import closing, join, line_of, opening, split_commas, tokens


@given(
    st.lists(
        st.sampled_from([*"abc_019 \n\t(){}[]<>;,:.\\'\"/*#&|=+-", "<<<", ">>>", "//", "/*", "*/", 'R"(', ')"', "1e-3", "0x1p+4"]),
        max_size=60,
    )
)
def test_joining_gives_the_text_back(parts: list[str]) -> None:
    text = "".join(parts)
    assert join(tokens(text)) == text


def test_kinds() -> None:
    kinds = [(t.kind, t.text) for t in tokens('f<<<1, 2>>>(x); // c\nR"x(a"b)x" 1.5e-3f') if t.kind != "space"]
    assert kinds[:3] == [("name", "f"), ("punct", "<<<"), ("number", "1")]
    assert ("comment", "// c") in kinds
    assert ("string", 'R"x(a"b)x"') in kinds
    assert ("number", "1.5e-3f") in kinds


def test_brackets_and_commas() -> None:
    found = tokens("f(a, (b, c), {d, e})")
    assert closing(found, 1) == len(found) - 1
    assert opening(found, len(found) - 1) == 1
    assert [join(p).strip() for p in split_commas(found[2:-1])] == ["a", "(b, c)", "{d, e}"]


def test_lines() -> None:
    found = tokens("a\nb /* x\ny */ c")
    assert [line_of(found, i) for i, t in enumerate(found) if t.kind == "name"] == [1, 2, 3]
