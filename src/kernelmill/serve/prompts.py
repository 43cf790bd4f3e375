"""The prompt that a language model would be sent."""

from __future__ import annotations

from collections.abc import Sequence

from kernelmill.authors.llm.exemplars import exemplar
from kernelmill.authors.llm.prompt import Facts, render
from kernelmill.core.author import Brief
from kernelmill.core.errors import unknown
from kernelmill.platforms import PLATFORMS
from kernelmill.search.requests import load_task
from kernelmill.serve.answers import Answer


class PromptAnswer(Answer):
    """A prompt, rendered."""

    id: str
    """Template, version and hash of the text."""
    system: str
    """The system prompt."""
    text: str
    """The user's prompt."""


def prompt(
    *, task: str, platform: str = "x86", profile: str = "cpu", template: str = "write", settings: Sequence[str] | None = None
) -> PromptAnswer:
    """The prompt that the author `llm` would send for a task: meaning, signature, machine, an exemplar."""
    if template not in ("write", "small"):
        raise unknown("prompt", template, ("write", "small"))
    loaded = load_task(task, settings or (), (), False)
    made = PLATFORMS.make(platform)
    brief = Brief(loaded, made.spec, made.machine(), made.header(loaded), profile)
    values = Facts(brief, exemplar=exemplar(loaded, made.spec)).values()
    asked = render(template, **values)
    return PromptAnswer(id=asked.id, system=render(template, **values, system=True).text.strip(), text=asked.text)
