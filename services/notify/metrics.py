"""Metrics of notify, each declared once."""

from schemas.vocabulary.dispatching import NotifyOutcome
from services.chassis.metrics import counter, gauge, histogram
from services.notify.domain.reasons import NotifyReason

DECISIONS = counter(
    "vigie_notify_decisions_total",
    "Decisions about who is told, by verdict and reason.",
    unit="decisions",
    labels=["verdict", "reason"],
)
ATTEMPTS = counter(
    "vigie_notify_attempts_total",
    "Attempts to send, by channel, outcome and reason.",
    unit="attempts",
    labels=["channel", "outcome", "reason"],
    begins=[(channel, NotifyOutcome.SENT, NotifyReason.DELIVERED) for channel in ("webhook", "apprise")],
)
SEND_SECONDS = histogram("vigie_notify_send_seconds", "One attempt, from claim to answer.", labels=["channel"])
TOLD_SECONDS = histogram(
    "vigie_notify_told_seconds", "From dispatch's decision to the receiver's acceptance.", labels=["channel"]
)
PENDING = gauge("vigie_notify_pending", "Notifications that wait to be sent or sent again.", unit="notifications")
