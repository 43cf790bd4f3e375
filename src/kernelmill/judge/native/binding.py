"""ctypes over `libjudge.so`: the structures of judge.h and control.h, and the functions with their types."""

from __future__ import annotations

import ctypes as c
import functools

from kernelmill.judge.native.build import built

MAGIC = 0x6B6D6A31
HEADER_BYTES = 4096
MAX_ARGS = 64

NEW, ATTACHED, ADMITTED, READY, FAILED = range(5)
CALL, COPY, PAIR, QUIT = 1, 2, 3, 4
INPUTS, OUTPUTS = 0, 1
POINTER, AXIS, INTEGER, DOUBLE, WORKSPACE = range(5)
FLAG_SECCOMP, FLAG_LANDLOCK, FLAG_TRAP, FLAG_KEEP_FILES = 1, 2, 4, 8
OK, DIED, TIMEOUT, LOST = range(4)


class Control(c.Structure):
    """struct km_control; see control.h for the protocol."""

    _fields_ = [
        ("magic", c.c_uint32),
        ("state", c.c_uint32),
        ("flags", c.c_uint32),
        ("nsets", c.c_uint32),
        ("nargs", c.c_uint32),
        ("nmaps", c.c_uint32),
        ("va_bytes", c.c_uint64),
        ("maps_at", c.c_uint64),
        ("slots_at", c.c_uint64),
        ("order_at", c.c_uint64),
        ("control_bytes", c.c_uint64),
        ("inputs_bytes", c.c_uint64),
        ("outputs_bytes", c.c_uint64),
        ("limit_memory", c.c_uint64),
        ("limit_cpu_s", c.c_uint64),
        ("limit_tasks", c.c_uint64),
        ("limit_file", c.c_uint64),
        ("kinds", c.c_uint8 * MAX_ARGS),
        ("symbol", c.c_char * 128),
        ("library", c.c_char * 256),
        ("_pad0", c.c_uint8 * 16),
        ("go", c.c_uint32),
        ("request", c.c_uint32),
        ("count", c.c_uint32),
        ("_pad1", c.c_uint8 * 52),
        ("done", c.c_uint32),
        ("progress", c.c_uint32),
        ("violation", c.c_int32),
        ("error", c.c_int32),
        ("base", c.c_uint64),
        ("message", c.c_char * 512),
        ("_pad2", c.c_uint8 * 40),
    ]


class Map(c.Structure):
    _fields_ = [("va", c.c_uint64), ("file", c.c_uint64), ("bytes", c.c_uint64), ("region", c.c_uint32), ("pad", c.c_uint32)]


class Place(c.Structure):
    _fields_ = [
        ("va", c.c_uint64),
        ("file", c.c_uint64),
        ("bytes", c.c_uint64),
        ("slack_from", c.c_uint64),
        ("slack_to", c.c_uint64),
        ("region", c.c_uint32),
        ("pad", c.c_uint32),
    ]


class Plan(c.Structure):
    _fields_ = [
        ("va_bytes", c.c_uint64),
        ("inputs_bytes", c.c_uint64),
        ("outputs_bytes", c.c_uint64),
        ("nmaps", c.c_uint32),
        ("pad", c.c_uint32),
    ]


class RunnerState(c.Structure):
    """struct km_runner."""

    _fields_ = [
        ("control", c.c_void_p),
        ("pid", c.c_int32),
        ("stopped", c.c_int32),
        ("polite", c.c_int32),
        ("ended", c.c_int32),
        ("code", c.c_int32),
        ("status", c.c_int32),
        ("cpu_ns", c.c_uint64),
    ]


class Window(c.Structure):
    """struct km_window."""

    _fields_ = [
        ("end", c.c_int32),
        ("progress", c.c_uint32),
        ("violation", c.c_int32),
        ("pad", c.c_int32),
        ("wall_ns", c.c_int64),
        ("cpu_ns", c.c_int64),
        ("outside_ns", c.c_int64),
    ]


_u32p, _u64p, _intp, _argv = c.POINTER(c.c_uint32), c.POINTER(c.c_uint64), c.POINTER(c.c_int), c.POINTER(c.c_char_p)
_FUNCTIONS: dict[str, tuple[object, tuple[object, ...]]] = {
    "km_subreaper": (c.c_int, ()),
    "km_spawn": (c.c_int, (_argv, _argv, _intp, c.c_int, c.c_int)),
    "km_adopt": (c.c_int, (c.c_int, c.c_int, c.c_void_p, c.c_uint64)),
    "km_wait_ready": (c.c_int, (c.POINTER(RunnerState), c.c_uint64)),
    "km_window": (c.c_int, (c.POINTER(RunnerState), c.c_uint32, _u32p, c.c_uint32, c.c_uint64, c.POINTER(Window))),
    "km_stop": (c.c_int, (c.POINTER(RunnerState),)),
    "km_kill": (None, (c.POINTER(RunnerState),)),
    "km_wait_end": (c.c_int, (c.c_int, c.c_uint64, _intp, _intp)),
    "km_now": (c.c_uint64, ()),
    "km_cpu": (c.c_uint64, (c.c_int,)),
    "km_plan_arena": (
        c.c_int,
        (c.c_uint32, c.c_uint32, _u64p, _u32p, _u32p, c.c_uint64, c.POINTER(Place), c.POINTER(Map), c.POINTER(Plan)),
    ),
    "km_memfd": (c.c_int, (c.c_char_p, c.c_uint64)),
    "km_seal": (c.c_int, (c.c_int,)),
}


@functools.cache
def library() -> c.CDLL:
    """The judge's shared library, built at first use. Every call lets go of the interpreter lock."""
    lib = c.CDLL(str(built() / "libjudge.so"), use_errno=True)
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(lib, name)
        function.restype, function.argtypes = result, arguments
    if lib.km_subreaper():
        raise OSError(c.get_errno(), "PR_SET_CHILD_SUBREAPER")
    return lib
