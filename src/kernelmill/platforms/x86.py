"""C and C++ for this machine's x86-64 processor, by clang or gcc."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from kernelmill.core import signature
from kernelmill.core.candidate import Candidate
from kernelmill.core.errors import KernelmillError, MissingTool, UserError
from kernelmill.core.machine import Machine
from kernelmill.core.platform import Compile, Platform, Run, State, Tool
from kernelmill.core.task import Task
from kernelmill.platforms import compilers, machine, peaks_store, policy, sanitizers

HEADER = "kernelmill_task.h"
"""The task's header, put beside the sources: a candidate may include it."""
EXPORTS = "kernelmill_exports.map"
OUTPUT = "kernel.so"
PROGRAM, CHECKED = "kernelmill_program.c", "checked"
SUFFIXES = (".c", ".cpp", ".cc", ".cxx")


@dataclass(frozen=True)
class X86(Platform):
    """Options: `cc` auto, clang or gcc; `isa` auto, avx512, avx2 or sse; `threads` a kernel may use; `openmp` on or off.

    With `cc=auto` a candidate's parameter `cc` chooses; without one it is clang where that is installed.
    """

    name: ClassVar[str] = "x86"
    cc: str = "auto"
    isa: str = "auto"
    threads: int = 2
    openmp: bool = True

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise UserError("a kernel needs a thread", expected="threads of 1 or more", got=str(self.threads))
        compilers.march(self.isa, "avx512")

    def state(self) -> State:
        tools = [c.tool for c in compilers.compilers()]
        missing = {"clang++": compilers.MEND_CLANG, "g++": compilers.MEND_GCC}
        tools += [Tool(name, mend=mend) for name, mend in missing.items() if not any(t.name == name for t in tools)]
        tools += self.stages().values()
        if machine.detect().arch != "x86_64":
            return State(False, tuple(tools), f"this machine is {machine.detect().arch}")
        try:
            self.compiler()
        except KernelmillError as error:
            return State(False, tuple(tools), str(error).splitlines()[0])
        return State(True, tuple(tools))

    def header(self, task: Task) -> str:
        return signature.c_header(task)

    def refuse(self, candidate: Candidate, task: Task) -> str:
        return policy.refuse_source(candidate, SUFFIXES, (HEADER, EXPORTS, OUTPUT, PROGRAM, CHECKED))

    def flags(self, suffix: str) -> tuple[str, ...]:
        """Compiler flags for a source file of this suffix, without include folders and libraries.

        No -ffast-math: infinities, NaN and signed zero must stand where float64 has them. Contraction and reordering-free
        vectorisation are safe within the judge's bound.
        """
        compiler = self.compiler()
        language = ("-x", "c", "-std=gnu17") if suffix == ".c" else ("-x", "c++", "-std=gnu++17")
        flags = [*language, "-O3", *compilers.march(self.isa, machine.isa_level(machine.detect()))]
        flags += ["-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-fno-semantic-interposition", "-fPIC"]
        if self.openmp:
            flags.append("-fopenmp=libomp" if compiler.kind == "clang" else "-fopenmp")
        return tuple(flags)

    def libraries(self) -> tuple[str, ...]:
        """Linker flags after the source file."""
        compiler = self.compiler()
        where = (f"-L{compiler.openmp}", f"-Wl,-rpath,{compiler.openmp}") if self.openmp and compiler.kind == "clang" else ()
        return (*where, "-lm")

    def toolchain(self, suffix: str = ".cpp") -> str:
        """Compiler, version, flags and, where the flags say `native`, the processor: key of what a compilation depends on."""
        compiler = self.compiler()
        text = f"{compiler.kind} {compiler.version} {' '.join(self.flags(suffix))}"
        return text + (f" on {machine.identity(machine.detect())}" if "-march=native" in text else "")

    def chosen(self, candidate: Candidate) -> X86:
        """The platform with the compiler that a candidate asks for: its parameter `cc`, where the option `cc` is auto and it is installed.

        Which of the two compilers suits a loop better is the largest single choice on this platform; flags stay the platform's.
        """
        wanted = dict(candidate.parameters).get("cc")
        able = self.cc == "auto" and wanted in ("clang", "gcc") and any(c.kind == wanted for c in compilers.compilers())
        return replace(self, cc=str(wanted)) if able else self

    def compile(self, candidate: Candidate, task: Task) -> Compile:
        chosen = self.chosen(candidate)
        compiler = chosen.compiler()
        first = candidate.files[0][0]
        suffix = first[first.rfind(".") :]
        macros = [f"-D{key}={value}" for key, value in candidate.parameters if key != "cc"]
        exports = f"{{ global: {candidate.entry}; {candidate.entry}_workspace; local: *; }};\n"
        argv = [compiler.path, *chosen.flags(suffix), *macros, "-shared", "-I.", first]
        argv += ["-Wl,--as-needed", f"-Wl,--version-script={EXPORTS}", "-o", "{out}", *chosen.libraries()]
        return Compile(
            argv=tuple(argv),
            files=(*candidate.files, (HEADER, signature.c_header(task)), (EXPORTS, exports)),
            output=OUTPUT,
            toolchain=chosen.toolchain(suffix),
        )

    def stages(self) -> dict[str, Tool]:
        """Sanitizers of the compiler; where its own runtime is missing and the other compiler has one, that one's."""
        found: dict[str, Tool] = {}
        for name in sanitizers.SANITIZERS:
            tools = [sanitizers.tool(name, c) for c in self._instrumenting()]
            found[name] = next((t for t in tools if t.version), tools[0] if tools else Tool(name, mend=sanitizers.MEND))
        return found

    def _instrumenting(self) -> list[compilers.Compiler]:
        """Compilers for instrumented builds, clang first: its reports are the better ones, whichever compiler made the kernel."""
        return sorted(compilers.compilers(), key=lambda c: c.kind)

    def instrumented(self, candidate: Candidate, task: Task, stage: str, program: str, *, serial: bool = False) -> Compile:
        s = sanitizers.SANITIZERS[stage]
        serial = serial or not s.openmp
        compiler = next(c for c in self._instrumenting() if sanitizers.tool(stage, c).version)
        chosen = replace(self, cc=compiler.kind, openmp=self.openmp and bool(compiler.openmp))
        first = candidate.files[0][0]
        suffix = first[first.rfind(".") :]
        # vectors come from later passes than -O1 runs: every access is still a C access, with its line
        flags = ["-O1" if f == "-O3" else f for f in chosen.flags(suffix) if not serial or not f.startswith("-fopenmp")]
        flags += [*s.flags, "-g", "-fno-omit-frame-pointer"]
        macros = [f"-D{key}={value}" for key, value in candidate.parameters if key != "cc"]
        libraries = [*chosen.libraries(), "-lpthread"]
        if serial and chosen.openmp:  # for omp_get_num_threads() and its like
            libraries.append("-lomp" if compiler.kind == "clang" else "-lgomp")
        argv = [compiler.path, *flags, *macros, "-I.", first, PROGRAM, "-o", "{out}", *libraries]
        env = sanitizers.environment(stage, compiler, max(2, self.threads), serial=serial)
        return Compile(
            argv=tuple(argv),
            files=(*candidate.files, (HEADER, signature.c_header(task)), (PROGRAM, program)),
            output=CHECKED,
            toolchain=f"{compiler.kind} {compiler.version} {' '.join(flags)}",
            env=tuple(env.items()),
        )

    def inspect(self, artifact: bytes, candidate: Candidate, task: Task) -> str:
        return policy.refuse_artifact(artifact, candidate.entry)

    def run(self, task: Task) -> Run:
        env = {
            "OMP_NUM_THREADS": str(self.threads),
            "OMP_DYNAMIC": "false",
            "OMP_WAIT_POLICY": "passive",  # idle threads that spin eat the cores of whoever is measured next
            "GOMP_SPINCOUNT": "0",
            "KMP_BLOCKTIME": "0",
        }
        # while nothing is timed they do spin: threads that start at the same moment meet where they race
        checking = (("OMP_WAIT_POLICY", "active"), ("KMP_BLOCKTIME", "20"), ("GOMP_SPINCOUNT", "2000000"))
        clock = "cpu" if self.threads == 1 else "wall"
        return Run(kind="native", threads=self.threads, env=tuple(env.items()), clock=clock, checking=checking)

    def machine(self) -> Machine:
        here = machine.detect()
        level = machine.isa_level(here) if self.isa == "auto" else self.isa
        width, registers = {"avx512": (64, 32), "avx2": (32, 16), "sse": (16, 16)}[level]
        return replace(
            here,
            cores=min(here.cores, self.threads),
            vector_bytes=width,
            vector_registers=registers,
            peaks=peaks_store.load(machine.identity(here)),
        )

    def compiler(self) -> compilers.Compiler:
        """What compiles. Raises `MissingTool`, or `UserError` where the options cannot be had here."""
        found = compilers.choose(self.cc, self.openmp)
        if found is None:
            mend = compilers.MEND_GCC if self.cc == "gcc" else compilers.MEND_CLANG
            wanted = {"auto": "a C++ compiler", "gcc": "g++", "clang": "clang"}[self.cc]
            raise MissingTool(wanted, f"platform {self.spec} compiles with it", mend)
        return found
