"""Where the running stack listens: `run/stack.json` under $VIGIE_VAR, written by `make up`."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

DEFAULT_DISPATCH_URL = "http://127.0.0.1:8100"
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
