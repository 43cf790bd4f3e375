"""Inline PTX to C++: each `asm` statement becomes a block that works on copies of its operands.

An instruction is translated by its base opcode; its types and modifiers choose the C++ function in `include/km/ptx.h`. What is not known
becomes a trap that names the instruction, the file and the line: it ends the kernel where it would have run, and gives no wrong result.
"""

from __future__ import annotations

import ast
import re

from kernelmill.cuda.lex import Token, join, step
from kernelmill.cuda.ptx_table import Line, translate

_TYPES = {
    "r": "uint32_t",
    "l": "uint64_t",
    "f": "float",
    "d": "double",
    "h": "uint16_t",
    "n": "int64_t",
    "q": "unsigned __int128",
    "b": "bool",
}


def _sections(found: list[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for t in found:
        if t.kind == "punct":
            depth += (t.text in "([{") - (t.text in ")]}")
            if depth == 0 and t.text in (":", "::"):
                parts.extend([[] for _ in t.text])
                continue
        parts[-1].append(t)
    return parts


def _operands(section: list[Token]) -> list[tuple[str, str, str]]:
    """(constraint, expression, symbolic name) of each operand."""
    found: list[tuple[str, str, str]] = []
    i = step(section, 0, 1)
    while i < len(section):
        name = ""
        if section[i].text == "[":
            name = section[step(section, i + 1, 1)].text
            while section[i].text != "]":
                i += 1
            i = step(section, i + 1, 1)
        constraint = section[i].text.strip('"')
        i = step(section, i + 1, 1)
        depth, first = 0, i
        while i < len(section):
            text = section[i].text if section[i].kind == "punct" else ""
            depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
            if text == "," and depth == 0:
                break
            i += 1
            if text == ")" and depth == 0 and i < len(section) and section[step(section, i, 1) % len(section)].kind == "string":
                i -= 1  # no comma before the next operand: nvcc does not miss it
                section.insert(i + 1, Token("punct", ","))
                i += 1
                break
        expression = " ".join(join([t for t in section[first:i] if t.kind != "comment"]).replace("\\\n", " ").split())
        found.append((constraint, expression, name))
        i = step(section, i + 1, 1)
    return found


def _template(section: list[Token]) -> str | None:
    text = ""
    for t in section:
        if t.kind == "string":
            body = t.text
            text += body[body.index("(") + 1 : body.rindex(")")] if body.startswith("R") else ast.literal_eval(body)
        elif t.kind not in ("space", "comment") and t.text != "\\":
            return None
    return text


def translate_asm(found: list[Token], here: str) -> str:
    """The C++ statement for the tokens between the parentheses of one `asm`."""
    sections = _sections(found)
    template = _template(sections[0])
    if template is None:
        return _trap("an asm template that a macro assembles", here)
    if not template.strip():
        return '__asm__ volatile("" ::: "memory")'
    if re.search(r"%%[er][a-ds][xip]|\b(cpuid|rdtscp?|pause|mfence|lock;)\b", template):
        return f"__asm__ volatile({join(found)})"  # the machine's own assembly in host code
    template = template.replace("%%", "%")
    outputs = _operands(sections[1]) if len(sections) > 1 else []
    inputs = _operands(sections[2]) if len(sections) > 2 else []
    names = {name: i for i, (_, _, name) in enumerate(outputs + inputs) if name}
    template = re.sub(r"%\[(\w+)\]", lambda m: f"%{names.get(m[1], 0)}", template)
    body: list[str] = []
    for i, (constraint, expression, _) in enumerate(outputs):
        kind = _TYPES.get(constraint.strip("=+&"), "uint32_t")
        start = f" = ::km::ptx::get<{kind}>({expression})" if "+" in constraint else "{}"
        body.append(f"{kind} km_{i}{start};")
    for i, (constraint, expression, _) in enumerate(inputs, len(outputs)):
        if constraint.isdigit():
            body.append(f"auto km_{i} = km_{constraint} = ::km::ptx::get<decltype(km_{constraint})>({expression});")
        else:
            kind = _TYPES.get(constraint.strip("&"), "uint32_t")
            body.append(f"{kind} km_{i} = ::km::ptx::get<{kind}>({expression});")
    lines, unknown = _lines(template)
    if unknown:
        return _trap(f"inline PTX '{unknown}' is not supported", here)
    for line in lines:
        try:
            text = line if isinstance(line, str) else translate(line)
        except (KeyError, IndexError, ValueError):
            text = None
        if text is None:
            return _trap(f"inline PTX '{line.text if isinstance(line, Line) else line}' is not supported", here)
        body.append(text)
    for i, (_, expression, _) in enumerate(outputs):
        body.append(f"::km::ptx::put({expression}, km_{i});")
    return "do { " + " ".join(body) + " } while (0)"


def _trap(what: str, here: str) -> str:
    quoted = what.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'::__km_trap("{quoted}", "{here}", 801)'


def _lines(template: str) -> tuple[list[Line | str], str]:
    """Instructions and declarations of a template; the second value names what cannot be read."""
    text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", template, flags=re.S)
    result: list[Line | str] = []
    # Braces open and close scopes, except where they group operands.
    pieces: list[str] = []
    depth_operand = 0
    current = ""
    for c in text:
        if c == "{" and current.strip():
            depth_operand += 1
        elif c == "}" and depth_operand:
            depth_operand -= 1
        elif c in "{}":
            continue
        if c == ";" or (c == "\n" and False):
            pieces.append(current)
            current = ""
        else:
            current += c
    pieces.append(current)
    for raw in pieces:
        line = " ".join(raw.split())
        if not line:
            continue
        if line.startswith(".reg"):
            m = re.match(r"\.reg\s+(?:\.v\d\s+)?\.(\w+)\s+(.*)", line)
            if not m:
                return result, line
            kind = _register(m[1])
            for name in m[2].split(","):
                name = name.strip()
                many = re.match(r"(.*)<(\d+)>$", name)
                if many:
                    result.extend(f"{kind} km_v_{_clean(many[1])}{n}{{}};" for n in range(int(many[2])))
                else:
                    result.append(f"{kind} km_v_{_clean(name)}{{}};")
            continue
        if re.match(r"^[\w$]+:", line) or line.startswith("."):
            return result, line
        result.append(Line.read(line))
    return result, ""


def _clean(name: str) -> str:
    return name.replace("%", "P_").replace("$", "D_")


def _register(kind: str) -> str:
    if kind == "pred":
        return "bool"
    bits = int(kind[1:].replace("x2", "")) * (2 if kind.endswith("x2") else 1)
    if kind[0] == "f" and bits >= 32:
        return "float" if bits == 32 else "double"
    return {8: "uint8_t", 16: "uint16_t", 32: "uint32_t", 64: "uint64_t", 128: "unsigned __int128"}[bits]
