"""What is wrong with records on topics; every reader decodes with `schemas.codec`."""

from dataclasses import dataclass

Headers = list[tuple[str, bytes | str | None]]
SIGNAL: Headers = [("ce_type", b"vigie.signal.received.v1")]
GOOD_SIGNAL = (
    b'{"signal_id":"s-1","origin":{"centre":"57463","pack_version":"1"},"device":"d","device_kind":"panel",'
    b'"nature":"fire","received_at":"2026-05-04T21:12:03Z"%b}'
)


@dataclass(frozen=True)
class BadRecord:
    """One record, and what the reason of its dead letter holds."""

    what: str
    value: bytes | None
    headers: Headers
    reason: str
    key: bytes | None = b"d"


RECORDS = (
    BadRecord("tombstone on a topic that is not compacted", None, SIGNAL, "tombstone"),
    BadRecord("no type", GOOD_SIGNAL % b"", [], "no ce_type"),
    BadRecord("unknown schema version", GOOD_SIGNAL % b"", [("ce_type", b"vigie.signal.received.v9")], "unknown type"),
    BadRecord(
        "another topic's message", GOOD_SIGNAL % b"", [("ce_type", b"vigie.alarm.raised.v1")], "not on this topic"
    ),
    BadRecord("a type that is not UTF-8", GOOD_SIGNAL % b"", [("ce_type", b"\xff")], "unknown type"),
    BadRecord("empty", b"", SIGNAL, "Invalid JSON"),
    BadRecord("truncated, null key", (GOOD_SIGNAL % b"")[:-9], SIGNAL, "Invalid JSON", None),
    BadRecord("not UTF-8", b'{"signal_id":"\xff"}', SIGNAL, "Invalid JSON"),
    BadRecord("nested 10,000 deep", b"[" * 10_000, SIGNAL, "recursion limit"),
    BadRecord("NUL in an id", (GOOD_SIGNAL % b"").replace(b"s-1", b"s\\u0000"), SIGNAL, "signal_id"),
    BadRecord("unknown code", (GOOD_SIGNAL % b"").replace(b"fire", b"volcano"), SIGNAL, "nature"),
    BadRecord("NaN", GOOD_SIGNAL % b',"position":{"lat":NaN,"lon":1}', SIGNAL, "position.lat"),
    BadRecord("Infinity", GOOD_SIGNAL % b',"position":{"lat":1,"lon":Infinity}', SIGNAL, "position.lon"),
    BadRecord("400-digit number", GOOD_SIGNAL % (b',"position":{"lat":' + b"1" * 400 + b',"lon":1}'), SIGNAL, "lat"),
    BadRecord("time without offset", (GOOD_SIGNAL % b"").replace(b"03Z", b"03"), SIGNAL, "received_at"),
    BadRecord("a list", b"[]", SIGNAL, "value"),
    BadRecord("`__faust` type tag", b'{"__faust":{"ns":"os.system"},"signal_id":"x"}', SIGNAL, "origin"),
)
TOPIC_ROWS = [(record.what, record.reason) for record in RECORDS]
