"""Commands on hostile input: what they see, what they may use, what they leave."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from judge_kit import children

from kernelmill.core.errors import UserError
from kernelmill.judge.sandbox import Isolation, isolation
from kernelmill.judge.sandbox_run import CommandLimits, Result, run_sandboxed


def sh(script: str, level: Isolation, **more: object) -> Result:
    limits = CommandLimits(**more)  # type: ignore[arg-type]
    return run_sandboxed(["sh", "-c", script], {"in.txt": b"hello\n"}, ["out.txt"], level=level, limits=limits)


def test_files_go_in_and_come_back(level: Isolation):
    result = sh("tr a-z A-Z < in.txt > out.txt; echo said; echo warned >&2; exit 3", level)
    assert (result.rc, result.stdout, result.stderr) == (3, "said\n", "warned\n")
    assert result.outputs == {"out.txt": b"HELLO\n"}


def test_missing_and_odd_outputs_are_left_out(level: Isolation):
    assert sh("true", level).outputs == {}
    assert sh("ln -s /usr/bin/env out.txt", level).outputs == {}
    assert sh("mkfifo out.txt", level).outputs == {}


def test_only_the_toolchain_is_visible(level: Isolation, tmp_path: Path):
    secret = tmp_path / "secret"
    secret.write_text("the user's")
    tmp_path.chmod(0o755)
    for path in (secret, "/etc/passwd", "/etc/hostname", Path.home(), Path(__file__)):
        result = sh(f"cat {path} || ls {path}/", level)
        assert result.rc != 0, path
        assert "the user's" not in result.stdout


@pytest.mark.parametrize("trick", ['__asm__(".incbin \\"{0}\\"");', '#include "{0}"', '__asm__(".include \\"{0}\\"");'])
def test_a_compiler_cannot_read_the_users_files(level: Isolation, tmp_path: Path, trick: str):
    secret = tmp_path / "secret.h"
    secret.write_text("int stolen;\n")
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o755)
    result = run_sandboxed(["gcc", "-c", "k.c"], {"k.c": trick.format(secret).encode()}, ["k.o"], level=level)
    assert result.rc != 0
    assert result.outputs == {}


def test_no_network_and_no_other_process(level: Isolation):
    script = "import socket; socket.create_connection(('127.0.0.1', 1))"
    result = run_sandboxed(["python3", "-c", script], {}, level=level)
    assert result.rc != 0
    assert "refused" not in result.stderr
    assert sh(f"kill -0 {os.getppid()}", level).rc != 0


def test_time_limit_ends_everything(level: Isolation):
    before, began = children(), time.monotonic()
    result = sh("sleep 1000 & (sleep 1000 & sleep 1000) & sleep 1000", level, seconds=0.3)
    assert (result.limit_hit, result.rc) == ("time", -9)
    assert time.monotonic() - began < 1.3
    deadline = time.monotonic() + 1
    while children() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert children() == before


def test_what_it_leaves_running_ends_with_it(level: Isolation):
    before = children()
    assert sh("sleep 1000 & sleep 1000 & exit 0", level).rc == 0
    deadline = time.monotonic() + 1
    while children() != before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert children() == before


def test_a_fork_bomb_is_held(level: Isolation):
    began = time.monotonic()
    sh("bomb() { bomb | bomb & }; bomb; sleep 0.2", level, seconds=2, tasks=30)
    assert time.monotonic() - began < 4


def test_files_memory_and_cpu_are_limited(level: Isolation):
    assert sh("head -c 100000000 /dev/zero > out.txt", level, file_bytes=1 << 20).rc != 0
    grow = ["python3", "-c", "x = bytearray(3 << 30)"]
    assert run_sandboxed(grow, {}, level=level, limits=CommandLimits(memory_bytes=1 << 30)).rc != 0
    result = run_sandboxed(["python3", "-c", "while True: pass"], {}, level=level, limits=CommandLimits(cpu_seconds=1, seconds=5))
    assert result.rc < 0
    assert result.limit_hit != "time"


def test_the_disk_is_limited_at_level_3():
    best = isolation()
    if best.level < 3:
        pytest.skip(best.reason)
    assert sh("for i in 1 2 3 4; do head -c 1000000 /dev/zero > f$i || exit 1; done", best, disk_bytes=2 << 20).rc == 1
    assert sh("touch /x || touch /usr/x || touch /km/x", best).rc != 0


def test_nothing_stays_on_disk(level: Isolation):
    folders = [Path(p) for p in ("/dev/shm", "/var/tmp", "/tmp")]
    before = {f for d in folders for f in d.glob("kernelmill-*")}
    sh("echo x > y", level)
    assert {f for d in folders for f in d.glob("kernelmill-*")} == before


def test_a_missing_command_and_a_path_outside(level: Isolation):
    result = run_sandboxed(["no-such-compiler"], {}, level=level)
    assert result.rc == 127
    assert "no-such-compiler" in result.stderr
    with pytest.raises(ValueError, match="relative"):
        run_sandboxed(["true"], {"../x": b""}, level=level)


def test_a_level_that_does_not_exist_is_a_bad_request():
    with pytest.raises(UserError, match="level 7"):
        isolation(7)


def test_level_1_says_why():
    assert isolation(1).reason
