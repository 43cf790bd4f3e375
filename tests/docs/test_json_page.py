"""`docs/json.md` is written from the models: `make golden` rewrites it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from kernelmill.serve import answers
from kernelmill.serve.answers import Answer
from kernelmill.serve.functions import TABLE

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
INTRO = """# JSON keys

Every command takes `--json` and then prints exactly one object on stdout; progress goes to stderr. Keys are added, never renamed or
removed.

Exit code 0: `CORRECT`, `FASTER`, or nothing to complain about. 1: any other status, or a finding. 2: a bad request or a missing tool; the
object is then `{"error": {"kind", "message", "expected", "got", "allowed", "hint"}}`, with the keys that apply.

This page is written from the code (`make golden`).
"""


def models() -> list[type[Answer]]:
    for function in TABLE.values():
        function.load()

    def below(model: type[Answer]) -> set[type[Answer]]:
        return {m for child in model.__subclasses__() for m in {child, *below(child)}}

    return sorted((m for m in below(Answer) if m.__module__.startswith("kernelmill.")), key=lambda m: m.__name__)


def type_text(annotation: Any) -> str:
    text = annotation.__name__ if isinstance(annotation, type) and not getattr(annotation, "__args__", None) else str(annotation)
    text = re.sub(r"kernelmill\.[a-z_.]+\.", "", text).replace("typing.", "")
    return text.replace(" | ", " or ").replace("NoneType", "null").replace("None", "null")


def table(model: type[BaseModel]) -> str:
    rows = [
        f"| `{f.serialization_alias or name}` | {type_text(f.annotation)} | {' '.join((f.description or '').split())} |"
        for name, f in model.model_fields.items()
    ]
    return "\n".join(["| key | type | what |", "|---|---|---|", *rows])


def page() -> str:
    commands = [f"- `kernelmill {f.name.replace('.', ' ')}`: {f.load().__annotations__['return']}" for f in TABLE.values()]
    parts = [INTRO, "## Commands\n\n" + "\n".join(commands) + "\n"]
    for model in models():
        parts.append(f"## {model.__name__}\n\n{(model.__doc__ or '').strip()}\n\n{table(model)}\n")
    return "\n".join(parts)


@pytest.mark.golden
def test_the_page_says_what_the_models_say(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page(), "docs/json.md is old: make golden"


def test_every_key_is_explained() -> None:
    for model in models():
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name} has no docstring"


def test_the_promised_keys_are_there() -> None:
    promised = {"status", "task", "platform", "profile", "candidate", "speedup", "roofline", "measurement", "reason", "record"}
    assert promised <= set(answers.Result.model_fields)
    assert promised | {"category"} <= set(answers.BenchRow.model_fields)
    assert {"rows", "summary"} <= set(answers.BenchAnswer.model_fields)
    assert {"median", "low", "high"} == set(answers.SpeedupRow.model_fields)
