"""The official SDK's client against our server: in memory here; stdio and HTTP with real verdicts in test_mcp_transports.py."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

mcp = pytest.importorskip("mcp", reason="extra 'mcp' is not installed")

from kernelmill.serve.mcp import ROWS, TEXT, TOOLS, build, sized  # noqa: E402


def ask(*calls: tuple[str, dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    async def talk() -> tuple[list[Any], list[Any]]:
        async with mcp.Client(build()) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(talk())


def test_every_tool_has_a_schema_and_a_description() -> None:
    tools, _ = ask()
    assert {t.name for t in tools} == {f.__name__ for f in TOOLS}
    assert all(t.description and t.input_schema["type"] == "object" for t in tools)
    assert next(t for t in tools if t.name == "judge").input_schema["required"] == ["source", "task"]


def test_tasks_and_prompt_are_there() -> None:
    _, (listed, asked) = ask(("tasks_list", {"pattern": "softmax/*"}), ("prompt", {"task": "activation/silu"}))
    assert {row["name"] for row in listed.structured_content["tasks"]} == {"softmax/softmax", "softmax/log_softmax", "softmax/logsumexp"}
    assert "km_silu(const float* x" in asked.structured_content["text"]
    assert "km_silu(" not in asked.structured_content["text"].partition("for the form")[2]


def test_a_bad_request_is_data_with_what_is_allowed() -> None:
    _, (answer,) = ask(("tasks_show", {"task": "sillu"}))
    assert "did you mean 'activation/silu'" in answer.structured_content["error"]


def test_answers_are_sized_for_a_model() -> None:
    cut = sized({"evidence": {"x": 1}, "text": "a" * (TEXT + 10), "rows": list(range(ROWS + 5)), "reason": ""})
    assert set(cut) == {"text", "rows"}
    assert cut["text"].endswith("(10 characters cut)")
    assert cut["rows"][-1] == "... 5 more"
