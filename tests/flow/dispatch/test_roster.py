"""The roster: lines by the door, and what their beginning and end do to units and to who is sent."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import CENTRE, PATROLS, ago, now, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

FIRST, SECOND, THIRD = PATROLS


def line(unit: str, kind: str = "duty", starts: float = -1, ends: float = 7, **more: Any) -> dict[str, Any]:
    """A line from and until so many hours from now."""
    moments = {"starts_at": ago(hours=-starts).isoformat(), "ends_at": ago(hours=-ends).isoformat()}
    return {"unit": unit, "kind": kind} | moments | more


async def add(world: World, *lines: dict[str, Any]) -> list[dict[str, Any]]:
    """Sets lines, and lets the timers look."""
    answer = await world.http.post("/v1/roster", json=list(lines))
    assert answer.status_code == 201, answer.text
    await world.timers.round()
    found: list[dict[str, Any]] = answer.json()
    return found


async def let_end(world: World, made: dict[str, Any]) -> None:
    """The line's end has come: time is driven, not slept."""
    past = "UPDATE dispatch.roster SET ends_at = clock_timestamp() - interval '1 ms' WHERE id = :id"
    await world.sql(past, id=made["line_id"])
    await world.timers.round()


async def unit(world: World, name: str) -> dict[str, Any]:
    """A unit as the console sees it."""
    return next(known for known in (await world.http.get("/v1/units")).json() if known["unit"] == name)


async def sent(world: World, incident: str | None) -> list[tuple[str, str]]:
    """Who was offered the incident, and why."""
    found = [known for known in (await world.card(incident))["events"] if known["event"] == "unit_offered"]
    return [(known["detail"]["unit"], known["reason"]) for known in found]


async def test_duty_begins_and_ends_with_its_line(world: World) -> None:
    """Off duty before, available during, off duty after; consoles see each, and the end is known in between."""
    await world.only_units(SECOND)
    [made] = await add(world, line(FIRST, capabilities=["dog"]))
    held = await unit(world, FIRST)
    assert (held["state"], held["duty_until"], held["capabilities"]) == ("available", made["ends_at"], ["dog"])
    await let_end(world, made)
    after = await unit(world, FIRST)
    assert (after["state"], after["duty_until"], after["capabilities"]) == ("off_duty", None, [])
    shown = [(row["kind"], row["data"]) for row in await world.rows(select(tables.stream))]
    assert [data["change"] for kind, data in shown if kind == "roster"] == ["added", "begun", "ended"]
    states = [data["state"] for kind, data in shown if kind == "unit" and data["unit"] == FIRST]
    assert states == ["available", "off_duty"]


async def test_duty_that_ends_in_the_middle_of_an_assignment_ends_when_it_is_clear(world: World) -> None:
    """The crew finishes; then it is off duty at once, without a moment in which it could be sent again."""
    [made] = await add(world, line(FIRST))
    incident = await world.urgent(sos("anna"))
    [bound] = await world.active(incident)
    assert bound["unit"] == FIRST
    await let_end(world, made)
    assert (await unit(world, FIRST))["state"] == "assigned"
    await world.step(bound, "accept", "en-route", "on-scene", "clear")
    assert (await unit(world, FIRST))["state"] == "off_duty"


async def test_a_next_duty_keeps_the_unit_on(world: World) -> None:
    """Where the next line follows without a gap the unit stays available, and duty ends with the second."""
    change = ago(hours=-1).isoformat()
    first, _ = await add(world, line(FIRST) | {"ends_at": change}, line(FIRST, ends=9) | {"starts_at": change})
    assert (await unit(world, FIRST))["duty_until"] > first["ends_at"]
    shift = "UPDATE dispatch.roster SET starts_at = clock_timestamp() - interval '1 ms' WHERE starts_at > now()"
    await world.sql(shift)
    await let_end(world, first)
    assert (await unit(world, FIRST))["state"] == "available"


async def test_a_unit_without_lines_is_what_its_crew_says(world: World) -> None:
    """Others' lines do not touch it, and its own word counts during duty as well."""
    await add(world, line(FIRST))
    assert (await unit(world, SECOND))["state"] == "available"
    answer = await world.http.put(f"/v1/units/{FIRST}/status", json={"state": "unavailable"})
    assert answer.status_code == 200
    await world.timers.round()
    assert (await unit(world, FIRST))["state"] == "unavailable"


async def test_two_processes_begin_a_line_once(world: World) -> None:
    """Both timers see it due; one acts."""
    await world.only_units(SECOND)
    answer = await world.http.post("/v1/roster", json=line(FIRST))
    assert answer.status_code == 201
    await asyncio.gather(*(world.timers.round() for _ in range(4)))
    shown = [row["data"]["change"] for row in await world.rows(select(tables.stream)) if row["kind"] == "roster"]
    assert sorted(shown) == ["added", "begun"]


async def test_a_crew_on_call_comes_when_nobody_on_duty_is_left(world: World) -> None:
    """It is offered last, with its quarter of an hour, becomes assigned like any other, and is off duty after."""
    await world.only_units(SECOND)
    await add(world, line(FIRST, "on_call"))
    assert (await unit(world, FIRST))["on_call"]
    first, second = await world.urgent(sos("anna")), await world.urgent(sos("berthe"))
    assert await sent(world, first) == [(SECOND, "fastest")]
    assert await sent(world, second) == [(FIRST, "on_call")]
    [offered] = [e for e in (await world.card(second))["events"] if e["event"] == "unit_offered"]
    assert offered["inputs"]["recommendation"]["ranked"][0]["seconds"] > 900
    [bound] = await world.active(second)
    assert (await unit(world, FIRST))["state"] == "assigned"
    await world.step(bound, "accept", "en-route", "on-scene", "clear")
    assert (await unit(world, FIRST))["state"] == "off_duty"
    third = await world.urgent(sos("clara"))
    assert await sent(world, third) == [(FIRST, "on_call")]


async def test_a_crew_on_call_that_declines_is_off_duty_again(world: World) -> None:
    """And the incident waits visibly."""
    await world.only_units()
    await add(world, line(FIRST, "on_call"))
    incident = await world.urgent(sos("anna"))
    [bound] = await world.active(incident)
    await world.step(bound, "decline")
    assert (await unit(world, FIRST))["state"] == "off_duty"
    assert (await world.card(incident))["attention"] == "no_unit_left"


async def test_what_waits_is_offered_when_somebody_comes_on_call_or_on_duty(world: World) -> None:
    """Timers look again at waiting tasks: nobody need press anything."""
    await world.only_units()
    waiting = [await world.urgent(sos(name)) for name in ("anna", "berthe")]
    await add(world, line(FIRST, "on_call"), line(SECOND))
    await world.timers.round()
    assert [await sent(world, known) for known in waiting] == [[(SECOND, "matched")], [(FIRST, "matched")]]


async def test_duty_that_begins_while_a_crew_was_called_in_keeps_it_on(world: World) -> None:
    """Called in an hour before its shift: after the assignment it is available, since it is on duty now."""
    await world.only_units()
    await add(world, line(FIRST, "on_call"))
    [bound] = await world.active(await world.urgent(sos("anna")))
    await add(world, line(FIRST))
    await world.step(bound, "accept", "en-route", "on-scene", "clear")
    assert (await unit(world, FIRST))["state"] == "available"


async def test_a_crew_at_rest_is_refused_with_that_reason(world: World) -> None:
    """The nearest unit rests: the next goes, and the record says why."""
    await add(world, line(FIRST, "rest"))
    incident = await world.urgent(sos("anna"))
    assert await sent(world, incident) == [(SECOND, "fastest")]
    [offered] = [e for e in (await world.card(incident))["events"] if e["event"] == "unit_offered"]
    refused = {known["unit"]: known["reason"] for known in offered["inputs"]["recommendation"]["refused"]}
    assert refused[FIRST] == "resting"


async def test_routine_work_is_not_given_to_a_crew_whose_duty_ends_before_it_arrives(world: World) -> None:
    """A disturbance a kilometre away, a minute before the end of duty."""
    await add(world, line(FIRST, ends=1 / 60))
    incident = await world.urgent(signal(Nature.DISTURBANCE, "camera", site=None))
    await world.order(incident, "verify", {"result": "confirmed"})
    assert (await sent(world, incident))[0][0] == SECOND
    [offered] = [e for e in (await world.card(incident))["events"] if e["event"] == "unit_offered"]
    refused = {known["unit"]: known["reason"] for known in offered["inputs"]["recommendation"]["refused"]}
    assert refused[FIRST] == "duty_ends"


async def test_overlapping_duties_are_refused_and_nothing_of_the_list_is_set(world: World) -> None:
    """409 naming the duty that is there; also between two lines of one list, and between two clerks at once."""
    [held] = await add(world, line(FIRST))
    answer = await world.http.post("/v1/roster", json=[line(SECOND), line(FIRST, starts=6.9, ends=9)])
    body = problem(answer, 409, "duties-overlap")
    assert (body["unit"], body["overlaps"]["line_id"]) == (FIRST, held["line_id"])
    problem(await world.http.post("/v1/roster", json=[line(SECOND), line(SECOND)]), 409, "duties-overlap")
    both = await asyncio.gather(*(world.http.post("/v1/roster", json=line(THIRD)) for _ in range(4)))
    assert sorted(each.status_code for each in both) == [201, 409, 409, 409]
    assert {row["unit_id"] for row in await world.rows(tables.roster)} == {FIRST, THIRD}


async def test_lines_that_cannot_be_are_refused_with_what_to_do(world: World) -> None:
    """Backwards, too long, over, without a time zone, for a unit that nobody knows; and no such line."""
    problem(await world.http.post("/v1/roster", json=line(FIRST, ends=-2)), 422, "ends-before-start")
    problem(await world.http.post("/v1/roster", json=line(FIRST, ends=36)), 422, "too-long")
    problem(await world.http.post("/v1/roster", json=line(FIRST, starts=-9, ends=-1)), 422, "over")
    problem(await world.http.post("/v1/roster", json=line(FIRST) | {"ends_at": "2026-01-01T10:00"}), 422, "invalid")
    problem(await world.http.post("/v1/roster", json=line("nobody")), 404, "not-found")
    problem(await world.http.post("/v1/roster", json=[]), 422, "invalid")
    problem(await world.http.put("/v1/roster/none", json=line(FIRST)), 404, "not-found")
    problem(await world.http.delete("/v1/roster/none"), 404, "not-found")
    assert await world.rows(tables.roster) == []


async def test_a_line_is_moved_prolonged_and_removed(world: World) -> None:
    """Prolonged, duty goes on without a second beginning; moved away or removed, it ends now."""
    [made] = await add(world, line(FIRST))
    longer = await world.http.put(f"/v1/roster/{made['line_id']}", json=line(FIRST, ends=9))
    assert (longer.status_code, longer.json()["begun_at"] is not None) == (200, True)
    later = await world.http.put(f"/v1/roster/{made['line_id']}", json=line(FIRST, starts=20, ends=28))
    assert (later.json()["begun_at"], (await unit(world, FIRST))["state"]) == (None, "off_duty")
    await world.http.put(f"/v1/roster/{made['line_id']}", json=line(FIRST))
    await world.timers.round()
    assert (await unit(world, FIRST))["state"] == "available"
    [bound] = await world.active(await world.urgent(sos("anna")))
    assert (await world.http.delete(f"/v1/roster/{made['line_id']}")).status_code == 204
    assert (await unit(world, FIRST))["state"] == "assigned"
    await world.step(bound, "decline")
    assert (await unit(world, FIRST))["state"] == "off_duty"
    assert (await world.http.get("/v1/roster")).json() == []


async def test_a_line_given_to_another_crew_changes_both(world: World) -> None:
    """A shift that is swapped: one goes off duty, the other comes on."""
    await world.only_units(THIRD)
    [made] = await add(world, line(FIRST))
    await world.http.put(f"/v1/roster/{made['line_id']}", json=line(SECOND))
    await world.timers.round()
    assert [(await unit(world, name))["state"] for name in (FIRST, SECOND)] == ["off_duty", "available"]


async def test_the_roster_is_read_by_centre_unit_and_time(world: World) -> None:
    """From and until cut by overlap; what is over is shown only if asked for."""
    made = await add(world, line(FIRST), line(FIRST, starts=7, ends=15), line(SECOND, "rest"))

    async def found(**query: Any) -> list[str]:
        return [known["line_id"] for known in (await world.http.get("/v1/roster", params=query)).json()]

    ids = [known["line_id"] for known in made]
    assert sorted(await found(centre=CENTRE)) == sorted(ids)
    assert await found(centre="99999") == []
    assert await found(unit=FIRST, until=(now() + timedelta(hours=6)).isoformat()) == ids[:1]
    assert await found(unit=FIRST, **{"from": (now() + timedelta(hours=8)).isoformat()}) == ids[1:2]
    await let_end(world, made[0])
    assert await found(unit=FIRST) == ids[1:2]
    assert await found(unit=FIRST, **{"from": ago(hours=2).isoformat()}) == ids[:2]
    backwards = await world.http.get(
        "/v1/roster", params={"from": now().isoformat(), "until": ago(hours=1).isoformat()}
    )
    problem(backwards, 422, "ends-before-start")


async def test_a_roster_is_set_once_under_its_key(world: World) -> None:
    """A clerk's retry after a lost answer is answered the same again."""
    key, body = {"Idempotency-Key": "roster-1"}, [line(FIRST), line(SECOND)]
    answers = [await world.http.post("/v1/roster", json=body, headers=key | {"X-Actor": "clerk"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert {known["set_by"] for known in answers[0].json()} == {"clerk"}
    assert len(await world.rows(tables.roster)) == 2


async def test_what_began_and_ended_while_dispatch_was_down_is_made_up_for(world: World) -> None:
    """A duty that is over when the process comes back leaves the unit off duty, whatever it was."""
    [made] = await add(world, line(FIRST))
    forget = "UPDATE dispatch.roster SET begun_at = NULL, starts_at = starts_at - interval '9 hours'"
    await world.sql(forget)
    await let_end(world, made)
    assert (await unit(world, FIRST))["state"] == "off_duty"
    [row] = await world.rows(tables.roster)
    assert row["done_at"] is not None
