"""Builds the C sources once per content, compiler and processor, into the user's cache."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from kernelmill.core.errors import KernelmillError, MissingTool

_HERE = Path(__file__).parent
_COMMON = ("-std=gnu11", "-O3", "-g1", "-Wall", "-Wextra", "-pthread")
_PRODUCTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # The generator and the comparison are plain loops for the vectoriser; errno and traps would keep it away.
    "libjudge.so": (
        ("process.c", "arena.c", "draw.c", "compare.c", "threads.c", "rounds.c"),
        ("-march=native", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-shared"),
    ),
    "libchild.so": (("child.c", "confine.c", "seccomp.c"), ("-fPIC", "-shared")),
    "guard": (("guard.c", "confine.c", "seccomp.c"), ("-fPIE", "-pie", "-Wl,-z,now")),
    "runner": (("runner.c", "confine.c", "seccomp.c"), ("-fPIE", "-pie", "-Wl,-z,now")),
}


def home() -> Path:
    """Folder for everything that can be made again: `$KERNELMILL_HOME`, default `~/.cache/kernelmill`."""
    return Path(os.environ.get("KERNELMILL_HOME") or Path.home() / ".cache" / "kernelmill")


def compiler() -> str:
    """Path of a C compiler. Raises `MissingTool`."""
    for name in ("gcc", "clang", "cc"):
        if path := shutil.which(name):
            return path
    raise MissingTool("a C compiler", "the judge compiles its clock and its runner at first use", "sudo apt-get install gcc")


def _processor() -> str:
    """What `-march=native` depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line for line in lines if line.startswith(("flags", "Features"))), platform.machine())


def _key(cc: str) -> str:
    digest = hashlib.sha256(repr((cc, os.stat(cc).st_mtime_ns, _COMMON, _PRODUCTS, _processor())).encode())
    for path in sorted(_HERE.glob("*.[ch]")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache
def built() -> Path:
    """Folder with `libjudge.so`, `libchild.so`, `runner` and `guard`, built now if need be (about two seconds).

    Safe against several processes at once: each builds in its own folder and the first rename wins. Raises `MissingTool` without a
    compiler, `KernelmillError` with the compiler's words when the sources do not compile.
    """
    cc = compiler()
    parent = home() / "native"
    folder = parent / _key(cc)
    if folder.is_dir():
        return folder
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=parent, prefix=".build-") as scratch:
        target = Path(scratch) / "done"
        target.mkdir()
        for product, (sources, flags) in _PRODUCTS.items():
            argv = [cc, *_COMMON, *flags, *(str(_HERE / s) for s in sources), "-o", str(target / product), "-ldl", "-lm"]
            done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
            if done.returncode:
                raise KernelmillError(f"the judge's own {product} does not compile with {cc}:\n{done.stderr[:2000]}")
        try:
            target.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    return folder
