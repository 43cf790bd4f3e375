"""The compiler, its plugin, the runtime library and the precompiled headers: made once, kept by content under `KERNELMILL_HOME`."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kernelmill.core.errors import KernelmillError, MissingTool

HERE = Path(__file__).parent
INCLUDE = HERE / "include"
PACKAGES = "apt-get install clang-22 llvm-22-dev lld-22"


@dataclass(frozen=True)
class Toolchain:
    """Paths of everything that a build uses."""

    clang: str
    version: str
    plugin: Path
    library: Path
    home: Path

    def passes(self) -> list[str]:
        """Flags of a compilation of kernels: the plugin, and no second vector loop for what the first leaves, since blocks are multiples of 32.

        Loop strength reduction took an eighth of a build's time (0.66 to 0.58 s for 210 lines) and no kernel of `benchmarks/cuda_speed.py`
        was clearly slower without it.
        """
        return [f"-fpass-plugin={self.plugin}", "-mllvm", "-enable-epilogue-vectorization=false", "-mllvm", "-disable-lsr"]

    def flags(self, std: str = "c++17", level: str = "-O3") -> list[str]:
        """Compiler flags, the same for headers that are precompiled and for the sources that use them."""
        return [
            f"-std={std}", level, *architecture_flags(), "-ffp-contract=fast", "-fno-math-errno", "-fno-strict-aliasing", "-fdeclspec",
            # A lane may hand on a variable that only lane 0 has set (`if (lane == 0) x = ...; x = __shfl_sync(m, x, 0)`).
            "-Xclang", "-no-enable-noundef-analysis",
            "-fveclib=libmvec", "-fPIC", "-w", "-Wno-c++11-narrowing", "-Wno-register", "-ferror-limit=12", "-fno-caret-diagnostics", f"-I{INCLUDE}",
        ]  # fmt: skip


def architecture_flags() -> list[str]:
    """`KERNELMILL_CUDA_ARCH` names another target than this machine."""
    flags = [f"-march={os.environ.get('KERNELMILL_CUDA_ARCH', 'native')}"]
    if "avx512f" in _cpu_flags():
        flags.append("-mprefer-vector-width=512")
    return flags


@cache
def _cpu_flags() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    line = next((x for x in text.splitlines() if x.startswith("flags")), "")
    return frozenset(line.split(":")[-1].split())


def home() -> Path:
    """Where caches are kept: `KERNELMILL_HOME`, else `~/.cache/kernelmill`; for root `/var/cache/kernelmill`.

    Root's home is closed to others, and what root compiles runs under another user.
    """
    own = Path("/var/cache/kernelmill") if os.geteuid() == 0 else Path.home() / ".cache" / "kernelmill"
    return Path(os.environ.get("KERNELMILL_HOME") or own) / "cuda"


def find_clang() -> tuple[str, str]:
    """Path and version line of clang++-22. Raises `MissingTool`."""
    path = shutil.which("clang++-22")
    if path is None:
        raise MissingTool("clang++-22", "CUDA sources are compiled by it", PACKAGES)
    return path, _version(path)


@cache
def _version(path: str) -> str:
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]


def llvm_headers() -> Path | None:
    """The include folder of llvm-22-dev, or None."""
    for folder in ("/usr/lib/llvm-22/include", "/usr/local/lib/llvm-22/include"):
        if (Path(folder) / "llvm" / "Passes" / "PassBuilder.h").exists():
            return Path(folder)
    return None


def digest(*parts: str | bytes) -> str:
    h = hashlib.sha256()
    for p in parts:
        h.update(p.encode() if isinstance(p, str) else p)
        h.update(b"\0")
    return h.hexdigest()[:20]


@cache
def folder_digest(folder: Path) -> str:
    """Of all files below `folder`, names and contents."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return digest(*(part for p in files for part in (str(p.relative_to(folder)), p.read_bytes())))


@cache
def identity() -> str:
    """Of everything that decides what a build gives: the compiler and all of this folder."""
    return digest(find_clang()[1], folder_digest(HERE), *architecture_flags())


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time makes `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path.with_name(path.name + ".lock"), "w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def call(argv: list[str], what: str) -> None:
    """Runs a command of ours that must work."""
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise KernelmillError(f"{what} failed:\n{done.stderr[-4000:]}")


@cache
def toolchain() -> Toolchain:
    """Builds what is missing (about 25 s the first time) and returns the paths. Raises `MissingTool`."""
    clang, version = find_clang()
    headers = llvm_headers()
    if headers is None:
        raise MissingTool("llvm-22-dev", "the compiler plugin that splits kernels needs LLVM's headers", PACKAGES)
    root = home()
    plugin = root / f"plugin-{digest(version, folder_digest(HERE / 'plugin'))}.so"
    shared = [INCLUDE / "km" / name for name in ("api_types.h", "arrays.h", "errors.h", "graphs.h", "host_api.h", "vector_types.h")]
    key = digest(version, folder_digest(HERE / "runtime"), *(p.read_bytes() for p in shared), *architecture_flags())
    library = root / f"libkmcuda-{key}.a"
    if not plugin.exists():
        with locked(plugin):
            if not plugin.exists():
                _make_plugin(clang, headers, plugin)
    if not library.exists():
        with locked(library):
            if not library.exists():
                _make_library(clang, library)
    return Toolchain(clang, version, plugin, library, root)


def _make_plugin(clang: str, headers: Path, out: Path) -> None:
    objects: list[str] = []
    for source in sorted((HERE / "plugin").glob("*.cpp")):
        o = str(out.with_suffix(f".{source.stem}.o"))
        call(
            [clang, "-std=c++17", "-O1", "-fPIC", "-fno-rtti", "-w", f"-I{headers}", "-c", str(source), "-o", o], f"compiling {source.name}"
        )
        objects.append(o)
    new = out.with_suffix(".new")
    call([clang, "-shared", *objects, "-o", str(new)], "linking the compiler plugin")
    for o in objects:
        os.unlink(o)
    os.replace(new, out)


def _make_library(clang: str, out: Path) -> None:
    objects: list[str] = []
    for source in sorted((HERE / "runtime").glob("*.cpp")):
        o = str(out.with_suffix(f".{source.stem}.o"))
        flags = ["-std=c++20", "-O2", *architecture_flags(), "-fPIC", "-fvisibility=hidden", "-w"]
        call([clang, *flags, "-c", str(source), "-o", o], f"compiling {source.name}")
        objects.append(o)
    new = out.with_suffix(".new")
    ar = shutil.which("llvm-ar-22") or shutil.which("ar") or "ar"
    call([ar, "rcs", str(new), *objects], "archiving the runtime")
    for o in objects:
        os.unlink(o)
    os.replace(new, out)


_WHOLE = "-fpch-instantiate-templates"
"""Templates that a header uses are instantiated with it, once, not by every source again: half of the time of a torch extension."""


def precompiled(tools: Toolchain, header: Path, flags: list[str]) -> Path:
    """The precompiled form of `header` under `flags`; made when it is missing. Known by the contents: dates do not count."""
    key = digest(tools.version, folder_digest(INCLUDE), str(header), header.read_bytes(), _WHOLE, *flags)
    out = tools.home / f"pch-{header.stem}-{key}.pch"
    if not out.exists():
        with locked(out):
            if not out.exists():
                new = out.with_suffix(".new")
                call(
                    [tools.clang, "-x", "c++-header", *flags, _WHOLE, "-Xclang", "-fno-pch-timestamp", str(header), "-o", str(new)],
                    f"precompiling {header.name}",
                )
                os.replace(new, out)
    return out
