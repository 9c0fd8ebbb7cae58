"""`/metrics`, `/health/live`, `/health/ready`: as FastAPI routes, or a small server of their own."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from services.chassis.health import Health
from services.chassis.tls import Tls, TlsProtocol

JSON = "application/json"


PATHS = ("/metrics", "/health/live", "/health/ready")


def request_spans() -> TelemetryConfig:
    """FastAPI's own spans as we want them: one a request, none for probes, which would drown the rest."""
    return {
        "operation_spans": False,
        "metrics": False,
        "logs": False,
        "exclude": lambda scope: scope.get("path") in PATHS,
    }


def answer(path: str, health: Health, accept: str = "") -> tuple[int, str, bytes]:
    """Status, content type and body for one of the three paths; 404 for any other.

    Metrics come as OpenMetrics, with exemplars, to who accepts that, to others in Prometheus's text format.
    """
    if path == "/metrics":
        health.report()  # the gauge of degraded checks is as of now
        encode, kind = choose_encoder(accept)
        return 200, kind, encode(REGISTRY)
    if path == "/health/live":
        return 200, JSON, b'{"status":"live"}'
    if path == "/health/ready":
        return (200 if health.ready else 503), JSON, json.dumps(health.report(), ensure_ascii=False).encode()
    return 404, JSON, b'{"title":"not found","status":404}'


def operations_routes(health: Health) -> APIRouter:
    """The three routes for a process that serves FastAPI anyway."""
    router = APIRouter(tags=["operations"])

    def route(path: str) -> None:
        def endpoint(request: Request) -> Response:
            status, kind, body = answer(path, health, request.headers.get("accept", ""))
            return Response(body, status_code=status, headers={"content-type": kind})

        router.add_api_route(path, endpoint, methods=["GET"], name=path.strip("/").replace("/", "_"))

    for path in PATHS:
        route(path)
    return router


class OperationsServer:
    """The three paths on a thread of its own, for a process without FastAPI. `port` 0 takes a free one."""

    def __init__(self, host: str, port: int, health: Health) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = answer(self.path.split("?")[0], health, self.headers.get("Accept", ""))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
                """Probes are not logged: they would drown the log."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="operations", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stops answering and frees the port."""
        self._server.shutdown()
        self._server.server_close()


async def serve(
    app: FastAPI,
    host: str,
    port: int,
    stop: asyncio.Event,
    *,
    drain_s: int = 5,
    tls: Tls | None = None,
    protocol: type[asyncio.Protocol] = TlsProtocol,
) -> None:
    """Serves `app` until `stop` is set, then lets running requests finish for `drain_s` seconds.

    `tls`: HTTPS. `protocol`: a connection's, with limits of its own; it must be a TlsProtocol for `tls` to be seen.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=protocol,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=drain_s,
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=64 * 1024,
        **({} if tls is None else tls.options()),
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving


class _Server(uvicorn.Server):
    """Leaves signals to the lifecycle."""

    def install_signal_handlers(self) -> None:
        """Nothing: `lifecycle` has them."""

    def capture_signals(self):  # type: ignore[no-untyped-def]
        """Nothing: `lifecycle` has them."""
        import contextlib

        return contextlib.nullcontext()
