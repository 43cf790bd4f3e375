"""Words of a request turned into tasks, platforms and candidates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kernelmill.core.errors import MissingTool, UserError
from kernelmill.core.platform import Platform
from kernelmill.core.task import Task


def load_task(text: str, settings: Sequence[str] = (), dynamic: Sequence[str] = (), eval_mode: bool = False) -> Task:
    """A task by name, or from a file in KernelBench's form. `settings`: `name=value` for module constants; `dynamic`: axes to free.

    Raises `UserError` for an unknown name, a file that is no task, or options that only files have.
    """
    if text.endswith(".py") or ("/" in text and Path(text).is_file()):
        from kernelmill.tasks.files import load_file

        return load_file(Path(text), settings=dict(_setting(s) for s in settings), dynamic=tuple(dynamic), eval_mode=eval_mode)
    if settings or dynamic or eval_mode:
        raise UserError(
            "--set, --dynamic and --eval are for files",
            expected="a file with Model and get_inputs",
            got=text,
            hint="kernelmill tasks show " + text,
        )
    from kernelmill.tasks import get

    return get(text)


def usable_platform(text: str) -> Platform:
    """The platform that a spec text describes. Raises `UserError` for an unknown one, `MissingTool` for one that does not work here."""
    from kernelmill.platforms import PLATFORMS

    platform = PLATFORMS.make(text)
    state = platform.state()
    if state.ok:
        return platform
    missing = next((t for t in state.tools if not t.version), None)
    if missing is None:
        raise UserError(f"the platform {platform.spec} does not work here", got=state.reason, hint="kernelmill doctor")
    raise MissingTool(missing.name, state.reason or f"platform {platform.spec} needs it", missing.mend or "kernelmill doctor")


def _setting(text: str) -> tuple[str, int | float | bool | str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip().isidentifier():
        raise UserError("cannot read --set", expected="name=value", got=text, hint="--set batch_size=16")
    value = value.strip()
    if value in ("True", "true", "False", "false"):
        return name.strip(), value.lower() == "true"
    for kind in (int, float):
        try:
            return name.strip(), kind(value)
        except ValueError:
            continue
    return name.strip(), value


def measure_peaks() -> dict[str, Any]:
    """Measure this machine's peaks and store them: the file that `kernelmill.platforms.peaks_store` reads."""
    from kernelmill.platforms import peaks

    return peaks.measure()
