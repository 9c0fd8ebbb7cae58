"""From a city pack to travel times: an extract, the pack's own streets, or the straight line, and said which."""

import os
from pathlib import Path

import pytest

from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Basis, Profile, Reached
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.graph_store import kept_graph
from services.dispatch.travel.loaders.osm_extract import read_osm_extract
from services.dispatch.travel.of_pack import travel_of
from services.dispatch.travel.straight_line import StraightLineTravel
from services.dispatch.travel.streets import StreetTravel
from tests.unit.dispatch.travel.test_loaders import OSM
from tests.unit.dispatch.travel.towns import near

CITIES = Path(__file__).resolve().parents[4] / "deploy" / "cities"


@pytest.fixture(scope="module")
def metz() -> CityPack:
    """The demo city, whose streets are schematic."""
    return load_pack(CITIES / "metz")


def test_every_unit_of_the_demo_city_gets_a_time_to_every_site(metz: CityPack, tmp_path: Path) -> None:
    """On the pack's own streets all posts reach all sites, in town times, and the answers say "schematic"."""
    times = travel_of(metz, tmp_path)
    assert isinstance(times, StreetTravel)
    assert times.basis is Basis.SCHEMATIC_STREETS
    places = [Place(site.position.lat, site.position.lon) for site in metz.sites]
    table = times.table(places, places, Profile.LIGHTS)
    answers = [table.answer(row, column) for row in range(len(places)) for column in range(len(places))]
    assert all(isinstance(answer, Reached) for answer in answers)
    assert 0 <= max(answer.seconds for answer in answers if isinstance(answer, Reached)) < 1800
    assert list((tmp_path / "travel").iterdir())


def test_without_streets_times_are_straight_lines_and_say_so(metz: CityPack) -> None:
    """1,000 m north are 1.3 times as far by street: 195 s at 24 km/h, 146 s with lights."""
    times = travel_of(metz.model_copy(update={"streets": ()}))
    assert isinstance(times, StraightLineTravel)
    north = Place(49.1 + 1000 / 111_195, 6.2)
    [normal] = times.to_one([Place(49.1, 6.2)], north, Profile.NORMAL)
    [lights] = times.from_one(Place(49.1, 6.2), [north], Profile.LIGHTS)
    assert isinstance(normal, Reached)
    assert isinstance(lights, Reached)
    assert normal.basis is lights.basis is Basis.STRAIGHT_LINE
    assert (normal.seconds, lights.seconds) == (near(195), near(146.25))
    assert times.to_one([], north, Profile.NORMAL) == []


def test_an_extract_comes_before_the_packs_own_streets(metz: CityPack, tmp_path: Path) -> None:
    """With an extract the basis is real streets; the second start reads what the first one kept of it."""
    extract = tmp_path / "town.osm"
    extract.write_text(OSM)
    pack = _around(metz, 49.0, 6.0)
    times = travel_of(pack, tmp_path / "state", extract)
    assert isinstance(times, StreetTravel)
    assert times.basis is Basis.STREETS
    assert times.graph.streets == ("way/10", "way/11", "way/12")
    again = travel_of(pack, tmp_path / "state", extract)
    assert isinstance(again, StreetTravel)
    assert again.graph.digest == times.graph.digest


def test_an_unreadable_extract_does_not_stop_a_dispatch(metz: CityPack, tmp_path: Path) -> None:
    """A broken extract is passed over for the pack's own streets, and those for straight lines if they are broken."""
    extract = tmp_path / "town.osm.pbf"
    extract.write_bytes(b"no pbf")
    assert travel_of(metz, tmp_path / "state", extract).basis is Basis.SCHEMATIC_STREETS
    assert travel_of(metz, None, tmp_path / "missing.gml").basis is Basis.SCHEMATIC_STREETS
    stub = metz.streets[0].model_copy(update={"points": metz.streets[0].points[:1]})
    assert travel_of(metz.model_copy(update={"streets": (stub,)}), None, extract).basis is Basis.STRAIGHT_LINE


def test_a_kept_network_is_the_files_and_a_damaged_one_is_read_again(tmp_path: Path) -> None:
    """What is kept belongs to the file's content; half a file is noticed and replaced."""
    source, folder = tmp_path / "town.osm", tmp_path / "state"
    source.write_text(OSM)
    readings = []

    def read() -> StreetGraph:
        readings.append(1)
        return read_osm_extract(source)

    first = kept_graph(folder, source, "all", read)
    again = kept_graph(folder, source, "all", read)
    assert (len(readings), first.digest) == (1, again.digest)
    [kept] = folder.iterdir()
    os.truncate(kept, kept.stat().st_size // 2)
    assert kept_graph(folder, source, "all", read).digest == first.digest
    assert kept_graph(folder, source, "part", read).digest == first.digest
    source.write_text(OSM.replace("Grande Rue", "Rue Neuve"))
    assert kept_graph(folder, source, "all", read).names == ("Rue Neuve",)
    assert len(readings) == 4
    assert kept_graph(folder, source, "all", read).names == ("Rue Neuve",)
    assert len(readings) == 4


def _around(pack: CityPack, lat: float, lon: float) -> CityPack:
    corners = ((lat - 0.1, lon - 0.1), (lat - 0.1, lon + 0.1), (lat + 0.1, lon + 0.1))
    return pack.model_copy(update={"sectors": (pack.sectors[0].model_copy(update={"polygon": corners}),)})
