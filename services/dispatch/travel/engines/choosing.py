"""Which engine this machine has."""

from pathlib import Path

from services.chassis import logs
from services.dispatch.travel.engines.engine import Engine
from services.dispatch.travel.engines.sparse import SparseEngine
from services.dispatch.travel.graph import StreetGraph

log = logs.get(__name__)


def engine_for(graph: StreetGraph, kept_in: Path | None) -> Engine:
    """The hierarchy where its wheel is installed, else SciPy: same answers, slower, and said in the log.

    `kept_in`: the folder of prepared hierarchies; None prepares anew.
    """
    try:
        # Imported here: pyroutingkit has no wheel for some machines and Python versions.
        from services.dispatch.travel.engines.hierarchy import HierarchyEngine
        from services.dispatch.travel.engines.topologies import TopologyStore
    except ImportError as error:
        log.warning("travel_engine_fallback", engine=SparseEngine.name, **logs.fault(error), arcs=graph.arc_count)
        return SparseEngine(graph)
    return HierarchyEngine(graph, TopologyStore(kept_in))
