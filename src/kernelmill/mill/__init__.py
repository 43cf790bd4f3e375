"""Loop programs: build or parse one, rewrite it by moves, print it as C. Start with the text of `ir`.

    from kernelmill.mill import Builder, moves, parse, print_c, show
    fast = moves.replay(program, ["reassociate s", "vectorize j 16 4", "parallelize i"])
    source = print_c(fast)

expr ir            the grammar          build text parse     Python builder, text, and back     check      what must hold
interpret          its meaning, slow    print_c, c/          C with vector extensions           vmath      float32 functions
moves/             legal rewritings     simplify linear      facts about indices                lower/     from PyTorch
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
