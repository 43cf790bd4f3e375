"""`judge` and `optimize` with the real judge, as a program calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import kernelmill

from kernelmill.platforms import PLATFORMS

pytestmark = pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")

RELU = "#include <stdint.h>\nvoid km_relu(const float* x, float* y, int64_t N) {{ for (int64_t i = 0; i < N; i++) y[i] = {}; }}\n"
KEYS = {"status", "task", "platform", "profile", "candidate", "speedup", "roofline", "measurement", "reason", "record"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [("x[i] < 0 ? 0 : x[i]", ("CORRECT", "FASTER"), 0), ("x[i]", ("WRONG_VALUE",), 1), ("x[j]", ("COMPILE_ERROR",), 1)],
)
def test_judge_prints_one_object_and_says_it_by_its_exit_code(tmp_path: Path, body: str, status: tuple[str, ...], code: int) -> None:
    (tmp_path / "relu.c").write_text(RELU.format(body))
    words = (
        "judge",
        str(tmp_path / "relu.c"),
        "--task",
        "activation/relu",
        "--profile",
        "ci",
        "--baselines",
        "eager",
        "--no-confirm",
        "--json",
    )
    done = kernelmill(*words, home=tmp_path)
    found = json.loads(done.stdout)
    assert set(found) >= KEYS
    assert found["status"] in status, done.stderr
    assert done.returncode == code
    again = json.loads(kernelmill("evidence", found["record"][:16], "--json", home=tmp_path).stdout)
    assert again["hash"] == found["record"]
    assert again["chain"]["damage"] == []


@pytest.mark.parametrize(("option", "word", "near"), [("--stages", "asan,tsam", "tsan"), ("--cache", "hot", "warm")])
def test_a_stage_or_a_cache_mode_that_does_not_exist_is_a_bad_request(tmp_path: Path, option: str, word: str, near: str) -> None:
    (tmp_path / "relu.c").write_text(RELU.format("x[i] < 0 ? 0 : x[i]"))
    done = kernelmill("judge", str(tmp_path / "relu.c"), "--task", "activation/relu", option, word, "--json", home=tmp_path)
    assert done.returncode == 2
    assert near in json.loads(done.stdout)["error"]["allowed"]


def test_findings_have_their_lines_in_json_and_text(tmp_path: Path) -> None:
    if not PLATFORMS.make("x86").stages()["ubsan"].version:
        pytest.skip("ubsan is not installed")
    overflow = "void km_relu(const float* x, float* y, int64_t N) {{\n  volatile int big = 2147483647;\n  big = big + 1;\n"
    (tmp_path / "relu.c").write_text(
        "#include <stdint.h>\n" + overflow.format() + "  for (int64_t i = 0; i < N; i++) y[i] = x[i] < 0 ? 0 : x[i];\n}\n"
    )
    words = ("judge", str(tmp_path / "relu.c"), "--task", "activation/relu", "--profile", "ci", "--stages", "asan,ubsan")
    done = kernelmill(*words, "--json", home=tmp_path)
    found = json.loads(done.stdout)
    assert (done.returncode, found["status"]) == (1, "WRONG_VALUE")
    assert [(f["stage"], f["kind"], f["file"], f["line"]) for f in found["findings"]] == [("ubsan", "signed integer overflow", "relu.c", 4)]
    assert found["stages"]["asan"].startswith("clean")
    text = kernelmill(*words, home=tmp_path).stdout
    assert "signed integer overflow at relu.c:4" in text
    assert ">    4 |   big = big + 1;" in text
