"""The welfare check of a unit on scene: asked by the timers, answered by the officer, never forgotten."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, ago, card, city, now, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

FIRST = PATROLS[0]
WELL = f"/v1/units/{FIRST}/well"


async def on_scene(world: World) -> tuple[str, dict[str, Any]]:
    """An SOS with the nearest unit on scene."""
    incident = await world.urgent(sos("anna"))
    [bound] = await world.active(incident)
    await world.step(bound, "accept", "en-route", "on-scene")
    return str(incident), bound


async def let_it_be_due(world: World) -> None:
    """The time that it may be silent, or has to answer, is over: driven, not slept."""
    await world.sql("UPDATE dispatch.assignments SET welfare_at = clock_timestamp() WHERE welfare_at IS NOT NULL")
    await world.timers.round()


async def attention(world: World, incident: str) -> str | None:
    """What the room is shown."""
    found: str | None = (await world.card(incident))["attention"]
    return found


async def due_in(world: World, bound: dict[str, Any]) -> float:
    """Seconds until the next check."""
    table = tables.assignments
    [row] = await world.rows(select(table).where(table.c.id == bound["assignment_id"]))
    return float((row["welfare_at"] - now()).total_seconds())


async def told(world: World) -> list[tuple[str, str]]:
    """What the tablet was shown of the check."""
    shown = await world.rows(select(tables.stream).order_by(tables.stream.c.position))
    return [(row["unit"], row["data"]["state"]) for row in shown if row["kind"] == "welfare"]


async def test_a_silent_unit_is_asked_and_its_silence_is_heard(world: World) -> None:
    """Asked on its tablet; without an answer the room is alerted, once, and nothing takes its place."""
    incident, bound = await on_scene(world)
    assert 1_190 < await due_in(world, bound) <= 1_200
    await world.timers.round()
    assert await told(world) == []
    await let_it_be_due(world)
    assert (await told(world), await attention(world, incident)) == ([(FIRST, "asked")], "welfare_check")
    assert 50 < await due_in(world, bound) <= 60
    [shown] = (await world.http.get("/v1/assignments", params={"unit": FIRST, "active": True})).json()
    assert shown["welfare_asked_at"] is not None
    await let_it_be_due(world)
    assert await attention(world, incident) == "welfare_unanswered"
    await world.urgent(sos("anna", Phase.CANCEL))
    assert await attention(world, incident) == "welfare_unanswered"
    for _ in range(2):
        await let_it_be_due(world)
    events = await world.events(incident)
    assert events.count(("welfare_asked", "silent_on_scene")) == 1
    assert events.count(("attention_asked", "welfare_unanswered")) == 1


@pytest.mark.parametrize("missed", [False, True])
async def test_an_answer_clears_the_call_and_arms_the_next_check(world: World, missed: bool) -> None:
    """*Tout va bien*, in time or late; the next silence is asked about again."""
    incident, bound = await on_scene(world)
    await let_it_be_due(world)
    if missed:
        await let_it_be_due(world)
    answer = await world.http.post(WELL, json={"at": now().isoformat()})
    assert answer.json() == {"unit": FIRST, "on_scene": True, "was_asked": True}
    assert await attention(world, incident) is None
    assert ("welfare_answered", "well") in await world.events(incident)
    assert 1_190 < await due_in(world, bound) <= 1_200
    assert (await told(world))[-1] == (FIRST, "answered")
    await let_it_be_due(world)
    assert (await told(world))[-1] == (FIRST, "asked")


async def test_any_report_of_the_officer_is_an_answer(world: World) -> None:
    """A repeated step, a refused one, a refused status, a call for backup: he is there; the car's position is not."""
    incident, bound = await on_scene(world)

    async def repeated() -> httpx.Response:
        return await world.step(bound, "on-scene")

    async def refused() -> httpx.Response:
        return await world.step(bound, "decline")

    async def status() -> httpx.Response:
        return await world.http.put(f"/v1/units/{FIRST}/status", json={"state": "unavailable"})

    async def backup() -> httpx.Response:
        return await world.order(incident, "backup", X_Actor=FIRST)

    expected = ((repeated, 200, "step"), (refused, 409, "step"), (status, 409, "status"), (backup, 200, "backup"))
    for number, (act, code, sign) in enumerate(expected, start=1):
        await let_it_be_due(world)
        assert await attention(world, incident) == "welfare_check"
        position = {"lat": 49.1, "lon": 6.1, "at": now().isoformat()}
        await world.http.put(f"/v1/units/{FIRST}/position", json=position)
        assert await attention(world, incident) == "welfare_check"
        assert (await act()).status_code == code
        answered = [reason for event, reason in await world.events(incident) if event == "welfare_answered"]
        assert (len(answered), answered[-1]) == (number, sign)
        assert await attention(world, incident) != "welfare_check"


async def test_an_old_tap_from_a_tablet_without_network_answers_nothing(world: World) -> None:
    """It was made before the question: the officer has not spoken since."""
    incident, bound = await on_scene(world)
    await let_it_be_due(world)
    old = {"epoch": bound["epoch"], "at": ago(minutes=10).isoformat()}
    await world.http.post(f"/v1/assignments/{bound['assignment_id']}/on-scene", json=old)
    assert await attention(world, incident) == "welfare_check"


async def test_the_end_of_the_assignment_ends_the_question(world: World) -> None:
    """*Fin d'intervention* is an answer; a dismissal takes the question away."""
    incident, bound = await on_scene(world)
    await let_it_be_due(world)
    await world.step(bound, "clear")
    assert ("welfare_answered", "step") in await world.events(incident)
    second, _ = await on_scene(world)
    await let_it_be_due(world)
    await world.order(second, "dismiss", {"reason": "over"})
    await let_it_be_due(world)
    assert [await attention(world, known) for known in (incident, second)] == [None, None]
    assert len([state for _, state in await told(world) if state == "asked"]) == 2


async def test_several_processes_ask_once_and_alert_once(world: World) -> None:
    """Four timer loops see it due at once; under the incident's lock only one still does."""
    incident, _ = await on_scene(world)
    for event in (("welfare_asked", "silent_on_scene"), ("attention_asked", "welfare_unanswered")):
        await world.sql("UPDATE dispatch.assignments SET welfare_at = clock_timestamp()")
        await asyncio.gather(*(world.timers.round() for _ in range(4)))
        assert (await world.events(incident)).count(event) == 1


async def test_the_run_card_may_state_its_own_time(world: World) -> None:
    """A call from a dangerous place is asked about sooner."""
    await world.apply(city(run_cards=(card("alone", Nature.SOS, welfare_after_s=300),)))
    _, bound = await on_scene(world)
    assert 290 < await due_in(world, bound) <= 300


async def test_the_question_is_not_sent_round_again_as_an_assignment(world: World) -> None:
    """Its state is the same: topic and tablet get no second *sur place* for it."""
    await on_scene(world)
    before = [row["kind"] for row in await world.rows(tables.stream)].count("assignment")
    sent = [row["topic"] for row in await world.rows(tables.outbox)].count("assignments")
    await let_it_be_due(world)
    await world.http.post(WELL)
    assert [row["kind"] for row in await world.rows(tables.stream)].count("assignment") == before
    assert [row["topic"] for row in await world.rows(tables.outbox)].count("assignments") == sent


async def test_all_is_well_without_being_asked(world: World) -> None:
    """Off scene nothing is asked and nothing refused; an operator may answer for the officer; unknown units are 404."""
    assert (await world.http.post(WELL)).json() == {"unit": FIRST, "on_scene": False, "was_asked": False}
    problem(await world.http.post("/v1/units/nobody/well"), 404, "not-found")
    incident, _ = await on_scene(world)
    assert (await world.http.post(WELL)).json()["was_asked"] is False
    await let_it_be_due(world)
    await world.http.post(WELL, headers={"X-Actor": "op-7"})
    [answered] = [e for e in (await world.card(incident))["events"] if e["event"] == "welfare_answered"]
    assert answered["actor"] == "op-7"
