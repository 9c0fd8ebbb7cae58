"""Units: locked all together, in id order, while a decision about any of them is made."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy import case as sql_case
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.vocabulary.dispatching import AssignmentState, ResponderKind, RosterKind, UnitState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.recommending import Work as Bound
from services.dispatch.domain.recommending.utilisation import SMOOTHED_OVER_S
from services.dispatch.domain.report import Place
from services.dispatch.domain.roster import LONGEST
from services.dispatch.domain.unit import Unit
from services.dispatch.store import mapping
from services.dispatch.store.pipeline import Row, Statement
from services.dispatch.store.signals import IS_UNFINISHED
from services.dispatch.store.tables import assignments, incidents, move_ups, roster, unit_positions, units
from services.dispatch.store.work import Work

LOOKED_AHEAD = 2 * LONGEST
"""A duty may go on in the next line: so far ahead its end is known."""
REMEMBERED = timedelta(seconds=6 * SMOOTHED_OVER_S)
"""What lies farther back would count for a quarter of a percent."""


async def companions(conn: AsyncConnection, incident_ids: Iterable[str]) -> list[dict[str, Any]]:
    """The units that are on these incidents now, by incident, as those who are there see each other."""
    there = assignments.c
    query = (
        select(there.incident_id, there.unit_id, units.c.call_sign, there.state)
        .join(units, units.c.id == there.unit_id)
        .where(there.incident_id.in_(list(incident_ids)), there.active)
        .order_by(there.offered_at, there.unit_id)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in (await conn.execute(query)).mappings():
        known = {"unit": row["unit_id"], "call_sign": row["call_sign"], "state": row["state"]}
        found.setdefault(row["incident_id"], []).append(known)
    return [{"incident_id": incident, "units": there} for incident, there in found.items()]


def someone_free(centre: ColumnElement[str], kind: ColumnElement[str], *more: ColumnElement[bool]) -> Exists:
    """True where some unit of that kind there is bound by nothing and on duty or on call; `more` about the unit."""
    return exists().where(units.c.centre == centre, units.c.kind == kind, *more, *_free())


def _free() -> tuple[ColumnElement[bool], ...]:
    bound = exists().where(assignments.c.unit_id == units.c.id, assignments.c.active)
    called = and_(units.c.state == UnitState.OFF_DUTY, _in_force(RosterKind.ON_CALL))
    off = units.c.state.in_((UnitState.OFF_DUTY, UnitState.UNAVAILABLE))
    return ~units.c.retiring, or_(~off, called), ~_in_force(RosterKind.REST), ~_in_distress(), ~bound


def _in_force(kind: RosterKind) -> Exists:
    """True where a line of that kind covers the unit now: the transaction's now, so that an index can answer."""
    now = func.now()
    covers = (roster.c.starts_at <= now, roster.c.ends_at > now, roster.c.removed_at.is_(None))
    return exists().where(roster.c.unit_id == units.c.id, roster.c.kind == kind, *covers)


def _in_distress() -> ColumnElement[bool]:
    """True where the unit's own call for help is open; asked once for all units, since it names none."""
    calls = select(incidents.c.device).where(
        incidents.c.nature == Nature.OFFICER_DISTRESS, IS_UNFINISHED, incidents.c.device.is_not(None)
    )
    return units.c.id.in_(calls)


def _lines() -> ColumnElement[Any]:
    """The unit's roster as a JSON list: lines that have not ended and begin within LOOKED_AHEAD."""
    now = func.now()
    line = func.jsonb_build_object(
        *(part for name in ("id", "kind", "starts_at", "ends_at", "capabilities") for part in (name, roster.c[name]))
    )
    near = (roster.c.removed_at.is_(None), roster.c.ends_at > now, roster.c.starts_at < now + LOOKED_AHEAD)
    found = select(func.jsonb_agg(line)).where(roster.c.unit_id == units.c.id, *near).correlate(units)
    return func.coalesce(found.scalar_subquery(), cast(text("'[]'"), JSONB)).label("lines")


def _fleet() -> Select[Any]:
    busy = exists().where(assignments.c.unit_id == units.c.id, assignments.c.active).label("busy")
    position, move = unit_positions, move_ups
    columns = (position.c.lat, position.c.lon, position.c.accuracy_m, position.c.at.label("position_at"))
    moving = (move.c.id.label("move_up"), move.c.post.label("moving_to"))
    told = (busy, _lines(), _in_distress().label("in_distress"))
    query = select(units, *columns, *moving, *told).join(position, position.c.unit_id == units.c.id, isouter=True)
    return query.join(move, and_(move.c.unit_id == units.c.id, move.c.ended_at.is_(None)), isouter=True)


# Built once, for the time it takes.
_FLEET = _fleet()
WHO_IS_FREE = select(units.c.centre, units.c.kind, units.c.id, units.c.state_since).where(*_free()).order_by(units.c.id)
"""All units that are free, in every centre: since when each has been in its state."""


def query() -> Select[Any]:
    """Units with their last position, their roster, and whether an assignment or a call for help binds them."""
    return _FLEET


_SAME = (units.c.centre == bindparam("centre"), units.c.kind == bindparam("kind"))
_NAMED = (units.c.id == any_(bindparam("ids", type_=ARRAY(Text))),)


def _locked_and_read(where: tuple[ColumnElement[bool], ...]) -> tuple[Statement, Statement]:
    # Two statements: what the second joins must be as it is once the locks are held.
    lock = select(units.c.id).where(*where).order_by(units.c.id).with_for_update()
    return Statement(lock), Statement(_FLEET.where(*where).order_by(units.c.id))


_LOCK_SAME, _READ_SAME = _locked_and_read(_SAME)
_LOCK_NAMED, _READ_NAMED = _locked_and_read(_NAMED)


async def lock_fleet(work: Work, centre: str, kind: ResponderKind) -> dict[str, Unit]:
    """All units of one kind in a centre, locked until the transaction ends, by id."""
    asked = {"centre": centre, "kind": kind}
    _, found = await work.ask((_LOCK_SAME, asked), (_READ_SAME, asked))
    return _by_id(found)


async def look_at(work: Work, centre: str, kind: ResponderKind) -> dict[str, Unit]:
    """The same without a lock, for answers that nothing is decided upon."""
    [found] = await work.ask((_READ_SAME, {"centre": centre, "kind": kind}))
    return _by_id(found)


def _by_id(found: list[Row]) -> dict[str, Unit]:
    return {row["id"]: mapping.unit_of(row) for row in found}


def _bound() -> Statement:
    table, incident = assignments, incidents
    lost = assignments.alias("lost")
    diverted = (
        select(func.count())
        .select_from(lost)
        .where(lost.c.incident_id == table.c.incident_id, lost.c.state == AssignmentState.DIVERTED)
        .scalar_subquery()
    )
    columns = (table.c.unit_id, table.c.incident_id, table.c.state, table.c.offered_at, incident.c.priority)
    query = select(*columns, diverted.label("diversions")).join(incident, incident.c.id == table.c.incident_id)
    ids = bindparam("ids", type_=ARRAY(Text))
    return Statement(query.where(table.c.active, table.c.unit_id == any_(ids)))


_BOUND = _bound()


async def bound(work: Work, ids: set[str]) -> dict[str, Bound]:
    """What binds each of these units: the incident, its priority, and how often it lost a unit on its way."""
    [found] = await work.ask((_BOUND, {"ids": list(ids)}))
    return {
        row["unit_id"]: Bound(
            incident=row["incident_id"],
            priority=Priority(row["priority"]),
            since=row["offered_at"],
            on_scene=row["state"] == AssignmentState.ON_SCENE,
            diversions=row["diversions"],
        )
        for row in found
    }


async def utilisation(work: Work, centre: str, kind: ResponderKind) -> float:
    """`Utilisation.value` of the units on duty now, from the times of their assignments: no process keeps it.

    Smoothed as there: a share that held from `begin` to `end` counts exp(-(now-end)/T) - exp(-(now-begin)/T).
    """
    table, begin = assignments, work.now - REMEMBERED
    held_from = func.greatest(table.c.offered_at, begin)
    held_until = func.least(func.coalesce(table.c.ended_at, work.now), work.now)
    weight = _still_counts(work.now, held_until) - _still_counts(work.now, held_from)
    busy = select(func.coalesce(func.sum(weight), 0.0)).select_from(table.join(units, units.c.id == table.c.unit_id))
    recent = or_(table.c.ended_at.is_(None), table.c.ended_at > begin)
    spent = await work.conn.scalar(busy.where(units.c.centre == centre, units.c.kind == kind, recent))
    on_duty = select(func.count()).where(
        units.c.centre == centre,
        units.c.kind == kind,
        units.c.state.not_in((UnitState.OFF_DUTY, UnitState.UNAVAILABLE)),
    )
    number = await work.conn.scalar(on_duty) or 0
    return min(1.0, float(spent or 0.0) / number) if number else 1.0


def _still_counts(now: datetime, at: ColumnElement[Any]) -> ColumnElement[float]:
    return func.exp(-func.extract("epoch", now - at) / SMOOTHED_OVER_S)


async def lock_units(work: Work, ids: set[str]) -> dict[str, Unit]:
    """These units, locked in id order."""
    asked = {"ids": list(ids)}
    _, found = await work.ask((_LOCK_NAMED, asked), (_READ_NAMED, asked))
    return _by_id(found)


def bind(work: Work, unit: Unit, epoch: int) -> None:
    """Writes that a unit was given an assignment of that epoch, and shows it; it must be locked."""
    work.later(_ASSIGN, [{"unit": unit.id, "since": work.now, "epoch": epoch}])
    _show(work, unit.id, unit.call_sign, unit.kind, UnitState.ASSIGNED, epoch, unit.centre)


async def set_state(work: Work, unit: str, state: UnitState) -> None:
    """Writes a unit's state, and shows it; its assignments are `bind`'s.

    A unit that the pack no longer names goes off duty when it becomes clear; so does a crew that was called in, or
    whose duty ended meanwhile.
    """
    clear = state is UnitState.AVAILABLE
    leaves = and_(or_(units.c.retiring, units.c.off_when_clear), literal(clear))
    values: dict[str, Any] = {"state": sql_case((leaves, UnitState.OFF_DUTY), else_=state), "state_since": work.now}
    if clear:
        values["off_when_clear"] = False
    await work.write_down()
    changed = await work.conn.execute(update(units).where(units.c.id == unit).values(values).returning(units))
    row = changed.mappings().one()
    _show(work, unit, row["call_sign"], row["kind"], row["state"], row["epoch"], row["centre"])


def _show(work: Work, unit: str, call_sign: str, kind: str, state: str, epoch: int, centre: str) -> None:
    told = {"unit": unit, "call_sign": call_sign, "kind": kind, "state": state, "epoch": epoch, "centre": centre}
    work.show("unit", told | {"state_since": work.now.isoformat()}, unit)


_ASSIGN = Statement(
    update(units)
    .where(units.c.id == bindparam("unit"))
    .values(
        state=UnitState.ASSIGNED,
        state_since=bindparam("since"),
        epoch=bindparam("epoch"),
        # Who was called in goes off duty again when it becomes clear.
        off_when_clear=or_(units.c.off_when_clear, units.c.state == UnitState.OFF_DUTY),
    )
)


async def leave_when_clear(work: Work, unit: str, leaves: bool) -> None:
    """Whether a bound unit goes off duty when it becomes clear."""
    await work.conn.execute(update(units).where(units.c.id == unit).values(off_when_clear=leaves))


async def put_position(work: Work, unit: str, place: Place, at: datetime) -> bool:
    """Keeps a unit's newest position by the device's time; False if a newer one is held.

    A clock that runs ahead counts as now: it must not shut out the right positions that follow.
    """
    values = {"unit_id": unit, "at": min(at, work.now), "received_at": work.now} | mapping.place_values(place)
    statement = insert(unit_positions).values(values)
    newer = statement.on_conflict_do_update(
        index_elements=["unit_id"],
        set_={name: statement.excluded[name] for name in values if name != "unit_id"},
        where=unit_positions.c.at < statement.excluded.at,
    )
    return await work.conn.scalar(newer.returning(unit_positions.c.unit_id)) is not None
