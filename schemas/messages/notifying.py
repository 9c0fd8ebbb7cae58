"""What notify reports back: one result for each event and recipient."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.vocabulary.dispatching import NotifyOutcome
from schemas.wire import Identifier, Instant, Message, Origin


class NotificationReported(Message):
    """What became of one notification. Topic `notify.outcomes`, keyed by incident.

    `key` is the once-only key: event and recipient. `reason` is notify's decision enum. `attempt` counts from 1.
    """

    ce_type: ClassVar[str] = "vigie.notification.reported.v1"

    id: Identifier
    origin: Origin
    key: Identifier
    incident_id: Identifier
    caused_by: Identifier
    recipient: Identifier
    channel: Identifier
    outcome: NotifyOutcome
    reason: str
    attempt: int = Field(ge=0)
    at: Instant

    @property
    def event_id(self) -> str:
        return self.id

    @property
    def event_time(self) -> datetime:
        return self.at

    @property
    def event_key(self) -> str:
        return self.incident_id
