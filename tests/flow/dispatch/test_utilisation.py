"""Utilisation from the stored assignments is what one who saw every change would have kept."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from schemas.vocabulary.dispatching import ResponderKind
from services.dispatch.domain.recommending.utilisation import Utilisation
from services.dispatch.store import fleet, tables
from services.dispatch.store.work import Work, look
from tests.flow.dispatch.builders import CENTRE, PATROLS, sos
from tests.flow.dispatch.world import World

HISTORY = {PATROLS[0]: (100, 60), PATROLS[1]: (40, 10), PATROLS[2]: (25, None)}
"""By unit, from and until how many minutes ago it was bound."""


async def measured(world: World) -> tuple[float, datetime]:
    """What a decision takes, and the moment it takes it at."""

    async def act(work: Work) -> tuple[float, datetime]:
        return await fleet.utilisation(work, CENTRE, ResponderKind.PATROL), work.now

    return await look(world.engine, world.library, act)


async def test_stored_assignments_and_a_watch_over_every_change_say_the_same(world: World) -> None:
    """Three units, bound one after the other and partly together; both estimates within half a percent."""
    for name, (since, until) in HISTORY.items():
        await world.only_units()
        await world.sql("UPDATE dispatch.units SET state = 'available' WHERE id = :unit", unit=name)
        incident = await world.urgent(sos(name))
        [bound] = await world.active(incident)
        if until is not None:
            await world.step(bound, "accept", "en-route", "on-scene", "clear")
        statement = """UPDATE dispatch.assignments SET offered_at = now() - make_interval(mins => :since),
            ended_at = now() - make_interval(mins => :until) WHERE unit_id = :unit"""
        await world.sql(statement, unit=name, since=since, until=until)
    await world.sql("UPDATE dispatch.units SET state = 'available' WHERE kind = 'patrol' AND state = 'off_duty'")
    changes = []
    for row in await world.rows(select(tables.assignments)):
        changes.append((row["offered_at"], 1))
        changes += [(row["ended_at"], -1)] if row["ended_at"] else []
    share, now = await measured(world)
    kept, busy = Utilisation(min(changes)[0] - timedelta(minutes=1), 0.0, 0.0), 0
    for at, change in sorted(changes):
        busy += change
        kept = kept.seen(at, busy, len(PATROLS))
    assert 0.2 < share < 0.9
    assert share == pytest.approx(kept.value(now), rel=0.005)


async def test_nobody_on_duty_is_a_full_house_and_a_quiet_day_is_empty(world: World) -> None:
    """The two ends of the scale."""
    assert (await measured(world))[0] == 0.0
    await world.only_units()
    assert (await measured(world))[0] == 1.0
