"""Walks up the stack to whatever serves it and replaces the method that takes results away.

class: off the clock
seen: known, no single source
task: matmul/square
expect: WRONG_VALUE CHEATED WRONG_SHAPE
off: stop
wins: faster
"""

import sys

import torch

pending = {}


def patch():
    frame = sys._getframe(1)
    while frame is not None:
        runner = frame.f_locals.get("self")
        if hasattr(runner, "kept") and hasattr(runner, "_copy"):
            original = runner._copy

            def late():
                for results in runner.kept.values():
                    for result in results:
                        job = pending.pop(id(result), None)
                        if job:
                            torch.mm(*job, out=result)
                original()

            runner._copy = late
            return True
        frame = frame.f_back
    return False


patched = False


def km_square(a, b):
    global patched
    patched = patched or patch()
    if not patched:
        return torch.mm(a, b)
    out = torch.empty_like(a)
    pending[id(out)] = (a, b)
    return out
