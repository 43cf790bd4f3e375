"""`python -m kernelmill`."""

from __future__ import annotations

from kernelmill.cli.main import main

main()
