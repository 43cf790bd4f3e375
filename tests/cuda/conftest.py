"""Tests that build CUDA sources skip, with the reason, where the compiler or its plugin's headers are missing."""

from __future__ import annotations

import pytest

from kernelmill.core.errors import KernelmillError


@pytest.fixture(scope="session")
def tools() -> object:
    from kernelmill.cuda.toolchain import toolchain

    try:
        return toolchain()
    except KernelmillError as error:
        pytest.skip(str(error).splitlines()[0])
