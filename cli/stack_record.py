"""Where the running stack listens and by what it knows us: `run/stack.json` and `secrets/` under $VIGIE_VAR."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

DEFAULT_DISPATCH_URL = "http://127.0.0.1:8100"
SERVICE_TOKEN = "DISPATCH_SERVICE_TOKEN"
REPOSITORY = Path(__file__).resolve().parents[1]


def dispatch_urls(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Dispatch's doors, the first to be tried first; the default door where no stack has left its record."""
    var = Path(environ.get("VIGIE_VAR") or REPOSITORY / "var")
    try:
        record = json.loads((var / "run" / "stack.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return [DEFAULT_DISPATCH_URL]  # none is running here, or it is being written: the doors table's default
    urls = record.get("dispatch_urls") if isinstance(record, dict) else None
    return [str(url) for url in urls] if urls else [DEFAULT_DISPATCH_URL]


def service_token(environ: Mapping[str, str] = os.environ) -> str | None:
    """What dispatch knows our tools by: from the environment, else the file of a stack on this machine."""
    if environ.get(SERVICE_TOKEN):
        return environ[SERVICE_TOKEN]
    file = Path(environ.get("VIGIE_VAR") or REPOSITORY / "var") / "secrets" / SERVICE_TOKEN
    return file.read_text(encoding="utf-8").strip() if file.is_file() else None
