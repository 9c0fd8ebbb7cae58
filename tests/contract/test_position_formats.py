"""The messages of OwnTracks and Traccar, in the shapes that their documentation and servers show, are understood."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.dispatch.api.trackers import owntracks, traccar
from services.dispatch.api.trackers.fix import Fix, Unreadable
from services.dispatch.domain.report import Place

HERE = {"lat": 49.1193, "lon": 6.1757}
PLACE = Place(49.1193, 6.1757, 12.0)
AT = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
SECONDS = 1_780_308_000
ANDROID = {
    "_type": "location",
    "BSSID": "10:f3:c6:00:00:01",
    "SSID": "csu",
    "_id": "8b3d6f10",
    "acc": 12,
    "alt": 172,
    "batt": 81,
    "bs": 1,
    "cog": 114,
    "conn": "m",
    "created_at": SECONDS + 2,
    "m": 2,
    "source": "fused",
    "t": "u",
    "tid": "p1",
    "topic": "owntracks/pm-1/tablet",
    "tst": SECONDS,
    "vac": 3,
    "vel": 31,
    **HERE,
}
CLIENT_9 = {
    "location": {
        "event": "motionchange",
        "is_moving": False,
        "uuid": "0e9a2473-0000-4c00-997b-000000000001",
        "timestamp": "2026-06-01T10:00:00.000Z",
        "odometer": 0,
        "coords": {
            "latitude": 49.1193,
            "longitude": 6.1757,
            "accuracy": 12,
            "speed": 18.67,
            "speed_accuracy": 0.26,
            "heading": 63,
            "heading_accuracy": -1,
            "altitude": 35.7,
            "altitude_accuracy": 3.8,
            "floor": None,
        },
        "activity": {"type": "still", "confidence": 100},
        "battery": {"is_charging": False, "level": 0.79},
        "extras": {},
        "_": "&id=48241179&lat=49.1193&lon=6.1757&",
    },
    "device_id": "48241179",
}
FORWARDED = {
    "position": {
        "id": 18336,
        "attributes": {"batteryLevel": 81.0, "distance": 12.4, "motion": True},
        "deviceId": 7,
        "protocol": "osmand",
        "serverTime": "2026-06-01T10:00:01.906+00:00",
        "deviceTime": "2026-06-01T10:00:00.000+00:00",
        "fixTime": "2026-06-01T10:00:00.000+00:00",
        "outdated": False,
        "valid": True,
        "latitude": 49.1193,
        "longitude": 6.1757,
        "altitude": 172.0,
        "speed": 3.2,
        "course": 114.0,
        "address": None,
        "accuracy": 12.0,
        "network": None,
        "geofenceIds": None,
    },
    "device": {"id": 7, "attributes": {}, "name": "Mercure 1", "uniqueId": "48241179", "status": "online"},
}


def from_owntracks(
    message: Any, headers: dict[str, str] | None = None, query: dict[str, str] | None = None
) -> Fix | None:
    """As the app posts it."""
    return owntracks.read(json.dumps(message).encode(), headers or {}, query or {})


def from_query(text: str) -> Fix | None:
    """As an app sends it in the address, decoded as the web server does."""
    return traccar.read(b"", [tuple(part.split("=", 1)) for part in text.split("&")])  # type: ignore[misc]


def basic(user: str) -> str:
    """HTTP basic, as the apps send the user name and password of their settings."""
    return "Basic " + base64.b64encode(f"{user}:secret".encode()).decode()


def test_owntracks_location() -> None:
    """Android and iOS alike: sender by topic, fix time in seconds, accuracy in metres."""
    assert from_owntracks(ANDROID) == Fix("pm-1/tablet", PLACE, AT)


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"x-limit-u": "pm-2", "x-limit-d": "phone"}, {}),
        ({}, {"u": "pm-2", "d": "phone"}),
        ({"authorization": basic("pm-2"), "x-limit-d": "phone"}, {}),
    ],
)
def test_owntracks_sender_by_the_request(headers: dict[str, str], query: dict[str, str]) -> None:
    """Headers, query and HTTP basic name the sender before the message's own topic does."""
    found = from_owntracks(ANDROID, headers, query)
    assert found is not None
    assert found.tracker == "pm-2/phone"


@pytest.mark.parametrize(
    "message",
    [
        {"_type": "lwt", "tst": SECONDS},
        {"_type": "transition", "event": "enter", "desc": "CSU", "t": "c", "wtst": 1, "tst": SECONDS, "acc": 5, **HERE},
        {"_type": "waypoint", "desc": "CSU", "rad": 50, "tst": SECONDS, **HERE},
        {"_type": "waypoints", "waypoints": []},
        {"_type": "status", "android": {"hib": 0}},
        {"_type": "card", "name": "PM 1", "tid": "p1"},
    ],
    ids=lambda message: message["_type"],
)
def test_owntracks_messages_that_are_no_position(message: dict[str, Any]) -> None:
    """Also those that carry coordinates: a region's middle is not where the crew is."""
    assert from_owntracks(message) is None


def test_owntracks_tells_of_a_deleted_friend_with_an_empty_body() -> None:
    """The booklet asks to ignore it."""
    assert owntracks.read(b"", {}, {}) is None


@pytest.mark.parametrize(
    "message",
    [
        {"_type": "encrypted", "data": "AAAA"},
        {"_type": "location", "tst": SECONDS, "topic": "owntracks/a/b"},
        {"_type": "location", "tst": SECONDS, **HERE},
        {"_type": "location", "tst": SECONDS, "topic": "owntracks/a", **HERE},
        {"_type": "location", "tst": "soon", "topic": "owntracks/a/b", **HERE},
        {**HERE},
        [],
    ],
)
def test_owntracks_messages_that_say_too_little(message: Any) -> None:
    """Encrypted, without coordinates, sender or time: the reason is named, never passed over."""
    with pytest.raises(Unreadable):
        from_owntracks(message)


@pytest.mark.parametrize(
    "text",
    [
        f"id=48241179&lat=49.1193&lon=6.1757&timestamp={SECONDS}&accuracy=12&speed=0.0&bearing=0.0&altitude=0&batt=87",
        f"deviceid=48241179&lat=49.1193&lon=6.1757&timestamp={SECONDS}000&accuracy=12.0&valid=true&charge=false",
        "id=48241179&location=49.1193,6.1757&timestamp=2026-06-01T10:00:00Z&accuracy=12&hdop=0.8",
        "id=48241179&lat=49.1193&lon=6.1757&timestamp=2026-06-01 10:00:00&accuracy=12&valid=1",
        "id=48241179&lat=49.1193&lon=6.1757&timestamp=2026-06-01T12:00:00 02:00&accuracy=12",
    ],
)
def test_osmand_parameters(text: str) -> None:
    """Seconds, milliseconds, ISO 8601 and the plain form; together and apart; as query and as form."""
    expected = Fix("48241179", PLACE, AT)
    assert from_query(text) == expected
    assert traccar.read(text.replace(" ", "%20").encode(), []) == expected


def test_osmand_without_a_time_is_now() -> None:
    """The server's clock then stands in."""
    assert from_query("id=7&lat=49.1193&lon=6.1757") == Fix("7", Place(49.1193, 6.1757), None)


@pytest.mark.parametrize(
    "text",
    [
        f"id=48241179&lat=49.1193&lon=6.1757&timestamp={SECONDS}&valid=false",
        f"id=48241179&lat=49.1193&lon=6.1757&timestamp={SECONDS}&valid=0",
        f"id=48241179&timestamp={SECONDS}&cell=208,10,12345,67890,-90&wifi=00-14-22-01-23-45,-80",
        f"id=48241179&lat=0.0&lon=0.0&timestamp={SECONDS}",
    ],
)
def test_osmand_without_a_fix(text: str) -> None:
    """Declared not valid, only cells, or zero: taken as nothing."""
    assert from_query(text) is None


@pytest.mark.parametrize(
    "text",
    ["lat=49.1&lon=6.1", "id=7&lat=49.1", "id=7&lat=91&lon=6", "id=7&lat=49&lon=6&timestamp=x", "id=7&lat=x&lon=y"],
)
def test_osmand_that_cannot_be_read(text: str) -> None:
    """No tracker, half a position, one outside the world, no time."""
    with pytest.raises(Unreadable):
        from_query(text)


@pytest.mark.parametrize("message", [CLIENT_9, FORWARDED], ids=["client 9", "server forwards"])
def test_traccar_json(message: dict[str, Any]) -> None:
    """What the app sends and what a server forwards lead to the same fix."""
    assert traccar.read(json.dumps(message).encode(), []) == Fix("48241179", PLACE, AT)


def test_traccar_json_without_a_fix() -> None:
    """Not valid, no position yet, no coordinates; and an accuracy of zero or less is not known."""
    position = FORWARDED["position"] | {"valid": False}
    assert traccar.read(json.dumps(FORWARDED | {"position": position}).encode(), []) is None
    assert traccar.read(json.dumps(FORWARDED | {"position": None}).encode(), []) is None
    assert traccar.read(json.dumps({"device_id": "7", "location": {"event": "providerchange"}}).encode(), []) is None
    vague = FORWARDED | {"position": FORWARDED["position"] | {"accuracy": 0.0}}
    found = traccar.read(json.dumps(vague).encode(), [])
    assert found is not None
    assert found.place.accuracy_m is None
