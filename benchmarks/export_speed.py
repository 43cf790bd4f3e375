"""How much of the judged speedup an export keeps inside a PyTorch process.

    python benchmarks/export_speed.py out/layer_norm [more folders]

Times the exported operator and the reference in turns, in blocks, in one fresh process a folder: outputs allocated by torch, the dispatcher
and the checks of sizes included. Several input sets larger than the caches together, as the judge has them. Prints the judged speedup, the
one found here, and their ratio.
"""

from __future__ import annotations

import importlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kernelmill.core.record import Record
    from kernelmill.core.task import Task

COLD_BYTES = 128 << 20
"""Input sets together: four times the last-level cache of the machines this was written on."""
BLOCKS, SECONDS = 15, 0.1
"""Blocks of each side, and seconds a block takes at least."""


def measure(folder: Path) -> dict[str, Any]:
    """Judged and found speedup over eager of one export."""
    import torch

    from kernelmill.core.record import Record
    from kernelmill.platforms import PLATFORMS

    evidence = json.loads((folder / "evidence.json").read_text())
    data = next(r for r in evidence["records"] if r["hash"] == evidence["record"])
    record = Record.from_json({k: v for k, v in data.items() if k != "hash"})
    entry = record.candidate.entry
    sys.path.insert(0, str(folder.resolve()))
    module, reference = importlib.import_module(entry), importlib.import_module(f"{entry}_reference")
    task = _task(record)
    torch.set_num_threads(PLATFORMS.make(record.platform).run(task).threads)
    from kernelmill.core.workload import Workload
    from kernelmill.tasks.inputs import make_inputs

    sizes = task.sizes(record.profile)
    count = max(2, min(64, COLD_BYTES // max(1, task.bytes(sizes))))
    sets: list[list[torch.Tensor]] = []
    for seed in range(count):
        work = Workload(task.name, tuple((a, sizes[a]) for a in task.axes), task.families[0].name, seed)
        made = make_inputs(task, work)
        sets.append([made[t.name].clone() for t in task.inputs])
    assert module.covers(*sets[0]), "the export does not cover the sizes it was judged at"
    sides: list[Callable[[list[torch.Tensor]], Any]] = [_eager(task, reference, sets[0]), lambda x: module._operator(*x)]
    with torch.no_grad():
        found = _in_turns(sides, sets)
    ratio = [a / b for a, b in zip(*found, strict=True)]
    judged = record.verdict.speedup["eager"].median
    return {"task": task.name, "judged": judged, "found": statistics.median(ratio), "kept": statistics.median(ratio) / judged,
            "eager_ms": 1e3 * min(found[0]), "kernel_ms": 1e3 * min(found[1])}  # fmt: skip


def _task(record: Record) -> Task:
    from kernelmill.search.requests import load_task

    name = record.candidate.task
    return load_task(f"examples/{name.partition('/')[2]}.py" if name.startswith("file/") else name)


def _eager(task: Task, reference: Any, weights: list[Any]) -> Callable[[list[Any]], Any]:
    """What a person would run: the function, or the module made once with these weights."""
    names = [t.name for t in task.inputs]
    if task.reference.kind == "module":
        from kernelmill.tasks.module import weight_names

        arguments = [t.name for t in task.inputs if not t.weight]
        made = reference.Model(*reference.get_init_inputs())
        given = weight_names(made, arguments)
        made.load_state_dict({given[n]: w for n, w in zip(names, weights, strict=True) if n in given}, strict=False)
        places = [names.index(n) for n in arguments]
        return lambda x: made(*(x[i] for i in places))
    function = getattr(reference, f"{task.reference.entry}_eager", None) or getattr(reference, task.reference.entry)
    scalars = {s.name: s.value for s in task.scalars}
    return lambda x: function(*x, **scalars)


def _in_turns(sides: list[Callable[[Any], Any]], sets: list[Any]) -> list[list[float]]:
    """Seconds of one call, per side and block; the sides take turns block by block."""
    for side in sides:
        for x in sets:
            side(x)
    found: list[list[float]] = [[], []]
    for _ in range(BLOCKS):
        for place, side in enumerate(sides):
            calls, start = 0, time.perf_counter()
            while (spent := time.perf_counter() - start) < SECONDS:
                side(sets[calls % len(sets)])
                calls += 1
            found[place].append(spent / calls)
    return found


if __name__ == "__main__":
    if len(sys.argv) > 2:
        for name in sys.argv[1:]:
            subprocess.run([sys.executable, __file__, name], check=True)
    else:
        print(json.dumps(measure(Path(sys.argv[1]))))
