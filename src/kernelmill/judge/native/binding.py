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


DTYPE = {name: i for i, name in enumerate(["f64", "f32", "f16", "bf16", "f8e4m3", "f8e5m2", "i64", "i32", "i8", "u8", "bool"])}
DRAW = {
    name: i
    for i, name in enumerate(
        ["normal", "uniform", "loguniform", "integers", "odd", "sparse", "outliers", "constant", "index", "bool", "rotate", "keep"]
    )
}
NOTHING, ENDED, WRONG, POISON, CANARY, OUTSIDE, COPYING, CHANGED = range(8)


class Fill(c.Structure):
    """struct km_fill."""

    _fields_ = [
        ("draw", c.c_uint32),
        ("dtype", c.c_uint32),
        ("a", c.c_double),
        ("b", c.c_double),
        ("both_signs", c.c_uint32),
        ("pad", c.c_uint32),
        ("length", c.c_uint64),
        ("stride", c.c_uint64),
        ("data", c.c_void_p),
    ]


class Rule(c.Structure):
    """struct km_rule."""

    _fields_ = [
        ("dtype", c.c_uint32),
        ("skip", c.c_uint32),
        ("absolute", c.c_double),
        ("relative", c.c_double),
        ("share", c.c_double),
    ]


class Difference(c.Structure):
    """struct km_difference."""

    _fields_ = [("wrong", c.c_uint64), ("first", c.c_uint64), ("worst", c.c_uint64), ("poison", c.c_uint64)]


class Arm(c.Structure):
    """struct km_arm."""

    _fields_ = [
        ("runner", c.POINTER(RunnerState)),
        ("outputs", c.c_void_p),
        ("copy_limit_ns", c.c_uint64),
        ("results", c.c_void_p),
        ("unlike", c.c_uint32),
        ("pad", c.c_uint32),
    ]


class Sample(c.Structure):
    """struct km_sample."""

    _fields_ = [("wall_ns", c.c_int64), ("cpu_ns", c.c_int64), ("outside_ns", c.c_int64), ("queued_ns", c.c_int64)]


class Finding(c.Structure):
    """struct km_finding."""

    _fields_ = [
        ("trouble", c.c_int32),
        ("arm", c.c_int32),
        ("round", c.c_int32),
        ("set", c.c_int32),
        ("tensor", c.c_int32),
        ("end", c.c_int32),
        ("difference", Difference),
        ("ns", c.c_int64),
        ("seed", c.c_uint64),
    ]


class Race(c.Structure):
    """struct km_race."""

    _fields_ = [
        ("narms", c.c_uint32),
        ("nsets", c.c_uint32),
        ("ntensors", c.c_uint32),
        ("rounds", c.c_uint32),
        ("arms", c.POINTER(Arm)),
        ("inputs", c.c_void_p),
        ("places", c.POINTER(Place)),
        ("fills", c.POINTER(Fill)),
        ("rules", c.POINTER(Rule)),
        ("roles", c.POINTER(c.c_uint8)),
        ("seed", c.c_uint64),
        ("timeout_ns", c.c_uint64),
        ("helpers", c.c_uint32),
        ("least_rounds", c.c_uint32),
        ("budget_ns", c.c_uint64),
        ("cores", c.POINTER(c.c_int32)),
        ("ncores", c.c_uint32),
        ("touch", c.c_uint32),
        ("off", c.c_uint32),
        ("last_pad", c.c_uint32),
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
    "km_fill": (None, (c.c_void_p, c.c_uint64, c.POINTER(Fill), c.c_uint64)),
    "km_original": (None, (c.c_void_p, c.c_uint64, c.POINTER(Fill), c.c_uint64, c.c_uint32, c.c_uint32)),
    "km_compare": (
        None,
        (c.c_void_p, c.c_void_p, c.c_uint64, c.POINTER(Rule), c.c_void_p, c.c_uint64, c.POINTER(Difference)),
    ),
    "km_poison": (None, (c.c_void_p, c.c_uint64, c.c_uint32, c.c_uint64)),
    "km_poison_some": (None, (c.c_void_p, c.c_uint64, c.c_uint32, c.c_uint64, c.c_uint32, c.c_uint64)),
    "km_count_poison": (c.c_uint64, (c.c_void_p, c.c_uint64, c.c_uint32, c.c_uint64)),
    "km_new_poison": (c.c_uint64, (c.c_uint64,)),
    "km_canaries": (None, (c.c_void_p, c.POINTER(Place), c.c_uint64, c.c_uint32, c.c_uint64)),
    "km_check_canaries": (c.c_int64, (c.c_void_p, c.POINTER(Place), c.c_uint64, c.c_uint32, c.c_uint64)),
    "km_run_race": (c.c_int, (c.POINTER(Race), c.POINTER(Sample), c.POINTER(Finding))),
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
