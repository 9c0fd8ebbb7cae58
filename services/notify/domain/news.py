"""What dispatch says has happened, reduced to what decides who is told."""

from dataclasses import dataclass
from datetime import datetime

from schemas.vocabulary.dispatching import HandOverState, IncidentEvent, WorkOrderState
from schemas.vocabulary.natures import Nature, Priority


@dataclass(frozen=True, slots=True)
class News:
    """One recorded decision about an incident. Ids and enums only; nothing here is personal.

    `why` is dispatch's own reason. `agency`, `hand_over` and `work_order` are set where the event concerns one;
    `failed_recipient` where it says that a notification failed.
    """

    event_id: str
    incident_id: str
    centre: str
    commune: str | None
    pack_version: str
    event: IncidentEvent
    why: str
    at: datetime
    nature: Nature
    priority: Priority
    site: str | None = None
    device: str | None = None
    run_card: str | None = None
    agency: str | None = None
    hand_over: str | None = None
    hand_over_state: HandOverState | None = None
    work_order: str | None = None
    work_order_state: WorkOrderState | None = None
    failed_recipient: str | None = None

    @property
    def subject(self) -> str | None:
        """The hand-over or work order that it is about."""
        return self.hand_over or self.work_order
