"""Maps over a real pack: what they hold and never hold, and a base map read by ranges."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from schemas.pack.files import load_pack
from services.dispatch.domain.access import Role, rule_of
from tests.flow.dispatch.builders import CENTRE
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

METZ, CITIES = "57463", Path(__file__).resolve().parents[3] / "deploy" / "cities"
TILES = f"/v1/tiles/{CENTRE}.pmtiles"
CONTENT = bytes(range(256)) * 8


@pytest_asyncio.fixture
async def metz(world: World) -> AsyncIterator[World]:
    """The demo city is in force beside the small one."""
    await world.apply(load_pack(CITIES / "metz"))
    yield world


@pytest.fixture
def tiled(world: World, tmp_path: Path) -> Path:
    """A base map of the small city lies where dispatch looks; its content does not matter to ranges."""
    object.__setattr__(world.settings, "vigie_tiles_dir", tmp_path)
    file = tmp_path / f"{CENTRE}.pmtiles"
    file.write_bytes(CONTENT)
    return file


async def test_the_centres_in_force_are_listed(metz: World) -> None:
    """Each with its version and whether its streets are schematic."""
    found = {one["code"]: one for one in (await metz.http.get("/v1/packs")).json()}
    assert {CENTRE, METZ} <= set(found)
    assert found[METZ]["synthetic_streets"] is True
    assert found[METZ]["version"] == load_pack(CITIES / "metz").version


async def test_a_map_holds_each_place_of_the_pack_once(metz: World) -> None:
    """Sectors are closed rings, and every place lies within the bounds or near them."""
    pack = load_pack(CITIES / "metz")
    shown = (await metz.http.get(f"/v1/map/{METZ}.json")).json()
    by_layer: dict[str, set[str]] = {}
    for one in shown["features"]:
        by_layer.setdefault(one["properties"]["layer"], set()).add(one["properties"]["id"])
    assert by_layer["sector"] == {sector.id for sector in pack.sectors}
    assert by_layer["street"] == {street.id for street in pack.streets}
    assert by_layer["site"] == {site.id for site in pack.sites}
    assert by_layer["camera"] == {device.id for device in pack.devices if device.kind == "camera"}
    assert by_layer["kiosk"] == {device.id for device in pack.devices if device.kind == "kiosk"}
    assert by_layer["post"] == {post.id for post in pack.centre.posts}
    rings = [one["geometry"]["coordinates"][0] for one in shown["features"] if one["geometry"]["type"] == "Polygon"]
    assert all(ring[0] == ring[-1] for ring in rings)
    west, south, east, north = shown["bounds"]
    assert 6 < west < east < 6.4
    assert 49 < south < north < 49.3


async def test_a_map_tells_no_secret_of_the_pack(metz: World) -> None:
    """No account, key, reference, note, opening hour or panel: members and ids of the pack that are not for a map."""
    pack = load_pack(CITIES / "metz")
    panels = [device for device in pack.devices if device.panel is not None]
    assert panels
    said = (await metz.http.get(f"/v1/map/{METZ}.json")).text
    for device in panels:
        assert json.dumps(device.id) not in said
    for word in ("_ref", "account", "panel", "notes", "opening", "capabilities", "secret", "env:", "file:"):
        assert word not in said


async def test_an_unchanged_map_is_not_sent_again(metz: World) -> None:
    """304 by its ETag, also where a proxy made it weak; another pack is another ETag."""
    path = f"/v1/map/{CENTRE}.json"
    first = await metz.http.get(path)
    for known in (first.headers["etag"], f'W/{first.headers["etag"]}, "other"'):
        again = await metz.http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert (await metz.http.get(f"/v1/map/{METZ}.json")).headers["etag"] != first.headers["etag"]
    assert (await metz.http.get(path, headers={"If-None-Match": '"other"'})).status_code == 200


async def test_a_base_map_is_read_by_ranges(world: World, tiled: Path) -> None:
    """206 with exactly the bytes, 416 beyond the end, and the map names it with its attribution."""
    part = await world.http.get(TILES, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, CONTENT[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(CONTENT)}"
    assert part.headers["accept-ranges"] == "bytes"
    assert (await world.http.get(TILES, headers={"Range": f"bytes={len(CONTENT)}-"})).status_code == 416
    same = await world.http.get(TILES, headers={"If-None-Match": part.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    named = (await world.http.get(f"/v1/map/{CENTRE}.json")).json()["tiles"]
    assert named["path"] == TILES
    assert "OpenStreetMap" in named["attribution"]


async def test_without_a_base_map_there_is_none(world: World, tmp_path: Path) -> None:
    """The map says so, and the file is unknown; a centre that nobody knows has neither."""
    object.__setattr__(world.settings, "vigie_tiles_dir", tmp_path)
    assert (await world.http.get(f"/v1/map/{CENTRE}.json")).json()["tiles"] is None
    problem(await world.http.get(TILES), 404, "not-found")
    problem(await world.http.get("/v1/tiles/secret.pmtiles"), 404, "not-found")
    problem(await world.http.get("/v1/map/99999.json"), 404, "not-found")


@pytest.mark.parametrize("path", ["/v1/map/{centre}.json", "/v1/tiles/{centre}.pmtiles"])
def test_a_map_is_for_people(path: str) -> None:
    """Patrols and crews have it on their tablets; partners and machines do not."""
    rule = rule_of("GET", path)
    assert rule is not None
    assert rule.roles == set(Role) - {Role.PARTNER, Role.SERVICE}
