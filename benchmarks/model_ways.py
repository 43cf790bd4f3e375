"""One small local model, three ways of working: `sample`, `repair` and `moves` on five small tasks, each pair a run of its own.

    python benchmarks/model_ways.py MODEL.gguf out.jsonl --seconds 300     a line a pair; goes on where the file ends
    python benchmarks/model_ways.py --table out.jsonl                      the table of docs/models.md

A pair gets prompts of at most 500 tokens and at most 600 generated tokens: two attempts of 300 (`sample`), one attempt of 300 and one
repair of 300 (`repair`), three choices among legal moves (`moves`, a few tokens each). One thread generates; the judge's profile is `ci`.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from kernelmill.authors.llm.transcript import read
from kernelmill.platforms.machine import detect
from kernelmill.serve.functions import call

TASKS = ("activation/relu", "activation/silu", "blas1/axpy", "broadcast/add_bias", "reduction/sum")
WAYS = {
    "sample": (2, "max_tokens=300"),
    "repair": (1, "repairs=1,max_tokens=300"),
    "moves": (3, "max_tokens=40"),
}
PROMPT = 460
"""Estimated tokens: the limit of 500 must hold by the model's own count, which has its own marks for roles."""


def pair(model: Path, task: str, way: str) -> dict[str, Any]:
    """Run one pair; what it brought, as a line of the file."""
    samples, options = WAYS[way]
    author = f'llm{{model="{model}",way={way},{options},prompt=small,prompt_tokens={PROMPT},concurrency=1,tries=1,timeout=600}}'
    began = time.monotonic()
    found = call("bench", tasks=task, author=author, samples=samples, profile="ci").model_dump(mode="json")
    (row,) = found["rows"]
    exchanges = read(Path(row["cost"]["transcript"]))
    return {
        "task": task,
        "way": way,
        "model": row["cost"]["model"],
        "attempts": row["attempts"],
        "exchanges": len(exchanges),
        "prompt_tokens": [e.input_tokens for e in exchanges],
        "generated_tokens": [e.output_tokens for e in exchanges],
        "faults": [e.fault for e in exchanges if e.fault],
        "model_seconds": round(sum(e.seconds for e in exchanges), 1),
        "seconds": round(time.monotonic() - began, 1),
        "machine": detect().name,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown: a row a task, a column a way, statuses of all attempts; then sums by way."""
    by = {(r["task"], r["way"]): r for r in rows}
    told = ["| task | " + " | ".join(WAYS) + " |", "|---|" + "---|" * len(WAYS)]
    for task in dict.fromkeys(r["task"] for r in rows):
        told.append(f"| {task} | " + " | ".join(_cell(by.get((task, way))) for way in WAYS) + " |")
    for name, sums in _sums(rows).items():
        told.append(f"| *{name}* | " + " | ".join(sums) + " |")
    return "\n".join(told)


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "not run"
    return ", ".join(a["status"] + (f" ({a['cause']})" if a["cause"] else "") for a in row["attempts"])


def _sums(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    of = {way: [r for r in rows if r["way"] == way] for way in WAYS}
    passed = ("CORRECT", "FASTER")
    return {
        "correct attempts": [f"{sum(a['status'] in passed for r in g for a in r['attempts'])} of {sum(len(r['attempts']) for r in g)}"
                             for g in of.values()],
        "solved tasks": [f"{sum(any(a['status'] in passed for a in r['attempts']) for r in g)} of {len(g)}" for g in of.values()],
        "exchanges": [str(sum(r["exchanges"] for r in g)) for g in of.values()],
        "generated tokens": [str(sum(sum(r["generated_tokens"]) for r in g)) for g in of.values()],
        "longest prompt": [str(max((max(r["prompt_tokens"], default=0) for r in g), default=0)) for g in of.values()],
        "seconds of the model": [f"{sum(r['model_seconds'] for r in g):.0f}" for g in of.values()],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=1e9, help="start no further pair after so many")
    parser.add_argument("--table", action="store_true", help="print the table of what is there")
    wanted = parser.parse_args()
    if wanted.table:
        print(table(lines(wanted.out)))
        return
    began = time.monotonic()
    done = {(r["task"], r["way"]) for r in lines(wanted.out)}
    todo = [(task, way) for task in TASKS for way in WAYS if (task, way) not in done]
    for task, way in todo:
        if time.monotonic() - began > wanted.seconds:
            break
        row = pair(wanted.model.expanduser().resolve(), task, way)
        with wanted.out.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(f"{task} {way}: {_cell(row)}; {row['exchanges']} exchanges, {row['seconds']} s", flush=True)


if __name__ == "__main__":
    main()
