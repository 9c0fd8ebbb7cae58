"""A partner's HTTP server on 127.0.0.1, as one would write it from the README alone: answers as told, remembers."""

import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One POST. `headers` in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """X-Vigie-Id."""
        return self.headers["x-vigie-id"]

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        content: dict[str, Any] = json.loads(self.body)
        return content

    def signed_with(self, secret: str) -> bool:
        """Whether X-Vigie-Signature is the HMAC of id, time and body."""
        text = f"{self.key}.{self.headers['x-vigie-time']}.".encode() + self.body
        digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        return hmac.compare_digest(self.headers["x-vigie-signature"], f"v1={digest}")


Answer = Callable[[Received], int | tuple[int, dict[str, str]]]


class Receiver:
    """`answer(received)` gives the status (and headers); it may block to play a slow partner."""

    def __init__(self, answer: Answer = lambda _: 204) -> None:
        self.received: list[Received] = []
        self.answer = answer
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._serve(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Frees the port."""
        self._server.shutdown()
        self._server.server_close()

    def wait(self, enough: Callable[[list[Received]], bool], seconds: float = 20.0) -> list[Received]:
        """What has been received once it is `enough`; fails the test otherwise."""
        with self._changed:
            assert self._changed.wait_for(lambda: enough(self.received), seconds), f"received {self.received}"
            return list(self.received)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        received = Received(handler.path, headers, body)
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()
        answer = self.answer(received)
        status, extra = answer if isinstance(answer, tuple) else (answer, {})
        handler.send_response(status)
        for name, value in extra.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()


@contextmanager
def receiver(answer: Answer = lambda _: 204) -> Iterator[Receiver]:
    """One that is closed at the end."""
    server = Receiver(answer)
    try:
        yield server
    finally:
        server.close()
