"""Traccar: the OsmAnd protocol (query or form), the JSON of Traccar Client from version 9, and a server's forwarding.

After traccar.org/osmand and the server's position forwarding (`forward.type` json). The tracker is the device's unique
identifier. A position that says it is not valid, or has none, is taken as nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from services.dispatch.api.trackers.fix import Fix, Unreadable, json_object, member, moment, named, place_of

NOT_VALID = frozenset({"false", "0"})
MOST_PARAMETERS = 200


def read(raw: bytes, query: Iterable[tuple[str, str]]) -> Fix | None:
    """The fix in a request, None where it holds none. Raises Unreadable."""
    if raw.lstrip()[:1] == b"{":
        return _of_json(json_object(raw))
    return _of_parameters(dict([*query, *_form(raw)]))


def _form(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        raise Unreadable("formulaire illisible", "the form cannot be read") from error


def _of_parameters(told: Mapping[str, str]) -> Fix | None:
    tracker = named(told.get("id") or told.get("deviceid"), "id")
    at = moment(told.get("timestamp"))
    lat, lon = told.get("lat"), told.get("lon")
    if lat is None and lon is None and "location" in told:
        lat, _, lon = told["location"].partition(",")
    if told.get("valid", "").lower() in NOT_VALID or (lat is None and lon is None):
        return None
    place = place_of(lat, lon, told.get("accuracy"))
    return Fix(tracker, place, at) if place is not None else None


def _of_json(told: Mapping[str, Any]) -> Fix | None:
    if "device_id" in told:
        return _of_client(told)
    if "device" in told:
        return _of_server(told)
    raise Unreadable(
        "ni device_id (Traccar Client) ni device (serveur Traccar)",
        "neither device_id (Traccar Client) nor device (Traccar server)",
    )


def _of_client(told: Mapping[str, Any]) -> Fix | None:
    tracker, location = named(told["device_id"], "device_id"), told.get("location")
    at, coords = moment(member(location, "timestamp")), member(location, "coords")
    if coords is None:
        return None
    place = place_of(member(coords, "latitude"), member(coords, "longitude"), member(coords, "accuracy"))
    return Fix(tracker, place, at) if place is not None else None


def _of_server(told: Mapping[str, Any]) -> Fix | None:
    tracker, position = named(member(told["device"], "uniqueId"), "device.uniqueId"), told.get("position")
    at = moment(member(position, "fixTime") or member(position, "deviceTime"))
    if position is None or member(position, "valid") is False:
        return None
    place = place_of(member(position, "latitude"), member(position, "longitude"), member(position, "accuracy"))
    return Fix(tracker, place, at) if place is not None else None
