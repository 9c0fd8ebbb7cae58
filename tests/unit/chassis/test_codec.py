"""Every message of the system survives the wire, and what is none becomes a typed error with its exact bytes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import Undecodable, decode, encode, header
from schemas.registry import MESSAGES
from schemas.wire import Message
from tests.unit.chassis.wire_values import messages_of

MANY_SHAPES = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", sorted(MESSAGES))
@MANY_SHAPES
@given(data=st.data())
def test_any_message_is_the_same_after_the_wire(kind: str, data: st.DataObject) -> None:
    """Key, headers and value are bytes; decoded among all other types, it is equal to what was sent."""
    message = data.draw(messages_of(MESSAGES[kind]))
    key, value, headers = encode(message, "vigie/test")
    again: Message = decode(value, headers, MESSAGES.values())
    assert again == message
    assert key.decode() == message.event_key == again.event_key
    assert header(headers, "ce_id") == message.event_id
    assert (header(headers, "ce_type"), header(headers, "ce_specversion")) == (kind, "1.0")
    assert (header(headers, "ce_time") or "").endswith("Z")


@given(
    st.binary(max_size=200),
    st.sampled_from([*sorted(MESSAGES), "vigie.signal.received.v2", ""]),
    st.booleans(),
)
def test_any_bytes_are_a_message_or_undecodable(raw: bytes, kind: str, named: bool) -> None:
    """No other exception ever leaves the codec, and the bytes are kept exactly."""
    headers: list[tuple[str, bytes | str | None]] = [("ce_type", kind.encode())] if named else [("other", None)]
    with pytest.raises(Undecodable) as refused:
        decode(raw, headers, MESSAGES.values())
    assert refused.value.raw == raw
    assert refused.value.reason


@given(st.lists(st.tuples(st.text(), st.none() | st.binary() | st.text())))
def test_any_headers_can_be_looked_through(headers: list[tuple[str, bytes | str | None]]) -> None:
    """Bytes that are not UTF-8, names that repeat, values that are missing: a text or None."""
    assert header(headers, "ce_type") is None or isinstance(header(headers, "ce_type"), str)


def test_the_reason_names_the_field_and_not_its_content() -> None:
    """What failed may be personal."""
    value = b'{"signal_id": "s", "device": "SECRET\\u0001"}'
    with pytest.raises(Undecodable) as refused:
        decode(value, [("ce_type", b"vigie.signal.received.v1")], MESSAGES.values())
    assert "SECRET" not in refused.value.reason
    assert "more" in refused.value.reason
