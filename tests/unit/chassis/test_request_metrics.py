"""Requests are counted by route, not by path, until their answer begins."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from prometheus_client import REGISTRY

from services.chassis.request_metrics import RequestMetrics


def application() -> FastAPI:
    """One of each kind of route."""
    app = FastAPI()
    app.add_middleware(RequestMetrics)

    @app.get("/things/{name}")
    async def thing(name: str) -> str:
        if name == "none":
            raise HTTPException(404)
        if name == "broken":
            raise RuntimeError("broken")
        return name

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"1"

        return StreamingResponse(parts())

    @app.get("/health/live")
    async def live() -> str:
        return "live"

    return app


def counted(method: str, route: str, status: str) -> float:
    """How many so far."""
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("vigie_http_request_seconds_count", labels) or 0.0


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/things/a", "/things/{name}", "2xx"),
        ("GET", "/things/none", "/things/{name}", "4xx"),
        ("GET", "/things/broken", "/things/{name}", "5xx"),
        ("GET", "/stream", "/stream", "2xx"),
        ("GET", "/elsewhere/4711", "none", "4xx"),
        ("BREW", "/elsewhere", "other", "4xx"),
    ],
)
async def test_each_request_counts_once(method: str, path: str, route: str, status: str) -> None:
    """Under its route; an unknown path or method makes no new series."""
    where = ("other", "none", status) if method == "BREW" else (method, route, status)
    before = counted(*where)
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        await client.request(method, path)
    assert counted(*where) == before + 1


async def test_probes_are_not_counted() -> None:
    """They would drown the rest."""
    before = counted("GET", "/health/live", "2xx")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application()), base_url="http://door") as client:
        assert (await client.get("/health/live")).status_code == 200
    assert counted("GET", "/health/live", "2xx") == before
