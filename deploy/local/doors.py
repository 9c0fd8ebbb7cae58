"""The ports of the services (doors table of ARCHITECTURE.md) and the addresses that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local.ports import PortBook
from deploy.local.settings import LocalSettings


@dataclass(frozen=True)
class IngestDoors:
    """Ports of one ingest process."""

    http: int
    dc09: int


@dataclass(frozen=True)
class Doors:
    """Ports on `host`; every service serves /metrics and /health/* on its HTTP port."""

    host: str
    dispatch: tuple[int, ...]
    ingest: int
    dc09: int
    screening: int
    correlation: int
    notify: int
    more_ingests: tuple[IngestDoors, ...] = ()

    @property
    def dispatch_urls(self) -> list[str]:
        """Base URL of each dispatch process."""
        return [self._url(port) for port in self.dispatch]

    @property
    def ingests(self) -> list[IngestDoors]:
        """Each ingest process's; devices may use any of them."""
        return [IngestDoors(self.ingest, self.dc09), *self.more_ingests]

    @property
    def ingest_urls(self) -> list[str]:
        """Base URL of each ingest process."""
        return [self._url(ports.http) for ports in self.ingests]

    @property
    def dc09_addresses(self) -> list[str]:
        """host:port of each SIA DC-09 receiver, TCP and UDP."""
        return [f"{self.host}:{ports.dc09}" for ports in self.ingests]

    def health(self, port: int) -> str:
        """Readiness URL of the service on `port`."""
        return f"{self._url(port)}/health/ready"

    def alive(self, port: int) -> str:
        """Liveness URL of the service on `port`."""
        return f"{self._url(port)}/health/live"

    def metrics(self) -> dict[str, str]:
        """Metrics URL of each process."""
        return {name: f"{url}/metrics" for name, url in self.peers().items()}

    def peers(self) -> dict[str, str]:
        """Base URL of each process by name."""
        ports = {
            **{ingest_name(i): ports.http for i, ports in enumerate(self.ingests)},
            "screening": self.screening,
            "correlation": self.correlation,
            "notify": self.notify,
            **{dispatch_name(i): port for i, port in enumerate(self.dispatch)},
        }
        return {name: self._url(port) for name, port in ports.items()}

    def _url(self, port: int) -> str:
        reachable = "127.0.0.1" if self.host == "0.0.0.0" else self.host
        return f"http://{reachable}:{port}"


def dispatch_name(index: int) -> str:
    """`dispatch`, `dispatch-2` …"""
    return "dispatch" if index == 0 else f"dispatch-{index + 1}"


def ingest_name(index: int) -> str:
    """`ingest`, `ingest-2` …"""
    return "ingest" if index == 0 else f"ingest-{index + 1}"


def choose_doors(settings: LocalSettings, book: PortBook) -> Doors:
    """Raises StackError if a port that the user asked for is taken."""
    first = book.choose(8100, "DISPATCH_PORT", settings.dispatch_port)
    more = [book.choose(8110 + 10 * i, "DISPATCH_PORT") for i in range(settings.dispatches - 1)]
    return Doors(
        host=settings.bind_host,
        dispatch=(first, *more),
        ingest=book.choose(8101, "INGEST_HTTP_PORT", settings.ingest_http_port),
        dc09=book.choose(12_309, "INGEST_DC09_PORT", settings.ingest_dc09_port),
        screening=book.choose(8102, "SCREENING_PORT", settings.screening_port),
        correlation=book.choose(8103, "CORRELATION_PORT", settings.correlation_port),
        notify=book.choose(8104, "NOTIFY_PORT", settings.notify_port),
        more_ingests=tuple(
            IngestDoors(
                book.choose(8101 + 10 * i, "INGEST_HTTP_PORT"), book.choose(12_309 + 10 * i, "INGEST_DC09_PORT")
            )
            for i in range(1, settings.ingests)
        ),
    )
