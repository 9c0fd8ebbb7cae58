"""Schemathesis against a running API: no 5xx, no undocumented status, type or shape.

Bounded: an API has its seconds, and the requests are the same in each run. `FUZZ_SECONDS=600` searches longer.
"""

import os
import subprocess
import sys
from pathlib import Path

import httpx

SECONDS = os.environ.get("FUZZ_SECONDS", "35")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
OPTIONS = (
    "--checks", CHECKS,
    "--phases", "examples,coverage,fuzzing",
    "--max-time", SECONDS,
    "--max-examples", "10",
    "--seed", "1",
    "--workers", "1",  # with two, CPython 3.11 loses count in its own parser (SystemError), now and then
    "--continue-on-failure",
    "--no-shrink",
    "--generation-database", "none",
    "--suppress-health-check", "all",
    "--request-timeout", "20",
    "--warnings", "off",
    "--no-color",
    "--exclude-path-regex", "^/(metrics|health|v1/stream)",  # probes, and a stream without an end
)  # fmt: skip


def fuzz(url: str, folder: Path, *options: str) -> str:
    """Runs Schemathesis against an API; returns its summary, fails with what it found. Blocks."""
    document = folder / "openapi.json"
    document.write_bytes(httpx.get(f"{url}/openapi.json", timeout=120, trust_env=False).content)
    command = [str(Path(sys.executable).with_name("st")), "run", str(document), "--url", url, *OPTIONS, *options]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=float(SECONDS) + 120, check=False)
    assert run.returncode == 0, run.stdout[-12_000:] + run.stderr[-2000:]
    return run.stdout[run.stdout.find("SUMMARY") :]
