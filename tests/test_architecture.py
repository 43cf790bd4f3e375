"""The rules that keep the layers apart, checked by program."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "src" / "kernelmill"
ROOT = PACKAGE.parent.parent
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"core"}),
    frozenset({"tasks", "platforms", "mill", "archive"}),
    frozenset({"judge", "authors"}),
    frozenset({"search", "attacks"}),
    frozenset({"serve"}),
    frozenset({"cli"}),
)
# The CUDA runtime and front end are the inside of one platform, kept in a folder of their own for their size.
PART_OF = {"cuda": "platforms"}
HEAVY = ("torch", "numpy", "scipy", "islpy", "rich", "jinja2", "pydantic", "typer", "sympy")
MAX_LINES = 500

FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def layer(module: str) -> int:
    return next(i for i, names in enumerate(LAYERS) if PART_OF.get(module, module) in names)


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).parts[:-1])


def imported(text: str, package: str) -> set[str]:
    """Modules of ours that a file of `package` imports, at any depth: `import a.b`, `from a import b`, `import_module("a.b")`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=module, names=names, level=level):
                up = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = ".".join([*up, *([module] if module else [])])
                found |= {base} | {f"{base}.{alias.name}" for alias in names}
            case ast.Call(
                func=ast.Name(id="import_module") | ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]
            ):
                found.add(name)
            case _:
                pass
    return {name for name in found if name.startswith("kernelmill.")}


def test_every_folder_has_a_layer() -> None:
    folders = {p.name for p in PACKAGE.iterdir() if p.is_dir() and any(p.glob("*.py"))}
    assert folders <= frozenset().union(*LAYERS) | set(PART_OF)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if parts == ("__main__.py",):  # `python -m kernelmill`: a door of the command line
        return
    if len(parts) == 1:
        assert not imported(path.read_text(), package_of(path)), "the package itself imports nothing of ours: it must stay light"
        return
    own = PART_OF.get(parts[0], parts[0])
    for name in imported(path.read_text(), package_of(path)):
        other = PART_OF.get(name.split(".")[1], name.split(".")[1])
        if other.startswith("_"):  # kernelmill.__version__
            continue
        assert other == own or layer(other) < layer(own), f"{path.relative_to(ROOT)} imports {name}: {own} may not look at {other}"


def test_the_import_reader_sees_late_and_relative_imports() -> None:
    late = "def f():\n    from kernelmill.cli import main\n    import_module('kernelmill.judge.judge')\n"
    assert {"kernelmill.cli.main", "kernelmill.judge.judge"} <= imported(late, "kernelmill.core")
    assert {"kernelmill.archive.store", "kernelmill.core.errors"} <= imported(
        "from ..archive import store\nfrom . import errors\n", "kernelmill.core"
    )


@pytest.mark.parametrize("path", [*FILES, *TESTS], ids=lambda p: str(p.relative_to(ROOT)))
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_core_needs_the_standard_library_alone(path: Path) -> None:
    if path.relative_to(PACKAGE).parts[0] != "core":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names | {"kernelmill"}, f"{path.name} imports {name}"


def loaded_after(statement: str) -> set[str]:
    """Heavy packages in `sys.modules` of a fresh interpreter after a statement."""
    code = f"import sys\n{statement}\nprint(' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_import_is_light() -> None:
    assert loaded_after("import kernelmill") == set()


@pytest.mark.parametrize("package", sorted(p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()))
def test_every_package_is_light(package: str) -> None:
    assert loaded_after(f"import kernelmill.{package}") == set()


def test_core_modules_are_light() -> None:
    names = ", ".join(f"kernelmill.core.{p.stem}" for p in sorted((PACKAGE / "core").glob("*.py")) if p.stem != "__init__")
    assert loaded_after(f"import {names}") == set()


def test_command_line_help_is_light() -> None:
    assert loaded_after("import kernelmill.cli.main") <= {"typer"}


REGISTRIES = ("kernelmill.authors", "kernelmill.platforms", "kernelmill.search.strategies")


@pytest.mark.parametrize("module", REGISTRIES)
def test_registry_key_is_the_plugin_name(module: str) -> None:
    import importlib

    from kernelmill.core.registry import Registry

    try:
        package = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        pytest.skip(f"{module} does not exist yet")
    registries = [value for value in vars(package).values() if isinstance(value, Registry)]
    assert registries, f"{module} offers no Registry"
    for registry in registries:
        for name in registry.names():
            assert registry.load(name).name == name
