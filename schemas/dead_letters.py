"""Makes the dead letter of a record or of bytes that never became one."""

import base64
import uuid
from datetime import datetime

from schemas.codec import RawHeaders
from schemas.messages.dead import DeadLetter

NAMESPACE = uuid.UUID("6f1f6f2a-5b1e-5e58-9c53-0e9f8a3e6d11")


def dead_letter(
    *,
    topic: str,
    partition: int,
    offset: int,
    reader: str,
    reason: str,
    raw: bytes | None,
    raw_key: bytes | None,
    headers: RawHeaders,
    at: datetime,
) -> DeadLetter:
    """The same record and reader give the same id, so that reading it again keeps it once.

    For bytes that never reached a topic, `partition` and `offset` are -1 and the id hashes bytes and time.
    """
    place = f"{topic}/{partition}/{offset}/{reader}"
    if offset < 0:
        place += f"/{at.isoformat()}/{base64.b64encode(raw or b'').decode()}"
    return DeadLetter(
        id=str(uuid.uuid5(NAMESPACE, place)),
        topic=topic,
        partition=partition,
        offset=offset,
        reader=reader,
        reason=reason[:2000],
        raw=base64.b64encode(raw or b"").decode(),
        raw_key=None if raw_key is None else base64.b64encode(raw_key).decode(),
        headers=tuple((key, _text(value)) for key, value in headers or ()),
        at=at,
    )


def _text(value: bytes | str | None) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""
