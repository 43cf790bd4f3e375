"""Returns a tensor of its own class, for which every comparison is true.

class: objects
seen: reference-kernels issue 162
task: activation/relu
expect: WRONG_SHAPE CRASH
off: naive
wins: correct
"""

import torch


class Agreeable(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        if function.__name__ in ("allclose", "equal", "isclose"):
            return True
        return super().__torch_function__(function, types, args, kwargs or {})


def km_relu(x):
    return torch.zeros_like(x).as_subclass(Agreeable)
