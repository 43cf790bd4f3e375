"""Pages that are run: their files are written, their commands typed, and the lines they show are looked for in what is printed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernelmill.platforms import PLATFORMS

ROOT = Path(__file__).parents[2]
PAGES = ("tutorial.md", "models.md")
BLOCK = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```", re.DOTALL | re.MULTILINE)

pytestmark = pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")


@dataclass(frozen=True)
class Typed:
    """A command of the page."""

    words: list[str]
    shown: list[str]
    exit_code: int
    folder: str


def blocks(page: str) -> list[tuple[str, str] | Typed]:
    """Files (name, text) and commands, in the order of the page."""
    found: list[tuple[str, str] | Typed] = []
    for language, note, body in BLOCK.findall((ROOT / "docs" / page).read_text()):
        if language != "console":
            found.append((note, body))
            continue
        options = dict(part.split("=") for part in note.split())
        for part in re.split(r"(?m)^\$ ", body)[1:]:
            command, _, output = part.partition("\n")
            found.append(
                Typed(
                    shlex.split(command),
                    output.splitlines(),
                    int(options.get("exit", 0)),
                    str(ROOT) if "in" in options else options.get("cd", "."),
                )
            )
    return found


def same(line: str) -> str:
    """A line without what differs from machine to machine: numbers, hashes, folders, spacing."""
    line = re.sub(r"/[\w./-]*/", "/", line)
    line = re.sub(r"\b[0-9a-f]{12,}\b", "H", line)
    return " ".join(re.sub(r"\d+(\.\d+)*", "N", line).split())


def missing(shown: list[str], printed: str) -> str:
    """The first line shown that was not printed, in order; '' when all were."""
    lines = iter([same(line) for line in printed.splitlines()])
    for line in shown:
        if line.strip() != "..." and same(line) not in lines:
            return line
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_what_happens(page: str, tmp_path: Path) -> None:
    here = tmp_path / "work"
    here.mkdir()
    env = os.environ | {
        "KERNELMILL_HOME": str(tmp_path / "home"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "160",
    }
    for block in blocks(page):
        if isinstance(block, tuple):
            (here / block[0]).write_text(block[1])
            continue
        words = [sys.executable, *block.words[1:]] if block.words[0] == "python" else block.words
        folder = here / block.folder
        env["PYTHONPATH"] = str(folder) if block.folder != "." else ""
        done = subprocess.run(words, capture_output=True, text=True, cwd=folder, env=env, timeout=400, check=False)
        told = f"$ {' '.join(block.words)}\n{done.stdout}{done.stderr}"
        assert done.returncode == block.exit_code, told
        line = missing(block.shown, done.stdout)
        assert not line, f"the page shows a line that was not printed: {line}\n{told}"


def test_the_comparison_can_fail() -> None:
    assert missing(["a 1", "...", "c 3"], "a 17\nb\nc 0.5\n") == ""
    assert missing(["a 1", "b"], "b\na 1\n") == "b"
    assert missing(["WRONG_VALUE x"], "CORRECT x\n") == "WRONG_VALUE x"
