"""Spec text: `x86{cc=clang,isa=avx512,threads=2}` parses to a plug-in and prints back.

A plug-in is a frozen dataclass with a class variable `name`; its fields are its options. The same text stands on the command line, in the
archive and in the log. Fields that are not int, float, bool or str are not options and stay at their default.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from kernelmill.core.errors import UserError, unknown

_SPEC = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*(?:\{(.*)\}\s*)?", re.DOTALL)
_OPTION_TYPES = {"int": int, "float": float, "bool": bool, "str": str}
_NEEDS_QUOTES = re.compile(r'[,{}="\\\s]')


@dataclass(frozen=True)
class Plugin:
    """Base of everything that a registry holds."""

    name: ClassVar[str]

    @classmethod
    def options(cls) -> dict[str, dataclasses.Field[Any]]:
        """Option name (with dashes as underscores) -> field."""
        return {f.name: f for f in dataclasses.fields(cls) if _type_name(f) in _OPTION_TYPES}

    @classmethod
    def from_options(cls, options: dict[str, str]) -> Self:
        """Build from option text. Raises `UserError` for an unknown option or a value of the wrong type."""
        known = cls.options()
        values: dict[str, Any] = {}
        for key, text in options.items():
            if key not in known:
                raise unknown(f"option of {cls.name}", key, known)
            values[key] = _value(cls.name, key, _type_name(known[key]), text)
        return cls(**values)

    @property
    def spec(self) -> str:
        """Spec text with the options that differ from their default, in declared order."""
        parts: list[str] = []
        for key, f in self.options().items():
            value = getattr(self, key)
            if value != f.default:
                parts.append(f"{key}={_text(value)}")
        return f"{self.name}{{{','.join(parts)}}}" if parts else self.name

    def __str__(self) -> str:
        return self.spec


def _type_name(f: dataclasses.Field[Any]) -> str:
    return f.type if isinstance(f.type, str) else getattr(f.type, "__name__", "")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if isinstance(value, str) and (not text or _NEEDS_QUOTES.search(text)):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def _value(owner: str, key: str, kind: str, text: str) -> object:
    try:
        if kind == "bool":
            return {"true": True, "false": False, "1": True, "0": False}[text.lower()]
        return _OPTION_TYPES[kind](text)
    except (ValueError, KeyError):
        raise UserError(f"option '{key}' of {owner} has a value of the wrong type", expected=kind, got=text) from None


def _split(body: str, whole: str) -> dict[str, str]:
    options: dict[str, str] = {}
    pattern = re.compile(r'\s*([A-Za-z_][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,"{}]*))\s*(?:,|$)')
    at = 0
    while at < len(body) and body[at:].strip():
        m = pattern.match(body, at)
        if m is None:
            raise UserError("cannot read the spec", expected="name{key=value,key=value}", got=whole)
        quoted = m[2] is not None
        options[m[1].replace("-", "_")] = re.sub(r"\\(.)", r"\1", m[2]) if quoted else m[3].strip()
        at = m.end()
    return options


def parse(text: str) -> tuple[str, dict[str, str]]:
    """Spec text -> (name, option text by name). Raises `UserError` when it is not a spec."""
    m = _SPEC.fullmatch(text)
    if m is None:
        raise UserError("cannot read the spec", expected="name or name{key=value,key=value}", got=text)
    return m[1], _split(m[2] or "", text)
