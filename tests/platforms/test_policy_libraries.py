"""Libraries that a kernel brought in without naming them."""

from __future__ import annotations

import pytest

from kernelmill.platforms import elf, policy


@pytest.mark.parametrize(
    ("mapped", "found"),
    [
        (("/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"), ""),
        (("/usr/lib/x86_64-linux-gnu/libgomp.so.1.0.0", "/usr/lib/llvm-22/lib/libomp.so.5"), ""),
        (("/lib/x86_64-linux-gnu/libc-2.31.so", "/lib/x86_64-linux-gnu/ld-2.31.so"), ""),
        (("/km/candidate.so", "/memfd:so (deleted)", "/memfd:inputs (deleted)"), ""),
        (("/usr/lib/x86_64-linux-gnu/libcustom.so.3.1",), ""),
        (("/opt/own/libanything.so",), ""),
        (("/usr/lib/x86_64-linux-gnu/libopenblas.so.0",), "libopenblas.so.0"),
        (("/usr/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libz.so.1.2.13"), "libz.so.1.2.13"),
        (("/opt/owner/libanything.so",), "libanything.so"),
    ],
)
def test_foreign_library(monkeypatch: pytest.MonkeyPatch, mapped: tuple[str, ...], found: str) -> None:
    nothing = frozenset[str]()
    read = elf.Elf("x86_64", ("libcustom.so.3",), (), nothing, nothing, nothing, 0)
    monkeypatch.setattr(elf, "read", lambda data: read)
    assert policy.foreign_library(mapped, b"", ("/opt/own",)) == found
