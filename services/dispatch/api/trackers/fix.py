"""A tracker's fix, and the careful reading of values that an app somewhere has written."""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from services.dispatch.domain.report import Place

LONGEST_NAME = 128
MILLISECONDS_FROM = 2**31
"""A number of this size is milliseconds since 1970, a smaller one seconds, as Traccar tells them apart."""


class Unreadable(ValueError):
    """The message cannot be understood; `fr` and `en` say what is wrong and never repeat a position."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr, self.en = fr, en


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a tracker was `at` (UTC; None: it did not say when, so now)."""

    tracker: str
    place: Place
    at: datetime | None


def json_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Unreadable."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Unreadable("JSON illisible", "not readable as JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("un objet JSON est attendu", "a JSON object is expected")
    return found


def member(of: Any, name: str) -> Any:
    """A member of what may or may not be a JSON object; None if it is not there."""
    return of.get(name) if isinstance(of, dict) else None


def named(value: Any, field: str) -> str:
    """A tracker's id, written as text or as a number. Raises Unreadable."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise Unreadable(f"{field} : identifiant du traceur absent", f"{field}: the tracker's id is missing")
    return text


def place_of(lat: Any, lon: Any, accuracy: Any) -> Place | None:
    """The place; None at 0°, 0°, which senders write for want of a fix. Raises Unreadable."""
    at_lat, at_lon = _degrees(lat, "latitude", 90.0), _degrees(lon, "longitude", 180.0)
    if at_lat == 0.0 and at_lon == 0.0:
        return None
    within = number(accuracy)
    return Place(at_lat, at_lon, within if within is not None and within > 0 else None)


def number(value: Any) -> float | None:
    """A finite number, also where it is written as text; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moment(value: Any) -> datetime | None:
    """Seconds or milliseconds since 1970, or ISO 8601 (UTC if it names no zone); None if empty. Raises Unreadable."""
    if value is None or value == "":
        return None
    seconds = number(value)
    try:
        if seconds is not None:
            scaled = seconds / 1000.0 if seconds >= MILLISECONDS_FROM else seconds
            return datetime.fromtimestamp(scaled, UTC)
        return _iso(value)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreadable("horodatage illisible", "the time cannot be read") from error


def _iso(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("neither a number nor text")
    text = value.strip()
    # An unescaped + of a query arrives as a space.
    found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _degrees(value: Any, name: str, most: float) -> float:
    found = number(value)
    if found is None or abs(found) > most:
        raise Unreadable(f"{name} absente ou hors limites", f"the {name} is missing or out of range")
    return found
