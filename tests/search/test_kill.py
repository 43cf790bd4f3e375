"""Real processes, really killed: every record that was printed is in the archive, none twice, and the budget adds up."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

from kernelmill.archive.chain import verify
from kernelmill.archive.store import Archive

CHILD = Path(__file__).with_name("killed_child.py")
BUDGET = 60


def test_ten_kills_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    draw = random.Random(7)
    printed: list[str] = []
    kills = 0
    for attempt in range(60):
        resume = ["resume"] if printed or attempt else []
        child = subprocess.Popen([sys.executable, str(CHILD), str(path), f"{BUDGET}evals", *resume], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        wanted = draw.randrange(1, 8) if kills < 10 else 10**9
        for line in child.stdout:
            printed.append(line.strip())
            wanted -= 1
            if not wanted:
                child.send_signal(signal.SIGKILL)
                kills += 1
        if child.wait(60) == 0:
            break
    assert kills >= 5
    with Archive(path) as archive:
        (run,) = archive.runs()
        assert run.state == "done"
        assert run.result is not None
        records = archive.records(run=run.id)
        assert set(printed) <= {r.hash for r in records}
        screens = [r.candidate.id for r in records if r.tier == "screen"]
        assert len(screens) == len(set(screens)) == BUDGET
        budget = run.result["budget"]["evaluations"]
        assert budget["used"] + budget["left"] == BUDGET
        assert budget["used"] == len(screens)
    assert verify(path).ok
