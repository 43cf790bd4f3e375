"""What the hardware offers to whoever writes a kernel: a value, never a question to the operating system."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Machine:
    """The part of a machine that decides how a good kernel looks."""

    name: str
    """Processor name as the system reports it."""
    arch: str
    """`x86_64`, `aarch64`, `riscv64`, `wasm32`."""
    isa: tuple[str, ...] = ()
    """Instruction set extensions that matter, sorted: `avx2`, `avx512f`, `fma`, `sve`."""
    cores: int = 1
    """Cores that a kernel may use."""
    vector_bytes: int = 16
    """Width of the widest vector register to use, in bytes."""
    vector_registers: int = 16
    """Number of vector registers."""
    l1_bytes: int = 32 << 10
    """Level 1 data cache of one core, in bytes."""
    l2_bytes: int = 1 << 20
    """Level 2 cache of one core, in bytes."""
    l3_bytes: int = 8 << 20
    """Last-level cache, in bytes (all of it, shared)."""
    line_bytes: int = 64
    """Cache line, in bytes."""
    memory_bytes: int = 8 << 30
    """Main memory, in bytes."""
    peaks: dict[str, float] = field(default_factory=dict[str, float])
    """Measured peaks: `flops_f32_1`, `flops_f32_all` (FLOP/s, one core and all), `read_1`, `copy_all` (bytes/s). Empty: not measured."""
