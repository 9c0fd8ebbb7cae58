"""Whatever a tracker sends is a fix, nothing, or a refusal with its reason: never a fault of ours."""

import json
from contextlib import suppress
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given

from services.dispatch.api.trackers import owntracks, traccar
from services.dispatch.api.trackers.fix import Fix, Unreadable
from tests.unit.dispatch.any_tracker import headers, messages, texts


def sound(found: Fix | None) -> bool:
    """A fix that the rest of dispatch can take: in the world, in UTC, with a tracker's name."""
    if found is None:
        return True
    place = found.place
    inside = abs(place.lat) <= 90 and abs(place.lon) <= 180 and (place.accuracy_m is None or place.accuracy_m > 0)
    return inside and 0 < len(found.tracker) <= 128 and (found.at is None or found.at.tzinfo is UTC)


@given(messages, headers, texts)
def test_any_owntracks_request(raw: bytes, told: dict[str, str], query: dict[str, str]) -> None:
    """A fix, nothing, or Unreadable."""
    with suppress(Unreadable):
        assert sound(owntracks.read(raw, told, query))


@given(messages, texts)
def test_any_traccar_request(raw: bytes, query: dict[str, str]) -> None:
    """The same for query, form and JSON."""
    with suppress(Unreadable):
        assert sound(traccar.read(raw, list(query.items())))


@pytest.mark.parametrize("name", ["", "x" * 129, "a\x00b", "a\nb", "\ud800", True, None, 1.5, {}])
def test_a_name_that_no_tracker_can_have_is_refused(name: Any) -> None:
    """Before PostgreSQL has to."""
    with pytest.raises(Unreadable):
        traccar.read(json.dumps({"device": {"uniqueId": name}, "position": {}}).encode(), [])
