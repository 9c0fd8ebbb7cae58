"""A project of four dependencies in the shape of ours, for the tests of deploy.supply and deploy.bundle."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from deploy.supply.locks import KAFKA_LOCK, NPM_LOCK


def digest(content: bytes) -> str:
    """Its sha256."""
    return hashlib.sha256(content).hexdigest()


def pinned(name: str, version: str, content: bytes = b"", marker: str = "") -> str:
    """A line of a Python lock for a file of that content."""
    return f"{name}=={version}{f' ; {marker}' if marker else ''} \\\n    --hash=sha256:{digest(content)}\n"


def jar(group: str, artifact: str, version: str, content: bytes = b"") -> str:
    """An entry of a jgo.lock.toml."""
    lines = ("[[dependencies]]", f'groupId = "{group}"', f'artifactId = "{artifact}"', f'version = "{version}"')
    return "\n".join((*lines, 'packaging = "jar"', f'sha256 = "{digest(content)}"', ""))


def small_project(root: Path, python: str, npm: dict[str, str], jars: str) -> Path:
    """Writes the locks; `npm`: name → licence, all used by the pages beside a tool that is not."""
    integrity = f"sha512-{base64.b64encode(hashlib.sha512(b'').digest()).decode()}"
    packages: dict[str, object] = {
        f"node_modules/{name}": {"version": "1.0.0", "license": licence, "integrity": integrity}
        for name, licence in npm.items()
    }
    packages["node_modules/builder"] = {"version": "2.0.0", "license": "AGPL-3.0-only", "dev": True}
    texts = {
        "requirements.lock": python,
        "requirements-services.lock": python,
        "requirements-jre.lock": "",
        NPM_LOCK: json.dumps({"packages": {"": {"name": "pages"}, **packages}}),
        KAFKA_LOCK: jars,
        "pyproject.toml": '[project]\nname = "small"\nversion = "0.1.0"\n',
    }
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root
