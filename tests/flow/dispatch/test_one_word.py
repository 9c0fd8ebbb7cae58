"""Why something was decided is one word, wherever one reads it: log, metric, audit, topic and API."""

import json
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select
from structlog.typing import EventDict

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.dispatch.domain.assignment import Verdict
from services.dispatch.store import tables
from tests.flow.dispatch.builders import outcome, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World


def counted(name: str, **labels: str) -> float:
    """How often a metric has counted these labels."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def reasons(logged: list[EventDict], event: str, **others: str) -> list[str]:
    """The reasons on the lines of one event that bear these other words."""
    return [str(line["reason"]) for line in logged if line["event"] == event and others.items() <= line.items()]


async def published(world: World, incident: str | None, event: str) -> list[str]:
    """The reasons of that event as they wait for the topic `dispatch.events`."""
    query = select(tables.outbox).where(tables.outbox.c.topic == "dispatch.events")
    values = [json.loads(row["value"]) for row in await world.rows(query)]
    return [value["reason"] for value in values if (value["incident_id"], value["event"]) == (incident, event)]


async def audited(world: World, incident: str | None, event: str) -> list[str]:
    """The reasons of that event in the recorded decisions that replay and the log of the room read."""
    where = (tables.events.c.incident_id == incident, tables.events.c.event == event)
    return [row["reason"] for row in await world.rows(select(tables.events).where(*where))]


async def test_why_a_unit_was_offered_is_one_word(world: World, logged: list[EventDict]) -> None:
    """The reason on the tablet's order is that of the line, the counter, the recorded decision, the topic, the card."""
    before = {sample.labels["reason"]: sample.value for sample in samples("vigie_dispatch_offers")}
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    why = assignment["reason"]
    assert why
    assert reasons(logged, "incident_event", incident_id=str(incident), incident_event="unit_offered") == [why]
    assert counted("vigie_dispatch_offers_total", reason=why) == before.get(why, 0.0) + 1
    assert await audited(world, incident, "unit_offered") == [why]
    assert await published(world, incident, "unit_offered") == [why]
    assert ("unit_offered", why) in await world.events(incident)


def samples(family: str) -> list[Any]:
    """The counts of a counter."""
    found = next(metric for metric in REGISTRY.collect() if metric.name == family)
    return [sample for sample in found.samples if sample.name.endswith("_total")]


@pytest.mark.parametrize("verdict", [Verdict.STALE_EPOCH, Verdict.ASSIGNMENT_ENDED])
async def test_why_a_late_tap_changed_nothing_is_one_word(
    world: World, logged: list[EventDict], verdict: Verdict
) -> None:
    """What the tablet is answered is that of the line, the counter, the kept report, the record, the topic."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    if verdict is Verdict.ASSIGNMENT_ENDED:
        await world.order(incident, "dismiss", {"reason": "cancelled"})
    before = counted("vigie_dispatch_unit_reports_total", step="accept", verdict=verdict.value)
    stale = assignment["epoch"] + (verdict is Verdict.STALE_EPOCH)
    assert (await world.step(assignment, "accept", epoch=stale)).json()["reason"] == verdict.value
    assert reasons(logged, "report_not_applied", incident_id=str(incident)) == [verdict.value]
    assert reasons(logged, "incident_event", incident_event="late_report") == [verdict.value]
    assert counted("vigie_dispatch_unit_reports_total", step="accept", verdict=verdict.value) == before + 1
    assert [row["reason"] for row in await world.rows(tables.late_reports)] == [verdict.value]
    assert await audited(world, incident, "late_report") == [verdict.value]
    assert await published(world, incident, "late_report") == [verdict.value]
    assert ("late_report", verdict.value) in await world.events(incident)


async def test_why_a_wrong_tap_is_refused_is_one_word(world: World, logged: list[EventDict]) -> None:
    """A step that is not possible changes nothing and is recorded nowhere: line, counter and answer say why alike."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    labels = {"step": "on-scene", "verdict": Verdict.NOT_ALLOWED.value}
    before = counted("vigie_dispatch_unit_reports_total", **labels)
    answer = problem(await world.step(assignment, "on-scene"), 409, "not-allowed")
    assert answer["reason"] == Verdict.NOT_ALLOWED.value
    assert reasons(logged, "report_not_applied", incident_id=str(incident)) == [Verdict.NOT_ALLOWED.value]
    assert counted("vigie_dispatch_unit_reports_total", **labels) == before + 1


async def test_why_screening_kept_a_signal_from_the_room_is_one_word(world: World) -> None:
    """The counter, what dispatch keeps, and what it answers about the signal: as screening wrote it on the topic."""
    of, why = signal(Nature.INTRUSION), ScreeningReason.NO_LEGAL_BASIS
    before = counted("vigie_dispatch_signal_outcomes_total", outcome="refused", reason=why.value)
    await world.outcomes(outcome(of, Outcome.REFUSED, why))
    assert counted("vigie_dispatch_signal_outcomes_total", outcome="refused", reason=why.value) == before + 1
    assert [row["reason"] for row in await world.rows(tables.signal_outcomes)] == [why.value]
    answer = (await world.http.get(f"/v1/signals/{of.signal_id}")).json()
    assert (answer["outcome"], answer["reason"]) == ("refused", why.value)
