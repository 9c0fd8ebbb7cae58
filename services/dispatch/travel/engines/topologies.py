"""Prepared hierarchies on disk, by the content of the network: made once, read at every later start."""

import hashlib
import shutil
import tempfile
from pathlib import Path

import numpy as np
from pyroutingkit import CCHTopology

from services.chassis import logs
from services.dispatch.travel.graph import StreetGraph

log = logs.get(__name__)

FORWARD, BACKWARD, CHECK = "forward", "backward", "sha256"


class TopologyStore:
    """A folder; None keeps nothing. Safe for several processes: a topology appears whole, by renaming its folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def both(self, graph: StreetGraph) -> tuple[CCHTopology, CCHTopology]:
        """The network's hierarchy and its reverse's. A damaged or foreign copy on disk is replaced, not trusted."""
        kept = self._folder / graph.topology_digest if self._folder else None
        if kept is not None and _intact(kept):
            return _load(kept / FORWARD), _load(kept / BACKWARD)
        forward, backward = _build(graph, reverse=False), _build(graph, reverse=True)
        if kept is not None:
            try:
                _keep(kept, forward, backward)
            except OSError as error:
                # A full or read-only disk costs time at the next start, nothing now.
                log.warning("topology_not_kept", file=str(kept.parent), **logs.fault(error))
        return forward, backward


def _build(graph: StreetGraph, *, reverse: bool) -> CCHTopology:
    tail, head = graph.tail.astype(np.uint32), graph.head.astype(np.uint32)
    topology = CCHTopology()
    lat, lon = graph.node_lat.astype(np.float32), graph.node_lon.astype(np.float32)
    ends = (head, tail) if reverse else (tail, head)
    topology.build(*ends, lat, lon, graph.node_count)
    return topology


def _load(folder: Path) -> CCHTopology:
    topology = CCHTopology()
    topology.load(str(folder))
    return topology


def _keep(kept: Path, forward: CCHTopology, backward: CCHTopology) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=kept.parent, prefix=f".{kept.name[:8]}-"))
    for name, topology in ((FORWARD, forward), (BACKWARD, backward)):
        (draft / name).mkdir()
        topology.save(str(draft / name))
    (draft / CHECK).write_text(_checksum(draft))
    if kept.exists():
        shutil.rmtree(kept, ignore_errors=True)
    try:
        draft.rename(kept)
    except OSError:
        # Another process was first with the same content: its copy is as good.
        shutil.rmtree(draft, ignore_errors=True)


def _intact(kept: Path) -> bool:
    """True if the copy is whole: RoutingKit itself would read half of some of its files without a word."""
    check = kept / CHECK
    return check.exists() and check.read_text() == _checksum(kept)


def _checksum(folder: Path) -> str:
    content = hashlib.sha256()
    for name in (FORWARD, BACKWARD):
        for file in sorted((folder / name).glob("*")):
            data = file.read_bytes()
            content.update(f"{name}/{file.name}:{len(data)}:".encode())
            content.update(data)
    return content.hexdigest()
