"""The folder that a user deploys: source, header, build line, Python module, evidence.

folder.py   what lies in the folder          axes.py   sizes read from tensors, as generated Python
module.py   the Python module                *.j2      the texts
"""

from __future__ import annotations

from kernelmill.search.deliver.folder import deliver

__all__ = ["deliver"]
