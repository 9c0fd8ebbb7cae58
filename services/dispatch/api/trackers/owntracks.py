"""OwnTracks, HTTP mode (booklet, "HTTP" and "JSON"): the app POSTs each message to one address.

Only `_type` location counts; regions, transitions, wills and the rest are taken as nothing. A tracker is called
`user/device`, from `X-Limit-U` and `X-Limit-D`, `?u=` and `&d=`, the user of HTTP basic, or else the message's `topic`.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from services.dispatch.api.trackers.fix import Fix, Unreadable, json_object, moment, named, place_of


def read(raw: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Fix | None:
    """The fix in a message, None where it holds none (an empty one tells of a deleted friend). Raises Unreadable."""
    if not raw.strip():
        return None
    told = json_object(raw)
    match told.get("_type"):
        case "location":
            place = place_of(told.get("lat"), told.get("lon"), told.get("acc"))
            at = moment(told.get("tst"))
            tracker = _tracker(told, headers, query)
            return Fix(tracker, place, at) if place is not None else None
        case "encrypted":
            raise Unreadable(
                "message chiffré : désactivez le chiffrement dans l'application, HTTPS protège le trajet",
                "encrypted message: switch encryption off in the app, HTTPS protects the way",
            )
        case str():
            return None
        case _:
            raise Unreadable("_type absent", "_type is missing")


def _tracker(told: Mapping[str, Any], headers: Mapping[str, str], query: Mapping[str, str]) -> str:
    user = headers.get("x-limit-u") or query.get("u") or _basic_user(headers.get("authorization", ""))
    device = headers.get("x-limit-d") or query.get("d")
    if user and device:
        return named(f"{user}/{device}", "X-Limit-U, X-Limit-D")
    topic = told.get("topic")
    parts = topic.split("/") if isinstance(topic, str) else []
    own = parts[1:] if parts[:1] == ["owntracks"] else parts
    if len(own) < 2 or not all(own[-2:]):
        raise Unreadable(
            "expéditeur inconnu : réglez le nom d'utilisateur et l'appareil dans l'application",
            "no sender: set the user name and the device in the app",
        )
    return named("/".join(own[-2:]), "topic")


def _basic_user(authorization: str) -> str | None:
    """The user name of HTTP basic (RFC 7617); the password is not looked at here."""
    scheme, _, coded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[0] or None
    except (binascii.Error, ValueError):
        return None
