"""The attacks that ship: one source file each, whose head says what it is.

    // Remembers results by the address of the input.       what it does
    // class: memoise
    // seen: CUDA-L1                                         a public source of `docs/threat-model.md`, KNOWN or UNPUBLISHED
    // task: softmax/softmax
    // expect: WRONG_VALUE CHEATED                           answers of the judge that count; NEUTRALISED is one of them
    // off: fresh                                            the defence without which it wins; `naive`: there is no such switch
    // wins: faster                                          what winning is: `faster` than its twin, `correct` undeservedly, or an `effect`

The honest twin of an attack computes the same task with the same honest code (`sources/twins`); attacks in CUDA have twins in CUDA, as a
kernel file or as a module with inline CUDA, whatever the attack is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from kernelmill.core.candidate import Candidate, Lineage
from kernelmill.core.errors import UserError, unknown
from kernelmill.judge.defences import Defences
from kernelmill.tasks import registry

SOURCES = Path(__file__).parent / "sources"
PLATFORMS = {
    "x86": {".cpp": "C++"},
    "torch": {".py": "Python"},
    "cuda": {".cu": "CUDA C++", ".py": "Python with CUDA"},
}
"""Platform -> endings of its attacks -> language. `cuda` is CUDA on this machine's processor, `cuda{device=cpu}`."""
HEADERS = {".cpp": "x86/attack.h", ".cu": "cuda/attack.cuh"}
"""What stands beside attacks and twins of an ending: the honest kernels."""
KNOWN, UNPUBLISHED = "known, no single source", "not published; made for this suite"
"""What `seen` says where no source can be named."""
NEUTRALISED = "NEUTRALISED"
"""Right, no effect, and shown to be no faster than its honest twin: the upper bound of the ratio is low."""
UNDECIDED = "UNDECIDED"
"""Right and without effect, but the race against its twin did not show that it is no faster. Counts as neither held nor lost."""
THROUGH = "THROUGH"
"""The attack got what it wanted."""
WINS = ("faster", "correct", "effect", "environment")
NAIVE = ("naive", "naive_after")
"""The reference runs before the candidate, or after it."""
_SWITCHES = {f.name for f in fields(Defences)} | {*NAIVE, "sandbox"}
_FACT = re.compile(r"(?://\s*)?(class|seen|task|expect|off|wins):\s*(.*)")


@dataclass(frozen=True)
class Bait:
    """What an attack may try to reach: things of the user that a run of the suite puts there."""

    secret: str = "/nowhere/secret.h"
    """A readable file that contains `secret_of_the_user`."""
    folder: str = "/nowhere"
    """A folder that everybody may write."""
    port: int = 9
    """A server on this machine."""

    def put(self, text: str) -> str:
        return text.replace("@SECRET@", self.secret).replace("@FOLDER@", self.folder).replace("@PORT@", str(self.port))


NO_BAIT = Bait()


@dataclass(frozen=True)
class Attack:
    """One hostile candidate and what is expected of the judge."""

    name: str
    platform: str
    doc: str
    group: str
    """Its class."""
    seen: str
    task: str
    expect: frozenset[str]
    off: tuple[str, ...]
    wins: str
    path: Path

    @property
    def ending(self) -> str:
        return self.path.suffix

    @property
    def language(self) -> str:
        return PLATFORMS[self.platform][self.ending]

    @property
    def naive(self) -> bool:
        """Whether the judge in which it wins is the naive one: the defence is the whole way in which the judge is built."""
        return self.off[0] in NAIVE

    def candidate(self, bait: Bait = NO_BAIT) -> Candidate:
        return self._of(bait.put(self.path.read_text()), "attack")

    def twin(self) -> Candidate:
        """The honest candidate that it is compared with."""
        folder = SOURCES / "twins" / ("cuda" if self.platform == "cuda" else "")
        return self._of((folder / f"{self.task.partition('/')[2]}{self.ending}").read_text(), "honest twin")

    def _of(self, text: str, author: str) -> Candidate:
        files = [(f"kernel{self.ending}", text)]
        if self.ending in HEADERS:
            header = SOURCES / HEADERS[self.ending]
            files.append((header.name, header.read_text()))
        entry = registry.get(self.task).entry
        return Candidate(self.task, self.platform, tuple(files), entry, lineage=Lineage(author=author, note=self.name))


@cache
def attacks() -> tuple[Attack, ...]:
    """All of them, by platform and name. Raises `UserError` for a source whose head is incomplete."""
    found = [
        _read(path, platform)
        for platform, ends in PLATFORMS.items()
        for path in sorted((SOURCES / platform).iterdir())
        if path.suffix in ends
    ]
    return tuple(found)


def select(platform: str = "", group: str = "*", task: str = "*", name: str = "*") -> tuple[Attack, ...]:
    """Those that match shell patterns. Raises `UserError` for an unknown platform or where none matches."""
    platform = "cuda" if platform == "cuda{device=cpu}" else platform
    if platform and platform not in PLATFORMS:
        raise unknown("platform of attacks", platform, tuple(PLATFORMS))
    here = [a for a in attacks() if platform in ("", a.platform)]
    found = tuple(a for a in here if fnmatchcase(a.group, group) and fnmatchcase(a.task, task) and fnmatchcase(a.name, name))
    if not found:
        groups = tuple(sorted({a.group for a in here}))
        raise UserError("no attack matches", got=f"class {group}, task {task}, name {name}", allowed=groups, hint="kernelmill attack")
    return found


def _read(path: Path, platform: str) -> Attack:
    lines = path.read_text().splitlines()[:14]
    facts = {m[1]: m[2].strip() for line in lines if (m := _FACT.fullmatch(line.strip()))}
    missing = {"class", "seen", "task", "expect", "off", "wins"} - set(facts)
    off = tuple(facts.get("off", "").split())
    if missing or facts["wins"] not in WINS or not set(off) <= _SWITCHES or not off:
        raise UserError(f"the head of {path.name} is incomplete", expected="class, seen, task, expect, off, wins", got=str(facts))
    doc = lines[0].lstrip('/"').strip()
    return Attack(
        name=path.stem, platform=platform, doc=doc, group=facts["class"], seen=facts["seen"], task=facts["task"],
        expect=frozenset(facts["expect"].split()), off=off, wins=facts["wins"], path=path,
    )  # fmt: skip
