"""A limit stops a run in flight, against an endpoint that streams; what was found before is kept and judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_endpoint import Fake, endpoint
from test_resume import Judge

pytest.importorskip("pydantic_ai", reason="extra 'llm' is not installed")

from kernelmill.archive.store import Archive
from kernelmill.authors.llm.transcript import read
from kernelmill.platforms import PLATFORMS
from kernelmill.search.optimize import Request, optimize

GOOD = """```cpp
#include <math.h>
#include <stdint.h>
extern "C" void km_silu(const float* x, float* y, int64_t N) { // right
  for (int64_t i = 0; i < N; i++) y[i] = x[i] / (1 + expf(-x[i]));
}
```
"""
ENDLESS = "and another word " * 4000


def author(url: str, price: str) -> str:
    return f'llm{{model=fake,base_url="{url}",way=sample,samples=4,concurrency=1,price="{price}"}}'


def check_stopped_in_flight(found: dict[str, Any], fake: Fake) -> None:
    assert found["status"] in ("CORRECT", "FASTER"), "what was found before the limit is kept and judged"
    assert found["statuses"]["CORRECT"] == 1
    first, stopped, *unsent = read(Path(found["cost"]["transcript"]))
    assert first.fault == ""
    assert stopped.fault == "budget"
    assert 0 < len(stopped.text) < len(ENDLESS) // 4, "the reply was cut while it came in"
    assert len(fake.requests) == 2
    assert all(e.fault == "budget" and not e.text for e in unsent)


@pytest.mark.skipif(not PLATFORMS.make("x86").state().ok, reason="no compiler for x86 here")
def test_a_cap_of_2000_tokens_as_a_person_types_it(tmp_path: Path) -> None:
    words = ["optimize", "activation/silu", "-p", "x86{threads=1}", "--profile", "ci", "--baselines", "eager"]
    with endpoint(GOOD, ("drip", ENDLESS)) as (url, fake):
        command = [sys.executable, "-m", "kernelmill", *words, "--budget", "2000tokens", "--json", "--author", author(url, "1,1")]
        env = os.environ | {"KERNELMILL_HOME": str(tmp_path)}
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=env, check=False)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        check_stopped_in_flight(found, fake)
        assert fake.broken_pipes == 1, "the endpoint was hung up on"
    assert 2000 <= found["budget"]["tokens"]["used"] <= 2010
    assert found["cost"]["input_tokens"] + found["cost"]["output_tokens"] == found["budget"]["tokens"]["used"]
    with Archive(tmp_path / "archive.db") as archive:
        assert archive.get(found["record"]).candidate.source == found["source"]


def test_a_cap_of_one_cent_with_a_price_table(tmp_path: Path) -> None:
    table = tmp_path / "prices.json"
    table.write_text(json.dumps({"fake": {"input": 3.0, "output": 15.0, "date": "2026-11-01", "source": "a list of ours"}}))
    with endpoint(GOOD, ("drip", ENDLESS)) as (url, fake), Archive(tmp_path / "a.db") as archive:
        request = Request("activation/silu", "x86", "ci", author=author(url, str(table)), budget="0.01usd")
        found = optimize(request, archive, opener=lambda *_: Judge())
        check_stopped_in_flight(found, fake)
    assert 0.01 <= found["budget"]["money"]["used"] <= 0.0102
    assert found["cost"]["dollars"] == pytest.approx(found["budget"]["money"]["used"])
    assert found["cost"]["price"] == "a list of ours (2026-11-01)"
