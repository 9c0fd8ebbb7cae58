"""People do their work: whatever state the machine left, everything can be brought to its end."""

from sqlalchemy import select

from schemas.vocabulary.dispatching import (
    HandOverState,
    IncidentEvent,
    IncidentState,
    TaskState,
    UnitState,
    WorkOrderState,
)
from services.dispatch.store import tables
from tests.flow.dispatch.stateful import promises
from tests.flow.dispatch.stateful.moves import STEPS
from tests.flow.dispatch.stateful.seen import Seen
from tests.flow.dispatch.stateful.town import Town

TRIES = 60
NEXT = dict(zip(("offered", "accepted", "en_route", "on_scene"), STEPS, strict=False))
WORK = {WorkOrderState.ORDERED: "start", WorkOrderState.STARTED: "complete"}
REPLIES = {HandOverState.SENT: "acknowledge", HandOverState.ACKNOWLEDGED: "complete"}
TO_CLOSE = {IncidentState.RESOLVED, IncidentState.DISMISSED}


async def to_the_end(town: Town) -> None:
    """Every letter comes, every unit reports until it is clear, partners and crews finish, operators close."""
    while town.under_way:
        await town.deliver(town.under_way.pop())
    for unit in town.seen.units:
        if unit["state"] in {UnitState.UNAVAILABLE, UnitState.OFF_DUTY}:
            await town.ask("PUT", f"/v1/units/{unit['id']}/status", {"state": "available"})
    for _ in range(TRIES):
        before = await town.look()
        if not before.unfinished and not [known for known in before.outcomes if known["unclaimed"]]:
            break
        await _everybody_goes_on(town, before)
        await town.pass_time(16.0)
        await town.timers(2)
        promises.check(town, before, await town.look())
    before = await town.look()
    for incident in before.incidents:
        if incident["state"] in TO_CLOSE:
            assert await town.ask("POST", f"/v1/incidents/{incident['id']}/close") == 200
    promises.check(town, before, await town.look())
    promises.all_is_over(town.seen)
    offers = select(tables.events.c.inputs).where(tables.events.c.event == IncidentEvent.UNIT_OFFERED)
    promises.every_choice_comes_out_again([row["inputs"] for row in await town.world.rows(offers)])


async def _everybody_goes_on(town: Town, now: Seen) -> None:
    """The next step of everybody who is bound, and of operators where something waits for them."""
    for known in now.active:
        path = f"/v1/assignments/{known['id']}/{NEXT[known['state']]}"
        assert await town.ask("POST", path, {"epoch": known["epoch"]}) == 200, known
    for known in now.hand_overs:
        if known["state"] in REPLIES:
            assert await town.ask("POST", f"/v1/hand-overs/{known['id']}/{REPLIES[known['state']]}") == 200, known
    for known in now.orders:
        if known["state"] in WORK:
            assert await town.ask("POST", f"/v1/work-orders/{known['id']}/{WORK[known['state']]}") == 200, known
    for incident in (await town.look()).unfinished:
        await _an_operator_goes_on(town, incident["id"])


async def _an_operator_goes_on(town: Town, incident: str) -> None:
    states = {TaskState(task["state"]) for task in town.seen.tasks_of(incident)}
    if TaskState.PENDING in states:
        assert await town.ask("POST", f"/v1/incidents/{incident}/assign") == 200
    elif all(state.finished for state in states):
        # It was reopened once all was done; there is nothing more to do.
        assert await town.ask("POST", f"/v1/incidents/{incident}/dismiss", {"reason": "nothing more to do"}) == 200
