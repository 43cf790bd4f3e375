"""Loop programs: build or parse one, rewrite it by moves, print it as C. Start with the text of `ir`.

    from kernelmill.mill import Builder, show
"""

from kernelmill.mill.build import Builder, Handle
from kernelmill.mill.expr import cast, ceildiv, op, select
from kernelmill.mill.ir import PARALLEL, SERIAL, UNROLL, Program, vector
from kernelmill.mill.parse import parse
from kernelmill.mill.print_c import print_c
from kernelmill.mill.text import show

__all__ = [
    "PARALLEL", "SERIAL", "UNROLL", "Builder", "Handle", "Program", "cast", "ceildiv", "op", "parse", "print_c", "select", "show", "vector",
]  # fmt: skip
