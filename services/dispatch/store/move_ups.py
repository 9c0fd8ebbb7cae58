"""Move-ups: rows with the unit as it is now."""

from typing import Any

from sqlalchemy import RowMapping, Select, select

from services.dispatch.store.tables import move_ups, unit_positions, units
from services.dispatch.store.work import Work


def query(**only: str) -> Select[Any]:
    """All move-ups with call sign, state and position of their units, newest first; `only` by column."""
    place = unit_positions
    columns = (units.c.call_sign, units.c.state.label("unit_state"), units.c.retiring, place.c.lat, place.c.lon)
    joined = select(move_ups, *columns).join(units, units.c.id == move_ups.c.unit_id)
    found = joined.join(place, place.c.unit_id == units.c.id, isouter=True)
    wanted = [move_ups.c[column] == value for column, value in only.items()]
    return found.where(*wanted).order_by(move_ups.c.ordered_at.desc(), move_ups.c.id)


async def under_way(work: Work, *, lock: bool) -> list[RowMapping]:
    """Those that have not ended."""
    found = query().where(move_ups.c.ended_at.is_(None))
    rows = await work.conn.execute(found.with_for_update(of=move_ups, skip_locked=True) if lock else found)
    return list(rows.mappings())
