"""Inputs and expectations of workloads, made once and kept while there is room: many candidates of one task meet the same workloads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kernelmill.core.dtypes import DTYPES
from kernelmill.core.task import Task, Tensor
from kernelmill.core.workload import Workload
from kernelmill.judge.right.expected import Expected
from kernelmill.judge.right.oracle import Oracle
from kernelmill.tasks.inputs import element_type, make_inputs
from kernelmill.tasks.reference import bind, bind_shadow

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Prepared:
    """A workload's inputs, as the bytes that a kernel reads, and what its outputs must be."""

    inputs: dict[str, NDArray[Any]]
    """Tensor name -> array of the types in `process_arena.NUMPY` (bf16 as its bits), `in` and `inout` in declared order."""
    expected: tuple[Expected, ...]
    """One per output in declared order; empty where every output is empty."""

    @property
    def bytes(self) -> int:
        arrays = [*self.inputs.values()]
        for e in self.expected:
            arrays += [a for a in (e.value, e.allowed, e.special, e.left_out) if a is not None]
        return sum(a.nbytes for a in arrays)


def typed(tensors: Sequence[Tensor], work: Workload) -> tuple[Tensor, ...]:
    """The tensors with the element types that they have in this workload."""
    return tuple(replace(t, dtype=element_type(t, work)) for t in tensors)


def bits(t: Any) -> NDArray[Any]:
    """A torch tensor as numpy sees its bytes: bf16 as uint16, bool and fp8 as uint8."""
    import torch

    t = t.contiguous()
    if t.dtype == torch.bfloat16:
        return t.view(torch.uint16).numpy()
    return t.view(torch.uint8).numpy() if t.dtype == torch.bool or t.dtype.itemsize == 1 else t.numpy()


@dataclass
class Store:
    """Prepared workloads of one task. Not thread-safe."""

    task: Task
    limit: int = 512 << 20
    """Bytes kept; the least recently used goes first."""
    _kept: OrderedDict[Workload, Prepared] = field(default_factory=OrderedDict[Workload, Prepared])
    _oracle: Oracle | None = None

    def get(self, work: Workload, *, empty: bool = False) -> Prepared:
        """Inputs and expectation of a workload; with `empty` there is nothing to expect and the reference is not called."""
        if work in self._kept:
            self._kept.move_to_end(work)
            return self._kept[work]
        tensors = make_inputs(self.task, work)
        expected = () if empty else self._truth().expect(work, list(tensors.values()), typed(self.task.outputs, work))
        made = Prepared({name: bits(t) for name, t in tensors.items()}, tuple(expected))
        self._kept[work] = made
        while len(self._kept) > 1 and sum(p.bytes for p in self._kept.values()) > self.limit:
            self._kept.popitem(last=False)
        return made

    def expect(self, work: Workload, inputs: Mapping[str, NDArray[Any]], *, borrow: bool = False) -> list[Expected]:
        """The expectation for inputs that were drawn elsewhere, given as `Prepared.inputs` has them; `work` says sizes and family.

        With `borrow` a bound that would have to be measured is taken from the workload's own inputs, which were drawn alike: good enough
        to accept by, and to be repeated without where it accuses.
        """
        import torch

        tensors = [torch.from_numpy(inputs[t.name]).view(getattr(torch, DTYPES[t.dtype].torch)) for t in typed(self.task.inputs, work)]
        measured = self.task.numerics.rule == "monte_carlo"
        allowed = [e.allowed for e in self.get(work).expected] if borrow and measured else None
        return self._truth().expect(work, tensors, typed(self.task.outputs, work), allowed=allowed)

    def tensors(self, work: Workload) -> list[torch.Tensor]:
        """The inputs of a workload as torch tensors, in declared order."""
        return list(make_inputs(self.task, work).values())

    def _truth(self) -> Oracle:
        if self._oracle is None:
            self._oracle = Oracle(self.task, bind(self.task), bind_shadow(self.task))
        return self._oracle
