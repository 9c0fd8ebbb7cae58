"""Errors of a door, seen from ASGI."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.types import Message, Scope

from services.chassis import problems


async def test_a_client_that_hangs_up_in_mid_body_is_no_fault_of_ours() -> None:
    """It was logged as an exception of the application, forty lines of it, each time a tunnel cut a tablet off."""
    app = FastAPI()
    problems.install(app)

    @app.post("/photos")
    async def photos(request: Request) -> int:
        return len(await request.body())

    scope: Scope = {"type": "http", "method": "POST", "path": "/photos", "headers": [], "query_string": b""}
    parts: list[Message] = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
    coming = iter(parts)
    sent: list[Message] = []

    async def receive() -> Message:
        return next(coming)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == problems.HUNG_UP
