"""The official SDK's client against `kernelmill mcp` as an agent starts it: a process, over stdio and over HTTP, with real verdicts."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kernelmill.platforms import PLATFORMS

mcp = pytest.importorskip("mcp", reason="extra 'mcp' is not installed")
pytestmark = pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")

COMMAND = ["-m", "kernelmill", "mcp"]
SOURCE = (
    '#include <stdint.h>\nextern "C" void km_relu(const float* x, float* y, int64_t N) {{ for (int64_t i = 0; i < N; i++) y[i] = {}; }}\n'
)
RIGHT, WRONG = SOURCE.format("x[i] < 0 ? 0 : x[i]"), SOURCE.format("x[i] < 0 ? -x[i] : x[i]")


async def converse(server: Any) -> dict[str, Any]:
    """What an agent does: look at the tools, judge a right and a wrong kernel, get the report of the last run."""
    async with mcp.Client(server, read_timeout_seconds=120) as client:
        names = {t.name for t in (await client.list_tools()).tools}
        answers = {}
        for name, source in (("right", RIGHT), ("wrong", WRONG)):
            answers[name] = (await client.call_tool("judge", {"source": source, "task": "activation/relu"})).structured_content
        answers["report"] = (await client.call_tool("report", {"run": "last"})).structured_content
        return {"names": names} | answers


def check(told: dict[str, Any], home: Path) -> None:
    assert {"tasks_list", "tasks_header", "judge", "measure", "best", "lint", "report", "doctor"} <= told["names"]
    assert told["right"]["status"] in ("CORRECT", "FASTER")
    assert told["wrong"]["status"] == "WRONG_VALUE"
    assert told["wrong"]["failure"]["workload"].startswith("activation/relu[")
    assert told["report"]["run"] == told["wrong"]["run"]
    page = home / told["report"]["path"]
    assert told["wrong"]["record"] in page.read_text()


def environment(home: Path) -> dict[str, str]:
    return {"KERNELMILL_HOME": str(home), "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def test_over_stdio(tmp_path: Path) -> None:
    server = mcp.StdioServerParameters(command=sys.executable, args=COMMAND, env=environment(tmp_path), cwd=tmp_path)
    check(asyncio.run(converse(server)), tmp_path)


def test_over_http(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        check(asyncio.run(converse(url)), tmp_path)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The URL of a server of our own on a free loopback port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, *COMMAND, "--http", str(port)], cwd=home, env=os.environ | environment(home))
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the server did not come up (exit code {process.poll()})")
