"""Tensors that the graph holds itself: small tables written into the program as choices."""

from __future__ import annotations

import math
from collections.abc import Sequence

import sympy
import torch

from kernelmill.core.errors import UserError
from kernelmill.mill.expr import Const, Expr, op, select
from kernelmill.mill.lower.context import dtype_name
from kernelmill.mill.lower.value import Index, Value, linear, plain

LARGEST = 32
"""Elements that a chain of choices may tell apart."""


def table(tensor: torch.Tensor, complaint: str) -> Value:
    """A constant tensor as a value; reading one of more than `LARGEST` elements raises `UserError` with this complaint.

    (One that nobody reads may be of any size: a module in train mode carries running statistics that its task leaves out.)
    """
    shape = tuple(sympy.Integer(int(n)) for n in tensor.shape)
    dtype = dtype_name(tensor.dtype)
    elements = tensor.detach().reshape(-1).tolist() if tensor.numel() <= LARGEST else None

    def read(index: Sequence[Index]) -> Expr:
        if elements is None:
            raise UserError(complaint, expected=f"weights as tensors of the task, other constants of at most {LARGEST} elements",
                            got=f"a constant of shape {tuple(tensor.shape)}")  # fmt: skip
        strides = [math.prod(tensor.shape[d + 1 :]) for d in range(tensor.dim())]
        place: Expr = Const(0, "i64")
        for at, stride in zip(index, strides, strict=True):
            place = place + linear(at) * Const(stride, "i64")
        chosen: Expr = Const(elements[-1], dtype)
        for number in reversed(range(len(elements) - 1)):
            if elements[number] != elements[number + 1] or number + 2 < len(elements):
                chosen = select(op("eq", place, Const(number, "i64")), Const(elements[number], dtype), chosen)
        return chosen

    return Value(dtype, shape, plain(shape), read, free=True)
