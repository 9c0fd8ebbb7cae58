"""Every message of the system by its CloudEvents type."""

from schemas.messages.dead import DeadLetter
from schemas.messages.dispatching import (
    AssignmentChanged,
    IncidentChanged,
    SilenceChanged,
    UnitPositionReported,
    WorkOrderChanged,
)
from schemas.messages.notifying import NotificationReported
from schemas.messages.signal import Alarm, Signal, SignalOutcome, Situation
from schemas.pack.pack import PackPartApplied
from schemas.wire import Message

MESSAGES: dict[str, type[Message]] = {
    model.ce_type: model
    for model in (
        Signal,
        Alarm,
        SignalOutcome,
        Situation,
        IncidentChanged,
        AssignmentChanged,
        WorkOrderChanged,
        SilenceChanged,
        UnitPositionReported,
        NotificationReported,
        PackPartApplied,
        DeadLetter,
    )
}
