"""The application `kernelmill`, and what an error looks like.

Commands import what they need when they run: `kernelmill --help` needs typer alone.
"""

from __future__ import annotations

import json
import sys
import warnings
from typing import Annotated

import typer

import kernelmill
from kernelmill.cli import agents, attack, cuda, look, past, work
from kernelmill.core.errors import KernelmillError, MissingTool, UserError

app = typer.Typer(
    name="kernelmill",
    help="Compute kernels proven by measurement: correct on inputs their author never saw, faster with statistical confidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for module in (work, past, look, attack, agents, cuda):
    module.register(app)


@app.callback(invoke_without_command=True)
def version(
    context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version and leave.", is_eager=True)] = False
) -> None:
    if version:
        print(kernelmill.__version__)
        raise typer.Exit


def main() -> None:
    """Entry point. A bad request or a missing tool is a message on stderr and exit code 2; under `--json` an object with `error` too."""
    # torch.export copies what torch itself calls deprecated; nothing a user can mend.
    warnings.filterwarnings("ignore", category=FutureWarning, module="copyreg")
    try:
        app(prog_name="kernelmill")
    except KernelmillError as error:
        print(f"error: {error}", file=sys.stderr)
        if "--json" in sys.argv:
            print(json.dumps({"error": describe(error)}, indent=2))
        sys.exit(2)


def describe(error: KernelmillError) -> dict[str, object]:
    """The facts of an error as plain data."""
    facts: dict[str, object] = {"kind": type(error).__name__, "message": str(error).partition("\n")[0]}
    if isinstance(error, UserError):
        facts |= {k: getattr(error, k) for k in ("expected", "got", "allowed", "hint") if getattr(error, k) is not None}
    if isinstance(error, MissingTool):
        facts |= {"tool": error.tool, "mend": error.mend}
    return facts
