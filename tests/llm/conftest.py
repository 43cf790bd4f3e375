from __future__ import annotations

import pytest

from kernelmill.core.author import Brief
from kernelmill.core.machine import Machine
from kernelmill.core.task import Draw, Family, Reference, Task, Tensor


@pytest.fixture
def brief() -> Brief:
    source = "import torch\nimport torch.nn.functional as F\n\n\ndef silu(x):\n    return F.silu(x)\n"
    task = Task(
        name="activation/silu", axes=("N",), tensors=(Tensor("x", ("N",)), Tensor("y", ("N",), "out")),
        reference=Reference(source, "silu"), flops="4*N", profiles={"cpu": {"N": 1 << 20}},
        families=(Family("normal", (("x", Draw("normal")),)),), doc="x * sigmoid(x)",
    )  # fmt: skip
    machine = Machine(name="test", arch="x86_64", isa=("avx2", "fma"), cores=2, vector_bytes=32)
    return Brief(task, "x86", machine, 'extern "C" void km_silu(const float* x, float* y, int64_t N);')
