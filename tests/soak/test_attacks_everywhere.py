"""Every attack, five times, on both levels, as whoever runs the tests and, where that is root, as an ordinary user too.

One test is one run of the command: about a minute on `x86`, half a minute on the others, on an idle machine. What a run showed stays in
KERNELMILL_SOAK_DIR, so that a second call goes on where the first was cut short:

    KERNELMILL_SOAK_DIR=out/soak pytest -m soak tests/soak/test_attacks_everywhere.py                    # all passes, then the table
    KERNELMILL_SOAK_DIR=out/soak pytest -m soak tests/soak/test_attacks_everywhere.py -k "pass1 or table"  # one of them
    KERNELMILL_SOAK_ATTACKS=1 pytest -m soak tests/soak/test_attacks_everywhere.py                         # one pass instead of five
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernelmill.attacks.suite import missing
from kernelmill.attacks.table import NEUTRALISED, PLATFORMS, THROUGH, UNDECIDED, select
from kernelmill.judge.sandbox import isolation

TIMES = int(os.environ.get("KERNELMILL_SOAK_ATTACKS", "5"))
USERS = ("as_is", "ordinary_user")
LEVELS = (3, 2)
_UID = 12345
_SOURCE = Path(__file__).parents[2] / "src"
_HOME = Path("/var/tmp") / f"kernelmill-soak-{_UID}"
"""Of the ordinary user: compiled things stay from pass to pass, and until the last test of the session is over."""


@pytest.fixture(scope="session")
def user_home() -> Iterator[Path]:
    if not _HOME.exists() and not os.geteuid():
        _HOME.mkdir()
        os.chown(_HOME, _UID, _UID)
    yield _HOME
    if "KERNELMILL_SOAK_DIR" not in os.environ:
        shutil.rmtree(_HOME, ignore_errors=True)


def command(who: str, home: Path) -> tuple[list[str], dict[str, str]]:
    """`kernelmill`, as this user or as another, with a cache of its own in the second case."""
    if who == "as_is":
        return [sys.executable, "-m", "kernelmill"], dict(os.environ)
    python = f"/usr/bin/python3.{sys.version_info.minor}"
    if os.geteuid() or not shutil.which("setpriv") or not os.path.exists(python):
        pytest.skip("not root, or no interpreter that another user may execute")
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(home), "KERNELMILL_HOME": str(home / "cache")}
    env["PYTHONPATH"] = os.pathsep.join([str(_SOURCE), *(p for p in sys.path if p.endswith("site-packages"))])
    env["PYTHONDONTWRITEBYTECODE"] = "1"
    return ["setpriv", "--reuid", str(_UID), "--regid", str(_UID), "--clear-groups", python, "-m", "kernelmill"], env


def told(words: list[str], env: dict[str, str], cwd: Path) -> dict[str, Any]:
    done = subprocess.run(words, capture_output=True, text=True, timeout=1200, env=env, cwd=cwd, check=False)
    assert done.stdout, done.stderr[-2000:]
    return json.loads(done.stdout) | {"code": done.returncode}


def works(platform: str) -> None:
    found = missing(select(platform))
    if found:
        pytest.skip(found[platform])


def runs(kept: Path) -> dict[str, dict[str, Any]]:
    """What finished runs showed, by their names."""
    path = kept / "attacks.jsonl"
    lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return {r["run"]: r for r in lines}


@pytest.mark.soak
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("who", USERS)
@pytest.mark.parametrize("level", LEVELS, ids=lambda n: f"level{n}")
@pytest.mark.parametrize("turn", range(1, TIMES + 1), ids=lambda n: f"pass{n}")
def test_nothing_gets_through(*, platform: str, level: int, who: str, turn: int, kept: Path, user_home: Path) -> None:
    works(platform)
    if isolation().level < level:
        pytest.skip(f"isolation level {level} does not work here: {isolation().reason}")
    name = f"{platform} level {level} {who} {turn}"
    found: dict[str, Any] | None = runs(kept).get(name)
    if found is None:
        words, env = command(who, user_home)
        cwd = Path.cwd() if who == "as_is" else user_home
        found = {**told([*words, "attack", "--platform", platform, "--level", str(level), "--json"], env, cwd), "run": name}
        with (kept / "attacks.jsonl").open("a") as file:
            file.write(json.dumps(found) + "\n")
    wrong = [(r["name"], r["got"], r["reason"]) for r in found["rows"] if r["got"] in (THROUGH, UNDECIDED)]
    assert found["code"] == 0, wrong or found
    assert not found["unexpected"]
    assert sum(bool(r["detected"]) for r in found["rows"]) >= 0.75 * len(found["rows"])


@pytest.mark.soak
def test_the_table(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By class, over all runs that are kept: how often each answer came."""
    found = runs(kept)
    if not found:
        pytest.skip("no run is kept")
    rows: list[dict[str, Any]] = [row for run in found.values() for row in run["rows"]]
    with capsys.disabled():
        print(f"\n{'class':22}{'attacks':>9}{'tries':>8}{'detected':>10}{'neutralised':>13}{'undecided':>11}{'through':>9}")
        for group in (*sorted({r["class"] for r in rows}), "all"):
            mine = [r for r in rows if group in ("all", r["class"])]
            got = Counter("detected" if r["detected"] else r["got"] for r in mine)
            names = len({(r["platform"], r["name"]) for r in mine})
            counts = f"{got['detected']:>10}{got[NEUTRALISED]:>13}{got[UNDECIDED]:>11}{got[THROUGH]:>9}"
            print(f"{group:22}{names:>9}{len(mine):>8}{counts}")
        for platform in PLATFORMS:
            seconds = [r["seconds"] for name, r in found.items() if name.startswith(f"{platform} ")]
            if seconds:
                print(f"{platform}: {len(seconds)} runs, {min(seconds):.0f} to {max(seconds):.0f} s each")
        for name, run in found.items():
            for r in run["rows"]:
                if r["got"] in (THROUGH, UNDECIDED) or r["got"] not in r["expected"]:
                    print(f"{name}: {r['name']} {r['got']}: {r['reason']}")
    assert not [r["name"] for r in rows if r["got"] == THROUGH]


@pytest.mark.soak
@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_wins_without_its_defence(platform: str) -> None:
    works(platform)
    words, env = command("as_is", Path())
    found = told([*words, "attack", "--platform", platform, "--defences-off", "--json"], env, Path.cwd())
    assert len(found["rows"]) == len(select(platform))
    assert not [(r["name"], r["got"], r["reason"]) for r in found["rows"] if r["got"] != THROUGH]
