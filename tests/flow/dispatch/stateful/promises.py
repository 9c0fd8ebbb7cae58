"""What must hold after every move, whatever happened before. Each promise is a function that fails with what it saw."""

import json
from collections import Counter
from typing import Any

from schemas.vocabulary.dispatching import (
    AssignmentState,
    IncidentState,
    ResponderKind,
    TaskState,
    UnitState,
)
from services.dispatch.domain.assignment import UNIT_STATE
from services.dispatch.domain.recommending import recommend
from services.dispatch.domain.recommending.recording import from_inputs
from tests.flow.dispatch.builders import CENTRE
from tests.flow.dispatch.stateful import keeping_tasks
from tests.flow.dispatch.stateful.seen import UNFINISHED, Row, Seen
from tests.flow.dispatch.stateful.town import Town

AT_EASE = {UnitState.AVAILABLE, UnitState.UNAVAILABLE, UnitState.OFF_DUTY}
OVER = {IncidentState.CLOSED, IncidentState.RESOLVED, IncidentState.DISMISSED, IncidentState.MERGED}
ONCE = {"unanswered": "assignment_id", "unacknowledged": "hand_over_id"}
"""Reasons of timers, and what each may happen to once."""


def check(town: Town, before: Seen, now: Seen) -> None:
    """All of them."""
    nobody_is_bound_twice(now)
    units_agree_with_their_assignments(now)
    every_alarm_is_on_one_card(town, now)
    cards_count_what_is_on_them(now)
    keeping_tasks.check(now)
    versions_have_no_gap(now)
    nothing_goes_back(before, now)
    the_stream_has_no_gap(now)
    the_outbox_tells_everything_in_order(now)
    timers_fire_once(now)
    nobody_loses_two_units_on_their_way(now)


def nobody_is_bound_twice(now: Seen) -> None:
    """No unit has two active assignments, no slot two units."""
    for what in (("unit_id",), ("task_id", "slot")):
        held = Counter(tuple(known[name] for name in what) for known in now.active)
        assert not [key for key, count in held.items() if count > 1], held
    for unit in now.units:
        epochs = sorted(known["epoch"] for known in now.assignments if known["unit_id"] == unit["id"])
        assert epochs == list(range(1, unit["epoch"] + 1)), (unit["id"], epochs)


def units_agree_with_their_assignments(now: Seen) -> None:
    """A unit does what its assignment says; a unit without one is at ease, and off duty if its pack has let it go."""
    bound = {known["unit_id"]: known for known in now.active}
    for unit in now.units:
        held = bound.get(unit["id"])
        if held is not None:
            assert unit["state"] == UNIT_STATE[AssignmentState(held["state"])], (unit, held)
            assert unit["epoch"] == held["epoch"], (unit, held)
        else:
            assert unit["state"] in AT_EASE, unit
            assert not (unit["retiring"] and unit["state"] == UnitState.AVAILABLE), unit


def every_alarm_is_on_one_card(town: Town, now: Seen) -> None:
    """What was acknowledged is on a card that leads to one incident, or waits to be claimed."""
    card = {known["signal_id"]: known["incident_id"] for known in now.signals}
    unclaimed = {known["signal_id"] for known in now.outcomes if known["unclaimed"]}
    for letter in town.delivered:
        if letter.raises:
            of = letter.of.signal_id
            assert of in card or of in unclaimed, letter
    for incident in card.values():
        assert now.by_id[now.root(incident)]["state"] != IncidentState.MERGED


def cards_count_what_is_on_them(now: Seen) -> None:
    """Signals and sources of a card are those linked to it and to all that were merged into it."""
    linked: dict[str, list[Row]] = {}
    for known in now.signals:
        if known["role"] == "alarm":
            linked.setdefault(now.root(known["incident_id"]), []).append(known)
    for incident in now.incidents:
        if incident["merged_into"] is None:
            held = linked.get(incident["id"], [])
            counted = (incident["signals"], incident["sources"])
            assert counted == (len(held), len({known["device"] for known in held})), (incident, held)


def versions_have_no_gap(now: Seen) -> None:
    """Each incident's events are numbered from 1 without a gap, and its version is the last."""
    for incident in now.incidents:
        versions = [known["version"] for known in now.events_of(incident["id"])]
        assert versions == list(range(1, incident["version"] + 1)), (incident["id"], versions)
        state = incident["state"]
        assert (incident["merged_into"] is not None) == (state == IncidentState.MERGED), incident


def nothing_goes_back(before: Seen, now: Seen) -> None:
    """Versions, revisions and epochs only grow; what is closed stays closed; no row vanishes."""
    for known in before.incidents:
        after = now.by_id[known["id"]]
        assert (after["version"], after["revision"]) >= (known["version"], known["revision"]), (known, after)
        assert after["revision"] >= known["revision"]
        if known["state"] == IncidentState.CLOSED:
            assert after["state"] == IncidentState.CLOSED, after
    ended = {known["id"]: known["state"] for known in before.assignments if not known["active"]}
    states = {known["id"]: known["state"] for known in now.assignments}
    assert all(states[known] == state for known, state in ended.items())


def the_stream_has_no_gap(now: Seen) -> None:
    """Every position up to the head is on the stream or in the outbox, once."""
    positions = [known["position"] for known in now.positions]
    assert positions == list(range(1, now.head[0]["position"] + 1))


def the_outbox_tells_everything_in_order(now: Seen) -> None:
    """Each event of each incident is told once, in the order of versions, and no two messages bear one id."""
    told: dict[str, list[int]] = {}
    for known in now.outbox:
        if known["topic"] == "dispatch.events":
            told.setdefault(known["incident_id"], []).append(known["version"])
    for incident in now.incidents:
        assert told.get(incident["id"], []) == list(range(1, incident["version"] + 1)), incident["id"]
    names = Counter((row["topic"], dict(row["headers"])["ce_id"]) for row in now.outbox)
    assert not [key for key, count in names.items() if count > 1], names.most_common(3)


def timers_fire_once(now: Seen) -> None:
    """An offer expires once and a hand-over is overdue once, however many processes look."""
    for reason, what in ONCE.items():
        fired = Counter(known["detail"][what] for known in now.events if known["reason"] == reason)
        assert not [key for key, count in fired.items() if count > 1], fired
    for incident in now.incidents:
        asked = 0
        for event in now.events_of(incident["id"]):
            asked = asked + 1 if event["event"] == "attention_asked" else 0
            assert asked <= 1, incident["id"]
    for incident in now.incidents:
        last = now.events_of(incident["id"])[-1]
        assert last["event"] != "attention_asked" or incident["state"] in UNFINISHED, incident


def nobody_loses_two_units_on_their_way(now: Seen) -> None:
    """An incident is diverted from at most once; an officer who calls for help may take whoever is on the way."""
    lost = Counter(
        known["incident_id"]
        for known in now.events
        if known["reason"] == "diverted"
        and known["detail"].get("state") == AssignmentState.DIVERTED
        and now.by_id[known["detail"]["to"]]["nature"] != "officer_distress"
    )
    assert not [key for key, count in lost.items() if count > 1], lost


def nobody_waits_beside_a_free_unit(now: Seen) -> None:
    """After the timers have looked, no task waits while a unit that could be asked is free.

    Who calls for help is sent nowhere, neither to that call nor to any other.
    """
    bound = {known["unit_id"] for known in now.active}
    calling = {
        known["device"]
        for known in now.incidents
        if known["nature"] == "officer_distress" and known["state"] in UNFINISHED
    }
    free = {
        known["id"]
        for known in now.units
        if known["kind"] == ResponderKind.PATROL
        and known["centre"] == CENTRE
        and known["state"] == UnitState.AVAILABLE
        and known["id"] not in bound
    }
    for task in now.waiting():
        lapsed = now.on_task(task, AssignmentState.DECLINED, AssignmentState.EXPIRED)
        resting = {known["unit_id"] for known in lapsed}
        assert not free - resting - calling, (task, now.by_id[task["incident_id"]], free)


def nothing_new(before: Seen, now: Seen) -> None:
    """A repeat has changed nothing that anybody sees; but it is a sign of life: the next welfare check may move."""
    assert now.events == before.events
    assert _without_welfare(now.assignments) == _without_welfare(before.assignments)
    assert now.tasks == before.tasks
    assert now.incidents == before.incidents
    assert now.signals == before.signals


def _without_welfare(rows: list[Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "welfare_at"} for row in rows]


def all_is_over(now: Seen) -> None:
    """Every incident has come to an end, and nobody is bound, asked or waited for."""
    assert {known["state"] for known in now.incidents} <= {IncidentState.CLOSED, IncidentState.MERGED}
    assert not now.active
    assert not [known for known in now.tasks if not TaskState(known["state"]).finished]
    assert {known["state"] for known in now.units} <= AT_EASE


def every_choice_comes_out_again(offers: list[dict[str, Any]]) -> None:
    """Rule 15: from the inputs that its event carries, each recommendation is what it was."""
    for inputs in offers:
        if "situation" in inputs:
            again = json.loads(json.dumps(recommend(from_inputs(inputs["situation"])).as_output()))
            assert again == inputs["recommendation"]
