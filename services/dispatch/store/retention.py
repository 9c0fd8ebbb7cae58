"""The statements behind the rules of retention: which rows are past their time, and how they go."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.domain.retention import DataClass

AT_ONCE = 5000
"""Rows of one transaction: short enough for every lock and time-out."""
ERASED = "[effacé]"
OVER = "i.state IN ('resolved', 'closed', 'dismissed', 'merged')"
HELD = (
    "WITH RECURSIVE held(id, merged_into) AS ("
    "SELECT i.id, i.merged_into FROM dispatch.incidents i "
    "JOIN dispatch.legal_holds h ON h.incident_id = i.id WHERE h.lifted_at IS NULL "
    "UNION SELECT i.id, i.merged_into FROM dispatch.incidents i JOIN held ON i.merged_into = held.id "
    "OR i.id = held.merged_into) SELECT id FROM held"
)
"""Incidents under legal hold, with those merged into them and the one that they were merged into."""
NOT_HELD = f"i.id NOT IN ({HELD})"
APPS = "SELECT 1 FROM dispatch.incident_signals s WHERE s.device_kind = 'app' AND s.incident_id ="
BY_APP = f"(i.device <> '{ERASED}' AND EXISTS ({APPS} i.id))"
BY_APP_HERE = f"EXISTS ({APPS} incidents.id)"
"""An app's device stands for one person, though under a pseudonym; a camera's or a kiosk's for a place."""
OF_HELD = f"SELECT s.signal_id FROM dispatch.incident_signals s WHERE s.incident_id IN ({HELD})"
NO_NEW_HOLDS = text("LOCK TABLE dispatch.legal_holds IN SHARE MODE")
"""A hold that is being set now counts: it is waited for, and the next ones wait for this transaction."""


@dataclass(frozen=True)
class Way:
    """`due`: selects the rows' places (ctid) of `table`, before `:before`. `set`: None deletes them."""

    table: str
    due: str
    set: str | None = None


def _of_incident(table: str, moment: str, more: str, *, over: bool = True) -> str:
    finished = f" AND {OVER}" if over else ""
    return (
        f"SELECT t.ctid FROM dispatch.{table} t JOIN dispatch.incidents i ON i.id = t.incident_id "
        f"WHERE t.{moment} < :before AND {more} AND {NOT_HELD}{finished}"
    )


WAYS: dict[DataClass, tuple[Way, ...]] = {
    DataClass.POSITIONS: (
        Way("unit_positions", "SELECT ctid FROM dispatch.unit_positions WHERE received_at < :before"),
    ),
    DataClass.DECISION_INPUTS: (
        Way(
            "events",
            _of_incident(
                "events", "at", "t.inputs <> '{}' AND NOT t.inputs ? 'erased' AND t.inputs::text LIKE '%lat%'"
            ),
            "inputs = '{\"erased\": true}'",
        ),
    ),
    DataClass.DECISIONS: (Way("decisions", "SELECT ctid FROM dispatch.decisions WHERE at < :before"),),
    DataClass.PICTURES: (
        Way("attachments", _of_incident("attachments", "at", "t.content IS NOT NULL", over=False), "content = NULL"),
    ),
    DataClass.SIGNALS: (
        Way(
            "signal_outcomes",
            "SELECT ctid FROM dispatch.signal_outcomes WHERE decided_at < :before AND NOT unclaimed AND NOT EXISTS "
            f"(SELECT 1 FROM ({OF_HELD}) kept WHERE kept.signal_id IN (signal_outcomes.signal_id, first_signal_id))",
        ),
    ),
    DataClass.CALLERS: (
        Way(
            "incident_signals",
            _of_incident("incident_signals", "linked_at", "(t.subject IS NOT NULL OR t.attributes <> '{}')"),
            "subject = NULL, attributes = '{}', lat = NULL, lon = NULL, "
            f"device = CASE WHEN device_kind = 'app' THEN '{ERASED}' ELSE device END",
        ),
        Way(
            "events",
            _of_incident("events", "at", "(t.detail ? 'device' OR (t.inputs <> '{}' AND NOT t.inputs ? 'erased'))"),
            "detail = detail - 'device', inputs = CASE WHEN inputs = '{}' THEN inputs ELSE '{\"erased\": true}' END",
        ),
        Way(
            "incidents",
            "SELECT i.ctid FROM dispatch.incidents i WHERE i.opened_at < :before AND "
            f"(i.subject IS NOT NULL OR i.address IS NOT NULL OR i.lat IS NOT NULL OR {BY_APP}) "
            f"AND {NOT_HELD} AND {OVER}",
            f"device = CASE WHEN {BY_APP_HERE} THEN '{ERASED}' ELSE device END, "
            "subject = NULL, address = NULL, lat = NULL, lon = NULL, accuracy_m = NULL",
        ),
    ),
    DataClass.NOTES: (Way("notes", _of_incident("notes", "at", f"t.text <> '{ERASED}'"), f"text = '{ERASED}'"),),
    DataClass.NOTIFICATIONS: (Way("notifications", _of_incident("notifications", "at", "true")),),
}
"""In this order: signals go before the incident that they are found by is erased."""


async def count(conn: AsyncConnection, way: Way, before: object) -> int:
    """How many rows are past their time."""
    return int(await conn.scalar(text(f"SELECT count(*) FROM ({way.due}) due"), {"before": before}) or 0)


async def destroy(conn: AsyncConnection, way: Way, before: object) -> int:
    """Takes at most AT_ONCE of them, within the transaction of `conn`; how many."""
    await conn.execute(NO_NEW_HOLDS)
    # Held by nobody else: what is being worked on now is taken another day.
    found = f"ctid = ANY(ARRAY({way.due} LIMIT {AT_ONCE}))"
    due = f"SELECT ctid FROM dispatch.{way.table} WHERE {found} FOR UPDATE SKIP LOCKED"
    verb = f"UPDATE dispatch.{way.table} SET {way.set}" if way.set else f"DELETE FROM dispatch.{way.table}"
    done = await conn.execute(text(f"{verb} WHERE ctid = ANY(ARRAY({due}))"), {"before": before})
    return done.rowcount
