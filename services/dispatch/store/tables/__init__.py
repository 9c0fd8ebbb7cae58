"""The tables of dispatch, in schema `dispatch`. Constraints here are the last guard of the promises."""

from services.dispatch.store.tables.access import access_register, legal_holds, register_head, revocations
from services.dispatch.store.tables.columns import SCHEMA, metadata
from services.dispatch.store.tables.engaging import assignments, hand_overs, late_reports, tasks, work_orders
from services.dispatch.store.tables.fleet import move_ups, roster, unit_positions, units
from services.dispatch.store.tables.incidents import (
    decisions,
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
from services.dispatch.store.tables.room import (
    attachments,
    broadcast_reads,
    broadcasts,
    kiosk_calls,
    presence,
    protected_addresses,
    silences,
    street_changes,
)
from services.dispatch.store.tables.watching import dead_letter_acts, differences, system_alarms

__all__ = [
    "SCHEMA",
    "access_register",
    "assignments",
    "attachments",
    "broadcast_reads",
    "broadcasts",
    "consumer_offsets",
    "current_packs",
    "dead_letter_acts",
    "decisions",
    "differences",
    "events",
    "hand_overs",
    "idempotency",
    "incident_signals",
    "incidents",
    "kiosk_calls",
    "late_reports",
    "leases",
    "legal_holds",
    "metadata",
    "move_ups",
    "notes",
    "notifications",
    "outbox",
    "packs",
    "presence",
    "protected_addresses",
    "register_head",
    "revocations",
    "roster",
    "signal_outcomes",
    "silences",
    "situations",
    "stream",
    "stream_head",
    "street_changes",
    "system_alarms",
    "tasks",
    "unit_positions",
    "units",
    "work_orders",
]
