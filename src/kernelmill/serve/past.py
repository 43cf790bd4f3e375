"""Functions about what the archive remembers."""

from __future__ import annotations

from pathlib import Path

from kernelmill.archive.place import archive_path
from kernelmill.archive.store import Archive
from kernelmill.core.errors import UserError
from kernelmill.serve.answers import CheckRow, EvidenceAnswer, ReportAnswer, Result, RunRow, RunsAnswer
from kernelmill.serve.look import archive_state


def _open(archive: str | None) -> Archive:
    path = archive_path(archive)
    if not path.exists():
        raise UserError("there is no archive yet", got=str(path), hint="kernelmill optimize activation/gelu")
    return Archive(path)


def report(run: str = "last", out: str = "", archive: str | None = None) -> ReportAnswer:
    """Write the report of a run (identity, or `last`) as one HTML file that needs nothing else."""
    from kernelmill.serve.report import write_report

    with _open(archive) as store:
        found = store.run(run)
        path = Path(out or f"kernelmill-{found.id}.html")
        write_report(store, found.id, path)
    return ReportAnswer(run=found.id, path=str(path), bytes=path.stat().st_size)


def evidence(record: str, archive: str | None = None) -> EvidenceAnswer:
    """One record, whole: candidate, verdict with raw samples and seeds, machine, toolchain; its figures computed again from those samples
    and seeds without running anything; and whether the archive's chain holds."""
    from kernelmill.judge.evidence import recheck
    from kernelmill.search.judge_one import task_of

    with _open(archive) as store:
        found = store.get(record)
        task = task_of(store, found)
    whole = found.hash.startswith(record)
    same = "same" if whole else "differs"
    checks = [CheckRow(name="hash", ok=whole, state=same, text="sha256 of the record's text" if whole else f"computed again {found.hash}")]
    checks += [CheckRow(name=c.name, ok=c.ok, state=c.state, text=c.text) for c in recheck(found, task)]
    return EvidenceAnswer(record=found.to_json(), hash=found.hash, chain=archive_state(archive), checks=checks)


def best(task: str, platform: str = "x86", profile: str = "cpu", archive: str | None = None) -> Result:
    """The fastest confirmed kernel that the archive holds for a task, with its source."""
    from kernelmill.search.result import describe

    with _open(archive) as store:
        found = store.best(task, platform, profile)
    if found is None:
        raise UserError("no confirmed kernel yet", got=f"{task} on {platform}, profile {profile}", hint=f"kernelmill optimize {task}")
    return Result(**describe(found), source=found.candidate.source)


def runs(archive: str | None = None, limit: int = 20) -> RunsAnswer:
    """The newest runs of the archive."""
    with _open(archive) as store:
        found = store.runs()[:limit]
    return RunsAnswer(runs=[RunRow(id=r.id, kind=r.kind, state=r.state, created=r.created, seconds=r.seconds, spec=r.spec) for r in found])
