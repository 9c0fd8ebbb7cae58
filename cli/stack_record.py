"""Where the running stack listens and by what it knows us: `run/stack.json` and `secrets/` under $VIGIE_VAR."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DEFAULT_DISPATCH_URL = "http://127.0.0.1:8100"
SERVICE_TOKEN = "DISPATCH_SERVICE_TOKEN"
REPOSITORY = Path(__file__).resolve().parents[1]


def dispatch_urls(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Dispatch's doors, the first to be tried first; the default door where no stack has left its record."""
    urls = _record(environ).get("dispatch_urls")
    return [str(url) for url in urls] if urls else [DEFAULT_DISPATCH_URL]


def database_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """Dispatch's database, password included, so that it is never printed; None where nothing names it.

    Beside the record of a stack: the file that DATABASE_URL_FILE names, as in a container. Raises OSError.
    """
    url = _record(environ).get("database_url")
    if not url and environ.get("DATABASE_URL_FILE"):
        url = Path(environ["DATABASE_URL_FILE"]).read_text("utf-8").strip()
    return str(url) if url else None


def kafka_servers(environ: Mapping[str, str] = os.environ) -> str | None:
    """Bootstrap servers; None where no stack has left its record."""
    servers = _record(environ).get("kafka")
    return str(servers) if servers else None


def services(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Base URL of each process by name: of this machine's stack, else of VIGIE_PEERS, as in a container; else empty.

    Raises ValueError where VIGIE_PEERS is no JSON.
    """
    metrics = _record(environ).get("metrics")
    found = metrics if isinstance(metrics, dict) else json.loads(environ.get("VIGIE_PEERS") or "{}")
    return {str(name): str(url).removesuffix("/metrics") for name, url in found.items()}


def folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where a stack keeps its state."""
    return Path(environ.get("VIGIE_VAR") or REPOSITORY / "var")


def _record(environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        record = json.loads((folder(environ) / "run" / "stack.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # none is running here, or it is being written
    return record if isinstance(record, dict) else {}


def service_token(environ: Mapping[str, str] = os.environ) -> str | None:
    """What dispatch knows our tools by: from the environment, else the file of a stack on this machine."""
    if environ.get(SERVICE_TOKEN):
        return environ[SERVICE_TOKEN]
    file = folder(environ) / "secrets" / SERVICE_TOKEN
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None
