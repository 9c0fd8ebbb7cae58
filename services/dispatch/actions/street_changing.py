"""Closures and speeds: where, why and until when are mandatory; every process applies them by PostgreSQL's clock."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, insert, select, update

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile
from services.dispatch.store.tables import street_changes
from services.dispatch.store.work import Work
from services.dispatch.travel.changes import Around, Named, OnStreets, StreetChange

KIND = "street_change"
"""Of the live stream; it also makes the other process look."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change as it is asked for. `streets`: one of `ids`, `name`, `around` {lat, lon, radius_m}.

    Closed, or `speed_kmh` at most, or `factor` times the usual speed; for these profiles.
    """

    streets: Mapping[str, Any]
    closed: bool
    speed_kmh: float | None
    factor: float | None
    profiles: tuple[Profile, ...]
    reason: str
    starts_at: datetime | None
    ends_at: datetime

    def on_streets(self) -> StreetChange:
        """As a network applies it. Raises ValueError on a speed or factor that is none."""
        return _change("wanted", self.streets, self.closed, self.speed_kmh, self.factor, self.profiles)


async def add(work: Work, *, centre: str, wanted: Wanted, actor: str) -> dict[str, Any]:
    """Sets a change, from now on if it says no other start."""
    row = {
        "id": str(uuid.uuid4()),
        "centre": centre,
        "streets": dict(wanted.streets),
        "closed": wanted.closed,
        "speed_kmh": wanted.speed_kmh,
        "factor": wanted.factor,
        "profiles": sorted(wanted.profiles),
        "reason": wanted.reason,
        "set_by": actor,
        "starts_at": wanted.starts_at or work.now,
        "ends_at": wanted.ends_at,
    }
    await work.conn.execute(insert(street_changes).values(row))
    shown = view(row | {"ended_at": None})
    work.show(KIND, shown)
    return shown


async def end(work: Work, change_id: str) -> bool:
    """Ends a change now; False if none with that id is in force or to come."""
    where = (street_changes.c.id == change_id, street_changes.c.ended_at.is_(None), street_changes.c.ends_at > work.now)
    ended = update(street_changes).where(*where).values(ended_at=work.now).returning(street_changes)
    row = (await work.conn.execute(ended)).mappings().one_or_none()
    if row is None:
        return False
    work.show(KIND, view(row))
    return True


def unfinished() -> Select[Any]:
    """Changes in force and to come, in the order in which they are applied; `begun`: in force by PostgreSQL's clock;
    `turns_s`: seconds until it begins or ends."""
    table, now = street_changes, func.clock_timestamp()
    begun = table.c.starts_at <= now
    turns = case((begun, table.c.ends_at), else_=table.c.starts_at)
    query = select(table, begun.label("begun"), func.extract("epoch", turns - now).label("turns_s"))
    return query.where(table.c.ended_at.is_(None), table.c.ends_at > now).order_by(table.c.starts_at, table.c.id)


def change_of(row: Any) -> StreetChange:
    """A stored change as a network applies it."""
    profiles = tuple(Profile(name) for name in row["profiles"])
    return _change(row["id"], row["streets"], row["closed"], row["speed_kmh"], row["factor"], profiles)


def view(row: Any) -> dict[str, Any]:
    """A change as JSON."""
    plain = ("centre", "streets", "closed", "speed_kmh", "factor", "profiles", "reason", "set_by")
    moments = {name: row[name].isoformat() if row[name] else None for name in ("starts_at", "ends_at", "ended_at")}
    return {"change_id": row["id"], **{name: row[name] for name in plain}, **moments}


def _change(
    name: str,
    streets: Mapping[str, Any],
    closed: bool,
    speed_kmh: float | None,
    factor: float | None,
    profiles: tuple[Profile, ...],
) -> StreetChange:
    where: OnStreets | Named | Around
    if "ids" in streets:
        where = OnStreets(frozenset(streets["ids"]))
    elif "name" in streets:
        where = Named(streets["name"])
    else:
        around = streets["around"]
        where = Around(Place(around["lat"], around["lon"]), around["radius_m"])
    return StreetChange(name, where, closed, speed_kmh, 1.0 if factor is None else factor, frozenset(profiles))
