"""The networks of a process: prepared beside the work, taken up when the extract comes, changed while running."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack
from schemas.pack.places import StreetExtract
from services.chassis.health import State
from services.dispatch.domain.travelling import Basis
from services.dispatch.networks import Networks
from services.dispatch.travel.changes import Named, StreetChange
from services.dispatch.travel.extracts import ExtractState
from services.dispatch.travel.streets import StreetTravel
from tests.unit.dispatch.travel.test_loaders import OSM

CITIES = Path(__file__).resolve().parents[4] / "deploy" / "cities"
FOCH = StreetChange("works", Named("Avenue Foch"), closed=True)
NOWHERE = StreetChange("typo", Named("Avenue Fooch"), closed=True)


@pytest.fixture(scope="module")
def metz() -> CityPack:
    """The demo city."""
    return load_pack(CITIES / "metz")


def with_extract(pack: CityPack, content: bytes) -> CityPack:
    """The city with an extract of that content, its one sector round the test's town."""
    extract = StreetExtract(file="town.osm", sha256=sha256(content).hexdigest())
    corners = ((48.9, 5.9), (48.9, 6.1), (49.1, 6.1))
    return pack.model_copy(
        update={
            "centre": pack.centre.model_copy(update={"street_extract": extract}),
            "sectors": (pack.sectors[0].model_copy(update={"polygon": corners}),),
        }
    )


async def prepared(networks: Networks, pack: CityPack) -> None:
    """Puts a pack in force and waits for its streets."""
    networks.in_force = {pack.centre.code: pack.version}
    networks.begin(pack, pack.version)
    await networks.settled()


async def test_an_extract_that_comes_later_is_taken_up_without_a_restart(metz: CityPack, tmp_path: Path) -> None:
    """Missing: the pack's own streets and degraded health; put there: real streets at the next look, and healthy."""
    pack, folder = with_extract(metz, OSM.encode()), tmp_path / "extracts"
    folder.mkdir()
    networks = Networks(tmp_path / "state", folder)
    await prepared(networks, pack)
    assert networks.travel(pack.version).basis is Basis.SCHEMATIC_STREETS
    assert networks.check().state is State.DEGRADED
    assert str(folder) in networks.check().detail
    (folder / "town.osm").write_bytes(b"half a town")
    await networks.look_again()
    await networks.settled()
    assert "SHA-256" in networks.check().detail
    (folder / "town.osm").write_text(OSM)
    await networks.look_again()
    await networks.settled()
    assert networks.travel(pack.version).basis is Basis.STREETS
    assert networks.check().state is State.READY


async def test_an_extract_of_the_right_content_that_is_no_map_is_tried_once(metz: CityPack, tmp_path: Path) -> None:
    """It is said to be unreadable, the pack's own streets stand in, and nobody reads it again every half minute."""
    (tmp_path / "town.osm").write_bytes(b"no map")
    pack = with_extract(metz, b"no map")
    networks = Networks(tmp_path / "state", tmp_path)
    await prepared(networks, pack)
    held = networks.held(pack.version)
    assert held is not None and held.located is not None
    assert held.located.state is ExtractState.UNREADABLE
    assert networks.travel(pack.version).basis is Basis.SCHEMATIC_STREETS
    await networks.look_again()
    await networks.settled()
    assert networks.held(pack.version) is held


async def test_a_new_pack_begins_with_the_changes_in_force(metz: CityPack) -> None:
    """A closure reaches every version of its centre, also one that is prepared later; no other centre's."""
    networks = Networks()
    await prepared(networks, metz)
    async with networks.changing:
        await networks.bring({metz.centre.code: (FOCH, NOWHERE), "99006": (FOCH,)})
    later = metz.model_copy(update={"sites": metz.sites[1:]})
    await prepared(networks, later)
    for version in (metz.version, later.version):
        held = networks.held(version)
        assert held is not None and isinstance(held.travel, StreetTravel)
        assert (held.travel.changes, held.unmatched) == ((FOCH,), ("typo",))
    async with networks.changing:
        await networks.bring({})
    held = networks.held(later.version)
    assert held is not None and isinstance(held.travel, StreetTravel)
    assert held.travel.changes == ()


async def test_decisions_do_not_wait_for_streets_but_a_door_may(metz: CityPack) -> None:
    """Until they are prepared straight lines answer at once; `ready` waits and has them."""
    networks = Networks()
    networks.begin(metz, metz.version)
    assert networks.travel(metz.version).basis is Basis.STRAIGHT_LINE
    found = await asyncio.wait_for(networks.ready(metz.version), 30)
    assert found is not None
    assert found.travel.basis is Basis.SCHEMATIC_STREETS
    assert await networks.ready("unknown") is None
