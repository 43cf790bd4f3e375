"""Registration with coding agents: nothing else in their files changes, and nothing is written without a yes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kernelmill.core.errors import UserError
from kernelmill.serve.agents import AGENTS, change, skill, with_entry, without_entry


def yes(path: Path, text: str) -> bool:
    return True


def no(path: Path, text: str) -> bool:
    return False


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", sorted(AGENTS))
def test_install_and_remove_leave_the_rest_alone(name: str, tmp_path: Path) -> None:
    agent = AGENTS[name]
    path = agent.path(tmp_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    before = (
        '[model]\nname = "x"\n\n[mcp_servers.other]\ncommand = "o"\n'
        if agent.kind == "toml"
        else json.dumps({agent.key: {"other": {}}, "z": 1})
    )
    path.write_text(before)
    assert change(name, tmp_path, with_entry, yes)[1] == "written"
    assert "kernelmill" in path.read_text()
    assert "other" in path.read_text()
    assert path.with_name(path.name + ".bak").read_text() == before
    assert change(name, tmp_path, with_entry, yes)[1] == "nothing to change"
    assert change(name, tmp_path, without_entry, yes)[1] == "written"
    after = path.read_text()
    assert (after.strip() == before.strip()) if agent.kind == "toml" else (json.loads(after) == json.loads(before))


def test_an_earlier_backup_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / ".mcp.json"
    path.write_text('{"mine": 1}')
    change("claude-code", tmp_path, with_entry, yes)
    change("claude-code", tmp_path, without_entry, yes)
    assert (tmp_path / ".mcp.json.bak").read_text() == '{"mine": 1}'
    assert "kernelmill" in (tmp_path / ".mcp.json.bak2").read_text()


@pytest.mark.parametrize(("answer", "written"), [("n", False), ("", False), ("y", True)])
def test_the_command_shows_the_change_and_asks(tmp_path: Path, answer: str, written: bool) -> None:
    from typer.testing import CliRunner

    from kernelmill.cli.main import app

    done = CliRunner().invoke(app, ["agents", "install", "cursor", "--project", str(tmp_path)], input=f"{answer}\n")
    assert done.exit_code == 0
    assert "would become" in done.output
    assert '"mcpServers"' in done.output
    assert "Write it? [y/N]" in done.output
    assert (tmp_path / ".cursor" / "mcp.json").exists() is written


def test_print_writes_nothing(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from kernelmill.cli.main import app

    assert "mcpServers.kernelmill" in CliRunner().invoke(app, ["agents", "print", "windsurf"]).output
    assert "Let the person confirm" in CliRunner().invoke(app, ["agents", "print", "--skill"]).output
    assert list(tmp_path.iterdir()) == []


def test_a_no_writes_nothing(tmp_path: Path) -> None:
    path, done = change("cursor", tmp_path, with_entry, no)
    assert done == "left as it was"
    assert not path.exists()


def test_a_broken_configuration_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".mcp.json").write_text("{broken")
    with pytest.raises(UserError, match="left alone"):
        change("claude-code", tmp_path, with_entry, yes)
    assert (tmp_path / ".mcp.json").read_text() == "{broken"


def test_an_unknown_agent_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown coding agent"):
        change("emacs", tmp_path, with_entry, yes)


def test_the_skill_keeps_a_person_in_the_loop() -> None:
    assert "Let the person confirm the task file" in skill()
