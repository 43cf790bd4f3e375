"""ctypes over `libchild.so`, for processes forked from the torch zygote. See native/child.c."""

from __future__ import annotations

import ctypes as c
import os

from kernelmill.judge.native.binding import FAILED, READY, Control

RUNNER, COMPILER, LOADER = range(3)
"""enum km_role of native/confine.h."""


class Refused(Exception):
    """A step out of the judge's world failed; the text says which and why."""


def _strings(values: list[str]) -> c.Array[c.c_char_p]:
    return (c.c_char_p * (len(values) + 1))(*[v.encode() for v in values], None)


class Child:
    """The steps of native/child.c in their order. Loaded by the zygote before it forks, so that a runner opens no file for it."""

    def __init__(self, path: str) -> None:
        # The interpreter lock is let go during a call: a candidate's own threads may run while the runner waits.
        lib = self._lib = c.CDLL(path, use_errno=True)
        pointer, text = c.c_void_p, c.POINTER(c.c_char_p)
        for name, result, arguments in (
            ("km_child_leave", c.c_char_p, (c.c_int, c.c_int, text, c.c_int)),
            ("km_child_attach", None, (pointer, c.c_int)),
            ("km_child_map", c.c_uint64, (pointer, c.c_int, c.c_int, c.POINTER(c.c_uint64))),
            ("km_child_limit", c.c_char_p, (pointer, c.c_uint64, text, text, c.c_uint64)),
            ("km_child_filter", c.c_char_p, (pointer, c.c_uint64, c.c_uint64, c.c_int)),
            ("km_child_state", None, (pointer, c.c_uint32)),
            ("km_child_next", c.c_uint32, (pointer, c.c_uint32)),
            ("km_child_answer", None, (pointer, c.c_uint32)),
        ):
            function = getattr(lib, name)
            function.restype, function.argtypes = result, arguments
        self.next, self.answer = lib.km_child_next, lib.km_child_answer

    def _check(self, failed: bytes | None) -> None:
        if failed:
            raise Refused(f"{failed.decode()}: {os.strerror(c.get_errno())}")

    def leave(self, uid: int, namespaces: int, shown: list[str], scratch_mb: int) -> None:
        """Namespaces, a small root that shows `shown` read only (and a writable /tmp), another user. The next fork is pid 1.

        `namespaces`: 0 none, 1 all, 2 mounts only (a judge that is root, at level 2).

        Raises `Refused`.
        """
        self._check(self._lib.km_child_leave(uid, namespaces, _strings(shown), scratch_mb))

    def attach(self, address: int, lifeline: int) -> None:
        """The handshake up to ADMITTED; leaves the process when the judge is gone."""
        self._lib.km_child_attach(address, lifeline)

    def map(self, address: int, inputs: int, outputs: int) -> tuple[int, int]:
        """(base address, bytes) of the arena. Raises `Refused`."""
        size = c.c_uint64()
        base = self._lib.km_child_map(address, inputs, outputs, size)
        if not base:
            raise Refused(f"map the arena: {os.strerror(c.get_errno())}")
        return base, size.value

    def limit(self, address: int, used_bytes: int, readable: list[str], writable: list[str]) -> None:
        """No capabilities, the control page's limits beyond `used_bytes` of address space, landlock where asked. Raises `Refused`."""
        file_bytes = 256 << 20 if writable else 1 << 20
        self._check(self._lib.km_child_limit(address, used_bytes, _strings(readable), _strings(writable), file_bytes))

    def filter(self, address: int, arena: tuple[int, int], role: int) -> None:
        """A system-call filter where the control page asks for one. Raises `Refused`."""
        self._check(self._lib.km_child_filter(address, *arena, role))

    def ready(self, address: int) -> None:
        self._lib.km_child_state(address, READY)

    def failed(self, address: int, message: str) -> None:
        """State FAILED with the reason, cut to what the control page holds."""
        header = Control.from_address(address)
        header.message = message.encode(errors="replace")[: Control.message.size - 1]
        self._lib.km_child_state(address, FAILED)
