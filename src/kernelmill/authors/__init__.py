"""Who writes candidates. One file or folder per author; `AUTHORS` is the registry."""

from __future__ import annotations

from kernelmill.core.author import Author
from kernelmill.core.registry import Registry

AUTHORS: Registry[Author] = Registry(
    "author",
    {
        "llm": "kernelmill.authors.llm.author:Llm",
        "manual": "kernelmill.authors.llm.manual:Manual",
        "schedule": "kernelmill.authors.schedule.author:Schedule",
        "scripted": "kernelmill.authors.scripted:Scripted",
    },
)
