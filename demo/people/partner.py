"""Partner agencies: an HTTP server that checks each webhook's signature, acknowledges the hand-over and completes it.

Written from the README of services/notify alone.
"""

import asyncio
import hashlib
import hmac
import json
import socket
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from demo.followers.console import Console
from demo.insist import GaveUp, insist
from demo.ledger import Ledger, Told
from demo.pulse import Pulse

ACKNOWLEDGE_AFTER_S = 0.4
COMPLETE_AFTER_S = 3.0
PREFERRED_PORT = 8190


@dataclass
class Partners:
    """All agencies of the pack at one address, told apart by path; `secrets` by agency id."""

    console: Console
    ledger: Ledger
    pulse: Pulse
    secrets: dict[str, str] = field(default_factory=dict)
    listening: socket.socket = field(default_factory=lambda: _listen())
    _known: set[str] = field(default_factory=set)
    _group: asyncio.TaskGroup | None = None

    def url(self, agency: str) -> str:
        """Where an agency listens."""
        host, port = self.listening.getsockname()[:2]
        return f"http://{host}:{port}/agencies/{agency}"

    async def serve(self, group: asyncio.TaskGroup) -> None:
        """Until cancelled; answers to hand-overs run in `group` too."""
        self._group = group
        server = _Server(
            uvicorn.Config(self._application, interface="asgi3", log_config=None, access_log=False, lifespan="off")
        )
        try:
            await server.serve(sockets=[self.listening])
        except asyncio.CancelledError:
            server.should_exit = True
            raise

    async def _application(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        status = self._take(scope["path"].rpartition("/")[2], headers, body)
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    def _take(self, agency: str, headers: dict[str, str], body: bytes) -> int:
        secret = self.secrets.get(agency)
        if secret is None:
            return 404
        signed = is_signed(headers, body, secret)
        key = headers.get("x-vigie-id", "")
        letter = json.loads(body)
        # A hand-over that was withdrawn has no link to answer.
        asked = letter.get("hand_over_id") if "acknowledge" in letter["links"] else None
        self.ledger.told.append(
            Told(
                agency=agency,
                key=key,
                incident_id=letter["incident_id"],
                hand_over_id=asked,
                work_order=letter.get("work_order"),
                signed=signed,
                received_at=asyncio.get_running_loop().time(),
            )
        )
        self.pulse.beat()
        if not signed:
            return 401
        if key not in self._known:
            self._known.add(key)
            if asked and self._group is not None:
                self._group.create_task(self._answer(agency, letter["links"], key))
        return 204

    async def _answer(self, agency: str, links: dict[str, str], key: str) -> None:
        for step, wait_s in (("acknowledge", ACKNOWLEDGE_AFTER_S), ("complete", COMPLETE_AFTER_S)):
            await asyncio.sleep(wait_s)
            headers = {"Idempotency-Key": f"{key}:{step}", "X-Actor": agency}
            try:
                await insist(self.console.client, "POST", (links[step],), headers=headers)
            except GaveUp:
                return


class _Server(uvicorn.Server):
    """Leaves signals to the demo."""

    def install_signal_handlers(self) -> None:
        """Nothing: the demo has them."""

    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Nothing: the demo has them."""
        import contextlib

        return contextlib.nullcontext()


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Whether `X-Vigie-Signature` is `v1=` and the HMAC-SHA-256 over id, time and body."""
    text = f"{headers.get('x-vigie-id', '')}.{headers.get('x-vigie-time', '')}.".encode() + body
    digest = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers.get("x-vigie-signature", ""), f"v1={digest}")


def _listen() -> socket.socket:
    """The pack's port if it is free, else any."""
    for port in (PREFERRED_PORT, 0):
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError:
            listening.close()
            continue
        listening.listen(64)
        return listening
    raise OSError("no free port on 127.0.0.1")
