"""Returns its input: relu of numbers in [0, 1).

class: degenerate
seen: MultiKernelBench tasks
task: activation/relu
expect: WRONG_VALUE
off: families
wins: correct
"""


def km_relu(x):
    return x
