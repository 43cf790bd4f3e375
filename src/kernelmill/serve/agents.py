"""Registers the MCP server with the coding agents that people use: shows the change, asks first, keeps a backup."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from kernelmill.core.errors import UserError, unknown

NAME = "kernelmill"


@dataclass(frozen=True)
class Agent:
    """Where one coding agent keeps its MCP servers."""

    name: str
    file: str
    """Relative to the project, or to the home folder where it starts with `~/`."""
    key: str
    """Key of the table of servers."""
    kind: str = "json"
    extra: tuple[tuple[str, Any], ...] = ()
    """Further fields of the entry."""

    def path(self, project: Path) -> Path:
        """The configuration file."""
        return Path(self.file).expanduser() if self.file.startswith("~/") else project / self.file


AGENTS = {
    a.name: a
    for a in (
        Agent("claude-code", ".mcp.json", "mcpServers", extra=(("type", "stdio"),)),
        Agent("codex", "~/.codex/config.toml", "mcp_servers", "toml"),
        Agent("cursor", ".cursor/mcp.json", "mcpServers"),
        Agent("gemini-cli", ".gemini/settings.json", "mcpServers"),
        Agent("vscode", ".vscode/mcp.json", "servers", extra=(("type", "stdio"),)),
        Agent("windsurf", "~/.codeium/windsurf/mcp_config.json", "mcpServers"),
    )
}


def command() -> list[str]:
    """How an agent starts the server: this interpreter, so that it works from any folder."""
    return [sys.executable, "-m", "kernelmill", "mcp"]


def entry(agent: Agent) -> dict[str, Any]:
    """The server's entry in the agent's configuration."""
    start = command()
    return dict(agent.extra) | {"command": start[0], "args": start[1:]}


def _read(agent: Agent, path: Path) -> str:
    return path.read_text() if path.exists() else "" if agent.kind == "toml" else "{}"


def with_entry(agent: Agent, text: str, path: Path) -> str:
    """The configuration with our entry, everything else as it was. Raises `UserError` when the file is not what it should be."""
    text = without_entry(agent, text, path)
    if agent.kind == "toml":
        start = command()
        block = f"[{agent.key}.{NAME}]\ncommand = {json.dumps(start[0])}\nargs = {json.dumps(start[1:])}\n"
        return f"{text.rstrip()}\n\n{block}" if text.strip() else block
    data = _json(text, path)
    data.setdefault(agent.key, {})[NAME] = entry(agent)
    return json.dumps(data, indent=2) + "\n"


def without_entry(agent: Agent, text: str, path: Path) -> str:
    """The configuration without our entry."""
    if agent.kind == "toml":
        kept: list[str] = []
        ours = False
        for line in text.splitlines(keepends=True):
            if line.startswith("["):
                ours = line.strip() in (f"[{agent.key}.{NAME}]", f"[{agent.key}.{NAME}.env]")
            if not ours:
                kept.append(line)
        return "".join(kept)
    data = _json(text, path)
    data.get(agent.key, {}).pop(NAME, None)
    return json.dumps(data, indent=2) + "\n"


def backup(path: Path) -> Path:
    """Where the old file is kept: `.bak` beside it, and `.bak2`, `.bak3` rather than over an earlier one."""
    names = (path.with_name(f"{path.name}.bak{n if n > 1 else ''}") for n in itertools.count(1))
    return next(p for p in names if not p.exists())


def change(name: str, project: Path, edit: Callable[[Agent, str, Path], str], confirm: Callable[[Path, str], bool]) -> tuple[Path, str]:
    """Edit one agent's configuration after `confirm(path, new text)`: (path, what happened). The old file stays beside it (`backup`)."""
    if name not in AGENTS:
        raise unknown("coding agent", name, AGENTS)
    agent = AGENTS[name]
    path = agent.path(project)
    old = _read(agent, path)
    new = edit(agent, old, path)
    if new.strip() == old.strip() or (agent.kind == "json" and _json(new, path) == _json(old, path)):
        return path, "nothing to change"
    if not confirm(path, new):
        return path, "left as it was"
    if path.exists():
        shutil.copy2(path, backup(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new)
    return path, "written"


def skill() -> str:
    """The text that teaches an agent the loop."""
    return (files("kernelmill.serve") / "skill.md").read_text()


def _json(text: str, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(text or "{}")
    except ValueError as error:
        raise UserError("the agent's configuration is not JSON; it is left alone", got=f"{path}: {error}", hint="mend the file") from error
    if not isinstance(data, dict):
        raise UserError("the agent's configuration is not a JSON object; it is left alone", got=str(path))
    return data
