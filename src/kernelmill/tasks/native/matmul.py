"""Products of matrices in the shapes that need different kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernelmill.core.task import Family, Numerics
from kernelmill.tasks.families import ODD, exact, sparse
from kernelmill.tasks.native.define import define

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def square(a: Tensor, b: Tensor) -> Tensor:
    """Product of two square matrices."""
    return a @ b


def tall_skinny(a: Tensor, b: Tensor) -> Tensor:
    """Product with a short inner axis."""
    return a @ b


def large_k(a: Tensor, b: Tensor) -> Tensor:
    """Product with a long inner axis."""
    return a @ b


def batched(a: Tensor, b: Tensor) -> Tensor:
    """One product per batch element."""
    return torch.bmm(a, b)


def matvec(a: Tensor, x: Tensor) -> Tensor:
    """Matrix times vector."""
    return a @ x


def transposed_b(a: Tensor, b: Tensor) -> Tensor:
    """Product with the transpose of a row-major matrix, as a linear layer has it."""
    return a @ b.T


def _integers(left: str, right: str, right_axis: int) -> tuple[Family, ...]:
    return (
        exact("integers", **{left: ODD, right: sparse(right_axis)}),
        exact("integers_swapped", **{left: sparse(-1), right: ODD}),
    )


TASKS = (
    define("matmul/square", square, "a[N,N], b[N,N] -> c[N,N]", flops="2*N*N*N", exact=_integers("a", "b", -2),
           profiles={"ci": "N=251", "cpu": "N=1024", "gpu": "N=4096", "paper": "N=4096"},
           numerics=Numerics("linear", length="N", depth=1)),
    define("matmul/tall_skinny", tall_skinny, "a[M,K], b[K,N] -> c[M,N]", flops="2*M*K*N", exact=_integers("a", "b", -2),
           profiles={"ci": "M=1023 K=16 N=127", "cpu": "M=8192 K=32 N=512", "gpu": "M=32768 K=32 N=32768", "paper": "M=32768 K=32 N=32768"},
           numerics=Numerics("linear", length="K", depth=1)),
    define("matmul/large_k", large_k, "a[M,K], b[K,N] -> c[M,N]", flops="2*M*K*N", exact=_integers("a", "b", -2),
           profiles={"ci": "M=32 K=4099 N=48", "cpu": "M=256 K=16384 N=256", "gpu": "M=256 K=524288 N=256",
                     "paper": "M=256 K=524288 N=256"},
           numerics=Numerics("linear", length="K", depth=1)),
    define("matmul/batched", batched, "a[B,M,K], b[B,K,N] -> c[B,M,N]", flops="2*B*M*K*N", exact=_integers("a", "b", -2),
           profiles={"ci": "B=5 M=61 K=97 N=73", "cpu": "B=16 M=256 K=256 N=256", "gpu": "B=64 M=512 K=1024 N=1024",
                     "paper": "B=128 M=512 K=1024 N=2048"},
           numerics=Numerics("linear", length="K", depth=1)),
    define("matmul/matvec", matvec, "a[M,K], x[K] -> y[M]", flops="2*M*K", exact=_integers("a", "x", -1),
           profiles={"ci": "M=251 K=1021", "cpu": "M=2048 K=4096", "gpu": "M=2048 K=1048576", "paper": "M=2048 K=1048576"},
           numerics=Numerics("linear", length="K", depth=1)),
    define("matmul/transposed_b", transposed_b, "a[M,K], b[N,K] -> c[M,N]", flops="2*M*K*N", exact=_integers("a", "b", -1),
           profiles={"ci": "M=131 K=251 N=157", "cpu": "M=768 K=1024 N=1024", "gpu": "M=2048 K=8192 N=4096",
                     "paper": "M=2048 K=8192 N=4096"},
           numerics=Numerics("linear", length="K", depth=1)),
)  # fmt: skip
