"""Extended data that says where and when: X and Y (position, DC-09 annex), H (time of occurrence)."""

import re
from collections.abc import Mapping
from datetime import datetime

from services.ingest.adapters.dc09.timestamp import read
from services.ingest.domain.signal import Point

_LONGITUDE = re.compile(r"(\d{3})([EW])(\d{2}(?:\.\d+)?)")
_LATITUDE = re.compile(r"(\d{2})([NS])(\d{2}(?:\.\d+)?)")


def position(extended: Mapping[str, str]) -> Point | None:
    """The position in X (`006E07.7777`) and Y (`49N06.6666`), degrees and minutes, or None."""
    longitude = _LONGITUDE.fullmatch(extended.get("X", ""))
    latitude = _LATITUDE.fullmatch(extended.get("Y", ""))
    if longitude is None or latitude is None:
        return None
    lat, lon = _degrees(latitude, "S"), _degrees(longitude, "W")
    return Point(lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def occurred(extended: Mapping[str, str]) -> datetime | None:
    """When it happened, where the panel sends it apart from when it transmitted."""
    return read(extended.get("H", "").removeprefix("_"))


def _degrees(match: re.Match[str], negative: str) -> float:
    degrees = int(match[1]) + float(match[3]) / 60
    return -degrees if match[2] == negative else degrees
