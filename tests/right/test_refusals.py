"""The refusal list on isolation levels 3 and 2, as whoever runs the tests and, where that is root, as an ordinary user too."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
import traceback
from pathlib import Path

import pytest
from judged import checked
from refusals import REFUSALS, refusal

from kernelmill.judge import sandbox
from kernelmill.judge.native.binding import library
from kernelmill.judge.sandbox import isolation

ORDINARY = 12345
"""A user id that nobody here has."""


def run_all(level: int, secret: str) -> dict[str, list[str]]:
    """Name -> [status, rule, summary] of every refusal."""
    found: dict[str, list[str]] = {}
    for name in REFUSALS:
        c = checked(refusal(name, secret), isolation(level))
        found[name] = [str(c.status), c.failure.rule if c.failure else "", c.failure.summary if c.failure else ""]
    return found


def assert_refused(found: dict[str, list[str]]) -> None:
    passed = {name: told for name, told in found.items() if told[0] not in {str(s) for s in REFUSALS[name][1]}}
    assert not passed
    assert set(found) == set(REFUSALS)


@pytest.fixture(scope="module")
def secret():
    with tempfile.NamedTemporaryFile("w", suffix=".txt", dir=Path.home()) as file:
        file.write("int secret_of_the_user;\n")
        file.flush()
        yield file.name


def works(level: int) -> bool:
    return isolation().level >= level


@pytest.mark.parametrize("level", [3, 2])
def test_refused(level: int, secret: str) -> None:
    if not works(level):
        pytest.skip(f"isolation level {level} does not work here: {isolation().reason}")
    found = run_all(level, secret)
    assert_refused(found)
    assert found["socket"][:2] == ["CHEATED", "forbidden_call"]
    assert found["works_after_the_answer"][:2] == ["CHEATED", "acts_after_answer"]
    time.sleep(0.1)
    assert not _left_behind()


@pytest.mark.parametrize("level", [3, 2])
def test_refused_as_an_ordinary_user(level: int) -> None:
    if os.geteuid():
        pytest.skip("the tests run as an ordinary user already")
    if not works(level):
        pytest.skip(f"isolation level {level} does not work here: {isolation().reason}")
    checked(refusal("zeros", "/nowhere"))  # imports everything: root's own Python may be unreadable to others
    home = Path(tempfile.mkdtemp(prefix="ordinary-", dir="/tmp"))
    try:
        (home / "secret.txt").write_text("int secret_of_the_user;\n")
        for path in (home, home / "secret.txt"):
            os.chown(path, ORDINARY, ORDINARY)
        assert_refused(_as_user(level, home))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _as_user(level: int, home: Path) -> dict[str, list[str]]:
    """`run_all` in a child that has given up being root."""
    result = home / "result.json"
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.chdir(home)
            os.setgroups([])
            os.setgid(ORDINARY)
            os.setuid(ORDINARY)
            os.environ |= {"HOME": str(home), "XDG_CACHE_HOME": str(home)}
            sandbox._best.cache_clear()
            library().km_subreaper()  # of this process: what the library did for its parent is not inherited
            result.write_text(json.dumps(run_all(level, str(home / "secret.txt"))))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    return json.loads(result.read_text())


def _left_behind() -> list[str]:
    """Children of this process that are still alive, the torch zygote and the helper of Python's own multiprocessing aside."""
    found: list[str] = []
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        for pid in (task / "children").read_text().split():
            line = Path(f"/proc/{pid}/cmdline")
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] if line.exists() else "Z"
            if state != "Z" and not any(ours in line.read_text() for ours in ("zygote", "resource_tracker")):
                found.append(line.read_text())
    return found
