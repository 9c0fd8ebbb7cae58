"""The packs that ship: valid, stable over the wire, true to the map, and different from each other."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.pack.devices import Device
from schemas.pack.files import load_pack, load_with_warnings
from schemas.pack.geometry import LatLonPoint, contains
from schemas.pack.pack import CityPack, PackAssembler
from schemas.pack.places import Site, SiteKind
from schemas.pack.responders import Unit
from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind

ROOT = Path(__file__).resolve().parents[2]
CITIES = ROOT / "deploy" / "cities"
COMMUNES = ROOT.parent / "shared" / "data" / "geo" / "communes-metropole-metz.geojson"
PACKS = [
    (CITIES / "metz", ()),
    (CITIES / "metz", (CITIES / "metz" / "overlays" / "exercice",)),
    (CITIES / "toulouse", ()),
]
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def metz() -> CityPack:
    """The demo city."""
    return load_pack(CITIES / "metz")


@pytest.mark.parametrize(("folder", "overlays"), PACKS)
def test_pack_loads_without_a_warning(folder: Path, overlays: tuple[Path, ...]) -> None:
    """Every pack and overlay that ships is valid and raises no warning."""
    assert load_with_warnings(folder, overlays, NOW).warnings == ()


@pytest.mark.parametrize(("folder", "overlays"), PACKS)
def test_version_survives_the_wire(folder: Path, overlays: tuple[Path, ...]) -> None:
    """A pack sent as JSON, or part by part over the topic, has the same version at the other end."""
    pack = load_pack(folder, overlays)
    assembler = PackAssembler()
    parts = [type(part).model_validate_json(part.model_dump_json()) for part in pack.parts(NOW)]
    arrived = [assembler.add(part) for part in parts][-1]
    assert arrived is not None
    assert {CityPack.model_validate_json(pack.model_dump_json()).version, arrived.version} == {pack.version}
    assert arrived == pack


def test_real_packs_allow_no_analytics() -> None:
    """Without an overlay every analytics use case is off."""
    assert [load_pack(CITIES / city).legal_bases for city in ("metz", "toulouse")] == [(), ()]


def test_packs_share_no_id(metz: CityPack) -> None:
    """The second city uses none of the first one's ids, so nothing that serves both can be hard-wired to one."""
    toulouse = load_pack(CITIES / "toulouse")
    assert not _ids(metz) & _ids(toulouse)


def test_demo_has_what_its_story_needs(metz: CityPack) -> None:
    """The numbers that the issue asks of the demo city hold."""
    kinds = [device.kind for device in metz.devices]
    panels = [device.panel for device in metz.devices if device.panel is not None]
    assert kinds.count(DeviceKind.PANEL) >= 8
    assert kinds.count(DeviceKind.KIOSK) == 4
    assert kinds.count(DeviceKind.CAMERA) >= 10
    assert sum(panel.key_ref is not None for panel in panels) >= 2
    assert any(panel.supervision_s for panel in panels)
    assert sum(unit.kind is ResponderKind.PATROL for unit in metz.units) >= 6
    assert len(metz.sites) >= 15


def test_ids_in_the_readme_exist(metz: CityPack) -> None:
    """Each id that the README promises to demo and tests is in the pack, panels with the account it states."""
    accounts = {device.panel.account for device in metz.devices if device.panel is not None}
    known = _ids(metz) | accounts
    story = (CITIES / "metz" / "README.md").read_text(encoding="utf-8").split("## Ids")[1]
    named = [word for word in story.split("`")[1::2] if word[:1].islower() and "-" in word and " " not in word]
    promised = [word for word in named if not word.startswith(("http", "file"))] + [
        word for word in story.split("`")[1::2] if word.isdigit()
    ]
    assert len(promised) > 30
    assert [word for word in promised if word.removesuffix(".key") not in known] == []


def test_one_intrusion_detector_is_verified_and_two_are_not(metz: CityPack) -> None:
    """An intrusion from one sensor waits for an operator, except among pupils; from two it engages by itself."""
    cards = [card for card in metz.run_cards if Nature.INTRUSION in card.natures]
    told = [(card.min_sources, card.verify_first) for card in cards if not card.site_open]
    assert told == [(2, False), (1, True), (1, True)]
    assert [(card.site_kinds, card.verify_first) for card in cards if card.site_open] == [((SiteKind.SCHOOL,), False)]


def test_places_lie_in_their_communes(metz: CityPack) -> None:
    """Sites, devices, units and most of each sector lie inside their commune's true border (IGN)."""
    if not COMMUNES.exists():
        pytest.skip("../shared/data/geo is not here: the communes' true borders cannot be compared")
    borders = _borders(json.loads(COMMUNES.read_text(encoding="utf-8")))
    placed: list[Site | Device | Unit] = [*metz.sites, *metz.devices, *metz.units]
    outside = [
        item.id for item in placed if not contains(borders[item.commune], (item.position.lat, item.position.lon))
    ]
    assert outside == []
    corners = [(sector.id, sector.commune, corner) for sector in metz.sectors for corner in sector.polygon]
    strays = [sector for sector, commune, corner in corners if not contains(borders[commune], corner)]
    assert {sector: strays.count(sector) for sector in strays if strays.count(sector) > 2} == {}


def test_communes_are_true(metz: CityPack) -> None:
    """INSEE code, population and name of each commune are those of IGN."""
    if not COMMUNES.exists():
        pytest.skip("../shared/data/geo is not here: the communes' true names cannot be compared")
    features = json.loads(COMMUNES.read_text(encoding="utf-8"))["features"]
    facts = {f["properties"]["code"]: f["properties"] for f in features}
    for commune in metz.centre.communes:
        assert commune.population == facts[commune.insee]["population"]
        assert commune.name.removeprefix("Le ") == facts[commune.insee]["nom"]


def _ids(pack: CityPack) -> set[str]:
    parts: list[tuple[Any, ...]] = [
        pack.sectors,
        pack.sites,
        pack.devices,
        pack.units,
        pack.run_cards,
        pack.agencies,
        pack.streets,
    ]
    return {item.id for part in parts for item in part}


def _borders(collection: dict[str, Any]) -> dict[str, list[LatLonPoint]]:
    """The outer ring of each commune's largest polygon, latitude first."""
    borders = {}
    for feature in collection["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        ring = max((polygon[0] for polygon in polygons), key=len)
        borders[feature["properties"]["code"]] = [(lat, lon) for lon, lat in ring]
    return borders
