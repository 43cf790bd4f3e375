"""The linter: ten degenerate files found, ten sound ones and the native suite not accused. Findings carry numbers and a change."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kernelmill.core.errors import UserError
from kernelmill.core.task import Task
from kernelmill.tasks import registry
from kernelmill.tasks.lint import lint, lint_file

HERE = Path(__file__).parent / "lint"
DEGENERATE, SOUND = sorted((HERE / "degenerate").glob("*.py")), sorted((HERE / "sound").glob("*.py"))


def test_there_are_ten_of_each() -> None:
    assert len(DEGENERATE) == len(SOUND) == 10


@pytest.mark.parametrize("path", DEGENERATE, ids=lambda p: p.stem)
def test_degenerate_files_are_found(path: Path) -> None:
    rule = re.match(r'"""(\w+):', path.read_text())
    assert rule is not None
    findings = lint_file(path)
    assert rule[1] in {f.rule for f in findings}, [str(f) for f in findings]
    assert all(f.message and f.change for f in findings)
    assert any(re.search(r"\d", f.message) for f in findings), "a finding states numbers"


@pytest.mark.parametrize("path", SOUND, ids=lambda p: p.stem)
def test_sound_files_are_not_accused(path: Path) -> None:
    assert [str(f) for f in lint_file(path)] == []


@pytest.mark.parametrize("task", registry.tasks("native"), ids=lambda t: t.name)
def test_native_suite_is_clean(task: Task) -> None:
    assert [str(f) for f in lint(task)] == []


def test_random_numbers_are_a_finding_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "noise.py"
    path.write_text((HERE / "sound" / "relu.py").read_text().replace("torch.relu(x)", "x + torch.rand_like(x)"))
    (finding,) = lint_file(path)
    assert finding.rule == "not_reproducible"
    assert "line 15" in finding.message
    with pytest.raises(UserError, match="defines no class Model"):
        path.write_text("x = 1\n")
        lint_file(path)


def test_numpy_draws_are_found(tmp_path: Path) -> None:
    path = tmp_path / "noise.py"
    text = (HERE / "sound" / "relu.py").read_text().replace("import torch\n", "import numpy\nimport torch\n", 1)
    path.write_text(text.replace("torch.randn(batch_size, features)", "torch.randn(batch_size, features) + float(numpy.random.rand())"))
    assert "not_reproducible" in {f.rule for f in lint_file(path)}
