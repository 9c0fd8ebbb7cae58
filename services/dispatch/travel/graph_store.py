"""Networks read from large files, kept so that the next start need not read them again."""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np

from services.chassis import logs
from services.dispatch.travel.graph import StreetGraph

log = logs.get(__name__)

# Raise it when a loader gives another network for the same file, or StreetGraph changes.
READER_VERSION = 1
TEXTS = ("streets", "names")


def kept_graph(folder: Path | None, source: Path, options: str, read: Callable[[], StreetGraph]) -> StreetGraph:
    """The network of `source` (by its content) read under `options`; from the folder if it is there, else read.

    Raises OSError if the source cannot be read, and what `read` raises.
    """
    if folder is None:
        return read()
    kept = folder / f"{_key(source, options)}.npz"
    try:
        return _load(kept)
    except FileNotFoundError:
        pass  # the first start
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        log.warning("kept_streets_unreadable", file=str(kept), **logs.fault(error))
    graph = read()
    try:
        _save(kept, graph)
    except OSError as error:
        # A full or read-only disk costs time at the next start, nothing now.
        log.warning("streets_not_kept", file=str(kept), **logs.fault(error))
    return graph


def _key(source: Path, options: str) -> str:
    with source.open("rb") as file:
        content = hashlib.file_digest(file, "sha256")
    content.update(f"{READER_VERSION}|{options}".encode())
    return content.hexdigest()


def _load(kept: Path) -> StreetGraph:
    with np.load(kept, allow_pickle=False) as archive:
        values = {field.name: archive[field.name] for field in fields(StreetGraph)}
    texts = {name: tuple(json.loads(bytes(values[name]).decode())) for name in TEXTS}
    return StreetGraph(**(values | texts))


def _save(kept: Path, graph: StreetGraph) -> None:
    """Written beside and renamed: a reader sees a whole file or none (each member carries a CRC-32)."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    values = {field.name: getattr(graph, field.name) for field in fields(StreetGraph)}
    for name in TEXTS:
        values[name] = np.frombuffer(json.dumps(values[name]).encode(), np.uint8)
    descriptor, draft = tempfile.mkstemp(dir=kept.parent, suffix=".draft")
    try:
        with os.fdopen(descriptor, "wb") as file:
            np.savez(file, **values)
        Path(draft).replace(kept)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
