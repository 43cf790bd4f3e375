"""A verified kernel of the category to show the form: from the archive where it has one, else one that ships here.

Shipped exemplars are `exemplars/<platform>/<category>.<ending>`; the test suite judges every one of them. An exemplar is of another
task than the one asked for wherever the category has two.
"""

from __future__ import annotations

from importlib.resources import files

from kernelmill.authors.llm.prompt import language
from kernelmill.core.author import Brief


def exemplar(brief: Brief) -> str:
    """Source to show for this brief; '' where the platform has none for the category."""
    platform = brief.platform.partition("{")[0]
    folder = files("kernelmill.authors.llm.exemplars") / platform
    for stem in (brief.task.category, "any"):
        file = folder / f"{stem}{language(brief.platform)[2]}"
        if file.is_file() and f"{brief.task.entry}(" not in (text := file.read_text()):
            return text.strip()
    return ""
