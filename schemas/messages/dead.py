"""What could not be read: kept whole, with its place and the reason."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.wire import Identifier, Instant, Message


class DeadLetter(Message):
    """A record that a reader could not use. Topics `<topic>.dead`, keyed as the source.

    `raw` and `raw_key` are base64 of the exact bytes; `source` is topic, partition and offset, or a device's
    address with the port left out.
    """

    ce_type: ClassVar[str] = "vigie.record.rejected.v1"

    id: Identifier
    topic: Identifier
    partition: int
    offset: int
    reader: Identifier
    reason: str = Field(max_length=2000)
    raw: str
    raw_key: str | None
    headers: tuple[tuple[str, str], ...] = ()
    at: Instant

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def event_time(self) -> datetime:
        return self.at

    @property
    def event_key(self) -> str:
        return self.topic
