"""The attacks that ship: one source file each, whose head says what it is.

    // Remembers results by the address of the input.       what it does
    // class: memoise
    // seen: CUDA-L1 report                                  a public project or report, or `ours`
    // task: softmax/softmax
    // expect: WRONG_VALUE CHEATED                           answers of the judge that count; NEUTRALISED is one of them
    // off: fresh                                            the defence without which it wins; `naive`: there is no such switch
    // wins: faster                                          what winning is: `faster` than its twin, `correct` undeservedly, or an `effect`

The honest twin of an attack computes the same task with the same honest code (`sources/twins`).
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
PLATFORMS = {"x86": ("C++", ".cpp"), "torch": ("Python", ".py")}
"""Platform -> language and ending of its attacks."""
NEUTRALISED = "NEUTRALISED"
"""Right, no effect, and by the judge's interval not faster than its honest twin."""
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
    def language(self) -> str:
        return PLATFORMS[self.platform][0]

    @property
    def naive(self) -> bool:
        """Whether the judge in which it wins is the naive one: the defence is the whole way in which the judge is built."""
        return self.off[0] in NAIVE

    def candidate(self, bait: Bait = NO_BAIT) -> Candidate:
        return self._of(bait.put(self.path.read_text()), "attack")

    def twin(self) -> Candidate:
        """The honest candidate that it is compared with."""
        _, ending = PLATFORMS[self.platform]
        return self._of((SOURCES / "twins" / f"{self.task.partition('/')[2]}{ending}").read_text(), "honest twin")

    def _of(self, text: str, author: str) -> Candidate:
        _, ending = PLATFORMS[self.platform]
        files = [(f"kernel{ending}", text)]
        if self.platform == "x86":
            files.append(("attack.h", (SOURCES / "x86" / "attack.h").read_text()))
        entry = registry.get(self.task).entry
        return Candidate(self.task, self.platform, tuple(files), entry, lineage=Lineage(author=author, note=self.name))


@cache
def attacks() -> tuple[Attack, ...]:
    """All of them, by platform and name. Raises `UserError` for a source whose head is incomplete."""
    found = [_read(path, platform) for platform, (_, end) in PLATFORMS.items() for path in sorted((SOURCES / platform).glob(f"*{end}"))]
    return tuple(found)


def select(platform: str = "", group: str = "*", task: str = "*", name: str = "*") -> tuple[Attack, ...]:
    """Those that match shell patterns. Raises `UserError` for an unknown platform or where none matches."""
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
