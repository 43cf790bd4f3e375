"""The report of a run: one HTML file that needs nothing else.

data.py    what the archive says about a run     plots.py    speedups, roofline, search trace as SVG
svg.py     axes and marks                        *.j2        the pages
"""

from __future__ import annotations

from kernelmill.serve.report.page import write_report

__all__ = ["write_report"]
