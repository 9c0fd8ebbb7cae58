"""The tables of dispatch, in schema `dispatch`. Constraints here are the last guard of the promises."""

from services.dispatch.store.tables.columns import SCHEMA, metadata
from services.dispatch.store.tables.engaging import assignments, hand_overs, late_reports, tasks, work_orders
from services.dispatch.store.tables.fleet import unit_positions, units
from services.dispatch.store.tables.incidents import (
    events,
    incident_signals,
    incidents,
    notes,
    notifications,
    signal_outcomes,
    situations,
)
from services.dispatch.store.tables.plumbing import (
    consumer_offsets,
    current_packs,
    idempotency,
    leases,
    outbox,
    packs,
    stream,
    stream_head,
)
from services.dispatch.store.tables.room import kiosk_calls, silences

__all__ = [
    "SCHEMA",
    "assignments",
    "consumer_offsets",
    "current_packs",
    "events",
    "hand_overs",
    "idempotency",
    "incident_signals",
    "incidents",
    "kiosk_calls",
    "late_reports",
    "leases",
    "metadata",
    "notes",
    "notifications",
    "outbox",
    "packs",
    "signal_outcomes",
    "silences",
    "situations",
    "stream",
    "stream_head",
    "tasks",
    "unit_positions",
    "units",
    "work_orders",
]
