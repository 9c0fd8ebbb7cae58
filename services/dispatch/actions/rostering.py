"""The roster (*tableau de service*): lines are set and removed, and what their beginning and end do to a unit.

Whoever touches a unit's lines holds the unit's lock, so that two roster clerks cannot put two shifts in one place.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from schemas.vocabulary.dispatching import RosterKind, UnitState
from services.dispatch.domain.roster import Fault, Line, Turn, begun, ended, fault, overlapping
from services.dispatch.domain.unit import Unit
from services.dispatch.store import fleet, mapping
from services.dispatch.store.tables import roster
from services.dispatch.store.work import Work


@dataclass(frozen=True)
class Planned:
    """A line for a unit, not yet set."""

    unit: str
    line: Line


class UnknownUnit(LookupError):
    """No unit has this id."""


class UnfitLine(ValueError):
    """A line that cannot be set, and why."""

    def __init__(self, unit: str, why: Fault) -> None:
        super().__init__(f"{unit}: {why}")
        self.unit, self.why = unit, why


class Overlap(ValueError):
    """A duty line overlaps another duty of the same unit."""

    def __init__(self, unit: str, line: Line) -> None:
        super().__init__(f"{unit} {line.starts_at.isoformat()}/{line.ends_at.isoformat()}")
        self.unit, self.line = unit, line


async def add(work: Work, planned: list[Planned], actor: str) -> list[dict[str, Any]]:
    """Sets all of these lines, or none. Raises UnknownUnit, UnfitLine or Overlap."""
    units = await _lock(work, {known.unit for known in planned})
    held = {unit: list((await _lines(work, unit)).values()) for unit in sorted(units)}
    rows = []
    for known in planned:
        _check(work, known, held[known.unit])
        line_id = str(uuid.uuid4())
        held[known.unit].append(known.line)
        rows.append({"id": line_id, "centre": units[known.unit].centre} | _values(work, known, actor))
    await work.conn.execute(insert(roster), rows)
    return [_show(work, row, "added") for row in rows]


async def change(work: Work, line_id: str, planned: Planned, actor: str) -> dict[str, Any] | None:
    """Sets a line anew; None if there is none. One that was in force and is no longer ends now. Raises as `add`."""
    row = await _locked(work, line_id, planned.unit)
    if row is None:
        return None
    units = await _lock(work, {row["unit_id"], planned.unit})
    others = await _lines(work, planned.unit)
    others.pop(line_id, None)
    _check(work, planned, others.values())
    before = mapping.line_of(row)
    same = (row["unit_id"], before.kind) == (planned.unit, planned.line.kind)
    goes_on = same and row["begun_at"] is not None and row["done_at"] is None and planned.line.covers(work.now)
    values = _values(work, planned, actor) | {"centre": units[planned.unit].centre}
    values["begun_at"] = row["begun_at"] if goes_on else None
    await work.conn.execute(update(roster).where(roster.c.id == line_id).values(values))
    if not goes_on:
        await _cut_short(work, units[row["unit_id"]], row)
    return _show(work, {"id": line_id} | values, "changed")


async def remove(work: Work, line_id: str) -> bool:
    """Takes a line off the roster; one in force ends now. False if there is none."""
    row = await _locked(work, line_id)
    if row is None:
        return False
    units = await _lock(work, {row["unit_id"]})
    await work.conn.execute(update(roster).where(roster.c.id == line_id).values(removed_at=work.now))
    await _cut_short(work, units[row["unit_id"]], row)
    _show(work, row, "removed")
    return True


async def turn(work: Work, line_id: str) -> bool:
    """Begins or ends a line that is due, once; False if another process did, or it was moved meanwhile."""
    row = await _locked(work, line_id)
    if row is None or row["done_at"] is not None:
        return False
    unit = (await _lock(work, {row["unit_id"]}))[row["unit_id"]]
    line = mapping.line_of(row)
    if line.ends_at <= work.now:
        others = [known for known in (await _lines(work, unit.id)).values() if known.id != line_id]
        await _do(work, unit, ended(line, others, unit.state, unit.busy, work.now))
        return await _mark(work, row, "ended", done_at=work.now)
    if row["begun_at"] is not None or line.starts_at > work.now:
        return False
    await _do(work, unit, begun(line, unit.state, unit.retiring, unit.busy))
    return await _mark(work, row, "begun", begun_at=work.now)


def view(row: Mapping[str, Any] | RowMapping) -> dict[str, Any]:
    """A line as JSON."""
    means = row["capabilities"]
    plain = {name: row[name].isoformat() for name in ("starts_at", "ends_at", "set_at")}
    return {
        "line_id": row["id"],
        "centre": row["centre"],
        "unit": row["unit_id"],
        "kind": RosterKind(row["kind"]),
        "capabilities": sorted(means) if means is not None else None,
        "set_by": row["set_by"],
        "begun_at": row["begun_at"].isoformat() if row["begun_at"] else None,
        "done_at": row["done_at"].isoformat() if row["done_at"] else None,
    } | plain


async def _cut_short(work: Work, unit: Unit, row: Mapping[str, Any] | RowMapping) -> None:
    """A line that had begun is no longer there: the unit stands as if it had ended now."""
    if row["begun_at"] is None or row["done_at"] is not None:
        return
    others = (await _lines(work, unit.id)).values()
    await _do(work, unit, ended(mapping.line_of(row), others, unit.state, unit.busy, work.now))


async def _do(work: Work, unit: Unit, what: Turn) -> None:
    match what:
        case Turn.COMES_ON_DUTY:
            await fleet.set_state(work, unit.id, UnitState.AVAILABLE)
        case Turn.GOES_OFF_DUTY:
            await fleet.set_state(work, unit.id, UnitState.OFF_DUTY)
        case Turn.GOES_OFF_WHEN_CLEAR:
            await fleet.leave_when_clear(work, unit.id, True)
        case Turn.STAYS_WHEN_CLEAR:
            await fleet.leave_when_clear(work, unit.id, False)
        case Turn.STAYS:
            return


def _check(work: Work, planned: Planned, held: Iterable[Line]) -> None:
    why = fault(planned.line, work.now)
    if why is not None:
        raise UnfitLine(planned.unit, why)
    taken = overlapping(planned.line, held)
    if taken is not None:
        raise Overlap(planned.unit, taken)


async def _lock(work: Work, ids: set[str]) -> dict[str, Unit]:
    units = await fleet.lock_units(work, ids)
    missing = sorted(ids - units.keys())
    if missing:
        raise UnknownUnit(missing[0])
    return units


async def _locked(work: Work, line_id: str, *more: str) -> Any:
    """The row of a line, once its unit (and `more` units) are locked; None if it is not on the roster."""
    query = select(roster).where(roster.c.id == line_id, roster.c.removed_at.is_(None))
    first = (await work.conn.execute(query)).mappings().one_or_none()
    if first is None:
        return None
    await _lock(work, {first["unit_id"], *more})
    return (await work.conn.execute(query)).mappings().one_or_none()


async def _lines(work: Work, unit: str) -> dict[str, Line]:
    """The unit's lines that have not ended, by id."""
    not_over = (roster.c.unit_id == unit, roster.c.removed_at.is_(None), roster.c.ends_at > work.now)
    found = await work.conn.execute(select(roster).where(*not_over))
    return {row["id"]: mapping.line_of(row) for row in found.mappings()}


async def _mark(work: Work, row: Mapping[str, Any] | RowMapping, change: str, **values: Any) -> bool:
    await work.conn.execute(update(roster).where(roster.c.id == row["id"]).values(values))
    _show(work, {**row, **values}, change)
    return True


def _show(work: Work, row: Mapping[str, Any] | RowMapping, change: str) -> dict[str, Any]:
    shown = view(row)
    work.show("roster", shown | {"change": change})
    return shown


def _values(work: Work, planned: Planned, actor: str) -> dict[str, Any]:
    line = planned.line
    return {
        "unit_id": planned.unit,
        "kind": line.kind,
        "starts_at": line.starts_at,
        "ends_at": line.ends_at,
        "capabilities": sorted(line.capabilities) if line.capabilities is not None else None,
        "set_by": actor,
        "set_at": work.now,
        "begun_at": None,
        "done_at": None,
    }
