"""The prompt that a language model would be sent."""

from __future__ import annotations

from collections.abc import Sequence

from kernelmill.archive.place import archive_path
from kernelmill.archive.store import Archive
from kernelmill.authors.llm.author import PROMPTS
from kernelmill.authors.llm.exemplars import exemplar
from kernelmill.authors.llm.prompt import Facts, render
from kernelmill.core.author import Brief
from kernelmill.core.errors import unknown
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task
from kernelmill.platforms import PLATFORMS
from kernelmill.search.briefing import briefing
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
    *,
    task: str,
    platform: str = "x86",
    profile: str = "cpu",
    template: str = "write",
    settings: Sequence[str] | None = None,
    archive: str | None = None,
) -> PromptAnswer:
    """The prompt that the author `llm` would send for a task: meaning, signature, machine, an exemplar, lessons of earlier runs."""
    if template not in PROMPTS:
        raise unknown("prompt", template, PROMPTS)
    brief = _brief(load_task(task, settings or (), (), False), PLATFORMS.make(platform), profile, archive)
    values = Facts(brief, brief.lessons, brief.exemplar or exemplar(brief.task, brief.platform)).values()
    asked = render(template, **values)
    return PromptAnswer(id=asked.id, system=render(template, **values, system=True).text.strip(), text=asked.text)


def _brief(task: Task, platform: Platform, profile: str, archive: str | None) -> Brief:
    if not archive_path(archive).exists():
        return briefing(task, platform, profile=profile)
    with Archive(archive) as store:
        return briefing(task, platform, store, profile=profile)
