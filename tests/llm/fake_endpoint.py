"""A chat-completions endpoint on loopback that behaves as the test says, one behaviour per request in turn."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = str | int | tuple[str, Any]
"""A text to answer with, an HTTP status to fail with, or ("hang" | "cut" | "drip" | "refuse" | "retry_after", value)."""


class Fake:
    """Behaviours in the order of requests (the last one repeats), and what was received."""

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.broken_pipes = 0
        self.lock = threading.Lock()

    def next(self, request: dict[str, Any], headers: dict[str, str]) -> Behaviour:
        with self.lock:
            self.requests.append(request)
            self.headers.append(headers)
            return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


def _chunk(text: str | None, usage: dict[str, int] | None = None, finish: str | None = None) -> bytes:
    delta = {"role": "assistant", "content": text} if text is not None else {}
    choices = [] if usage else [{"index": 0, "delta": delta, "finish_reason": finish}]
    body = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "fake", "choices": choices, "usage": usage}
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _stream(self, text: str, *, cut: bool = False, pause: float = 0.0) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            size = 16 if pause or len(text) < 4096 else 4096
            pieces = [text[i : i + size] for i in range(0, len(text), size)]
            for piece in pieces[: len(pieces) // 2] if cut else pieces:
                self.wfile.write(_chunk(piece))
                self.wfile.flush()
                time.sleep(pause)
            if cut:
                self.wfile.write(b"data: {bro")
                self.wfile.flush()
                self.connection.close()
                return
            self.wfile.write(_chunk(None, finish="stop"))
            tokens = len(text) // 4
            self.wfile.write(_chunk(None, {"prompt_tokens": 50, "completion_tokens": tokens, "total_tokens": 50 + tokens}))
            self.wfile.write(b"data: [DONE]\n\n")

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            behaviour = fake.next(request, {k.lower(): v for k, v in self.headers.items()})
            try:
                match behaviour:
                    case str():
                        self._stream(behaviour)
                    case int():
                        self.send_error(behaviour)
                    case ("hang", seconds):
                        time.sleep(seconds)
                    case ("cut", text):
                        self._stream(text, cut=True)
                    case ("drip", text):
                        self._stream(text, pause=0.01)
                    case ("refuse", text):
                        self.send_response(401)
                        self.send_header("Content-Type", "application/json")
                        body = json.dumps({"error": {"message": text}}).encode()
                        self.send_header("Content-Length", str(len(body)))
                        self.end_headers()
                        self.wfile.write(body)
                    case ("retry_after", seconds):
                        self.send_response(429)
                        self.send_header("Retry-After", str(seconds))
                        self.send_header("Content-Length", "0")
                        self.end_headers()
            except (BrokenPipeError, ConnectionResetError):
                fake.broken_pipes += 1

    return Handler


@contextmanager
def endpoint(*behaviours: Behaviour) -> Iterator[tuple[str, Fake]]:
    """(base URL, what happened) of a running endpoint."""
    fake = Fake(*behaviours)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", fake
    finally:
        server.shutdown()
        server.server_close()
