"""The travel times of a centre, from its city pack: an extract, else the pack's own streets, else straight lines."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from schemas.pack.pack import CityPack
from services.chassis import logs
from services.dispatch.domain.travelling import Basis
from services.dispatch.travel.engines.choosing import engine_for
from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.graph_store import kept_graph
from services.dispatch.travel.loaders.graphml import read_graphml
from services.dispatch.travel.loaders.osm_extract import Box, read_osm_extract
from services.dispatch.travel.loaders.pack_streets import read_pack_streets
from services.dispatch.travel.straight_line import StraightLineTravel
from services.dispatch.travel.streets import Snapping, StreetTravel

log = logs.get(__name__)

# Units come from, and go to, a little beyond their own sectors.
MARGIN_DEGREES = 0.05
FOLDER = "travel"
# A schematic network has few lines: most places are far from one, and the metres to it are part of the way.
SCHEMATIC = Snapping(limit_m=5_000.0, off_street_kmh=20.0)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Travel times, and whether they rest on the extract."""

    travel: StreetTravel | StraightLineTravel
    from_extract: bool = False


def travel_of(
    pack: CityPack,
    state_dir: Path | None = None,
    extract: Path | None = None,
    snapping: Snapping | None = None,
) -> StreetTravel | StraightLineTravel:
    """The travel times of `prepare`."""
    return prepare(pack, state_dir, extract, snapping).travel


def prepare(
    pack: CityPack,
    state_dir: Path | None = None,
    extract: Path | None = None,
    snapping: Snapping | None = None,
) -> Prepared:
    """Travel times for a pack. Blocks for seconds on a large extract: call it in a thread.

    `extract`: an OpenStreetMap extract (`.osm.pbf`, `.osm`) or OSMnx GraphML (`.graphml`, `.gml`) of the region.
    `state_dir`: VIGIE_STATE_DIR; what was prepared is kept in its folder `travel`. A source that cannot be used is
    logged and the next one taken, for a dispatch must start; `basis` says what it came to.
    """
    begin = perf_counter()
    kept_in = state_dir / FOLDER if state_dir else None
    found = _first_readable(pack, extract, kept_in)
    if found is None:
        log.warning("travel_by_straight_line", centre=pack.centre.code)
        return Prepared(StraightLineTravel())
    graph, basis, from_extract = found
    if snapping is None and basis is Basis.SCHEMATIC_STREETS:
        snapping = SCHEMATIC
    travel = StreetTravel(graph, engine_for(graph, kept_in), snapping, basis)
    log.info(
        "travel_ready",
        centre=pack.centre.code,
        basis=basis.value,
        engine=travel.engine,
        nodes=graph.node_count,
        arcs=graph.arc_count,
        seconds=round(perf_counter() - begin, 3),
    )
    return Prepared(travel, from_extract)


def _first_readable(
    pack: CityPack, extract: Path | None, kept_in: Path | None
) -> tuple[StreetGraph, Basis, bool] | None:
    own = Basis.SCHEMATIC_STREETS if pack.centre.synthetic_streets else Basis.STREETS
    sources: list[tuple[Callable[[], StreetGraph], Basis, bool]] = []
    if extract is not None:
        sources.append((lambda: _extract(pack, extract, kept_in), Basis.STREETS, True))
    if pack.streets:
        sources.append((lambda: read_pack_streets(pack.streets, f"pack {pack.centre.code}, streets"), own, False))
    for read, basis, from_extract in sources:
        try:
            return read(), basis, from_extract
        except (StreetsUnreadable, OSError) as error:
            log.error("streets_unreadable", centre=pack.centre.code, **logs.fault(error))
    return None


def _extract(pack: CityPack, extract: Path, kept_in: Path | None) -> StreetGraph:
    if extract.suffix in {".graphml", ".gml"}:
        return kept_graph(kept_in, extract, "graphml", lambda: read_graphml(extract))
    box = _box(pack)
    return kept_graph(kept_in, extract, repr(box), lambda: read_osm_extract(extract, box))


def _box(pack: CityPack) -> Box | None:
    """The part of an extract that matters: around all sectors; everything for a pack without any."""
    corners = [corner for sector in pack.sectors for corner in sector.polygon]
    if not corners:
        return None
    lats, lons = zip(*corners, strict=True)
    margin = MARGIN_DEGREES
    return Box(min(lats) - margin, min(lons) - margin, max(lats) + margin, max(lons) + margin)
