"""What every platform must do, as a pytest class: subclass it, override the fixtures, and run your tests.

    class TestMine(PlatformConformance):
        @pytest.fixture
        def platform(self): return Mine()
        @pytest.fixture
        def right(self, task): return candidate(task, "mine", "kernel.c", RIGHT)
        @pytest.fixture
        def broken(self, task): return candidate(task, "mine", "kernel.c", "this does not compile")
        @pytest.fixture
        def nameless(self, task): return candidate(task, "mine", "kernel.c", "int another_name;")

Nothing here is hostile and nothing is sandboxed: that a platform's candidates are judged safely is the judge's business.
"""

from __future__ import annotations

import ctypes
import dataclasses
import subprocess
from pathlib import Path

import pytest

from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import UserError
from kernelmill.core.platform import Compile, Platform
from kernelmill.core.task import Reference, Task, Tensor
from kernelmill.platforms import PLATFORMS

VADD = Task(
    name="conformance/vadd",
    axes=("N",),
    tensors=(Tensor("x", ("N",)), Tensor("y", ("N",)), Tensor("z", ("N",), "out")),
    reference=Reference("def vadd(x, y):\n    return x + y\n", "vadd"),
    flops="N",
    profiles={"ci": {"N": 1000}},
    families=(),
)


def candidate(task: Task, platform: str, name: str, source: str) -> Candidate:
    """One source file as a candidate for the task's entry."""
    return Candidate(task.name, platform, ((name, source),), task.entry)


class PlatformConformance:
    """Override `platform`, `right`, and where something is compiled `broken` and `nameless`."""

    @pytest.fixture
    def task(self) -> Task:
        """z = x + y over float32 vectors."""
        return VADD

    @pytest.fixture
    def platform(self) -> Platform:
        """The platform under test, with default options."""
        raise NotImplementedError

    @pytest.fixture
    def right(self, task: Task) -> Candidate:
        """A candidate that computes the task."""
        raise NotImplementedError

    @pytest.fixture
    def broken(self, task: Task) -> Candidate:
        """A candidate that the compiler refuses."""
        pytest.skip("this platform compiles nothing")

    @pytest.fixture
    def nameless(self, task: Task) -> Candidate:
        """A candidate that compiles and does not define the entry."""
        pytest.skip("this platform compiles nothing")

    @pytest.fixture
    def works(self, platform: Platform) -> Platform:
        """The platform, or a skip with the reason why it does not work here."""
        state = platform.state()
        if not state.ok:
            pytest.skip(state.reason)
        return platform

    def test_is_registered_under_its_name(self, platform: Platform) -> None:
        assert PLATFORMS.load(platform.name) is type(platform)

    def test_is_a_value(self, platform: Platform) -> None:
        assert dataclasses.replace(platform) == platform
        assert hash(dataclasses.replace(platform)) == hash(platform)
        assert type(platform).__doc__

    def test_spec_text_reads_back(self, platform: Platform) -> None:
        assert PLATFORMS.make(platform.spec) == platform

    def test_an_unknown_option_is_refused(self, platform: Platform) -> None:
        with pytest.raises(UserError, match="no_such_option"):
            PLATFORMS.make(f"{platform.name}{{no_such_option=1}}")

    def test_state_names_what_mends_it(self, platform: Platform) -> None:
        state = platform.state()
        assert bool(state.reason) != state.ok
        assert all(t.version or t.mend for t in state.tools)

    def test_header_names_entry_and_tensors(self, platform: Platform, task: Task) -> None:
        header = platform.header(task)
        assert task.entry in header
        assert all(t.name in header for t in task.inputs)
        assert header == platform.header(task)

    def test_right_is_not_refused(self, platform: Platform, right: Candidate, task: Task) -> None:
        assert platform.refuse(right, task) == ""

    def test_malformed_candidates_are_refused(self, platform: Platform, right: Candidate, task: Task) -> None:
        for change in ({"files": ()}, {"files": (("../" + right.files[0][0], right.source),)}, {"entry": "a b;"}):
            assert platform.refuse(dataclasses.replace(right, **change), task) != "", change

    def test_compile_command_is_complete_and_repeatable(self, works: Platform, right: Candidate, task: Task) -> None:
        command = works.compile(right, task)
        assert command == works.compile(right, task)
        if command is not None:
            assert any("{out}" in a for a in command.argv)
            assert Path(command.output).name == command.output
            assert command.toolchain
            assert set(right.files) <= set(command.files)
            assert len({name for name, _ in command.files}) == len(command.files)

    def test_right_compiles_and_computes(self, works: Platform, right: Candidate, task: Task, tmp_path: Path) -> None:
        command = works.compile(right, task)
        if command is None:
            pytest.skip("this platform compiles nothing")
        code, messages = self.build(command, tmp_path)
        assert code == 0, messages
        artifact = tmp_path / command.output
        assert works.inspect(artifact.read_bytes(), right, task) == ""
        self.execute(works, right, artifact)

    def test_broken_does_not_compile(self, works: Platform, broken: Candidate, task: Task, tmp_path: Path) -> None:
        command = works.compile(broken, task)
        assert command is not None
        code, messages = self.build(command, tmp_path)
        assert code != 0
        assert broken.files[0][0] in messages, "a compile error names the author's file"

    def test_a_missing_entry_is_found(self, works: Platform, nameless: Candidate, task: Task, tmp_path: Path) -> None:
        command = works.compile(nameless, task)
        assert command is not None
        code, messages = self.build(command, tmp_path)
        if code == 0:
            assert task.entry in works.inspect((tmp_path / command.output).read_bytes(), nameless, task)
        else:
            assert task.entry in messages

    def test_run_and_machine_are_plausible(self, platform: Platform, task: Task) -> None:
        run, machine = platform.run(task), platform.machine()
        assert run.threads >= 1
        assert machine.cores >= 1
        assert machine.vector_bytes & (machine.vector_bytes - 1) == 0

    @staticmethod
    def build(command: Compile, folder: Path) -> tuple[int, str]:
        """Run a compile command in `folder`; exit code and messages."""
        for name, text in command.files:
            (folder / name).write_text(text)
        argv = [a.replace("{out}", command.output) for a in command.argv]
        env = {"PATH": "/usr/bin:/bin", **dict(command.env)}
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=command.seconds, env=env, check=False)
        return done.returncode, done.stdout + done.stderr

    def execute(self, platform: Platform, right: Candidate, artifact: Path) -> None:
        """Call what was compiled and check it: shared objects for this processor by default; override for other kinds."""
        if platform.run(VADD).kind != "native":
            pytest.skip("no way to run it here")
        n = 1003
        x, y, z = (ctypes.c_float * n)(*range(n)), (ctypes.c_float * n)(*([0.25] * n)), (ctypes.c_float * n)()
        getattr(ctypes.CDLL(str(artifact)), right.entry)(x, y, z, ctypes.c_int64(n))
        assert list(z) == [i + 0.25 for i in range(n)]
