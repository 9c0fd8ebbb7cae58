"""CloudEvents 1.0 in Kafka binary mode: attributes in `ce_*` headers, the value is the message's JSON.

Standard: CloudEvents 1.0.2, Kafka Protocol Binding 3.2 (binary content mode).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import ValidationError

from schemas.registry import MESSAGES
from schemas.wire import Message

Headers = list[tuple[str, bytes]]
RawHeaders = Sequence[tuple[str, bytes | str | None]] | None
M = TypeVar("M", bound=Message)


class Undecodable(Exception):
    """A record that is not one of the expected messages. Carries the exact bytes; permanent, never retried."""

    def __init__(self, reason: str, raw: bytes | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.raw = raw


def encode(message: Message, source: str) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of a record. `source` is `vigie/<service>`."""
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", message.event_id.encode()),
        ("ce_type", message.ce_type.encode()),
        ("ce_source", source.encode()),
        ("ce_time", rfc3339(message.event_time).encode()),
        ("content-type", b"application/json"),
    ]
    return message.event_key.encode(), message.model_dump_json().encode(), headers


def decode(value: bytes | None, headers: RawHeaders, expected: Iterable[type[M]]) -> M:
    """The message in a record, which must be one of `expected`.

    Raises Undecodable with a reason that names the field where validation fails, never its content.
    """
    if value is None:
        raise Undecodable("tombstone: no value", None)
    kind = header(headers, "ce_type")
    if kind is None:
        raise Undecodable("no ce_type header", value)
    model = next((model for model in expected if model.ce_type == kind), None)
    if model is None:
        known = "known, but not on this topic" if kind in MESSAGES else "unknown type or version"
        raise Undecodable(f"ce_type {kind[:100]!r}: {known}", value)
    try:
        return model.model_validate_json(value)
    except ValidationError as error:
        raise Undecodable(describe(error), value) from error


def header(headers: RawHeaders, name: str) -> str | None:
    """The first header of that name as text, or None; bytes that are not UTF-8 are shown as replacement marks."""
    for key, value in headers or ():
        if key == name and value is not None:
            return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    return None


def describe(error: ValidationError) -> str:
    """Where and why, without the input itself: it may be personal."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(step) for step in first["loc"]) or "value"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{place}: {first['msg']}{more}"


def rfc3339(moment: datetime) -> str:
    """UTC, milliseconds, with a Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
