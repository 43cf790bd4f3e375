"""Which distribution a tensor of `get_inputs` was drawn from, seen while it is made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from kernelmill.core.task import Draw

_SAME = frozenset(
    ("float", "double", "half", "bfloat16", "to", "contiguous", "clone", "reshape", "view", "unsqueeze", "squeeze", "permute", "transpose",
     "requires_grad_", "detach", "flatten", "cpu", "type")
)  # fmt: skip
"""Operations after which every element is still drawn as before (a cast of whole numbers included)."""


class Provenance(TorchFunctionMode):
    """While it is active, remembers how every tensor was drawn: `rand`, `randn`, `randint`, constants, and scales and shifts of them."""

    def __init__(self) -> None:
        super().__init__()
        self._rules: dict[int, Draw] = {}
        self._alive: list[torch.Tensor] = []

    def rule(self, tensor: torch.Tensor) -> Draw:
        """How this tensor was drawn; kind `given` where that was not recognised."""
        return self._rules.get(id(tensor), Draw("given"))

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if isinstance(result, torch.Tensor):
            rule = self._made(getattr(func, "__name__", "").strip("_"), args, kwargs)
            if rule is not None:
                self._rules[id(result)] = rule
                self._alive.append(result)  # an id is only unique while its object lives
            elif id(result) in self._rules:  # written in place
                del self._rules[id(result)]
        return result

    def _made(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Draw | None:
        match name:
            case "rand" | "rand_like":
                return Draw("uniform", 0.0, 1.0)
            case "randn" | "randn_like":
                return Draw("normal")
            case "randint":
                bounds = [a for a in args if isinstance(a, int)]
                low = kwargs.get("low", bounds[0] if len(bounds) > 1 else 0)
                high = kwargs.get("high", bounds[-1] if bounds else None)
                if high is None:
                    return None
                return Draw("index", 0, high) if low == 0 else Draw("integers", low, high - 1)
            case "zeros" | "zeros_like":
                return Draw("constant", 0.0)
            case "ones" | "ones_like":
                return Draw("constant", 1.0)
            case "full":
                value = kwargs.get("fill_value", args[1] if len(args) > 1 else None)
                return Draw("constant", float(value)) if isinstance(value, int | float) else None
        source = next((a for a in args if isinstance(a, torch.Tensor)), None)
        known = self._rules.get(id(source)) if source is not None else None
        if known is None:
            return None
        if name in _SAME:
            return known
        number = next((a for a in args if isinstance(a, int | float)), None)
        if len(args) != 2 or number is None or kwargs:
            return None
        return _affine(known, name, float(number), isinstance(args[0], torch.Tensor))


def _affine(rule: Draw, name: str, number: float, tensor_first: bool) -> Draw | None:
    """`tensor op number` (or `number op tensor`) of a uniform or normal draw."""
    if rule.kind not in ("uniform", "normal") or isinstance(rule.b, str):
        return None
    if name in ("rsub", "rdiv", "rtruediv"):
        name, tensor_first = name.removeprefix("r"), False
    scale, shift = 1.0, 0.0
    if name in ("mul", "rmul"):
        scale = number
    elif name in ("div", "truediv") and tensor_first and number:
        scale = 1 / number
    elif name in ("add", "radd"):
        shift = number
    elif name == "sub":
        scale, shift = (1.0, -number) if tensor_first else (-1.0, number)
    else:
        return None
    a, b = rule.a * scale + shift, (rule.b * scale + shift if rule.kind == "uniform" else rule.b * abs(scale))
    return replace(rule, a=min(a, b), b=max(a, b)) if rule.kind == "uniform" else replace(rule, a=a, b=b)
