"""Recorded runs replayed through the real judge, in a network namespace without any network: same candidates, same statuses."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from record import HERE, WAYS, merged, optimize, screened

from kernelmill.authors.llm.transcript import read
from kernelmill.platforms import PLATFORMS

pytestmark = pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")
REACH = "import socket; socket.create_connection(('127.0.0.1', {port}), 2)"


@cache
def no_network() -> tuple[str, ...]:
    """Words in front of a command that take the network away; () where this machine cannot."""
    if shutil.which("unshare") is None:
        return ()
    words = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--user", "--map-current-user", "--net")
    return words if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0 else ()


def test_the_sandbox_has_no_network() -> None:
    if not no_network():
        pytest.skip("unshare --net does not work here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-c", REACH.format(port=server.getsockname()[1])]
        assert subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert subprocess.run([*no_network(), *command], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", WAYS)
def test_a_recorded_run_replays(name: str, tmp_path: Path) -> None:
    if not no_network():
        pytest.skip("unshare --net does not work here")
    told = json.loads((HERE / f"{name}.json").read_text())
    found = optimize(f'llm{{replay="{HERE}/{name}.jsonl",{WAYS[name]}}}', tmp_path, no_network())
    assert screened(tmp_path) == told["screens"]
    assert merged(found["status"]) == merged(told["status"])
    assert found["cost"]["exchanges"] == len(read(HERE / f"{name}.jsonl"))
    assert found["cost"]["dollars"] == 0


def test_a_recording_has_answers_of_every_kind() -> None:
    told = json.loads((HERE / "silu-kernels.json").read_text())
    assert {status for _, status in told["screens"]} == {"CORRECT", "WRONG_VALUE", "COMPILE_ERROR"}
    assert told["status"] == "FASTER"
