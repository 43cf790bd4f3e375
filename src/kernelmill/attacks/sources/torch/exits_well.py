"""Ends the process with exit code 0.

class: verdict
seen: known, no single source
task: activation/relu
expect: CRASH
off: naive
wins: correct
"""

import os


def km_relu(x):
    os._exit(0)
