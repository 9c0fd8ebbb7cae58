"""A door that speaks real HTTP on a free port and answers as a test tells it to."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Door:
    """`status` and `body` are answered to every PUT; `asked` holds what came: path and JSON."""

    status: int = 200
    body: bytes = b""
    url: str = ""
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def answers(self, status: int, value: object) -> None:
        """From now on."""
        self.status, self.body = status, json.dumps(value).encode()


@contextmanager
def open_door() -> Iterator[Door]:
    """A door while the block lasts."""
    door = Door()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            door.asked.append((self.path, json.loads(content)))
            self.send_response(door.status)
            self.send_header("content-length", str(len(door.body)))
            self.end_headers()
            self.wfile.write(door.body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the test's own output says what went wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    door.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
