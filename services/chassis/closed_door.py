"""Closes an HTTP door while its process may not work yet: 503, so that the client goes to the other process."""

from collections.abc import Callable

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.problems import MEDIA_TYPE, Problem

CLOSED = Problem(503, "closed", "Pas encore ouvert / not open yet", "/health/ready dit pourquoi / says why.")


class ClosedDoor:
    """ASGI middleware over the paths of the API; pages, health and metrics stay open."""

    def __init__(self, app: ASGIApp, is_open: Callable[[], bool]) -> None:
        self._app, self._is_open = app, is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """503 for `/v1/…` while it is not open."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/") or self._is_open():
            await self._app(scope, receive, send)
            return
        answer = JSONResponse(CLOSED.body(), CLOSED.status, {"Retry-After": "1"}, MEDIA_TYPE)
        await answer(scope, receive, send)
