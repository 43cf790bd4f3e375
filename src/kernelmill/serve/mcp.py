"""The function table over the Model Context Protocol, for coding agents: stdio or HTTP on loopback (official SDK, extra `mcp`).

Answers are sized for a model: evidence and raw samples stay in the archive under the record's hash, long text is cut and says so.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import kernelmill
from kernelmill.core.errors import KernelmillError, MissingTool
from kernelmill.serve.functions import call

if TYPE_CHECKING:
    from mcp.server import MCPServer

TEXT, ROWS = 4000, 60
"""Characters of one text and rows of one list that an answer holds at most."""
_LEFT_OUT = frozenset({"evidence", "samples", "toolchain", "trace"})
INSTRUCTIONS = """kernelmill judges compute kernels: correct on secret inputs, and faster with statistical confidence.
The loop: `tasks_header` tells what to write, `judge` decides; mend what its failure report names; `measure` compares a correct kernel
with PyTorch.
Never claim a speedup that `measure` did not print with status FASTER."""


def sized(value: Any) -> Any:
    """An answer cut to what a model can use."""
    if isinstance(value, dict):
        return {k: sized(v) for k, v in value.items() if k not in _LEFT_OUT and v not in (None, "", [], {})}
    if isinstance(value, list):
        kept = [sized(v) for v in value[:ROWS]]
        return kept if len(value) <= ROWS else [*kept, f"... {len(value) - ROWS} more"]
    if isinstance(value, str) and len(value) > TEXT:
        return f"{value[:TEXT]}\n... ({len(value) - TEXT} characters cut)"
    return value


def tasks_list(pattern: str = "*") -> Any:
    """Tasks whose name matches a shell pattern (`fused/*`)."""
    return call("tasks.list", pattern=pattern)


def tasks_show(task: str) -> Any:
    """What a task computes: tensors, sizes, input families, reference."""
    return call("tasks.show", task=task)


def tasks_header(task: str, platform: str = "x86") -> Any:
    """The function to write: signature, rules, reference. `task` is category/op or a file in KernelBench's form."""
    return call("tasks.header", task=task, platform=platform)


def prompt(task: str, platform: str = "x86") -> Any:
    """The prompt that the author `llm` would send for a task: meaning, signature, machine, an exemplar."""
    return call("prompt", task=task, platform=platform)


def judge(source: str, task: str, platform: str = "x86") -> Any:
    """Judge a kernel's source text: compile, and compare with float64 on secret shapes and inputs. Takes no time measurement."""
    return _judge(source, task, platform, profile="ci", baselines="", confirm=False)


def measure(source: str, task: str, platform: str = "x86", profile: str = "cpu", baselines: str = "eager") -> Any:
    """Judge a kernel's source text and time it against baselines (`eager,compile,naive`), with a second independent decision."""
    return _judge(source, task, platform, profile=profile, baselines=baselines, confirm=True)


def best(task: str, platform: str = "x86") -> Any:
    """The best kernel of the archive for a task."""
    return call("best", task=task, platform=platform)


def lint(task: str) -> Any:
    """Whether a task is fit to judge with: could zeros, the input or a constant pass, has every input an effect."""
    return call("tasks.lint", task=task)


def report(run: str) -> Any:
    """Write the HTML report of a run and say where it is."""
    return call("report", run=run)


def doctor() -> Any:
    """What works on this machine, and the command that mends each gap."""
    return call("doctor")


TOOLS: tuple[Callable[..., Any], ...] = (tasks_list, tasks_show, tasks_header, prompt, judge, measure, best, lint, report, doctor)


def _judge(source: str, task: str, platform: str, *, profile: str, baselines: str, confirm: bool) -> Any:
    from kernelmill.authors.scripted import LANGUAGES

    endings = {name: ending for ending, name in reversed(LANGUAGES.items())}
    ending = ".cpp" if platform.startswith("x86") else endings.get(platform.partition("{")[0], ".txt")
    with tempfile.TemporaryDirectory(prefix="kernelmill-") as folder:
        file = Path(folder) / f"kernel{ending}"
        file.write_text(source)
        return call("judge", file=str(file), task=task, platform=platform, profile=profile, baselines=baselines, confirm=confirm)


class Serving:
    """Runs the functions in one thread that lives as long as the server: runners die with the thread that started them."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "kernelmill")

    def tool(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as an asynchronous tool: an answer as plain data, an error as data with `error` and what to do next."""

        def run(arguments: dict[str, Any]) -> dict[str, Any]:
            try:
                return sized(function(**arguments).model_dump(mode="json"))
            except MissingTool as error:
                return {"error": str(error), "mend": error.mend}
            except KernelmillError as error:
                return {"error": str(error)}

        @functools.wraps(function)
        async def tool(**arguments: Any) -> dict[str, Any]:
            return await asyncio.get_running_loop().run_in_executor(self._thread, run, arguments)

        signature = inspect.signature(function, eval_str=True)
        tool.__signature__ = signature.replace(return_annotation=dict[str, Any])  # type: ignore[attr-defined]
        tool.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()} | {"return": dict[str, Any]}
        return tool


def build() -> MCPServer:
    """The server with its tools. Raises `MissingTool` without the extra `mcp`."""
    try:
        from mcp.server import MCPServer
    except ImportError as error:
        raise MissingTool("mcp", "the Model Context Protocol needs its SDK", "pip install 'kernelmill[mcp]'") from error
    server = MCPServer("kernelmill", version=kernelmill.__version__, instructions=INSTRUCTIONS, log_level="WARNING")
    serving = Serving()
    for function in TOOLS:
        server.add_tool(serving.tool(function), name=function.__name__, description=inspect.getdoc(function))
    return server


def serve(http: int | None = None) -> None:
    """Serve on stdio, or over HTTP on 127.0.0.1:`http` at /mcp, until the client leaves or a signal comes."""
    server = build()
    if http is None:
        server.run("stdio")
    else:
        server.run("streamable-http", host="127.0.0.1", port=http)
