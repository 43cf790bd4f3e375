"""kernelmill: compute kernels proven by measurement.

Importing this package is light: nothing heavier than the standard library is loaded until it is used.
"""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["__version__"]
