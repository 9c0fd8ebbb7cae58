"""A city pack is applied: stored, made current, units brought in line, published part by part."""

from collections import Counter
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from schemas.pack.pack import CityPack
from schemas.pack.responders import Unit
from schemas.vocabulary.dispatching import UnitState
from services.dispatch.store import fleet
from services.dispatch.store.tables import current_packs, packs, unit_positions, units
from services.dispatch.store.work import Work


class PackRefused(Exception):
    """The pack cannot be applied; `kind` is a stable slug, the text names what is in the way."""

    kind, title = "pack-refused", "Pack refusé / pack refused"


class UnitOfAnotherCentre(PackRefused):
    """Unit ids are unique in a deployment, and some of this pack's belong to another centre."""

    kind, title = "unit-of-another-centre", "Équipage d'un autre centre / unit of another centre"


class TrackerTaken(PackRefused):
    """Trackers are unique in a deployment, and some of this pack's are given twice or to another centre's unit."""

    kind, title = "tracker-taken", "Traceur déjà attribué / tracker already given"


async def apply(work: Work, pack: CityPack) -> bool:
    """True if this made another version current; the same version again changes nothing."""
    centre, version = pack.centre.code, pack.version
    await work.lock_scope(f"pack:{centre}")
    held = await work.conn.scalar(select(current_packs.c.version).where(current_packs.c.centre == centre))
    if held == version:
        return False
    content: dict[str, Any] = pack.model_dump(mode="json")
    row = {"centre": centre, "version": version, "content": content, "applied_at": work.now}
    await work.conn.execute(insert(packs).values(row).on_conflict_do_nothing())
    current = insert(current_packs).values(centre=centre, version=version)
    await work.conn.execute(current.on_conflict_do_update(index_elements=["centre"], set_={"version": version}))
    await _bring_units_in_line(work, pack)
    for part in pack.parts(work.now):
        work.publish("packs", part)
    work.show("pack", {"centre": centre, "version": version})
    return True


async def _bring_units_in_line(work: Work, pack: CityPack) -> None:
    """New units begin available, known ones keep their state, removed ones retire when clear."""
    taken = select(units.c.id).where(units.c.id.in_([unit.id for unit in pack.units]))
    foreign = list((await work.conn.execute(taken.where(units.c.centre != pack.centre.code))).scalars())
    if foreign:
        raise UnitOfAnotherCentre(", ".join(sorted(foreign)))
    await _check_trackers(work, pack)
    for unit in sorted(pack.units, key=lambda known: known.id):
        await _put_unit(work, pack, unit)
    gone = units.c.id.not_in([unit.id for unit in pack.units])
    where = (units.c.centre == pack.centre.code, gone, ~units.c.retiring)
    retired = await work.conn.execute(update(units).where(*where).values(retiring=True).returning(units.c.id))
    removed = set(retired.scalars())
    for unit_id, held in sorted((await fleet.lock_units(work, removed)).items()):
        if not held.busy:
            await fleet.set_state(work, unit_id, UnitState.AVAILABLE)


async def _check_trackers(work: Work, pack: CityPack) -> None:
    """Raises TrackerTaken: a position must lead to one unit. Packs of two centres at once wait for each other here."""
    await work.lock_scope("trackers")
    count = Counter(tracker for unit in pack.units for tracker in unit.trackers)
    twice = {tracker for tracker, number in count.items() if number > 1}
    others = (units.c.centre != pack.centre.code, ~units.c.retiring, units.c.trackers.overlap(sorted(count)))
    held = (await work.conn.execute(select(units.c.trackers).where(*others))).scalars() if count else ()
    taken = twice | {tracker for trackers in held for tracker in trackers if tracker in count}
    if taken:
        raise TrackerTaken(", ".join(sorted(taken)))


async def _put_unit(work: Work, pack: CityPack, unit: Unit) -> None:
    told = {
        "call_sign": unit.call_sign,
        "kind": unit.kind,
        "commune": unit.commune,
        "sector": unit.sector,
        "capabilities": sorted(unit.capabilities),
        "trackers": sorted(unit.trackers),
        "retiring": False,
        "pack_version": pack.version,
    }
    state = UnitState.AVAILABLE if unit.on_duty else UnitState.OFF_DUTY
    fresh = told | {"id": unit.id, "centre": pack.centre.code, "state": state, "epoch": 0, "state_since": work.now}
    statement = insert(units).values(fresh)
    await work.conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=told))
    start = {"unit_id": unit.id, "lat": unit.position.lat, "lon": unit.position.lon}
    start |= {"accuracy_m": None, "at": work.now, "received_at": work.now}
    await work.conn.execute(insert(unit_positions).values(start).on_conflict_do_nothing())
