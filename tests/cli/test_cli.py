"""The command line as a person or a program meets it: a fresh process each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def kernelmill(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from kernelmill.cli.main import main; sys.argv[0] = 'kernelmill'; main()"
    env = os.environ | {"KERNELMILL_HOME": str(home), "KERNELMILL_CACHE": str(home / "cache"), "COLUMNS": "140"}
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=120, env=env, check=False)


def test_doctor_prints_one_json_object(tmp_path: Path) -> None:
    done = kernelmill("doctor", "--json", home=tmp_path)
    found = json.loads(done.stdout)
    assert done.returncode == (0 if found["ok"] else 1)
    assert {"version", "python", "machine", "platforms", "authors", "archive", "isolation"} <= set(found)
    assert "x86" in {p["name"] for p in found["platforms"]}
    assert found["archive"]["path"] == str(tmp_path / "archive.db")
    assert not (tmp_path / "archive.db").exists(), "doctor only looks"


def test_every_missing_tool_has_a_command_that_mends_it(tmp_path: Path) -> None:
    found = json.loads(kernelmill("doctor", "--json", home=tmp_path).stdout)
    for platform in found["platforms"]:
        for tool in platform["tools"]:
            assert tool["version"] or tool["mend"], f"{platform['name']}: {tool['name']} is missing and nothing mends it"


def test_tasks_list_and_show(tmp_path: Path) -> None:
    rows = json.loads(kernelmill("tasks", "list", "--json", home=tmp_path).stdout)["tasks"]
    assert len(rows) >= 47
    one = json.loads(kernelmill("tasks", "show", "normalization/layer_norm", "--json", home=tmp_path).stdout)
    assert one["entry"] == "km_layer_norm"
    assert one["profiles"]["ci"]["bytes"] < 2 << 20


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tasks", "show", "normalization/layernorm"), "did you mean 'normalization/layer_norm'?"),
        (("tasks", "header", "activation/relu", "--platform", "x87"), "did you mean 'x86'?"),
        (("tasks", "header", "activation/relu", "--platform", "x86{thread=2}"), "did you mean 'threads'?"),
        (("tasks", "header", "activation/relu", "--platform", "x86{threads=two}"), "expected: int"),
        (("tasks", "list", "nothing/like*this"), "kernelmill tasks list"),
        (("tasks", "list", "--color"), "No such option"),
    ],
)
def test_a_bad_request_is_a_message_and_exit_code_2(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = kernelmill(*words, home=tmp_path)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_bad_request_under_json_is_one_object_too(tmp_path: Path) -> None:
    done = kernelmill("tasks", "show", "activation/relo", "--json", home=tmp_path)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert error["got"] == "activation/relo"
    assert "activation/relu" in error["allowed"]


def processor_seconds(code: str, times: int = 5) -> float:
    """Processor seconds of the cheapest of some fresh interpreters: what it takes on an idle machine, whoever else runs now."""
    found: list[float] = []
    for _ in range(times):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        found.append(used.ru_utime + used.ru_stime)
    return min(found)


def test_import_and_help_are_quick() -> None:
    bare = processor_seconds("pass")
    assert processor_seconds("import kernelmill") - bare < 0.150
    assert processor_seconds("import sys; from kernelmill.cli.main import app; app(['--help'], standalone_mode=False)") < 0.300
