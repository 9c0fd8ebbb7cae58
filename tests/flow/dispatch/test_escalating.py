"""Levels above a run card: by order, or by themselves while nobody is on scene; once, and also after a restart."""

import asyncio
from typing import Any

from schemas.pack.responders import Escalation, Responder
from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.timers import Timers
from tests.flow.dispatch.builders import PATROLS, card, city, patrol, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

PATROL = Responder(kind=ResponderKind.PATROL)
FIREFIGHTERS = Responder(kind=ResponderKind.FIREFIGHTERS, agency="sdis")
POLICE = Responder(kind=ResponderKind.NATIONAL_POLICE, agency="police")
LEVELS = (
    Escalation(name_fr="Renfort", name_en="Reinforced", responders=(PATROL, POLICE), after_s=300),
    Escalation(name_fr="Général", name_en="General", responders=(PATROL, FIREFIGHTERS), after_s=600),
)
FIRE = card("fire-levels", Nature.FIRE, responders=(PATROL, FIREFIGHTERS), escalation=LEVELS)
CROWD = card(
    "crowd-levels",
    Nature.CROWD,
    priority=Priority.P3,
    verify_first=True,
    engagement=Engagement.OPERATOR_CONFIRMED,
    escalation=LEVELS,
)


async def opened(world: World, nature: Nature = Nature.FIRE) -> str:
    """An incident of a card with two levels."""
    await world.apply(city(run_cards=(FIRE, CROWD, *city().run_cards)))
    return str(await world.urgent(signal(nature)))


async def due_now(world: World, incident: str) -> None:
    """The next level's time has come: time is driven, not slept."""
    statement = "UPDATE dispatch.incidents SET escalate_at = clock_timestamp() - interval '1 second' WHERE id = :id"
    await world.sql(statement + " AND escalate_at IS NOT NULL", id=incident)


async def level(world: World, incident: str) -> tuple[int, str | None, bool]:
    """The level reached, the next one's name, and whether a time is set for it."""
    shown: dict[str, Any] = (await world.card(incident))["escalation"]
    return shown["level"], shown["next_en"], shown["next_at"] is not None


async def test_an_operator_adds_one_level_after_the_other(world: World) -> None:
    """Each brings its patrol and its partner on top; after the last, 409 says so and names backup."""
    incident = await opened(world)
    assert await level(world, incident) == (0, "Reinforced", True)
    first = await world.order(incident, "escalate", {"reason": "flames on the roof"}, if_match='"1"', x_actor="op-1")
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == '"2"'
    assert len(await world.active(incident)) == 2
    assert (first.json()["escalation"]["name_fr"], await level(world, incident)) == ("Renfort", (1, "General", True))
    await world.order(incident, "escalate")
    found = await world.card(incident)
    assert len(await world.active(incident)) == 3
    assert [known["agency"] for known in found["hand_overs"]] == ["sdis", "police", "sdis"]
    assert await level(world, incident) == (2, None, False)
    body = problem(await world.order(incident, "escalate"), 409, "no-further-level")
    assert (body["allowed"], body["levels"]) == (["backup"], 2)


async def test_the_reason_is_a_line_of_the_log_and_not_in_the_event(world: World) -> None:
    """What the operator typed stays in PostgreSQL; the event names level, card and what was known."""
    incident = await opened(world)
    await world.order(incident, "escalate", {"reason": "flames on the roof"}, x_actor="op-1")
    found = await world.card(incident)
    [event] = [known for known in found["events"] if known["event"] == "escalated"]
    assert (event["reason"], event["actor"], event["detail"]["level"]) == ("operator", "op-1", 1)
    assert (event["inputs"]["reached"], event["inputs"]["on_scene"]) == (0, False)
    assert [note["text"] for note in found["notes"]] == ["flames on the roof"]
    assert "flames" not in str(found["events"])


async def test_an_old_etag_escalates_nothing(world: World) -> None:
    """Two operators press at once with one ETag: one level comes, the other is told what changed."""
    incident = await opened(world)
    answers = await asyncio.gather(*(world.order(incident, "escalate", if_match='"1"') for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await level(world, incident))[0] == 1


async def test_a_card_without_levels_names_backup(world: World) -> None:
    """409, and nothing is added."""
    incident = await world.urgent(sos("anna"))
    body = problem(await world.order(incident, "escalate"), 409, "no-further-level")
    assert (body["allowed"], body["levels"]) == (["backup"], 0)
    found = await world.card(incident)
    assert (found["escalation"], found["revision"], len(found["assignments"])) == (None, 1, 1)


async def test_nobody_on_scene_in_time_brings_the_next_level_once(world: World) -> None:
    """Not before it is due; then once, whatever number of loops look; the next level's time is set anew."""
    incident = await opened(world)
    await world.timers.round()
    assert (await level(world, incident))[0] == 0
    await due_now(world, incident)
    await asyncio.gather(*(world.timers.round() for _ in range(4)))
    assert await level(world, incident) == (1, "General", True)
    assert len(await world.active(incident)) == 2
    [event] = [known for known in (await world.card(incident))["events"] if known["event"] == "escalated"]
    assert (event["reason"], event["actor"]) == ("nobody_on_scene", "system")
    assert (await world.card(incident))["revision"] == 1
    await due_now(world, incident)
    await world.timers.round()
    assert await level(world, incident) == (2, None, False)


async def test_the_time_survives_a_restart(world: World) -> None:
    """It is a column: another process's loop, which knows nothing of the first, escalates."""
    incident = await opened(world)
    await due_now(world, incident)
    await Timers(world.engine, world.library, world.settings).round()
    assert (await level(world, incident))[0] == 1


async def test_a_unit_on_scene_ends_the_waiting(world: World) -> None:
    """The first *sur place* takes the time away; one that was written behind its back is refused under the lock."""
    incident = await opened(world)
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route")
    assert await level(world, incident) == (0, "Reinforced", True)
    await world.step(assignment, "on-scene")
    assert await level(world, incident) == (0, "Reinforced", False)
    await world.sql("UPDATE dispatch.incidents SET escalate_at = clock_timestamp() WHERE id = :id", id=incident)
    await world.timers.round()
    assert await level(world, incident) == (0, "Reinforced", False)


async def test_an_ended_incident_is_not_escalated(world: World) -> None:
    """Dismissed, resolved or merged, its time is gone, and a reopened one waits for the operator."""
    dismissed = await opened(world)
    await world.order(dismissed, "dismiss", {"reason": "drill"})
    assert await level(world, dismissed) == (0, "Reinforced", False)
    await world.order(dismissed, "reopen")
    assert await level(world, dismissed) == (0, "Reinforced", False)
    await world.order(dismissed, "assign")
    assert await level(world, dismissed) == (0, "Reinforced", True)


async def test_what_waits_for_an_operator_is_not_escalated_by_itself(world: World) -> None:
    """A crowd to be verified first has no time set; verified, the seconds begin."""
    incident = await opened(world, Nature.CROWD)
    assert await level(world, incident) == (0, "Reinforced", False)
    await world.order(incident, "verify", {"result": "confirmed"})
    assert await level(world, incident) == (0, "Reinforced", True)


async def test_an_order_engages_what_still_waited(world: World) -> None:
    """Escalating an unverified crowd sends its own patrol as well as the level's."""
    incident = await opened(world, Nature.CROWD)
    await world.order(incident, "escalate")
    assert len(await world.active(incident)) == 2


async def test_without_a_free_unit_a_level_waits_visibly_and_its_partner_is_told(world: World) -> None:
    """The one patrol is bound already: the task waits for more, the police are asked at once."""
    await world.only_units(PATROLS[0])
    incident = await opened(world)
    await due_now(world, incident)
    await world.timers.round()
    found = await world.card(incident)
    assert {task["kind"]: task["state"] for task in found["tasks"]}["patrol"] == "waiting"
    assert (found["attention"], len(found["hand_overs"])) == ("no_unit_free", 2)


async def test_a_raise_begins_with_the_levels_of_the_new_card(world: World) -> None:
    """Escalated as a crowd, then a fire: the fire's levels count from none, and its first one's time is set."""
    incident = await opened(world, Nature.CROWD)
    await world.order(incident, "escalate")
    fire = signal(Nature.FIRE, "detector", site="school")
    await world.situation("s1", signal(Nature.CROWD))
    await world.situation("s1", fire, revision=2)
    found = await world.card(incident)
    assert (found["run_card"], found["priority"]) == ("fire-levels", "P1")
    assert await level(world, incident) == (0, "Reinforced", True)


async def test_a_level_of_other_patrols_is_a_task_of_its_own(world: World) -> None:
    """A dog is asked beside the first patrol; diverted to a life in danger, only the dog's task asks again."""
    dog = Responder(kind=ResponderKind.PATROL, capabilities=frozenset({"dog"}))
    levels = (Escalation(name_fr="Chien", name_en="Dog", responders=(dog,)),)
    search = card("search", Nature.INTRUSION, priority=Priority.P2, escalation=levels)
    dogs = [patrol(f"pm-dog-{number}", number, capabilities=frozenset({"dog"})) for number in (1, 4)]
    await world.apply(city(run_cards=(search, *city().run_cards), units=(patrol("pm-9", 3), *dogs)))
    await world.only_units("pm-9")
    incident = str(await world.urgent(signal(Nature.INTRUSION)))
    await world.http.put("/v1/units/pm-dog-1/status", json={"state": "available"})
    assert (await world.order(incident, "escalate")).json()["escalation"]["level"] == 1
    tasks = {task["task_id"]: task["capabilities"] for task in (await world.card(incident))["tasks"]}
    bound = {known["unit"]: known for known in await world.active(incident)}
    assert {unit: tasks[known["task_id"]] for unit, known in bound.items()} == {"pm-9": [], "pm-dog-1": ["dog"]}
    for known in bound.values():
        await world.step(known, "accept", "en-route")
    await world.http.put("/v1/units/pm-dog-4/status", json={"state": "available"})
    life = await world.urgent(sos("anna"))
    assert [known["unit"] for known in await world.active(life)] == ["pm-dog-1"]
    after = {known["unit"]: known["task_id"] for known in await world.active(incident)}
    assert after == {"pm-9": bound["pm-9"]["task_id"], "pm-dog-4": bound["pm-dog-1"]["task_id"]}
