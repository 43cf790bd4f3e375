"""The commands of a build: one process for each source, one for the link."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from kernelmill.core.errors import KernelmillError
from kernelmill.cuda.toolchain import Toolchain, digest


class CudaBuildError(KernelmillError):
    """The sources do not compile; the text is the compiler's, in lines of the sources."""


def compile_one(argv: list[str]) -> None:
    """Runs one compiler command. Raises `CudaBuildError` with its first errors."""
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise CudaBuildError(compiler_errors(done.stderr))


def compiler_errors(text: str) -> str:
    lines = [x for x in text.splitlines() if not x.startswith(("In file included", "PLEASE submit", "Stack dump"))]
    return "\n".join(lines[:40]) or text[-2000:]


def link(tools: Toolchain, objects: Sequence[str], out: Path, libraries: Sequence[str], *, shared: bool, python: bool = False) -> None:
    """Links with the runtime. `python`: for the interpreter to load, whose symbols, and only those, stay undefined. Raises `CudaBuildError`."""
    more = ["--exclude-libs", "ALL", "-z", "defs"] if shared else []
    more += ["--warn-unresolved-symbols"] if python else []
    plain = _for_linker(libraries)
    if plain is None:
        argv = [
            tools.clang,
            *_kind(shared),
            *objects,
            str(tools.library),
            "-o",
            str(out),
            *libraries,
            *_SYSTEM,
            *(f"-Wl,{x}" for x in more),
        ]
    else:
        argv = []
        for word in _linker(tools, shared):
            argv += [*objects, str(tools.library), *plain, *more] if word == str(tools.library) else [str(out) if word == _OUT else word]
    done = subprocess.run(argv, capture_output=True, text=True)
    if done.returncode:
        raise CudaBuildError(_undefined(done.stderr) or done.stderr[-2000:])
    if python and (missing := _undefined(done.stderr)):
        out.unlink(missing_ok=True)
        raise CudaBuildError(missing)


_OUT = "/the/output"
_SYSTEM = ["-fuse-ld=lld", "-Wl,--build-id=none", "-lstdc++", "-lmvec", "-lm", "-lpthread", "-ldl"]


def _kind(shared: bool) -> list[str]:
    return ["-shared"] if shared else []


def _linker(tools: Toolchain, shared: bool) -> list[str]:
    """The linker's command as clang would give it, asked once and kept: the driver takes twice as long as the link."""
    ask = [tools.clang, *_kind(shared), str(tools.library), "-o", _OUT, *_SYSTEM, "-###"]
    kept = tools.home / f"link-{digest(tools.version, *ask)}.json"
    try:
        return json.loads(kept.read_text())
    except (OSError, ValueError):
        pass
    done = subprocess.run(ask, capture_output=True, text=True)
    words = shlex.split(done.stderr.splitlines()[-1]) if done.stderr else []
    if done.returncode or words.count(_OUT) != 1 or words.count(str(tools.library)) != 1:
        raise KernelmillError(f"clang does not say how it links:\n{done.stderr[-2000:]}")
    with contextlib.suppress(OSError):  # a runner that compiles a candidate may not write here
        new = kept.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps(words))
        os.replace(new, kept)
    return words


def _for_linker(flags: Sequence[str]) -> list[str] | None:
    """Flags of the driver as the linker takes them; None where only the driver knows."""
    words: list[str] = []
    for f in flags:
        if f.startswith("-Wl,"):
            words += f.split(",")[1:]
        elif f.startswith(("-L", "-l")) and len(f) > 2 or not f.startswith("-"):
            words.append(f)
        else:
            return None
    return words


def _undefined(text: str) -> str:
    """What a linker's messages call undefined, without the C API of Python, which the interpreter brings."""
    names = dict.fromkeys(n for n in re.findall(r"undefined symbol: (.*)", text) if not re.match(r"_?Py[A-Z_]", n))
    return "undefined: " + ", ".join(list(names)[:12]) if names else ""
