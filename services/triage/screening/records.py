"""One Kafka record of `signals`: its time, its signal."""

from confluent_kafka import TIMESTAMP_NOT_AVAILABLE, Message

from schemas.codec import RawHeaders, decode
from schemas.messages.signal import Signal


def read(record: Message) -> tuple[Signal, float]:
    """The signal and the record's time, seconds since 1970. Raises schemas.codec.Undecodable."""
    signal = decode(record.value(), headers_of(record), (Signal,))
    at = time_of(record)
    return signal, signal.received_at.timestamp() if at is None else at


def marks(headers: RawHeaders) -> tuple[bytes | str | None, bytes | None]:
    """Its `ce_type` and its `traceparent`, of one look at the headers."""
    kind: bytes | str | None = None
    parent: bytes | None = None
    for name, value in headers or ():
        if name == "ce_type":
            kind = value
        elif name == "traceparent":
            parent = value.encode() if isinstance(value, str) else value
    return kind, parent


def time_of(record: Message) -> float | None:
    """The record's time, seconds since 1970; None where the writer gave none."""
    kind, milliseconds = record.timestamp()
    return None if kind == TIMESTAMP_NOT_AVAILABLE else milliseconds / 1000


def headers_of(record: Message) -> RawHeaders:
    """The record's headers as the list that the reader gives (a dict is only what writers may pass)."""
    headers = record.headers()
    assert headers is None or isinstance(headers, list), "librdkafka reads headers as a list"
    return headers
