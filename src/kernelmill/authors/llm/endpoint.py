"""Any OpenAI-compatible endpoint, through pydantic-ai (extra `llm`)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kernelmill.authors.llm.model import Fault, Message, Model, ModelFault, Request, Stream, Usage
from kernelmill.core.errors import MissingTool

if TYPE_CHECKING:
    from pydantic_ai.models import StreamedResponse
    from pydantic_ai.settings import ModelSettings

_FAULTS: dict[int, Fault] = {408: "timeout", 429: "rate_limit"}


@dataclass
class Endpoint(Model):
    """A chat-completions endpoint. The key comes from the environment and is never stored or printed."""

    name: str
    base_url: str = "https://api.openai.com/v1"
    key_variable: str = "OPENAI_API_KEY"
    timeout: float = 120.0
    """Seconds without a piece of the reply before the exchange is given up."""

    def __post_init__(self) -> None:
        try:
            from pydantic_ai.models.openai import OpenAIChatModel
            from pydantic_ai.providers.openai import OpenAIProvider
        except ImportError as error:
            raise MissingTool("pydantic-ai-slim", "the author llm talks through it", "pip install 'kernelmill[llm]'") from error
        from openai import AsyncOpenAI

        # Retries are ours (asking.py), so that each of them is counted, recorded and kept within the budget.
        self.secret = os.environ.get(self.key_variable, "")
        client = AsyncOpenAI(base_url=self.base_url, api_key=self.secret or "none", max_retries=0, timeout=self.timeout)
        self._client = client
        self._model = OpenAIChatModel(self.name, provider=OpenAIProvider(openai_client=client))

    @property
    def where(self) -> str:  # type: ignore[override]
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Stream]:
        from openai import APIConnectionError, APIStatusError, APITimeoutError
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError, UnexpectedModelBehavior

        try:
            async with model_request_stream(self._model, _messages(request.messages), model_settings=_settings(request)) as reply:
                yield _Reply(reply, self.timeout)
        except ModelFault:
            raise
        except (TimeoutError, APITimeoutError) as error:
            raise ModelFault("timeout", f"no answer within {self.timeout:g} s") from error
        except (ModelHTTPError, APIStatusError) as error:
            raise _http_fault(error) from error
        except (APIConnectionError, ModelAPIError) as error:
            cause = error.__cause__ or error
            kind: Fault = "timeout" if "imeout" in type(cause).__name__ + str(error) else "connection"
            raise ModelFault(kind, f"{type(cause).__name__}: {cause}"[:300]) from error
        except UnexpectedModelBehavior as error:
            raise ModelFault("cut", str(error)[:300]) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] in ("httpx", "httpx2", "httpcore", "anyio", "h11", "json"):
                raise ModelFault("cut", f"{type(error).__name__}: {error}"[:300]) from error
            raise

    async def close(self) -> None:
        await self._client.close()


@dataclass
class _Reply:
    """pydantic-ai's stream as plain pieces of text."""

    reply: StreamedResponse
    timeout: float

    async def __aiter__(self) -> AsyncIterator[str]:
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

        events = aiter(self.reply)
        while True:
            try:
                event = await asyncio.wait_for(anext(events), self.timeout)
            except StopAsyncIteration:
                # A connection that closes early looks like an end (and pydantic-ai then assumes `stop`); only the finish reason that
                # the endpoint itself sent says that the model had ended.
                if "finish_reason" not in (self.reply.get().provider_details or {}):
                    raise ModelFault("cut", "the stream ended without a finish reason") from None
                return
            match event:
                case PartStartEvent(part=TextPart(content=text)) if text:
                    yield text
                case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                    yield text
                case _:
                    pass

    def usage(self) -> Usage:
        counted = self.reply.usage if not callable(self.reply.usage) else self.reply.usage()
        return Usage(counted.input_tokens or 0, counted.output_tokens or 0)


def _messages(messages: tuple[Message, ...]) -> list[Any]:
    from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, TextPart, UserPromptPart

    made: list[Any] = []
    for m in messages:
        match m.role:
            case "assistant":
                made.append(ModelResponse(parts=[TextPart(m.text)]))
            case "system":
                made.append(ModelRequest(parts=[SystemPromptPart(m.text)]))
            case "user":
                made.append(ModelRequest(parts=[UserPromptPart(m.text)]))
    return made


def _settings(request: Request) -> ModelSettings:
    from pydantic_ai.settings import ModelSettings

    settings = ModelSettings(max_tokens=request.max_tokens, temperature=request.temperature, seed=request.seed)
    if request.schema is not None:
        form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": dict(request.schema)}}
        settings["extra_body"] = {"response_format": form}
    return settings


def _http_fault(error: Any) -> ModelFault:
    code = int(error.status_code)
    fault = _FAULTS.get(code, "server" if code >= 500 else "refused")
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    after = response.headers.get("retry-after") if response is not None else None
    try:
        seconds = float(after) if after else None
    except ValueError:
        seconds = None
    body = getattr(error, "body", None)
    return ModelFault(fault, f"HTTP {code}: {body}"[:300], retry_after=seconds)
