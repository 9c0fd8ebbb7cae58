"""What is wrong with MQTT messages."""

import json
from typing import Any

from schemas.vocabulary.natures import Nature
from tests.flow.bad_input.case import Case, flags

EVENTS = "frigate/events"
GOAT = Nature.OBJECT_LEFT


def event(number: int, **changed: Any) -> bytes:
    """A new object seen by the small city's camera."""
    after = {"id": f"bad-{number}", "camera": "cam-testdrive", "label": "goat", "top_score": 0.8, **changed}
    return json.dumps({"type": "new", "after": after}, ensure_ascii=False).encode()


def _case(what: str, sent: bytes, kept: str | None = None, raised: Nature | None = None, *named: str) -> Case:
    return Case(what, sent, "PUBACK", kept, raised, flags(*named), EVENTS)


CAMERA = (
    _case("empty", b"", "Invalid JSON"),
    _case("truncated", event(1)[:40], "Invalid JSON"),
    _case("not UTF-8", b'{"type":"new","after":{"id":"\xff"}}', "Invalid JSON"),
    _case("nested 10,000 deep", b"[" * 10_000 + b"]" * 10_000, "recursion limit"),
    _case("2 MB", b'{"type":"' + b"x" * 2_000_000 + b'"}', "type"),
    _case("unknown code", event(2).replace(b'"new"', b'"born"'), "type"),
    _case("NaN", event(3, top_score=float("nan")), "top_score"),
    _case("400-digit number", event(4).replace(b"0.8", b"1" * 400), "top_score"),
    _case("NUL in an id", event(5, id="a\x00b"), "after.id"),
    _case("right-to-left mark", event(6, id="a\u202eb"), None, GOAT),
    _case("year 9999", event(7, frame_time=253402300799), None, GOAT),
    _case("negative time", event(8, frame_time=-5.0), None, GOAT),
    _case("unknown camera", event(9, camera="cam-nowhere"), None, GOAT, "unknown_device"),
    Case("another instance's topic", event(10), "PUBACK", "other_instance", None, topic="frigate/intruder/events"),
)
