"""What the front end changes, as text; and that it never changes the number of lines."""

from __future__ import annotations

import pytest

from kernelmill.core.errors import UserError
from kernelmill.cuda.rewrite import rewrite


@pytest.mark.parametrize(
    ("source", "want"),
    [
        ("k<<<1, 2>>>(x);", "(__km_configure(1, 2), k(x));"),
        ("k <<< g, b, n * sizeof(T), s >>> ();", "(__km_configure( g, b, n * sizeof(T), s ), k  ());"),
        ("ns::k<float, (N > 2)><<<g, b>>>(x, {1, 2});", "(__km_configure(g, b), ns::k<float, (N > 2)>(x, {1, 2}));"),
        ("return k<A<B<int>>><<<1, 1>>>(y);", "return (__km_configure(1, 1), k<A<B<int>>>(y));"),
        (
            "if (p) k<<<1, 1>>>(a); else q.run<<<n >> 3, 1>>>(b);",
            "if (p) (__km_configure(1, 1), k(a)); else (__km_configure(n >> 3, 1), q.run(b));",
        ),
        ("for (;;) ::k<<<1, 1>>>();", "for (;;) (__km_configure(1, 1), ::k());"),
        ("k << <g, b >> > (x);", "(__km_configure( g, b ), k   (x));"),
        ("k < < < g, b > > > (x);", "(__km_configure(   g, b ), k    (x));"),
        ("k < < < g, b >>> (x);", "(__km_configure(   g, b ), k  (x));"),
        ("if (a >> 1 > b) k <3><< < n >> 1, b>> >(x);", "if (a >> 1 > b) (__km_configure(  n >> 1, b), k <3> (x));"),
        ("(*f)<<<1, 1>>>(x);", "(__km_configure(1, 1), (*f)(x));"),
        ("table[i]<<<1, 1>>>(x);", "(__km_configure(1, 1), table[i](x));"),
        ("#define R(k, ...) k<<<g, b>>>(__VA_ARGS__)", "#define R(k, ...) (__km_configure(g, b), k(__VA_ARGS__))"),
        ('"<<<" // <<<', '"<<<" // <<<'),
    ],
)
def test_launches(source: str, want: str) -> None:
    assert rewrite(source).text == want


@pytest.mark.parametrize(
    ("source", "want"),
    [
        ("void f() { extern __shared__ float s[]; }", "void f() { float* s = reinterpret_cast<float*>(::__km_dyn()); }"),
        (
            "void f() { extern __shared__ __align__(16) unsigned char s[]; }",
            "void f() { unsigned char* s = reinterpret_cast<unsigned char*>(::__km_dyn()); }",
        ),
        ("void f() { extern __shared__ T s[][33]; }", "void f() { T (*s)[33] = reinterpret_cast<T (*)[33]>(::__km_dyn()); }"),
        ("extern __shared__ int s[];", "static ::km::DynamicShared<int> s;"),
        ("namespace n { extern __shared__ int s[]; }", "namespace n { static ::km::DynamicShared<int> s; }"),
        ("void f() { static __shared__ int s[4]; }", "void f() {   __shared__ int s[4]; }"),
    ],
)
def test_shared_memory(source: str, want: str) -> None:
    assert rewrite(source).text == want


def test_unroll_before_a_statement_is_dropped_and_before_a_loop_kept() -> None:
    assert "unroll" not in rewrite("#pragma unroll\nx = 1;\n").text
    assert "unroll 4" in rewrite("#pragma unroll 4\nfor (;;) {}\n").text


def test_a_cast_of_the_kernel_is_taken_off() -> None:
    assert rewrite("cudaLaunchCooperativeKernel((void*)k<3>, g, b, args);").text == "cudaLaunchCooperativeKernel(k<3>, g, b, args);"


def test_lines_are_kept() -> None:
    text = 'void f() {\n  extern __shared__\n    float s[];\n  k<<<1,\n 2>>>(x,\n y);\n  asm volatile("mov.u32 %0, %%laneid;\\n"\n    : "=r"(a));\n}\n'
    assert rewrite(text).text.count("\n") == text.count("\n")


@pytest.mark.parametrize("source", ["k<<<1, 2>>>;", "\n\nk<<<1, 2(x);", "k<<<1, 1>>>(x;"])
def test_a_broken_launch_names_file_and_line(source: str) -> None:
    line = source.count("\n") + 1
    with pytest.raises(UserError, match=f"a.cu:{line}:"):
        rewrite(source, "a.cu")
