"""Rate, errors and duration of an HTTP door's requests, by route, not by path: what it is asked for holds ids."""

import time
from http import HTTPMethod

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.metrics import HTTP_SECONDS
from services.chassis.operations import PATHS

NO_ROUTE, OTHER = "none", "other"
METHODS = frozenset(method.value for method in HTTPMethod)


class RequestMetrics:
    """ASGI middleware; the outermost, so that it sees what the others refuse. Until the answer begins: a stream of
    events lasts for hours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Measures one request; those of probes are not counted."""
        if scope["type"] != "http" or scope["path"] in PATHS:
            await self._app(scope, receive, send)
            return
        began, told = time.perf_counter(), False

        def tell(status: int) -> None:
            nonlocal told
            if not told:
                told = True
                method = scope["method"] if scope["method"] in METHODS else OTHER
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                HTTP_SECONDS.labels(method, route, f"{status // 100}xx").observe(time.perf_counter() - began)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                tell(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            tell(500)  # it ended without an answer
