"""Rows as values: what is written before sending, and what is claimed in order to send."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter


@dataclass(frozen=True, slots=True)
class Entry:
    """One notification to write. `failed`: it is settled as failed at once, for that reason."""

    key: str
    event_id: str
    incident_id: str
    recipient: str
    channel: str
    subject: str | None
    decided: NotifyReason
    priority: int
    centre: str
    origin: dict[str, Any]
    letter: Letter | None
    traceparent: str | None
    happened_at: datetime
    failed: NotifyReason | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One notification that this process may send now. `age_s`: seconds since it was written."""

    key: str
    recipient: str
    centre: str
    attempt: int
    letter: Letter
    traceparent: str | None
    withdrawn: bool
    age_s: float
    happened_at: datetime
