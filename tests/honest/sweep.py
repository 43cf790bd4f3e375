"""The whole corpus before the judge: every honest kernel must be found CORRECT.

python tests/honest/sweep.py --out out/honest [--task sum ...] [--origin hand]    # judges, writes one line of JSON per kernel
python tests/honest/sweep.py --out out/honest --timed 12                          # a sample with decisions against eager
python tests/honest/sweep.py --out out/honest --table                             # prints what is there
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus import Honest, platform, printed, written
from judging import SEED, judged

from kernelmill import tasks
from kernelmill.core.verdict import Status
from kernelmill.judge.judge import open_judge


def row(kernel: Honest, seed: int = SEED, *, timed: bool = False) -> dict[str, Any]:
    """What the judge says about one kernel, as plain data."""
    began = time.monotonic()
    used, families = 0.0, {}
    if timed:
        v = open_judge(tasks.get(kernel.task), platform(), "ci", seed=seed).verdict(kernel.candidate, ("eager",))
        status, text = v.status, v.reason
        right = v.status in (Status.CORRECT, Status.FASTER)
    else:
        found = judged(kernel.candidate, seed)
        status, right = found.status, found.right
        text = f"{found.failure.summary}\n{found.failure.detail}" if found.failure else ""
        families = {name: round(f["used"], 4) for name, f in found.evidence.get("families", {}).items()}
        used = max(families.values(), default=0.0)
    return {"id": kernel.candidate.id, "task": kernel.task, "technique": kernel.technique, "origin": kernel.origin,
            "status": str(status), "right": right, "text": text, "used": used, "families": families, "timed": timed, "seed": seed,
            "seconds": round(time.monotonic() - began, 2)}  # fmt: skip


def table(rows: list[dict[str, Any]]) -> str:
    """Techniques with their counts, origins, and the alarms."""
    verdicts = [r for r in rows if not r["timed"]]
    plain = list({r["id"]: r for r in verdicts}.values())
    names: Counter[str] = Counter()
    for r in plain:
        for name in r["technique"].split("+") if r["origin"] == "schedule" else [r["technique"]]:
            names[("schedule: " if r["origin"] == "schedule" else "") + name] += 1
    lines = [f"{name:<34} {count}" for name, count in sorted(names.items())]
    origins = Counter(r["origin"] for r in plain)
    alarms = [r for r in rows if not r["right"]]
    names_text = f"{len(names)} techniques and moves; {len(verdicts)} verdicts"
    lines.append(f"{len(plain)} kernels over {len({r['task'] for r in plain})} tasks: {dict(origins)}; {names_text}")
    lines.append(f"{len([r for r in rows if r['timed']])} of them also timed; {len(alarms)} alarms")
    lines += [f"ALARM {r['task']} {r['technique']} ({r['origin']}, seed {r['seed']}): {r['status']} {r['text']}" for r in alarms]
    return "\n".join(lines)


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, none where there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def resume(path: Path, kernels: Sequence[Honest], seed: int = SEED, *, timed: bool = False) -> list[dict[str, Any]]:
    """The rows of these kernels; judged and written are those that the file does not have yet."""
    rows = {_key(r): r for r in read(path)}
    keys = [(k.candidate.id, timed, seed) for k in kernels]
    for kernel, key in zip(kernels, keys, strict=True):
        if key not in rows:
            rows[key] = row(kernel, seed, timed=timed)
            with path.open("a") as file:
                file.write(json.dumps(rows[key]) + "\n")
    return [rows[key] for key in keys]


def _key(r: dict[str, Any]) -> tuple[str, bool, int]:
    return r["id"], r["timed"], r["seed"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--task", nargs="*")
    parser.add_argument("--origin", nargs="*", default=["hand", "template", "schedule"])
    parser.add_argument("--timed", type=int, default=0)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--limit", type=float, default=1e9, help="seconds after which it stops; a second call goes on")
    parser.add_argument("--table", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"honest-{options.seed}.jsonl"
    rows = read(path)
    if options.table:
        print(table(rows))
        return int(any(not r["right"] for r in rows))
    done = {(r["task"], r["technique"], r["origin"], r["timed"]) for r in rows}
    began = time.monotonic()
    wanted = [tasks.get(n).name for n in options.task] if options.task else tasks.names("native")
    kernels = written()
    timed = kernels[:: max(1, len(kernels) // options.timed)][: options.timed] if options.timed else []
    for name in wanted:
        mine = [k for k in timed or kernels if k.task == name and k.origin in options.origin]
        if "schedule" in options.origin and not options.timed and not any(r["task"] == name and r["origin"] == "schedule" for r in rows):
            mine += printed(name)
        for kernel in mine:
            if (kernel.task, kernel.technique, kernel.origin, bool(timed)) in done:
                continue
            r = row(kernel, options.seed, timed=bool(timed))
            with path.open("a") as file:
                file.write(json.dumps(r) + "\n")
            print(
                f"{r['status']} {kernel.name} ({kernel.origin}) used {r['used']:.2f} {r['seconds']} s",
                r["text"][:900] if not r["right"] else "",
                flush=True,
            )
            if time.monotonic() - began > options.limit:
                return 75
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
