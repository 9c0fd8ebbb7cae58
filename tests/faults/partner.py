"""A partner agency: a real HTTP server that notes every webhook, and acknowledges and completes its hand-overs."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from demo.people.partner import is_signed
from tests.faults import tmpfs
from tests.faults.city import AGENCY
from tests.faults.doors import Doors, NoDoor

ANSWER_AFTER_S = 0.3
PORT = 8190


@dataclass
class Partner:
    """Listens on one port for the whole run. `down`: it refuses every connection's request with 503."""

    secret: str
    listening: socket.socket
    down: bool = False
    letters: dict[str, str] = field(default_factory=dict)
    """Hand-over by `X-Vigie-Id`: one letter each, whatever is sent again under the same id."""
    again: int = 0
    """Letters that came again under an id already known: allowed, and ignored."""
    unsigned: int = 0
    refused: int = 0
    doors: Doors | None = None
    answers: bool = True
    """False: it takes its letters, and neither acknowledges nor completes."""
    _answering: set[asyncio.Task[None]] = field(default_factory=set)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """What the pack names."""
        host, port = self.listening.getsockname()[:2]
        return f"http://{host}:{port}/agencies/{AGENCY}"

    async def start(self) -> None:
        """Begins to listen."""
        config = uvicorn.Config(self._application, interface="asgi3", log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server._serve(sockets=[self.listening]))  # leaves signals alone

    async def stop(self) -> None:
        """Closes the door."""
        for task in self._answering:
            task.cancel()
        if self._server is not None and self._serving is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._serving

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status = self._take(headers, body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def _take(self, headers: dict[str, str], body: bytes) -> int:
        if self.down:
            self.refused += 1
            return 503
        if not is_signed(headers, body, self.secret):
            self.unsigned += 1
            return 401
        letter = json.loads(body)
        key = headers.get("x-vigie-id", "")
        if key in self.letters:
            self.again += 1
            return 204
        asked = "acknowledge" in letter["links"] and letter.get("hand_over_id")
        self.letters[key] = str(asked or "")
        if asked and self.answers:
            task = asyncio.create_task(self._answer(letter["links"], key))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        return 204

    async def _answer(self, links: dict[str, str], key: str) -> None:
        for step in ("acknowledge", "complete"):
            await asyncio.sleep(ANSWER_AFTER_S)
            assert self.doors is not None, "a letter comes only while a case runs"
            try:
                await self.doors.post(urlsplit(links[step]).path, None, f"{key}:{step}", AGENCY)
            except NoDoor:
                return


def listen() -> socket.socket:
    """In the run's own network always the same port, elsewhere a free one."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", PORT if tmpfs.inside() else 0))
    listening.listen(64)
    return listening
