"""Reads recorded decisions for replay: in one read-only snapshot, row by row, so that memory does not grow with them.

Changes nothing and holds up nobody: any number may run beside a working dispatch. PostgreSQL keeps what is deleted
meanwhile until it ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, RowMapping, Select, create_engine, exists, or_, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from schemas.pack.pack import CityPack
from schemas.pack.responders import RunCard
from services.chassis.database import address
from services.dispatch.cards import card_of
from services.dispatch.domain.replaying import Finding, Record, Replaying
from services.dispatch.domain.replaying.cards import Cards
from services.dispatch.packs import BARE
from services.dispatch.store.tables import decisions, events, incidents, packs

RUN_CARDS = TypeAdapter(tuple[RunCard, ...])
ROWS = 500
"""Fetched at once: some megabytes of inputs."""
CONNECT_S = 5


class NotReadable(Exception):
    """PostgreSQL cannot be reached, or holds no tables of dispatch of this version."""


class UnknownIncident(Exception):
    """Nothing was ever recorded of that incident."""


@dataclass(frozen=True)
class Period:
    """From `begin` (included) to `end` (excluded), aware; one incident only where it is named."""

    begin: datetime
    end: datetime
    incident: str | None = None


def replay(database_url: str, period: Period, changed: CityPack | None = None) -> Iterator[Finding]:
    """Each decision of the period, in the order of their times, evaluated again.

    With `changed`, the decisions of its centre are evaluated with its run cards. Raises NotReadable, UnknownIncident.
    """
    try:
        with _snapshot(database_url) as conn:
            if period.incident is not None and not _known(conn, period.incident):
                raise UnknownIncident(period.incident)
            yield from _replay(conn, period, changed)
    except DBAPIError as error:
        raise NotReadable(str(error.orig or error).strip()) from error


def _replay(conn: Connection, period: Period, changed: CityPack | None) -> Iterator[Finding]:
    replaced = _replaced(conn, changed) if changed is not None else {}
    replaying = Replaying(_stored_cards(conn), replaced)
    if replaced:
        for record in _records(conn, _earlier(period)):
            replaying.recall(record)
    for record in _records(conn, _during(period)):
        yield from replaying.take(record)


@contextmanager
def _snapshot(database_url: str) -> Iterator[Connection]:
    """All queries see the same moment; nothing can be written."""
    engine = create_engine(
        address(database_url),
        poolclass=NullPool,
        json_deserializer=orjson.loads,
        connect_args={"application_name": "vigie-replay", "connect_timeout": CONNECT_S},
    )
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as conn:
        # The whole result is wanted, but in the index's order: sorting a year of inputs would fill the disk.
        conn.execute(text("SET LOCAL cursor_tuple_fraction = 0.001"))
        yield conn


def _stored_cards(conn: Connection) -> dict[str, Cards]:
    """The run cards of every stored version that this version of Vigie can read. A version names one content."""
    found: dict[str, Cards] = {BARE: ()}
    for version, listed in conn.execute(select(packs.c.version, packs.c.content["run_cards"])):
        try:
            found[version] = tuple(map(card_of, RUN_CARDS.validate_python(listed)))
        except ValidationError:
            continue  # its decisions are reported as resting on a pack that is not readable
    return found


def _replaced(conn: Connection, changed: CityPack) -> dict[str, Cards]:
    """The run cards of `changed` for each version that its centre has had."""
    cards = tuple(map(card_of, changed.run_cards))
    versions = conn.execute(select(packs.c.version).where(packs.c.centre == changed.centre.code)).scalars()
    return dict.fromkeys(versions, cards)


def _known(conn: Connection, incident: str) -> bool:
    return bool(conn.scalar(select(exists().where(events.c.incident_id == incident))))


def _events(period: Period) -> Select[Any]:
    query = select(events).with_only_columns(
        *(events.c[name] for name in ("incident_id", "version", "event", "reason", "actor", "at", "inputs", "detail"))
    )
    if period.incident is not None:
        query = query.where(events.c.incident_id == period.incident)
    return query.order_by(events.c.at, events.c.incident_id, events.c.version)


def _during(period: Period) -> Select[Any]:
    return _events(period).where(events.c.at >= period.begin, events.c.at < period.end)


def _earlier(period: Period) -> Select[Any]:
    """Run cards' decisions from before the period about incidents that something was recorded of in it."""
    later = events.alias("later")
    goes_on = exists().where(later.c.incident_id == incidents.c.id, later.c.at >= period.begin, later.c.at < period.end)
    begun = select(incidents.c.id).where(
        incidents.c.opened_at < period.begin,
        or_(incidents.c.closed_at.is_(None), incidents.c.closed_at >= period.begin),
        goes_on,
    )
    by_card = events.c.inputs.has_key("facts")
    return _events(period).where(events.c.at < period.begin, events.c.incident_id.in_(begun), by_card)


def _records(conn: Connection, query: Select[Any]) -> Iterator[Record]:
    shared = _Shared(conn)
    with conn.execute(query.execution_options(stream_results=True, yield_per=ROWS)) as rows:
        for row in rows.mappings():
            yield _record(row, shared)


class _Shared:
    """Inputs that several events share; their events follow one another, so that the last one is enough."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._last: tuple[str, Any] = ("", None)

    def of(self, decision: object) -> Any:
        """None where the events refer to none, or to one that is not stored."""
        if not isinstance(decision, str):
            return None
        if self._last[0] != decision:
            self._last = decision, self._conn.scalar(select(decisions.c.inputs).where(decisions.c.id == decision))
        return self._last[1]


def _record(row: RowMapping, shared: _Shared) -> Record:
    inputs, detail = (row[name] if isinstance(row[name], dict) else {} for name in ("inputs", "detail"))
    return Record(
        incident=row["incident_id"],
        version=row["version"],
        event=row["event"],
        reason=row["reason"],
        actor=row["actor"],
        at=row["at"],
        inputs=inputs,
        detail=detail,
        decision=shared.of(inputs.get("decision")),
    )
