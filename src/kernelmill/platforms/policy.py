"""What source and artifact of a C-like candidate may not contain: libraries that already compute the task, and ways to reach them.

The check of the source is a courtesy with a line number; the check of the artifact is the rule. System calls that no kernel needs are
not this file's business: the sandbox sees them happen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from kernelmill.core.candidate import Candidate
from kernelmill.platforms import elf

ALLOWED_LIBRARIES = re.compile(
    r"(libc|libm|libmvec|libpthread|librt|libdl|libgcc_s|libstdc\+\+|libgomp|libomp|libomp5|libiomp5|ld-linux-x86-64)\.so(\.\d+)*"
)
"""DT_NEEDED entries a kernel may have: C, C++ and OpenMP runtimes."""
_OLD_GLIBC = re.compile(r"(libc|libm|libmvec|libpthread|librt|libdl|ld)-2\.\d+\.so")
"""Before 2.34 the files behind the names carried the version."""

_INCLUDES = re.compile(
    r"[<\"](cblas|f77blas|mkl|lapack|openblas|dnnl|oneapi|onednn|blis|clblast|cublas|torch|ATen|c10|caffe2|Eigen|xtensor|armadillo|"
    r"fftw3|xsmm|libxsmm|Python\.h|pybind11|numpy|dlfcn\.h)[\w./]*[>\"]",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"\b(cblas_\w+|(?:mkl|dnnl|openblas|bli|LAPACKE|libxsmm|fftwf?)_\w+|[sdcz](?:gemm|gemv|symm|trsm|dot|axpy)_|dlopen|dlsym|dlvsym|dlmopen)\b"
)
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_MAX_BYTES = 2 << 20


def refuse_source(candidate: Candidate, suffixes: tuple[str, ...], own: tuple[str, ...]) -> str:
    """Why the source is refused, or ''. `suffixes`: allowed ends of the first file's name; `own`: names the platform writes itself."""
    if not candidate.files:
        return "there is no source file"
    names = [name for name, _ in candidate.files]
    if not names[0].endswith(suffixes):
        return f"the first file must end in {' or '.join(suffixes)}, not '{names[0]}'"
    for name in names:
        if not _FILE_NAME.fullmatch(name) or name in own:
            return f"'{name}' cannot be the name of a source file"
    if len(set(names)) < len(names):
        return "two source files have one name"
    if sum(len(text) for _, text in candidate.files) > _MAX_BYTES:
        return f"more than {_MAX_BYTES >> 20} MB of source"
    if not re.fullmatch(r"[A-Za-z_]\w{0,199}", candidate.entry, re.ASCII):
        return f"the entry '{candidate.entry[:80]}' is not a C identifier"
    for key, _ in candidate.parameters:
        if not re.fullmatch(r"[A-Za-z_]\w{0,99}", key, re.ASCII):
            return f"the parameter '{key[:80]}' is not a C identifier"
    for name, text in candidate.files:
        found = _in_source(text)
        if found:
            return f"{name}:{found}"
    return ""


def refuse_artifact(data: bytes, entry: str, machine: str = "x86_64") -> str:
    """Why a compiled kernel is refused, or ''."""
    try:
        object_ = elf.read(data)
    except elf.NotElf as error:
        return str(error)
    if object_.machine != machine:
        return f"compiled for {object_.machine}, not {machine}"
    if entry not in object_.exports:
        near = sorted(n for n in object_.hidden if entry in n)[:1]
        if near:
            return f'no entry symbol {entry}: the function became {near[0]}; declare it extern "C" and not static'
        return f"no entry symbol {entry}"
    for library in object_.needed:
        if not ALLOWED_LIBRARIES.fullmatch(library):
            return f"it needs the library {library}"
    for name in sorted(object_.undefined):
        if _NAMES.fullmatch(name) or name.startswith(("_ZN2at", "_ZN3c105", "_ZN5torch", "Py")):
            return f"it calls {name}, which a kernel may not"
    return ""


def foreign_library(mapped: Iterable[str], data: bytes, folders: Iterable[str] = ()) -> str:
    """The first shared library among the files `mapped` into a process that the kernel in `data` may not use, or ''.

    Allowed are the runtimes, what the artifact names itself (that was looked at), and what lies below the platform's own `folders`.
    """
    needed, folders = set(elf.read(data).needed), tuple(f"{f}/" for f in folders)
    for path in mapped:
        name = path.rpartition("/")[2]
        own = name.startswith(tuple(needed)) or path.startswith((*folders, "/km/", "/memfd:"))
        if ".so" in name and not (own or ALLOWED_LIBRARIES.fullmatch(name) or _OLD_GLIBC.fullmatch(name)):
            return name
    return ""


def constructors(data: bytes) -> int:
    """Functions that run when the artifact is loaded, beyond the compiler's own; 0 for an unreadable one. Allowed, and noted."""
    try:
        return max(0, elf.read(data).constructors - 1)
    except elf.NotElf:
        return 0


def _in_source(text: str) -> str:
    # Comments go, so that a remark about BLAS is no import of it; strings stay for #include and go for names.
    bare = _COMMENT_OR_STRING.sub(lambda m: m[0] if m[0][0] == '"' else re.sub(r"[^\n]", " ", m[0]), text)
    for number, line in enumerate(bare.splitlines(), 1):
        if line.lstrip().startswith("#"):
            m = re.match(r"\s*#\s*include\s*(.*)", line)
            if m and _INCLUDES.match(m[1].strip()):
                return f"{number}: includes {m[1].strip()}, a library that a kernel may not use"
            continue
        m = _NAMES.search(re.sub(r'"(?:\\.|[^"\\])*"', '""', line))
        if m:
            return f"{number}: calls {m[1]}, which a kernel may not"
    return ""
