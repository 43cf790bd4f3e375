from __future__ import annotations

import golden_programs

from kernelmill.mill import show


def test_softmax_reads_like_the_documentation() -> None:
    text = show(golden_programs.softmax())
    assert "  for i < N parallel\n    alloc m: f32[] register\n" in text
    assert "      reduce add reassoc s[] <- e\n" in text
