"""Every attack, five times, on both levels, as whoever runs the tests and, where that is root, as an ordinary user too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kernelmill.attacks.table import attacks
from kernelmill.judge.sandbox import isolation

TIMES = int(os.environ.get("KERNELMILL_SOAK_ATTACKS", "5"))
_UID = 12345
_SOURCE = Path(__file__).parents[2] / "src"


def command(user: bool, home: Path) -> tuple[list[str], dict[str, str]]:
    """`kernelmill`, as this user or as another, with a cache of its own in the second case."""
    env = dict(os.environ)
    if not user:
        return [sys.executable, "-m", "kernelmill"], env
    python = f"/usr/bin/python3.{sys.version_info.minor}"
    if os.geteuid() or not shutil.which("setpriv") or not os.path.exists(python):
        pytest.skip("not root, or no interpreter that another user may execute")
    home.mkdir()
    os.chown(home, _UID, _UID)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "KERNELMILL_HOME": str(home / "cache")}
    env["PYTHONPATH"] = os.pathsep.join([str(_SOURCE), *(p for p in sys.path if p.endswith("site-packages"))])
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    return ["setpriv", "--reuid", str(_UID), "--regid", str(_UID), "--clear-groups", python, "-m", "kernelmill"], env


def told(words: list[str], env: dict[str, str], cwd: Path) -> dict[str, object]:
    done = subprocess.run(words, capture_output=True, text=True, timeout=3600, env=env, cwd=cwd, check=False)
    assert done.stdout, done.stderr[-2000:]
    return json.loads(done.stdout) | {"code": done.returncode}


@pytest.mark.soak
@pytest.mark.parametrize("user", [False, True], ids=["as_is", "ordinary_user"])
@pytest.mark.parametrize("level", [3, 2])
@pytest.mark.parametrize("platform", ["x86", "torch"])
def test_nothing_gets_through(platform: str, level: int, user: bool, capsys: pytest.CaptureFixture[str]) -> None:
    if isolation().level < level:
        pytest.skip(f"isolation level {level} does not work here: {isolation().reason}")
    home = Path("/var/tmp") / f"kernelmill-attacks-{os.getpid()}"
    words, env = command(user, home)
    try:
        for turn in range(TIMES):
            found = told([*words, "attack", "--platform", platform, "--level", str(level), "--json"], env, home if user else Path.cwd())
            rows: list[dict[str, object]] = found["rows"]  # type: ignore[assignment]
            detected = sum(bool(r["detected"]) for r in rows)
            with capsys.disabled():
                print(f"{platform} level {level} {'user' if user else 'as is'} {turn + 1}: {detected} of {len(rows)} detected", flush=True)
            assert found["code"] == 0, [r for r in rows if r["got"] == "THROUGH"]
            assert not found["unexpected"]
            assert detected >= 0.75 * len(rows)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.soak
@pytest.mark.parametrize("platform", ["x86", "torch"])
def test_each_wins_without_its_defence(platform: str) -> None:
    words, env = command(False, Path())
    found = told([*words, "attack", "--platform", platform, "--defences-off", "--json"], env, Path.cwd())
    rows: list[dict[str, object]] = found["rows"]  # type: ignore[assignment]
    assert len(rows) == sum(a.platform == platform for a in attacks())
    assert not [(r["name"], r["got"], r["reason"]) for r in rows if r["got"] != "THROUGH"]
