"""Inline PTX to C++, as text."""

from __future__ import annotations

import pytest

from kernelmill.cuda.lex import tokens
from kernelmill.cuda.ptx import translate_asm


def ptx(text: str) -> str:
    return translate_asm(tokens(text), "a.cu:7")


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ('"add.s32 %0, %1, %2;" : "=r"(a) : "r"(b), "r"(c)', "::km::ptx::add<int32_t>(::km::ptx::as<int32_t>(km_1), ::km::ptx::as<int32_t>(km_2))"),
        ('"mov.u32 %0, %%laneid;" : "=r"(a)', "::km::ptx::put(km_0, ::km::lane());"),
        ('"ld.shared.v2.f32 {%0, %1}, [%2 + 8];" : "=f"(a), "=f"(b) : "r"(p)', "::km::ptx::address(km_2, true) + 8"),
        ('"@p bra L; L:" :', "is not supported"),
        ('"{ .reg .pred q; setp.lt.f32 q, %1, 0f3F800000; @q mov.u32 %0, 1; }" : "=r"(a) : "f"(x)', "if (km_v_q)"),
        ('"cp.async.ca.shared.global [%0], [%1], 16, %2;" :: "r"(d), "l"(s), "r"(n)', "::km::ptx::copy("),
        ('"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" : "+f"(d0), "+f"(d1), "+f"(d2), "+f"(d3)'
         ' : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1)', "::km::ptx::mma<16, 8, float, ::km::ptx::tf32, ::km::ptx::tf32, float>"),
        ('"add.u32 %[o], %[i], 1;" : [o] "=r"(a) : [i] "r"(b)', "::km::ptx::add<uint32_t>(::km::ptx::as<uint32_t>(km_1), ::km::ptx::as<uint32_t>(1))"),
    ],
)  # fmt: skip
def test_instructions(source: str, part: str) -> None:
    assert part in ptx(source)


def test_an_unknown_instruction_traps_with_file_and_line() -> None:
    text = ptx('"wgmma.fence.sync.aligned;" ::: "memory"')
    assert text == '::__km_trap("inline PTX \'wgmma.fence.sync.aligned\' is not supported", "a.cu:7", 801)'


def test_an_empty_template_stays_a_compiler_barrier() -> None:
    assert ptx('"" ::: "memory"') == '__asm__ volatile("" ::: "memory")'


def test_the_machines_own_assembly_stays() -> None:
    assert ptx('"cpuid" : "=a"(a)').startswith("__asm__ volatile(")
