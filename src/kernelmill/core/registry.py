"""Name -> plug-in. A registry is a dict of name -> "module:Class" strings, so that nothing is imported until it is used.

Outsiders register through entry points by the same door: group `kernelmill.<kind>s`, for example `kernelmill.platforms`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from kernelmill.core import spec
from kernelmill.core.errors import UserError, unknown
from kernelmill.core.spec import Plugin

P = TypeVar("P", bound=Plugin)


class Registry(Generic[P]):
    """The plug-ins of one kind."""

    def __init__(self, kind: str, builtin: Mapping[str, str], base: type[P] | None = None, plural: str = "") -> None:
        self.kind = kind
        self.group = f"kernelmill.{plural or kind + 's'}"
        """Entry-point group of outsiders."""
        self._builtin = dict(builtin)
        self._base = base

    def table(self) -> dict[str, str]:
        """Name -> "module:Class", outsiders included. Raises `UserError` naming both owners where two claim a name."""
        table, owner = dict(self._builtin), dict.fromkeys(self._builtin, "kernelmill")
        for point in entry_points(group=self.group):
            dist = point.dist.name if point.dist else "an unnamed distribution"
            if point.name in table and table[point.name] != point.value:
                raise UserError(
                    f"two owners claim the {self.kind} '{point.name}': {owner[point.name]} and {dist}",
                    hint=f"uninstall one of them: pip uninstall {dist}",
                )
            table[point.name], owner[point.name] = point.value, dist
        return table

    def names(self) -> list[str]:
        return sorted(self.table())

    def load(self, name: str) -> type[P]:
        """The class called `name`. Raises `UserError` for an unknown name or a plug-in that does not import."""
        table = self.table()
        if name not in table:
            raise unknown(self.kind, name, table)
        module, _, attribute = table[name].partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise UserError(f"the {self.kind} '{name}' cannot be loaded: {error}", got=table[name]) from error

    def make(self, text: str) -> P:
        """The plug-in that a spec text describes."""
        name, options = spec.parse(text)
        return self.load(name).from_options(options)
