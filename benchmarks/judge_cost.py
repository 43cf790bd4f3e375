"""What a verdict costs, beside the usual way, in one run.

    python benchmarks/judge_cost.py                       # 12 tasks judged, 3 of them in the usual way too
    python benchmarks/judge_cost.py --tasks 'softmax/*' --usual 1 --json

*Judge*: a screen against an incumbent and a full verdict against torch eager (compile in the sandbox, every case, one decision), the
torch zygote started, no artifact in the cache. *The usual way*: `torch.utils.cpp_extension.load_inline`, 5 trials of `allclose` against
the reference, 100 timed calls of kernel and reference each. Both take the same source: the task's loop program as it is lowered.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

TASKS = (
    "activation/relu,activation/gelu,softmax/softmax,normalization/layer_norm,normalization/rms_norm,reduction/sum,reduction/argmax,"
    "matmul/square,loss/mse,broadcast/add_bias,fused/bias_gelu_scale,scan/cumsum"
)


def distinct(candidate: Any, number: int) -> Any:
    """The same kernel with another hash, so that no cache knows it."""
    from dataclasses import replace

    name, text = candidate.files[0]
    return replace(candidate, files=((name, f"{text}\n/* variant {os.getpid()}-{number} */\n"), *candidate.files[1:]))


def judged(task: Any, profile: str, repeats: int, threads: int) -> dict[str, Any]:
    """Seconds of `repeats` screens and one verdict, by stage."""
    from kernelmill.judge.baselines import naive_candidate
    from kernelmill.judge.judge import open_judge
    from kernelmill.platforms import platform

    judge = open_judge(task, platform(f"x86{{threads={threads}}}"), profile)
    try:
        kernel = naive_candidate(task, "x86")
        incumbent = distinct(kernel, 0)
        judge.screen(incumbent, None)
        screens: list[float] = []
        for i in range(repeats):
            began = time.perf_counter()
            screened = judge.screen(distinct(kernel, i + 1), incumbent)
            screens.append(time.perf_counter() - began)
        began = time.perf_counter()
        verdict = judge.verdict(distinct(kernel, repeats + 1), ("eager",))
        seconds = time.perf_counter() - began
    finally:
        judge.close()
    stages = {k: round(v, 3) for k, v in verdict.evidence.get("seconds", {}).items() if isinstance(v, float)}
    return {"status": str(verdict.status), "screen_status": str(screened.status), "screens": screens, "verdict": seconds, "stages": stages}


def usual(task: Any, profile: str, threads: int) -> dict[str, float]:
    """Seconds of the usual way, by stage."""
    import torch
    from torch.utils.cpp_extension import load_inline

    from kernelmill.judge.baselines import naive_candidate
    from kernelmill.tasks.inputs import make_inputs
    from kernelmill.tasks.reference import bind

    torch.set_num_threads(threads)
    sizes = task.sizes(profile)
    kernel = distinct(naive_candidate(task, "x86"), 999)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        module = load_inline(
            f"usual_{task.entry}_{os.getpid()}",
            cpp_sources=[kernel.source + glue(task, needs_memory=f"{task.entry}_workspace" in kernel.source)],
            functions=["usual_call"],
            extra_cflags=["-O3", "-march=native", "-fopenmp"],
            build_directory=folder,
        )
    built = time.perf_counter()
    reference = bind(task)
    for seed in range(5):
        inputs = make_inputs(task, workload(task, sizes, seed))
        got = module.usual_call(*arguments(task, inputs, sizes))
        want = reference(inputs, sizes)
        assert all(torch.allclose(g, w, rtol=1e-2, atol=1e-2, equal_nan=True) for g, w in zip(got, want, strict=True)), task.name
    checked = time.perf_counter()
    call = arguments(task, inputs, sizes)
    for _ in range(100):
        module.usual_call(*call)
    for _ in range(100):
        reference(inputs, sizes)
    timed = time.perf_counter()
    return {"build": built - began, "trials": checked - built, "timing": timed - checked, "total": timed - began}


def workload(task: Any, sizes: dict[str, int], seed: int) -> Any:
    from kernelmill.core.workload import Workload

    return Workload(task.name, tuple(sizes.items()), task.families[0].name, seed)


def arguments(task: Any, inputs: Any, sizes: dict[str, int]) -> tuple[list[Any], list[list[int]], list[int]]:
    """Input tensors, shapes of the outputs, sizes."""
    tensors = [inputs[t.name].clone() if t.role == "inout" else inputs[t.name] for t in task.inputs]
    shapes = [list(t.dims(sizes)) for t in task.tensors if t.role == "out"]
    return tensors, shapes, [sizes[a] for a in task.axes]


def glue(task: Any, *, needs_memory: bool) -> str:
    """What a person writes around a kernel for torch: outputs and working memory allocated, pointers taken, the entry called."""
    from kernelmill.core.dtypes import DTYPES

    lines = ["#include <torch/extension.h>"]
    lines += ["std::vector<torch::Tensor> usual_call(std::vector<torch::Tensor> in, std::vector<std::vector<int64_t>> shapes,"]
    lines += ["                                      std::vector<int64_t> sizes) {", "  std::vector<torch::Tensor> out;"]
    call, inputs, outputs = [], 0, 0
    for t in task.tensors:
        pointer = f"({DTYPES[t.dtype].c}*)"
        if t.role == "out":
            lines.append(f"  out.push_back(torch::empty(shapes[{outputs}], torch::k{DTYPES[t.dtype].torch.capitalize()}));")
            call.append(f"{pointer}out.back().data_ptr()" if outputs == 0 else f"{pointer}out[{outputs}].data_ptr()")
            outputs += 1
        else:
            call.append(f"{pointer}in[{inputs}].data_ptr()")
            inputs += 1
    sizes = [f"sizes[{i}]" for i in range(len(task.axes))]
    call += sizes
    call += [repr(float(s.value)) if isinstance(s.value, float) else str(int(s.value)) for s in task.scalars]
    if needs_memory:
        lines.append(f"  auto memory = torch::empty({{{task.entry}_workspace({', '.join(sizes)}) + 64}}, torch::kByte);")
        call.append("(void*)(((uintptr_t)memory.data_ptr() + 63) / 64 * 64)")
    return "\n" + "\n".join([*lines, f"  {task.entry}({', '.join(call)});", "  return out;", "}", ""])


def quantile(values: Sequence[float], q: float) -> float:
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tasks", default=TASKS)
    options.add_argument("--usual", type=int, default=3, metavar="N", help="tasks that are measured in the usual way too")
    options.add_argument("--screens", type=int, default=5, metavar="N", help="screens per task")
    options.add_argument("--profile", default="ci")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()

    from kernelmill.judge import torch_zygote
    from kernelmill.tasks import find

    torch_zygote.zygote().wait_ready()
    rows: list[dict[str, Any]] = []
    for i, task in enumerate(find(chosen.tasks)):
        row: dict[str, Any] = {"task": task.name, "judge": judged(task, chosen.profile, chosen.screens, chosen.threads), "usual": None}
        if i < chosen.usual:
            row["usual"] = usual(task, chosen.profile, chosen.threads)
        rows.append(row)
        print(f"{task.name}: {row['judge']['status']}", file=sys.stderr)
    screens = [s for r in rows for s in r["judge"]["screens"]]
    verdicts = [r["judge"]["verdict"] for r in rows]
    usuals = [r["usual"]["total"] for r in rows if r["usual"]]
    pairs = [r["usual"]["total"] / r["judge"]["verdict"] for r in rows if r["usual"]]
    summary = {
        "profile": chosen.profile,
        "threads": chosen.threads,
        "load": os.getloadavg()[0],
        "screen_median": statistics.median(screens),
        "screens_per_minute": 60 * len(screens) / sum(screens),
        "verdict_median": statistics.median(verdicts),
        "verdict_p95": quantile(verdicts, 0.95),
        "usual_median": statistics.median(usuals) if usuals else None,
        "usual_over_verdict": statistics.median(pairs) if pairs else None,
    }
    if chosen.json:
        print(json.dumps({"rows": rows, "summary": summary}))
        return 0
    print(f"{'task':28} {'status':12} {'screen':>8} {'verdict':>8} {'usual':>8}   stages of the verdict, seconds")
    for r in rows:
        j, u = r["judge"], r["usual"]
        stages = " ".join(f"{k}={v:.2f}" for k, v in j["stages"].items())
        told = f"{u['total']:7.2f}s" if u else f"{'':8}"
        print(f"{r['task']:28} {j['status']:12} {statistics.median(j['screens']):7.2f}s {j['verdict']:7.2f}s {told}   {stages}")
    for name, value in summary.items():
        print(f"{name:20} {value:.3g}" if isinstance(value, float) else f"{name:20} {value}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
