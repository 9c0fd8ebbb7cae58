"""Refuses bodies that are too large before they are read whole."""

import asyncio

from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.problems import MEDIA_TYPE, Problem

DISCARDED_LIMITS, DISCARD_S = 8, 5.0
TITLE = "Requête trop grande / request too large"


class BodyLimit:
    """ASGI middleware: 413 for more than `max_bytes`, announced or not."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Counts what the body brings."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > self._max_bytes:
            await self._discard(receive)
            await self._refuse(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_bytes:
                await self._discard(receive)
                # Raised inside the route that reads the body, which answers it like any other problem.
                raise HTTPException(413, TITLE)
            return message

        await self._app(scope, counted, send)

    async def _discard(self, receive: Receive) -> None:
        """Reads on without keeping, so that the answer is read too: closing on unread bytes resets the connection, and
        the client sees no answer at all. For a body that has no end in sight, that is all it gets."""
        left = DISCARDED_LIMITS * self._max_bytes
        try:
            async with asyncio.timeout(DISCARD_S):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        return
        except TimeoutError:
            return

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = f"{self._max_bytes} octets au plus / bytes at most"
        problem = Problem(413, "too-large", TITLE, limit)
        headers = {"Connection": "close"}
        await JSONResponse(problem.body(), 413, headers, MEDIA_TYPE)(scope, receive, send)


def _announced(scope: Scope) -> int:
    """Content-Length, or 0 where there is none or it is no number."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
