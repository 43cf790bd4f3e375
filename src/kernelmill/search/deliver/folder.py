"""What lies in the folder of an export."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from kernelmill.archive.store import Archive
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import KernelmillError, UserError
from kernelmill.core.platform import Compile, Platform
from kernelmill.core.record import Record
from kernelmill.core.signature import identifier
from kernelmill.core.task import Task
from kernelmill.core.verdict import Verdict
from kernelmill.platforms import PLATFORMS
from kernelmill.search import watch
from kernelmill.search.deliver.module import headline, limits, module_text, reference_text, template
from kernelmill.search.judge_one import request_of
from kernelmill.search.requests import load_task


def deliver(record: Record, archive: Archive, out: Path) -> None:
    """Write the export of a record's candidate to `out` (made if needed; files of the same names are replaced).

    Raises `UserError` where the task is gone or changed, or the folder cannot be written.
    """
    watch.tell(watch.Stage("export", str(out)))
    request = request_of(archive, record)
    task = load_task(request.task, request.settings, request.dynamic, request.eval_mode)
    if task.digest != record.task_digest:
        raise UserError(f"the task {task.name} has changed since it was judged", expected=f"digest {record.task_digest}", got=task.digest)
    platform = PLATFORMS.make(record.platform)
    command = platform.compile(record.candidate, task)
    threads = platform.run(task).threads
    files = dict(command.files) if command else dict(record.candidate.files)
    files["evidence.json"] = evidence(record, archive)
    if command:
        files["Makefile"] = makefile(record.candidate, command)
        files[f"{task.entry}.py"] = module_text(record, task, platform.machine(), threads, workspace=has_workspace(record.candidate))
        files[f"{task.entry}_reference.py"] = reference_text(task)
    files["README.md"] = readme(record, task, request.task, list(files))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text)
    except OSError as error:
        raise UserError("cannot write the export", got=f"{out}: {error}", hint="--out another folder") from error
    if command:
        build(record, task, platform, out)


def has_workspace(candidate: Candidate) -> bool:
    """Whether the candidate asks for scratch memory."""
    return any(f"{candidate.entry}_workspace" in text for _, text in candidate.files)


def makefile(candidate: Candidate, command: Compile) -> str:
    """The build line, as it was judged."""
    library = f"lib{candidate.entry}.so"
    sources = " ".join(name for name, _ in command.files)
    line = " ".join(shlex.quote(word.replace("{out}", library)) for word in command.argv)
    return f"# {command.toolchain}\n{library}: {sources}\n\t{line}\n"


def build(record: Record, task: Task, platform: Platform, out: Path) -> None:
    """Put the library into the folder: compiled in the judge's sandbox, as the one that was judged. Raises `KernelmillError`."""
    from kernelmill.judge.compiling import prepare
    from kernelmill.judge.sandbox import isolation

    made = prepare(record.candidate, task, platform, isolation())
    if isinstance(made, Verdict):
        raise KernelmillError(f"the export does not build any more: {made.reason}")
    library = out / f"lib{record.candidate.entry}.so"
    library.unlink(missing_ok=True)  # a process that has the old one loaded keeps it
    library.write_bytes(made.artifact)
    library.chmod(0o755)


def evidence(record: Record, archive: Archive) -> str:
    """Every record of this candidate, and where the archive's chain stood."""
    count, head = archive.head()
    records = [r.to_json() | {"hash": r.hash} for r in archive.records(candidate=record.candidate.id)]
    return json.dumps({"record": record.hash, "chain": {"records": count, "head": head}, "records": records}, indent=1) + "\n"


def readme(record: Record, task: Task, task_argument: str, names: list[str]) -> str:
    """What the folder is, for a person."""
    what = {
        "Makefile": "the build line",
        "evidence.json": "records of the judge: cases, raw samples, seeds, machine, toolchain",
        f"{task.entry}.py": "Python module: a `torch.library` operator",
        f"{task.entry}_reference.py": "the reference in PyTorch",
        record.candidate.files[0][0]: "the kernel",
    }
    return template(
        "README.md.j2",
        task=task,
        headline=headline(record, task),
        files=[(n, what.get(n, "needed by the build")) for n in [*names, "README.md"] if n != "README.md"],
        entry=task.entry,
        function=identifier(task.op),
        limits=limits(record, task, {a: task.sizes(record.profile)[a] for a in task.fixed}),
        source=record.candidate.files[0][0],
        task_argument=task_argument,
    )
