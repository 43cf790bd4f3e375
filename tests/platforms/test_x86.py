from __future__ import annotations

import ctypes
from pathlib import Path

import pytest

from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.platforms import compilers, elf, machine, platform
from kernelmill.platforms.policy import constructors

from .conftest import Build, c_candidate

RIGHT = """#include "kernelmill_task.h"
extern "C" void km_vadd(const float* x, const float* y, float* z, int64_t N) {
#pragma omp parallel for
  for (int64_t i = 0; i < N; i++) z[i] = x[i] + y[i];
}
"""
HAVE = {c.kind for c in compilers.compilers() if c.openmp}
SPECS = ["x86{cc=clang}", "x86{cc=gcc}", "x86{cc=gcc,isa=sse,threads=1}", "x86{cc=clang,openmp=false}"]


def need(spec: str) -> None:
    for kind in ("clang", "gcc"):
        if f"cc={kind}" in spec and kind not in HAVE:
            pytest.skip(f"no {kind} with OpenMP here")


@pytest.mark.parametrize("spec", SPECS)
def test_compiles_and_computes(spec: str, vadd: Task, build: Build, tmp_path: Path) -> None:
    need(spec)
    x86, candidate = platform(spec), c_candidate(vadd, RIGHT)
    assert x86.refuse(candidate, vadd) == ""
    code, messages, artifact = build(x86, candidate, vadd)
    assert code == 0, messages
    assert x86.inspect(artifact, candidate, vadd) == ""
    assert elf.read(artifact).exports == {"km_vadd"}
    n = 1001
    x, y, z = (ctypes.c_float * n)(*range(n)), (ctypes.c_float * n)(*([0.5] * n)), (ctypes.c_float * n)()
    ctypes.CDLL(str(tmp_path / "kernel.so")).km_vadd(x, y, z, ctypes.c_int64(n))
    assert list(z) == [i + 0.5 for i in range(n)]


@pytest.mark.parametrize("spec", ["x86{cc=clang}", "x86{cc=gcc}"])
def test_pragmas_become_parallel_code(spec: str, vadd: Task, build: Build) -> None:
    need(spec)
    artifact = build(platform(spec), c_candidate(vadd, RIGHT), vadd)[2]
    assert any(s.startswith(("__kmpc_fork", "GOMP_parallel")) for s in elf.read(artifact).undefined)


def test_plain_c_and_macros(vadd: Task, build: Build) -> None:
    source = "#define KM_WORKSPACE\n" + RIGHT.replace('extern "C" ', "").replace("int64_t N)", "int64_t N, void* workspace)").replace(
        "+ y[i]", "+ y[i] * SCALE"
    )
    source += "int64_t km_vadd_workspace(int64_t N) { return N * UNROLL; }\n"
    candidate = c_candidate(vadd, source, "kernel.c")
    candidate = type(candidate)(**{**candidate.__dict__, "parameters": (("SCALE", 1.0), ("UNROLL", 4))})
    code, messages, artifact = build(platform("x86"), candidate, vadd)
    assert code == 0, messages
    assert elf.read(artifact).exports == {"km_vadd", "km_vadd_workspace"}


def test_a_wrong_signature_is_a_compile_error(vadd: Task, build: Build) -> None:
    code, messages, _ = build(platform("x86"), c_candidate(vadd, RIGHT.replace("float* z, int64_t N", "double* z, int64_t N")), vadd)
    assert code != 0
    assert "km_vadd" in messages


def test_mangled_entry_is_explained(vadd: Task, build: Build) -> None:
    x86 = platform("x86")
    candidate = c_candidate(vadd, RIGHT.replace('#include "kernelmill_task.h"', "#include <stdint.h>").replace('extern "C" ', ""))
    reason = x86.inspect(build(x86, candidate, vadd)[2], candidate, vadd)
    assert "no entry symbol km_vadd" in reason
    assert 'extern "C"' in reason


def test_undefined_blas_is_refused_in_the_artifact(vadd: Task, build: Build) -> None:
    # An assembler name in two pieces, so that a search of the text does not see it.
    x86 = platform("x86")
    source = 'extern "C" void blas() __asm__("sg" "emm_");\n' + RIGHT.replace("#pragma omp parallel for", "  if (N < 0) blas();")
    candidate = c_candidate(vadd, source)
    assert x86.refuse(candidate, vadd) == ""
    code, messages, artifact = build(x86, candidate, vadd)
    assert code == 0, messages
    assert "sgemm_" in x86.inspect(artifact, candidate, vadd)


def test_constructors_are_counted(vadd: Task, build: Build) -> None:
    x86 = platform("x86")
    assert constructors(build(x86, c_candidate(vadd, RIGHT), vadd)[2]) == 0
    source = RIGHT + "volatile int n; __attribute__((constructor)) static void early() { n = 1; }\n"
    assert constructors(build(x86, c_candidate(vadd, source), vadd)[2]) == 1


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("#include <cblas.h>\n", "1: includes <cblas.h>"),
        ('\n# include "torch/extension.h"\n', "2: includes"),
        ("#include <Eigen/Dense>\n", "Eigen"),
        ("#include <dlfcn.h>\n", "dlfcn"),
        ("void f() { cblas_sgemm(); }\n", "1: calls cblas_sgemm"),
        ("/* two\nlines */ void f() { sgemm_(); }\n", "2: calls sgemm_"),
        ("auto f = dlopen(0, 1);\n", "calls dlopen"),
    ],
)
def test_refused_sources(source: str, part: str, vadd: Task) -> None:
    assert part in platform("x86").refuse(c_candidate(vadd, source + RIGHT), vadd)


@pytest.mark.parametrize("source", ["// faster than cblas_sgemm and dlopen\n", '/* #include <cblas.h> */\nconst char* s = "sgemm_";\n'])
def test_words_in_comments_and_strings_are_free(source: str, vadd: Task) -> None:
    assert platform("x86").refuse(c_candidate(vadd, source + RIGHT), vadd) == ""


@pytest.mark.parametrize("name", ["../k.cpp", "-o.cpp", "/etc/k.cpp", "k.rs", "kernelmill_task.h", ""])
def test_refused_file_names(name: str, vadd: Task) -> None:
    assert platform("x86").refuse(c_candidate(vadd, RIGHT, name), vadd) != ""


def test_refused_identifiers(vadd: Task) -> None:
    candidate = c_candidate(vadd, RIGHT)
    for change in ({"entry": "a; } evil {"}, {"parameters": (("X -o /etc/x", 1),)}, {"files": ()}):
        assert platform("x86").refuse(type(candidate)(**{**candidate.__dict__, **change}), vadd) != ""


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF\x02\x01", b"\x7fELF\x02\x01" + b"\xff" * 200, b"\x7fELF\x02\x01" + b"\0" * 10 + b"\x03\0\x3e\0" + b"\xff" * 60]
)
def test_malformed_artifacts_are_refused(data: bytes, vadd: Task) -> None:
    assert platform("x86").inspect(data, c_candidate(vadd, RIGHT), vadd) != ""


def test_bad_options_say_what_is_allowed() -> None:
    for spec, part in (("x86{cc=icc}", "gcc"), ("x86{isa=avx9}", "avx512"), ("x86{threads=0}", "1 or more"), ("x86{theads=1}", "threads")):
        with pytest.raises(UserError) as caught:
            platform(spec).state()
            platform(spec).toolchain()  # type: ignore[attr-defined]
        assert part in str(caught.value)


def test_spec_text_prints_back() -> None:
    for spec in ("x86", "x86{cc=gcc,threads=1}", "x86{isa=avx2,openmp=false}"):
        assert platform(spec).spec == spec


def test_one_thread_is_measured_by_the_processors_clock(vadd: Task) -> None:
    run = platform("x86{threads=1}").run(vadd)
    assert (run.kind, run.clock, dict(run.env)["OMP_NUM_THREADS"]) == ("native", "cpu", "1")
    assert platform("x86").run(vadd).clock == "wall"


def test_machine_has_plausible_values() -> None:
    here = machine.detect()
    assert here.cores >= 1
    assert 8 << 10 <= here.l1_bytes <= here.l2_bytes <= here.l3_bytes
    assert here.memory_bytes > 1 << 28
    assert len(machine.identity(here)) == 16
    assert platform("x86{isa=sse,threads=1}").machine().vector_bytes == 16
