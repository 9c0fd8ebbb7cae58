"""The image's health check: exit code 0 if the process of this container says that it is ready, else 1."""

import os
import ssl
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

DOORS = {
    "dispatch": ("DISPATCH_PORT", 8100),
    "ingest": ("INGEST_HTTP_PORT", 8101),
    "screening": ("SCREENING_PORT", 8102),
    "correlation": ("CORRELATION_PORT", 8103),
    "notify": ("NOTIFY_PORT", 8104),
}
"""By process: the variable of its port, and the port where it is not set (tests/contract/test_image.py)."""
WAIT_S = 2.0


def url(environ: Mapping[str, str], command: Sequence[str]) -> str:
    """Where to ask; `command` is the container's first process, since triage's image holds two."""
    service = environ["VIGIE_SERVICE"]
    process = next((word for word in command if word in DOORS), service)
    variable, port = DOORS[process]
    scheme = "https" if process == "ingest" and environ.get("INGEST_TLS_CERT") else "http"
    return f"{scheme}://127.0.0.1:{environ.get(variable) or port}/health/ready"


def main() -> int:
    """Asks once."""
    command = Path("/proc/1/cmdline").read_text("utf-8").split("\0")
    # The certificate is for another name than 127.0.0.1; nothing secret is sent.
    anyone = ssl._create_unverified_context()
    try:
        with urllib.request.urlopen(url(os.environ, command), timeout=WAIT_S, context=anyone):
            return 0
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
