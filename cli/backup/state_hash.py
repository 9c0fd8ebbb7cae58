"""One number for the state of incidents, tasks and assignments: equal where the same things stand in the same way.

What differs between two runs over the same records is left out: moments that are PostgreSQL's own clock, and ids that
are drawn by chance. Documented in docs/tools.md.
"""

import hashlib
from dataclasses import dataclass

import psycopg

INCIDENTS = """SELECT id, centre, nature, priority, state, site, device, subject, run_card, engagement, sources,
 signals, folded, merged_into, linked_to, escalation FROM dispatch.incidents ORDER BY id"""
TASKS = "SELECT id, incident_id, kind, state, slots, agency FROM dispatch.tasks ORDER BY id"
ASSIGNMENTS = """SELECT incident_id, task_id, slot, unit_id, state, active FROM dispatch.assignments
 ORDER BY incident_id, task_id, slot, unit_id, state, offered_at"""
SIGNALS = "SELECT signal_id, incident_id, role FROM dispatch.incident_signals ORDER BY signal_id"


@dataclass(frozen=True, slots=True)
class StateHash:
    """SHA-256 of each part and of all; the counts say how much stands behind it."""

    whole: str
    parts: dict[str, str]
    counts: dict[str, int]


def state_hash(connection: psycopg.Connection) -> StateHash:
    """The hash within the connection's transaction: one moment, if that reads repeatably."""
    parts: dict[str, str] = {}
    counts: dict[str, int] = {}
    queries = {"incidents": INCIDENTS, "tasks": TASKS, "assignments": ASSIGNMENTS, "signals": SIGNALS}
    for name, query in queries.items():
        digest, number = hashlib.sha256(), 0
        with connection.cursor(name=f"hash_{name}") as cursor:
            cursor.itersize = 5000
            for row in cursor.execute(query):
                digest.update(repr(row).encode())
                number += 1
        parts[name], counts[name] = digest.hexdigest(), number
    whole = hashlib.sha256("".join(parts.values()).encode()).hexdigest()
    return StateHash(whole, parts, counts)
