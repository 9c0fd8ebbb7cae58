"""Sectors by position, devices by name, pseudonyms."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.vocabulary.signals import DeviceKind
from services.ingest.directory import Directory
from services.ingest.domain.areas import Area, locate, point_in_polygon
from services.ingest.domain.signal import Point
from services.ingest.person import person_key, pseudonym
from tests.unit.ingest.world import PANEL, device, directory, pack

L_SHAPE = ((0.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0), (1.0, 2.0), (0.0, 2.0))


@pytest.mark.parametrize(
    ("lat", "lon", "inside"), [(0.5, 0.5, True), (1.5, 0.5, True), (0.5, 1.5, True), (1.5, 1.5, False), (3, 0, False)]
)
def test_concave_sector(lat: float, lon: float, inside: bool) -> None:
    """A sector with a corner cut out holds what is in it and not what is in the notch."""
    assert point_in_polygon(lat, lon, L_SHAPE) is inside


@given(st.floats(0.001, 0.999), st.floats(0.001, 0.999))
def test_neighbours_share_no_point_and_leave_no_gap(lat: float, lon: float) -> None:
    """Two sectors that share a border hold each position between them exactly once."""
    west = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (0.0, 0.5))
    east = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
    assert point_in_polygon(lat, lon, west) is not point_in_polygon(lat, lon, east)


def test_nearest_outside_every_sector() -> None:
    """Outside every sector the nearest is told, and that it does not hold the position."""
    areas = [Area("1", "1", "near", L_SHAPE), Area("2", "2", "far", tuple((a + 50, b) for a, b in L_SHAPE))]
    assert locate(-1.0, 0.0, areas) == (areas[0], False)
    assert locate(51.5, 0.5, areas) == (areas[1], True)
    assert locate(0.0, 0.0, []) == (None, False)


def test_accounts_and_zones_aside_from_zeros_and_case() -> None:
    """Panels write accounts and zones with other zeros and case than the pack does."""
    known = directory().panel("0571001")
    assert known is not None
    assert known.device is PANEL
    assert [zone.place for zone in (known.zone("1"), known.zone("001"), known.zone("02")) if zone] == [
        "Hall",
        "Hall",
        "Canteen",
    ]
    assert known.zone("3") is None
    assert known.zone(None) is None


def test_unknown_devices_of_several_centres() -> None:
    """With several centres an unknown device goes to the configured one; else to the first by code."""
    packs = {code: pack(device(f"d-{code}", DeviceKind.SENSOR), code=code) for code in ("57463", "31555")}
    assert Directory(packs).unplaced().centre == "31555"
    assert Directory(packs, "57463").unplaced().centre == "57463"
    assert Directory(packs, "99999").unplaced().centre == "31555"
    assert Directory({}, "57463").unplaced().centre == "57463"
    assert Directory({}).at(Point(49.1, 6.2)).centre == "00000"


def test_pseudonyms_need_the_key() -> None:
    """Another key gives another pseudonym for the same person."""
    assert pseudonym("Ada", b"one") != pseudonym("Ada", b"two")
    assert len(pseudonym("Ada", b"one")) == 32


def test_person_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """Without a configured key one is made, kept readable by its owner only, and used again."""
    made = person_key(None, tmp_path / "state")
    assert person_key(None, tmp_path / "state") == made
    assert stat.S_IMODE((tmp_path / "state" / "person.key").stat().st_mode) == 0o600
    assert person_key(SecretStr("mine"), tmp_path / "other") == b"mine"
    assert not (tmp_path / "other").exists()
