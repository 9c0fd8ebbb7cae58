"""Which streets one can both get to and get away from."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from services.dispatch.travel.graph import Flags, Floats, StreetGraph

# A part this small beside the largest is a stub: an arm cut by the extract's border, a car park drawn apart. A larger
# one is real (an island, the other bank) and is kept, so that "no path" between the two is said.
MINOR_SHARE = 0.05


def well_connected(graph: StreetGraph, seconds: Floats) -> Flags:
    """By arc: open, and both ends in one strongly connected part that is not a stub."""
    usable = np.isfinite(seconds)
    tail, head = graph.tail[usable], graph.head[usable]
    links = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(graph.node_count, graph.node_count))
    _, part = connected_components(links.tocsr(), directed=True, connection="strong")
    size = np.bincount(part, minlength=1)
    major = size >= max(2.0, MINOR_SHARE * size.max())
    result: Flags = usable & (part[graph.tail] == part[graph.head]) & major[part[graph.tail]]
    return result
