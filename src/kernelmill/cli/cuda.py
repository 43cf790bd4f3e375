"""`kernelmill cuda build | run | explain`: CUDA C++ without a GPU."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Build and run CUDA C++ on the CPU.", no_args_is_help=True, rich_markup_mode=None)

FILES = Annotated[list[Path], typer.Argument(help="CUDA sources.", metavar="FILE.cu...")]
INCLUDES = Annotated[list[Path] | None, typer.Option("-I", help="Folder of headers.", metavar="DIR")]
DEFINES = Annotated[list[str] | None, typer.Option("-D", help="Macro.", metavar="NAME[=VALUE]")]
LIBRARIES = Annotated[list[str] | None, typer.Option("-l", help="Library to link.", metavar="NAME")]
STD = Annotated[str, typer.Option("--std", help="C++ standard.")]


def register(parent: typer.Typer) -> None:
    """Mounts the commands as `kernelmill cuda ...`."""
    parent.add_typer(app, name="cuda")


def _fail(error: Exception) -> None:
    print(error, file=sys.stderr)
    raise typer.Exit(1)


@app.command()
def build(
    files: FILES,
    out: Annotated[Path, typer.Option("-o", "--out", help="Shared library to write.", metavar="lib.so")],
    entry: Annotated[list[str] | None, typer.Option("--entry", help="Symbol that must be exported.", metavar="NAME")] = None,
    include: INCLUDES = None,
    define: DEFINES = None,
    library: LIBRARIES = None,
    std: STD = "c++17",
) -> None:
    """Compile CUDA sources into a shared library, in place of `nvcc -shared`."""
    from kernelmill.cuda import building as cuda

    try:
        made = cuda.build(
            files,
            out,
            std=std,
            includes=include or (),
            defines=define or (),
            entries=entry or (),
            libraries=[f"-l{x}" for x in library or ()],
        )
    except cuda.CudaBuildError as error:
        _fail(error)
        return
    names = ", ".join(cuda.demangle(k) for k in made.kernels) or "none"
    print(f"{made.path}: {len(made.entries)} entries ({', '.join(made.entries[:8])}); kernels: {names}; {made.seconds:.2f} s")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CUDA program with main.", metavar="FILE.cu")],
    include: INCLUDES = None,
    define: DEFINES = None,
    std: STD = "c++17",
) -> None:
    """Compile a program and run it with the remaining arguments; its exit code is ours."""
    from kernelmill.cuda import building as cuda

    try:
        done = cuda.run(file, context.args, includes=include or (), defines=define or (), std=std)
    except cuda.CudaBuildError as error:
        _fail(error)
        return
    raise typer.Exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


@app.command()
def explain(
    files: FILES,
    include: INCLUDES = None,
    define: DEFINES = None,
    json: Annotated[bool, typer.Option("--json", help="One object on stdout.")] = False,
) -> None:
    """Say which path each kernel takes (loop, split at its barriers, fibers) and why."""
    from kernelmill.cuda import building as cuda

    try:
        rows = cuda.explain(files, includes=include or (), defines=define or ())
    except cuda.CudaBuildError as error:
        _fail(error)
        return
    if json:
        import json as text

        print(text.dumps({"kernels": rows}, indent=2))
        return
    for row in rows:
        print(f"{row['file']}:{row['line']}: {row['kernel']}: {row['path']}; {row['shared_bytes']} bytes of static shared memory")
