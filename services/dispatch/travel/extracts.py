"""The extract that a city pack names: found in the extracts' folder, and its content the one that the pack means."""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.pack.places import StreetExtract
from services.chassis import logs

log = logs.get(__name__)


class ExtractState(StrEnum):
    """How a pack's extract stands."""

    READY = "ready"
    MISSING = "missing"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Located:
    """Where the extract is looked for, and what was found there; `sha256` is the found content's."""

    path: Path
    state: ExtractState
    sha256: str | None = None


def locate(extract: StreetExtract, folder: Path, kept_in: Path | None) -> Located:
    """Looks for the extract. Reads a large file for seconds: call it in a thread.

    `kept_in`: where the SHA-256 of a file is kept, so that it is worked out again only when its size or time changes.
    """
    path = folder / extract.file
    try:
        found = _sha256(path, kept_in)
    except FileNotFoundError:
        return Located(path, ExtractState.MISSING)
    except OSError as error:
        log.warning("extract_unreadable", file=str(path), **logs.fault(error))
        return Located(path, ExtractState.UNREADABLE)
    state = ExtractState.READY if found == extract.sha256 else ExtractState.DIFFERENT
    return Located(path, state, found)


def advice(extract: StreetExtract, located: Located) -> str:
    """What to do about it, French first; empty where nothing is to be done."""
    path = located.path
    match located.state:
        case ExtractState.READY:
            return ""
        case ExtractState.MISSING:
            return f"carte absente : déposez {extract.file} dans {path.parent} / missing: put it there"
        case ExtractState.DIFFERENT:
            found = (located.sha256 or "")[:12]
            return (
                f"{path} : SHA-256 {found}…, le pack demande {extract.sha256[:12]}… ; remplacez le fichier ou corrigez "
                "le pack / another content than the pack names: replace the file or correct the pack"
            )
        case ExtractState.UNREADABLE:
            return f"{path} illisible : remplacez-le / cannot be read: replace it"


def _sha256(path: Path, kept_in: Path | None) -> str:
    status = path.stat()
    mark = {"size": status.st_size, "mtime_ns": status.st_mtime_ns}
    kept = kept_in / f"{path.name}.sha256.json" if kept_in else None
    known = _known(kept)
    if kept is not None and {name: known.get(name) for name in mark} == mark and isinstance(known.get("sha256"), str):
        return str(known["sha256"])
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if kept is not None:
        _keep(kept, mark | {"sha256": found})
    return found


def _known(kept: Path | None) -> dict[str, Any]:
    try:
        content = json.loads(kept.read_text()) if kept else {}
    except (OSError, ValueError):
        return {}  # the first time, or damaged: worked out anew
    return content if isinstance(content, dict) else {}


def _keep(kept: Path, content: dict[str, Any]) -> None:
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=kept.parent, suffix=".draft")
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file)
        Path(draft).replace(kept)
    except OSError as error:
        # A full or read-only disk costs time at the next look, nothing now.
        log.warning("extract_sha256_not_kept", file=str(kept), **logs.fault(error))
