"""Where units are: one way in for every sender, tablet or tracker."""

import uuid
from datetime import datetime

from sqlalchemy import select

from schemas.messages.dispatching import UnitPositionReported
from schemas.wire import Origin, Position
from services.dispatch.domain.report import Place
from services.dispatch.store import fleet
from services.dispatch.store.tables import units
from services.dispatch.store.work import Work

NO_FIX = (0.0, 0.0)
"""What a receiver says that knows no place; nobody patrols there."""


async def put(work: Work, unit: str, place: Place, at: datetime | None) -> bool | None:
    """Keeps, publishes and shows a unit's position of `at` (None: now); False if a newer one is held, or for (0, 0).

    None if there is no such unit. A time that is still to come is a wrong clock and counts as now: held as it is, no
    later position would ever replace it.
    """
    row = (await work.conn.execute(select(units).where(units.c.id == unit))).mappings().one_or_none()
    if row is None:
        return None
    if (place.lat, place.lon) == NO_FIX:
        return False
    moment = min(at, work.now) if at else work.now
    applied = await fleet.put_position(work, unit, place, moment)
    work.library.remember(row["centre"], place)
    if applied:
        position = Position(lat=place.lat, lon=place.lon, accuracy_m=place.accuracy_m)
        message = UnitPositionReported(
            id=str(uuid.uuid4()),
            origin=Origin(centre=row["centre"], commune=row["commune"], pack_version=row["pack_version"]),
            unit=unit,
            position=position,
            at=moment,
            received_at=work.now,
        )
        work.publish("units.positions", message)
        # Not `position` and `at`: these are the event's own, its place in the stream and its time.
        work.show("position", {"unit": unit, "place": position.model_dump(), "position_at": moment.isoformat()})
    return applied


async def unit_of_tracker(work: Work, tracker: str) -> str | None:
    """The unit that carries a tracker. One that retires gives way to the one that was given it."""
    query = select(units.c.id).where(units.c.trackers.contains([tracker])).order_by(units.c.retiring, units.c.id)
    return await work.conn.scalar(query.limit(1))
