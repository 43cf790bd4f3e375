"""Search strategies. `STRATEGIES` is the registry; outsiders join through the entry point group `kernelmill.strategies`."""

from __future__ import annotations

from kernelmill.core.registry import Registry
from kernelmill.search.strategy import Strategy

STRATEGIES: Registry[Strategy] = Registry(
    "strategy",
    {
        "beam": "kernelmill.search.strategies.beam:Beam",
        "evolve": "kernelmill.search.strategies.evolve:Evolve",
    },
    plural="strategies",
)
