"""Golden files: text that people read, compared as text.

    def test_header(golden):
        golden("relu.h", header_text)      # tests/golden/<test module>/relu.h

`pytest --update-golden` (`make golden`) writes what the code prints now; the difference is then read in the commit.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files instead of comparing with them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark users of `golden` (so that `make golden` runs them alone) and leave `soak` out unless it is asked for."""
    for item in items:
        if "golden" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.golden)
    if not config.option.markexpr:
        soak = [item for item in items if item.get_closest_marker("soak")]
        if soak:
            config.hook.pytest_deselected(items=soak)
            items[:] = [item for item in items if not item.get_closest_marker("soak")]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where soak tests keep what they found: the folder KERNELMILL_SOAK_DIR, so that a run that was cut short goes on (remove it to begin
    anew), else a folder of this run alone."""
    folder = Path(os.environ.get("KERNELMILL_SOAK_DIR") or tmp_path_factory.mktemp("soak"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with a golden file, or write it under `--update-golden`."""
    folder = GOLDEN / request.path.stem.removeprefix("test_")

    def compare(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            return
        assert path.exists(), f"{path} is missing: make golden"
        assert text == path.read_text(), f"{path} differs: make golden, then read the difference"

    return compare
