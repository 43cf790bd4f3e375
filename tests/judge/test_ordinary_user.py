"""The process tests once more as an ordinary user, when the suite runs as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_UID = 12345
_HERE = Path(__file__).parent


def _interpreter() -> str:
    """A Python of this version that the other user may execute (a virtual environment below /root is not)."""
    for path in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        probe = ["setpriv", "--reuid", str(_UID), "--regid", str(_UID), "--clear-groups", "sh", "-c", f"exec {path} -c 'import sys'"]
        if subprocess.run(probe, capture_output=True, check=False, cwd="/").returncode == 0:
            return path
    pytest.skip("no Python interpreter that another user may execute")


@pytest.mark.skipif(os.geteuid() != 0, reason="not root: the other tests ran as an ordinary user already")
def test_as_an_ordinary_user():
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    python, home = _interpreter(), Path("/var/tmp") / f"kernelmill-test-{os.getpid()}"
    if _HERE.parent.parent.stat().st_mode & 0o5 != 0o5:
        pytest.skip(f"{_HERE.parent.parent} is not readable for another user")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "KERNELMILL_HOME": str(home / "cache"),
        "PYTHONPATH": os.pathsep.join([str(_HERE.parent.parent / "src"), *(p for p in sys.path if p.endswith("site-packages"))]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    home.mkdir()
    os.chown(home, _UID, _UID)
    modules = [str(_HERE / m) for m in ("test_process.py", "test_sandbox.py", "test_hostile.py")]
    command = [python, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-x", *modules, "-k", "not any_signature and not cpu_time"]
    try:
        done = subprocess.run(
            ["setpriv", "--reuid", str(_UID), "--regid", str(_UID), "--clear-groups", *command],
            capture_output=True, text=True, check=False, timeout=300, env=env, cwd=home,
        )  # fmt: skip
    finally:
        shutil.rmtree(home)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
