"""Where kernels run: language + toolchain + device.

`PLATFORMS` maps a name to its class; outsiders join through the entry point group `kernelmill.platforms`.
"""

from __future__ import annotations

from kernelmill.core.platform import Platform, State
from kernelmill.core.registry import Registry

PLATFORMS: Registry[Platform] = Registry(
    "platform",
    {
        "null": "kernelmill.core.platform:NullPlatform",
        "torch": "kernelmill.platforms.torch:Torch",
        "cuda": "kernelmill.platforms.cuda:Cuda",
        "x86": "kernelmill.platforms.x86:X86",
    },
    Platform,
)


def platform(spec: str) -> Platform:
    """The platform that a spec text describes (`x86{cc=clang,threads=1}`). Raises `UserError` for an unknown name or option."""
    return PLATFORMS.make(spec)


def states() -> dict[str, State]:
    """What each registered platform finds on this machine; a platform that does not load is a state too."""
    from kernelmill.core.errors import KernelmillError

    found: dict[str, State] = {}
    for name in PLATFORMS.names():
        try:
            found[name] = PLATFORMS.make(name).state()
        except KernelmillError as error:
            found[name] = State(ok=False, reason=str(error))
    return found
