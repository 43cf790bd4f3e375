"""`torch.utils.cpp_extension.load_inline` and `load` for CUDA sources, compiled for the CPU and working on CPU tensors."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os
import re
import sysconfig
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from kernelmill.core.errors import UserError
from kernelmill.cuda.building import Sources
from kernelmill.cuda.compiling import CudaBuildError, compile_one, link
from kernelmill.cuda.toolchain import HERE, Toolchain, digest, locked, precompiled, toolchain

INCLUDE_TORCH = HERE / "include_torch"
_BOM = "\ufeff"


def load_inline(
    name: str,
    cpp_sources: str | Sequence[str] = (),
    cuda_sources: str | Sequence[str] | None = None,
    sycl_sources: Any = None,
    functions: Sequence[str] | dict[str, str] | str | None = None,
    extra_cflags: Sequence[str] | None = None,
    extra_cuda_cflags: Sequence[str] | None = None,
    extra_sycl_cflags: Any = None,
    extra_ldflags: Sequence[str] | None = None,
    extra_include_paths: Sequence[str] | str | None = None,
    build_directory: str | None = None,
    verbose: bool = False,
    with_cuda: bool | None = None,
    is_python_module: bool = True,
    **_: Any,
) -> ModuleType:
    """torch's signature. Returns the extension module; raises `CudaBuildError` with the compiler's text, `UserError`, `MissingTool`."""
    cpp = [cpp_sources] if isinstance(cpp_sources, str) else list(cpp_sources)
    cuda = [cuda_sources] if isinstance(cuda_sources, str) else list(cuda_sources or ())
    texts = [*cpp, *cuda]
    if not any(t.strip() for t in texts):
        raise UserError(f"load_inline('{name}'): no source", expected="cpp_sources or cuda_sources with text")
    glue = ""
    if functions is not None:
        table = {functions: functions} if isinstance(functions, str) else functions
        table = dict(table) if isinstance(table, dict) else {f: f for f in table}
        lines = [f'    m.def("{f}", torch::wrap_pybind_function({f}), {_quoted(doc)});' for f, doc in table.items()]
        glue = "PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) {\n" + "\n".join(lines) + "\n}\n"
    return _load(name, cpp, cuda, glue, _flags(extra_cflags, extra_cuda_cflags), _paths(extra_include_paths), is_python_module)


def load(
    name: str,
    sources: str | Sequence[str],
    extra_cflags: Sequence[str] | None = None,
    extra_cuda_cflags: Sequence[str] | None = None,
    extra_sycl_cflags: Any = None,
    extra_ldflags: Sequence[str] | None = None,
    extra_include_paths: Sequence[str] | str | None = None,
    build_directory: str | None = None,
    verbose: bool = False,
    with_cuda: bool | None = None,
    is_python_module: bool = True,
    **_: Any,
) -> ModuleType:
    """torch's signature, for files."""
    paths = [Path(s) for s in ([sources] if isinstance(sources, str) else sources)]
    for p in paths:
        if not p.is_file():
            raise UserError(f"no such file: {p}")
    folders = [*_paths(extra_include_paths), *{p.parent.resolve() for p in paths}]
    return _load(
        name,
        [f'#line 1 "{p.name}"\n{p.read_text(errors="replace").removeprefix(_BOM)}' for p in paths],
        [],
        "",
        _flags(extra_cflags, extra_cuda_cflags),
        folders,
        is_python_module,
        apart=len(paths) > 1,
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _paths(paths: Sequence[str] | str | None) -> list[Path]:
    return [Path(p) for p in ([paths] if isinstance(paths, str) else paths or ())]


def _flags(*groups: Sequence[str] | None) -> list[str]:
    """Of the caller's flags, those that mean something here: definitions and folders."""
    return [f for group in groups for f in group or () if f.startswith(("-D", "-U", "-I"))]


@functools.cache
def torch_flags(tools: Toolchain) -> tuple[list[str], Path]:
    """Compiler flags for torch's headers, and the precompiled header under them."""
    import torch
    from torch.utils import cpp_extension

    folders = [*cpp_extension.include_paths(), sysconfig.get_paths()["include"]]
    abi = int(torch.compiled_with_cxx11_abi())
    flags = [
        *tools.flags("c++20"),
        f"-I{INCLUDE_TORCH}",
        *(f"-isystem{f}" for f in folders),
        f"-D_GLIBCXX_USE_CXX11_ABI={abi}",
        f'-DKM_TORCH="{torch.__version__}"',
    ]
    return flags, precompiled(tools, INCLUDE_TORCH / "km_torch_prefix.h", flags)


def _libraries_of_torch() -> list[str]:
    from torch.utils import cpp_extension

    folders = [f for p in cpp_extension.library_paths() for f in (f"-L{p}", f"-Wl,-rpath,{p}")]
    return [*folders, "-lc10", "-ltorch_cpu", "-ltorch", "-ltorch_python"]


def of_torch(tools: Toolchain, name: str) -> tuple[list[str], Path, Callable[[str], str], list[str]]:
    """For a build of files that include torch: compiler flags, the precompiled header, what to do to the text, and libraries."""
    flags, head = torch_flags(tools)
    return [*flags, f"-DTORCH_EXTENSION_NAME={name}"], head, modernize, _libraries_of_torch()


_SPELLINGS = [
    (re.compile(r"\.\s*type\s*\(\s*\)(?=\s*\.\s*is_cuda)"), ""),
    (re.compile(r"\.\s*type\s*\(\s*\)\s*\.\s*scalarType\s*\(\s*\)"), ".scalar_type()"),
    (
        re.compile(
            r"(DISPATCH_\w+\s*\(\s*(?:(?:at::ScalarType::|c10::ScalarType::|at::k|torch::k)\w+\s*,\s*)*[\w.\->\[\]()]+?)"
            r"\s*\.\s*type\s*\(\s*\)(?=\s*,)"
        ),
        r"\1.scalar_type()",
    ),
    (re.compile(r"\bDeviceType\s*::\s*CUDA\b"), "DeviceType::CPU"),
    (re.compile(r"\bDispatchKey\s*::\s*CUDA\b"), "DispatchKey::CPU"),
    (re.compile(r"(\b(?:Device|device|to)\s*\(\s*)\"cuda(?::\d+)?\""), r'\1"cpu"'),
    (re.compile(r"\b(?:torch|at)\s*::\s*cuda\s*::\s*is_available\s*\(\s*\)"), "true"),
    (re.compile(r"(?<=[\w\])])\s*\.\s*cuda\s*\(\s*\)"), ".cpu()"),
    (re.compile(r"(\bTORCH_LIBRARY_IMPL\s*\([^,]*,\s*)CUDA\b"), r"\1CPU"),
]


def modernize(text: str) -> str:
    """Says CPU where a source names CUDA as the home of a tensor, and `x.scalar_type()` where torch before 2 took `x.type()`."""
    for pattern, new in _SPELLINGS:
        text = pattern.sub(new, text)
    return text


@dataclass
class _Shelf:
    """Where the extensions of this process lie, instead of the cache of the machine. `complete`: nothing may be compiled any more."""

    folder: Path
    complete: bool


_shelves: list[_Shelf] = []
_libraries: list[ctypes.CDLL] = []


def keep_in(folder: Path, *, complete: bool) -> None:
    """From now on extensions are compiled into `folder` and loaded from there, by source alone; `complete`: only loaded."""
    _shelves.append(_Shelf(folder, complete))


def loaded() -> int:
    """How many extensions this process has loaded."""
    return len(_libraries)


def last_report() -> str:
    """What the runtime said last about a kernel that failed, in one line; '' when it said nothing."""
    for library in reversed(_libraries):
        library.km_torch_report.restype = ctypes.c_char_p
        text = library.km_torch_report()
        if text:
            return " ".join(text.decode(errors="replace").split())
    return ""


def warm() -> Path:
    """Makes what is missing (the first time about 40 s) and returns the folder with everything that a build reads beside this package."""
    tools = toolchain()
    torch_flags(tools)
    return tools.home


def _load(
    name: str, cpp: list[str], cuda: list[str], glue: str, flags: list[str], folders: list[Path], python: bool, apart: bool = False
) -> ModuleType:
    name = re.sub(r"\W", "_", name, flags=re.ASCII)
    key = digest(name, *cpp, "|", *cuda, glue, *flags)
    if _shelves:
        shelf = _shelves[-1]
        out = shelf.folder / f"{name}-{key}" / f"{name}.so"
        if shelf.complete and not out.exists():
            raise CudaBuildError(f"the extension '{name}' was not compiled when the module was loaded: its source has changed since")
    else:
        tools = toolchain()
        key = digest(key, str(torch_flags(tools)[1]), str(tools.library), str(tools.plugin))
        out = tools.home / "torch" / f"{name}-{key}" / f"{name}.so"
    if not out.exists():
        with locked(out.parent):
            if not out.exists():
                _make(name, cpp, cuda, glue, flags, folders, out, apart)
    return _import(name, out, python)


def _make(name: str, cpp: list[str], cuda: list[str], glue: str, flags: list[str], folders: list[Path], out: Path, apart: bool) -> None:
    tools = toolchain()
    base, head = torch_flags(tools)
    try:
        groups = [[t] for t in cpp] if apart else [[*cpp, *cuda, glue]]
        _compile(tools, name, groups, base, head, flags, folders, out)
    except CudaBuildError as first:
        if apart or not (cpp and cuda):
            raise
        try:
            _compile(tools, name, [[*cpp, glue], cuda], base, head, flags, folders, out)
        except CudaBuildError:
            raise first from None


def _compile(
    tools: Toolchain, name: str, groups: list[list[str]], base: list[str], head: Path, flags: list[str], folders: list[Path], out: Path
) -> None:
    with tempfile.TemporaryDirectory(prefix="kmtorch") as folder:
        objects: list[str] = []
        for i, texts in enumerate(groups):
            source = Path(folder) / f"{name}_{i}.cu"
            body = "\n".join(texts)
            source.write_text(
                f'#define TORCH_EXTENSION_NAME {name}\n#line 1\n{body}\nextern "C" {{ void* km_keep_{i}[] = {{(void*)&km_torch_take_error, (void*)&km_torch_report}}; }}\n'
            )
            copy = Sources(Path(folder), folders, modernize).add(source)
            o = str(Path(folder) / f"{i}.o")
            objects.append(o)
            argv = [
                tools.clang,
                "-x",
                "c++",
                *base,
                *flags,
                *(f"-I{p}" for p in folders),
                "-include-pch",
                str(head),
                *tools.passes(),
            ]
            try:
                compile_one([*argv, "-c", str(copy), "-o", o])
            except CudaBuildError as error:
                raise CudaBuildError(str(error).replace(f"{folder}/", "")) from None
        out.parent.mkdir(parents=True, exist_ok=True)
        new = out.with_suffix(".new")
        link(tools, objects, new, _libraries_of_torch(), shared=True, python=True)
        os.replace(new, out)


def _import(name: str, path: Path, python: bool) -> ModuleType:
    import torch

    if not python:
        torch.ops.load_library(str(path))
        _libraries.append(ctypes.CDLL(str(path)))
        return ModuleType(name)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UserError(f"cannot import {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    _libraries.append(ctypes.CDLL(str(path)))
    return _checked(name, module, _libraries[-1])


def _checked(name: str, module: ModuleType, library: ctypes.CDLL) -> ModuleType:
    """The module with functions that raise when a kernel failed and the extension did not look."""
    take = library.km_torch_take_error
    proxy = ModuleType(name, module.__doc__)

    def guard(f: Any) -> Any:
        def failed(code: int) -> str:
            return f"CUDA error {code} in {name}.{f.__name__}: {last_report() or 'a kernel failed'}"

        @functools.wraps(f)
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                result = f(*args, **kwargs)
            except RuntimeError as error:
                if code := take():  # what the extension said is a consequence of this
                    raise RuntimeError(failed(code)) from error
                raise
            if code := take():
                raise RuntimeError(failed(code))
            return result

        return call

    for key, value in vars(module).items():
        if not key.startswith("__"):
            setattr(proxy, key, guard(value) if type(value).__name__ in ("builtin_function_or_method", "PyCapsule") else value)
    proxy.__file__ = module.__file__
    return proxy
