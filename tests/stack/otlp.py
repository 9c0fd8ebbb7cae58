"""A receiver of OTLP over HTTP: what a collector would be sent, read by the protocol's own protobuf."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Received:
    """Where it listens, and the spans that came: (service.name, name, trace id in hex)."""

    url: str = ""
    spans: list[tuple[str, str, str]] = field(default_factory=list)

    def take(self, path: str, body: bytes) -> None:
        """One export. Raises DecodeError."""
        assert path == "/v1/traces", path
        for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [a.value.string_value for a in of_process.resource.attributes if a.key == "service.name"]
            for scope in of_process.scope_spans:
                self.spans += [(service, span.name, span.trace_id.hex()) for span in scope.spans]


@contextmanager
def receiver() -> Iterator[Received]:
    """Listens on a free port of this machine until the end."""
    received = Received()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            received.take(self.path, gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what came."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    received.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield received
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
