"""Tries a `ModelNew` with inline CUDA against its `Model`, in a process of its own. A check for authors: not a verdict, which only the judge gives.

`python -m kernelmill.cuda.modelnew CANDIDATE.py REFERENCE.py` prints one JSON object; exit code 0 when the candidate agrees.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Found:
    """`status` is CORRECT, WRONG_VALUE, WRONG_SHAPE, CRASH, COMPILE_ERROR or TIMEOUT; `reason` names the symptom."""

    status: str
    reason: str


def check(candidate: Path | str, reference: Path | str, *, trials: int = 3, seconds: float = 180) -> Found:
    """Runs both on `trials` sets of inputs, device memory ending at guard pages, once in the fast order and then under seeded schedules."""
    for seed in range(trials):
        with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
            env = {
                **os.environ,
                "KERNELMILL_CUDA_SEED": str(seed),
                "KERNELMILL_CUDA_GUARD": "1",
                "KERNELMILL_CUDA_PATIENCE": "5",
                "KERNELMILL_TRY": out.name,
            }
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "kernelmill.cuda.modelnew", str(candidate), str(reference), str(seed)],
                    env=env, capture_output=True, text=True, timeout=seconds, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return Found("TIMEOUT", f"no answer within {seconds:g} s (seed {seed})")
            text = out.read()
        notes = " ".join(line.strip() for line in done.stderr.splitlines() if line.startswith(("kernelmill cuda:", "  kernel", "  block")))
        if not text:
            return Found("CRASH", notes or f"the process ended with code {done.returncode}: {done.stderr.strip()[-300:]}")
        data = json.loads(text)
        if data["status"] != "CORRECT":
            return Found(data["status"], " ".join(x for x in (data["reason"], notes) if x))
    return Found("CORRECT", "")


def _compare(candidate: str, reference: str, seed: int) -> Found:
    import importlib.util

    import torch

    from kernelmill.core.errors import KernelmillError
    from kernelmill.cuda import stand_in
    from kernelmill.cuda.building import CudaBuildError

    stand_in.install()

    def load(path: str, name: str):
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    torch.manual_seed(seed)
    base = load(reference, "reference")
    try:
        new = load(candidate, "candidate").ModelNew(*base.get_init_inputs())
    except CudaBuildError as error:
        return Found("COMPILE_ERROR", str(error)[:600])
    except KernelmillError as error:
        return Found("COMPILE_ERROR", str(error)[:600])
    except Exception as error:  # the candidate's own fault, whatever it is
        return Found("CRASH", f"{type(error).__name__}: {error}"[:600])
    old = base.Model(*base.get_init_inputs())
    with torch.no_grad():
        state = dict(old.named_parameters()) | dict(old.named_buffers())
        for name, value in [*new.named_parameters(), *new.named_buffers()]:
            if name in state:
                value.copy_(state[name])
        inputs = base.get_inputs()
        want = old(*[x.clone() if isinstance(x, torch.Tensor) else x for x in inputs])
        try:
            got = new(*inputs)
        except Exception as error:
            return Found("CRASH", f"{type(error).__name__}: {error}"[:600])
    if got.shape != want.shape:
        return Found("WRONG_SHAPE", f"shape {list(got.shape)}, expected {list(want.shape)}")
    error = (got.double() - want.double()).abs()
    bad = ~(error <= 1e-3 + 1e-3 * want.double().abs())
    if bad.any():
        at = tuple(int(i) for i in bad.nonzero()[0])
        share = float(bad.double().mean())
        return Found(
            "WRONG_VALUE", f"{share:.1%} of the elements differ, first at {list(at)}: {float(got[at]):g}, expected {float(want[at]):g}"
        )
    return Found("CORRECT", "")


def main() -> None:
    candidate, reference = sys.argv[1:3]
    if "KERNELMILL_TRY" in os.environ:
        found = _compare(candidate, reference, int(sys.argv[3]))
        Path(os.environ["KERNELMILL_TRY"]).write_text(json.dumps(found.__dict__))
        os._exit(0)  # destructors of broken extensions have nothing to say any more
    found = check(candidate, reference)
    print(json.dumps(found.__dict__))
    sys.exit(found.status != "CORRECT")


if __name__ == "__main__":
    main()
