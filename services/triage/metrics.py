"""Metrics of triage, declared once."""

from services.chassis.metrics import counter, gauge, histogram

OUTCOMES = counter(
    "vigie_screening_outcomes_total",
    "Signals by how they ended and why.",
    unit="signals",
    labels=["outcome", "reason"],
)
SCREENING_BATCH_SECONDS = histogram(
    "vigie_screening_batch_seconds", "From a batch read to all its outputs acknowledged."
)
REREAD = counter(
    "vigie_screening_reread_records_total",
    "Records read again without emitting, to rebuild windows after an assignment.",
    unit="records",
)
REREAD_SECONDS = histogram("vigie_screening_reread_seconds", "How long rebuilding the windows took.")
SITUATIONS = counter(
    "vigie_correlation_situations_total",
    "Alarms by why they joined or opened a situation; `again` for those answered from the table.",
    unit="alarms",
    labels=["reason"],
)
OPEN_SITUATIONS = gauge(
    "vigie_correlation_open_situations", "Situations that may still take an alarm.", unit="situations"
)
ANSWERS_HELD = gauge("vigie_correlation_answers_held", "Alarms whose situation the table still knows.", unit="alarms")
IN_FLIGHT = gauge(
    "vigie_correlation_in_flight", "Alarms handled whose outputs are not all acknowledged yet.", unit="alarms"
)
CORRELATION_SECONDS = histogram(
    "vigie_correlation_seconds", "From reading an alarm to its situation and table entry being acknowledged."
)
STATE_REBUILT = counter(
    "vigie_correlation_state_rebuilt_total",
    "Times the local state was rebuilt from its changelog, or the changelog from the state, by what was lost.",
    unit="rebuilds",
    labels=["cause"],
)
PASSED_OVER = counter(
    "vigie_correlation_passed_over_total",
    "Times a record came before the one that had to come next; it was refused and both were read again.",
    unit="times",
)
