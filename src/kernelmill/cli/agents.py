"""`mcp`, `prompt`, `agents install|print|remove`."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from kernelmill.cli.run import ARCHIVE, JSON, PLATFORM, PROFILE, answer

agents_app = typer.Typer(name="agents", help="Register the MCP server with a coding agent.", no_args_is_help=True, rich_markup_mode=None)
AGENT = Annotated[str, typer.Argument(help="claude-code, codex, cursor, gemini-cli, vscode or windsurf.")]
PROJECT = Annotated[Path, typer.Option("--project", help="Folder of the project, for agents that keep their servers there.")]
YES = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    app.command()(mcp)
    app.command()(prompt)
    app.add_typer(agents_app)


def mcp(
    http: Annotated[int | None, typer.Option("--http", help="Serve over HTTP on this loopback port at /mcp instead of stdio.")] = None,
) -> None:
    """Serve the functions of kernelmill to a coding agent (Model Context Protocol)."""
    from kernelmill.serve.mcp import serve

    serve(http)


def prompt(
    *,
    task: Annotated[str, typer.Argument(help="Task (category/op) or a file in KernelBench's form.")],
    platform: PLATFORM = "x86",
    profile: PROFILE = "cpu",
    template: Annotated[str, typer.Option("--template", help="write, or small for models with a short context.")] = "write",
    archive: ARCHIVE = None,
    json: JSON = False,
) -> None:
    """Print the prompt that a language model would be sent for a task."""
    answer(
        "prompt", json, lambda found: print(f"{found.system}\n\n{found.text}", end=""),
        task=task, platform=platform, profile=profile, template=template, archive=archive,
    )  # fmt: skip


@agents_app.command("print")
def print_(
    agent: AGENT = "", skill: Annotated[bool, typer.Option("--skill", help="Print the text that teaches the loop.")] = False
) -> None:
    """Print what `install` would add, or the skill text."""
    from kernelmill.core.errors import unknown
    from kernelmill.serve.agents import AGENTS, entry
    from kernelmill.serve.agents import skill as skill_text

    if skill:
        print(skill_text(), end="")
        return
    if agent not in AGENTS:
        raise unknown("coding agent", agent, AGENTS)
    made = AGENTS[agent]
    print(f"{made.file}: {made.key}.kernelmill = {json_module.dumps(entry(made), indent=2)}")


@agents_app.command()
def install(agent: AGENT, project: PROJECT = Path(), yes: YES = False) -> None:
    """Add the server to an agent's configuration, after asking; the old file stays beside it as .bak (or .bak2, ...)."""
    from kernelmill.serve.agents import change, with_entry

    path, done = change(agent, project, with_entry, _asker(yes))
    print(f"{path}: {done}")


@agents_app.command()
def remove(agent: AGENT, project: PROJECT = Path(), yes: YES = False) -> None:
    """Take the server out of an agent's configuration, after asking; the old file stays beside it."""
    from kernelmill.serve.agents import change, without_entry

    path, done = change(agent, project, without_entry, _asker(yes))
    print(f"{path}: {done}")


def _asker(yes: bool) -> Callable[[Path, str], bool]:
    def ask(path: Path, text: str) -> bool:
        if yes:
            return True
        print(f"{path} would become:\n\n{text}", file=sys.stderr)
        return typer.confirm("Write it?", default=False, err=True)

    return ask
