"""What stands in the database after a move, read in one statement."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.vocabulary.dispatching import AssignmentState, IncidentState, TaskState

Row = dict[str, Any]
UNFINISHED = {IncidentState.OPEN, IncidentState.IN_PROGRESS}
WHOLE = {
    "incidents": "SELECT * FROM dispatch.incidents ORDER BY opened_at, id",
    "tasks": "SELECT * FROM dispatch.tasks ORDER BY id",
    "assignments": "SELECT * FROM dispatch.assignments ORDER BY offered_at, id",
    "units": "SELECT * FROM dispatch.units ORDER BY id",
    "hand_overs": "SELECT * FROM dispatch.hand_overs ORDER BY sent_at, id",
    "orders": "SELECT * FROM dispatch.work_orders ORDER BY ordered_at, id",
    "signals": "SELECT signal_id, incident_id, role, nature, device FROM dispatch.incident_signals ORDER BY signal_id",
    "outcomes": "SELECT signal_id, outcome, unclaimed FROM dispatch.signal_outcomes",
    "events": "SELECT incident_id, version, event, reason, actor, detail, state->>'revision' AS revision "
    "FROM dispatch.events ORDER BY incident_id, version",
    "silences": "SELECT id FROM dispatch.silences WHERE ended_at IS NULL ORDER BY id",
    "positions": "SELECT position FROM dispatch.stream UNION ALL SELECT position FROM dispatch.outbox ORDER BY 1",
    "head": "SELECT position FROM dispatch.stream_head",
    "outbox": "SELECT position, topic, convert_from(value, 'UTF8')::json->>'incident_id' AS incident_id, "
    "(convert_from(value, 'UTF8')::json->>'version')::int AS version, headers FROM dispatch.outbox "
    "WHERE value IS NOT NULL AND topic <> 'packs' ORDER BY position",
}
QUERY = "SELECT json_build_object({})".format(
    ", ".join(f"'{name}', (SELECT coalesce(json_agg(t), '[]') FROM ({query}) t)" for name, query in WHOLE.items())
)


@dataclass(frozen=True)
class Seen:
    """Everything that the promises are about. Rows as JSON values."""

    incidents: list[Row]
    tasks: list[Row]
    assignments: list[Row]
    units: list[Row]
    hand_overs: list[Row]
    orders: list[Row]
    signals: list[Row]
    outcomes: list[Row]
    events: list[Row]
    silences: list[Row]
    positions: list[Row]
    head: list[Row]
    outbox: list[Row]

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """Incidents by id."""
        return {known["id"]: known for known in self.incidents}

    @property
    def unfinished(self) -> list[Row]:
        """Incidents that people still work on."""
        return [known for known in self.incidents if known["state"] in UNFINISHED]

    @property
    def active(self) -> list[Row]:
        """Assignments that bind a unit."""
        return [known for known in self.assignments if known["active"]]

    def bound(self, incident: str) -> bool:
        """True if a unit, an agency or a crew was asked to come to it."""
        asked = (self.active, self.hand_overs, self.orders)
        return any(known["incident_id"] == incident for rows in asked for known in rows)

    def tasks_of(self, incident: str) -> list[Row]:
        """The tasks of an incident."""
        return [known for known in self.tasks if known["incident_id"] == incident]

    def on_task(self, task: Row, *states: AssignmentState) -> list[Row]:
        """The assignments of a task in those states, or all."""
        found = [known for known in self.assignments if known["task_id"] == task["id"]]
        return [known for known in found if not states or known["state"] in states]

    def free_slots(self, task: Row) -> list[int]:
        """The slots for which nobody was found yet."""
        known = self.on_task(task)
        taken = {a["slot"] for a in known if a["active"] or a["state"] == AssignmentState.CLEARED}
        return [slot for slot in range(task["slots"]) if slot not in taken]

    def events_of(self, incident: str) -> list[Row]:
        """What happened to an incident, in order."""
        return [known for known in self.events if known["incident_id"] == incident]

    def root(self, incident: str) -> str:
        """The incident that an id stands for now. Fails where merges lead in a circle or nowhere."""
        for _ in range(len(self.incidents)):
            into = self.by_id[incident]["merged_into"]
            if into is None:
                return incident
            incident = into
        raise AssertionError(f"merges of {incident} do not end")

    def waiting(self) -> list[Row]:
        """Tasks of unfinished incidents that wait for a unit."""
        ids = {known["id"] for known in self.unfinished}
        return [t for t in self.tasks if t["state"] == TaskState.WAITING and t["incident_id"] in ids]


async def look(engine: AsyncEngine) -> Seen:
    """What is stored now."""
    async with engine.connect() as conn:
        return Seen(**(await conn.execute(text(QUERY))).scalar_one())
