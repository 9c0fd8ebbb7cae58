"""Records of earlier versions, of later ones, and damaged ones: reported, counted, never a crash."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import IncidentEvent, IncidentState, ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain import arriving, merging
from services.dispatch.domain.arriving import Alarm, Arrival, Candidate
from services.dispatch.domain.escalating import Trigger
from services.dispatch.domain.merging import Pair, Side
from services.dispatch.domain.recommending import Backlog, match
from services.dispatch.domain.recommending.recording import as_inputs
from services.dispatch.domain.recommending.recording_backlog import backlog_as_inputs
from services.dispatch.domain.replaying import Finding, Kind, Obstacle, Record, Tally
from services.dispatch.domain.run_card import Level, Need
from tests.unit.dispatch.builders import NOON, card, facts
from tests.unit.dispatch.recommending.scenes import bound, idle, incident, situation
from tests.unit.dispatch.replaying.recorded import VERSION, evaluated, offer, opening, record, told

MORE = Level("renfort", "backup", (Need(ResponderKind.PATROL, 2),), 300)
FIRE = card("fire", Nature.FIRE, levels=(MORE,))
HELD = Candidate("i1", NOON, Nature.FIRE, "panel", "school")
ARRIVAL = Arrival(Alarm(Nature.FIRE, "panel", "school"), (HELD,))
BOTH = Pair(
    Side("i1", IncidentState.OPEN, Priority.P3, NOON, engaged=False),
    Side("i2", IncidentState.OPEN, Priority.P2, NOON, engaged=False),
)


def joined() -> Record:
    """An alarm that joined i1."""
    return record(IncidentEvent.SIGNAL_LINKED, {"joining": arriving.as_inputs(ARRIVAL)}, "same_device")


def merged() -> Record:
    """i2 took i1 in."""
    inputs = {"pack_version": VERSION, "merging": merging.as_inputs(BOTH)}
    return record(IncidentEvent.MERGED, inputs, "same_situation", incident="i2", detail={"merged": "i1"})


def matched(unit: str = "a", of: str = "i1") -> Record:
    """i1 and i2 were matched with a and b."""
    times = {"i1": {idle("a"): 10.0, idle("b"): 50.0}, "i2": {idle("a"): 20.0, idle("b"): 30.0}}
    backlog = Backlog(tuple(situation(found, incident(id=name)) for name, found in times.items()))
    matching = match(backlog)
    assert [pair.unit for pair in matching.pairs] == ["a", "b"]
    inputs = {"clock": NOON.isoformat(), "pack_version": VERSION, "decision": "d1"}
    made = record(IncidentEvent.UNIT_OFFERED, inputs, "matched", incident=of, detail={"unit": unit, "slot": 0})
    return replace(made, decision={"backlog": backlog_as_inputs(backlog), "matching": asdict(matching)})


def relieved(by: str = "near") -> Record:
    """A free unit takes the place of one that would be there a minute later."""
    found = situation({idle("near"): 40.0, bound("late", Priority.P1): 100.0})
    inputs = {"pack_version": VERSION, "situation": as_inputs(found), "on_its_way": "late", "recommended": by}
    return record(IncidentEvent.RELIEVED, inputs, "sooner_unit_free", detail={"unit": "late", "by": by})


def escalated() -> Record:
    """Nobody was on scene in time: the fire's first level came by itself."""
    inputs = {"clock": NOON.isoformat(), "pack_version": VERSION, "card": "fire", "reached": 0}
    inputs |= {"escalate_at": NOON.isoformat(), "on_scene": False}
    return record(IncidentEvent.ESCALATED, inputs, Trigger.NOBODY_ON_SCENE, detail={"level": 1, "name_fr": "renfort"})


SOUND = (
    joined(),
    merged(),
    matched(),
    opening(facts(Nature.FIRE), (FIRE,)),
    offer(situation({idle("a"): 9.0})),
    relieved(),
    escalated(),
)


@pytest.mark.parametrize(
    "made", SOUND, ids=["joining", "merging", "backlog", "run_card", "unit", "relief", "escalation"]
)
def test_each_kind_is_the_same_when_nothing_changed(made: Record) -> None:
    """One finding a decision, without a difference, of the kind that it is."""
    [finding] = evaluated(made, stored=(FIRE,))
    assert (finding.differences, finding.obstacle) == ((), None)


def test_what_was_joined_merged_or_matched_otherwise_is_named() -> None:
    """The records say another incident, another one kept, another unit."""
    other = {**joined().inputs["joining"], "into": None, "reason": "new"}
    [join] = evaluated(replace(joined(), inputs={"joining": other}))
    assert told(join) == {"joined": (None, "i1"), "joined_because": ("new", "same_device")}
    kept = {**merged().inputs["merging"], "merge": "keeps_first"}
    [merge] = evaluated(replace(merged(), inputs={"merging": kept}))
    assert told(merge) == {"merge": ("keeps_first", "keeps_second"), "kept": ("i1", "i2")}
    [match_again] = evaluated(matched("b"))
    assert told(match_again) == {"unit": ("b", "a")}


def test_changed_run_cards_keep_the_other_incident_of_a_merge() -> None:
    """i1 becomes a P1 and outranks i2, which had been kept."""
    before, after = card("c", Nature.WATER, priority=Priority.P3), card("c", Nature.WATER, priority=Priority.P1)
    opened = opening(facts(Nature.WATER), (before,))
    _, merge = evaluated(opened, merged(), stored=(before,), changed=(after,))
    assert told(merge) == {"merge": ("keeps_second", "keeps_first"), "kept": ("i2", "i1")}


def test_changed_run_cards_match_a_backlog_otherwise() -> None:
    """i1 sinks to P4: the nearer unit is the other incident's, for both events of the matching."""
    before, after = card("c", Nature.WATER, priority=Priority.P1), card("c", Nature.WATER, priority=Priority.P4)
    opened = opening(facts(Nature.WATER), (before,))
    events = (opened, matched(), matched("b", of="i2"))
    _, one, two = evaluated(*events, stored=(before,), changed=(after,))
    assert told(one) == {"unit": ("a", "b"), "seconds": (10.0, 50.0)}
    assert told(two) == {"unit": ("b", "a"), "seconds": (30.0, 20.0)}


def test_another_relief_and_another_level_are_named() -> None:
    """Another unit than the one that gains most; a level that the changed card does not have, or that asks for less."""
    assert told(evaluated(relieved("late"))[0]) == {"unit": ("late", "near"), "seconds": (100.0, 40.0)}
    [gone] = evaluated(escalated(), stored=(FIRE,), changed=(replace(FIRE, levels=()),))
    assert told(gone) == {"escalation": ("renfort", None), "responders patrol": (2, 0)}
    less = replace(MORE, needs=(Need(ResponderKind.PATROL),))
    [fewer] = evaluated(escalated(), stored=(FIRE,), changed=(replace(FIRE, levels=(less,)),))
    assert told(fewer) == {"responders patrol": (2, 1)}


def test_a_level_that_was_not_due_is_a_difference() -> None:
    """Somebody was on scene, or its time had not come: by the rule it would not have been added."""
    made = escalated()
    later = (NOON + timedelta(seconds=1)).isoformat()
    for wrong in ({"on_scene": True}, {"escalate_at": later}):
        [finding] = evaluated(replace(made, inputs={**made.inputs, **wrong}), stored=(FIRE,))
        assert told(finding)["escalation"] == ("renfort", None)


def test_the_offer_after_a_relief_is_no_decision_of_its_own() -> None:
    """It refers to the relief, which is evaluated."""
    inputs = {"clock": NOON.isoformat(), "pack_version": VERSION, "relieved_in_version": 4, "recommended": "near"}
    assert evaluated(record(IncidentEvent.UNIT_OFFERED, inputs, "relieves", detail={"unit": "near"})) == []


@pytest.mark.parametrize(
    ("event", "inputs", "detail", "kind"),
    [
        (IncidentEvent.OPENED, {"pack_version": "v1"}, {}, Kind.RUN_CARD),
        (IncidentEvent.PRIORITY_RAISED, {}, {}, Kind.RUN_CARD),
        (IncidentEvent.SIGNAL_LINKED, {}, {}, Kind.JOINING),
        (IncidentEvent.UNIT_OFFERED, {}, {}, Kind.UNIT),
        (IncidentEvent.MERGED, {}, {"merged": "i2"}, Kind.MERGING),
        (IncidentEvent.MERGE_PROPOSED, {}, {"with": "i2"}, Kind.MERGING),
    ],
)
def test_events_of_an_earlier_version_are_counted_by_kind(
    event: str, inputs: dict[str, Any], detail: dict[str, Any], kind: Kind
) -> None:
    """They carry no inputs: not evaluable, and said so."""
    [finding] = evaluated(record(event, inputs, detail=detail))
    assert (finding.kind, finding.obstacle) == (kind, Obstacle.NO_INPUTS)


@pytest.mark.parametrize(
    ("event", "detail"),
    [(IncidentEvent.ACKNOWLEDGED, {}), (IncidentEvent.MERGED, {"into": "i2"}), ("from_another_version", {})],
)
def test_what_people_did_is_no_decision(event: str, detail: dict[str, Any]) -> None:
    """Acknowledging, the other side of a merge, an unknown word without inputs: nothing to evaluate."""
    assert evaluated(record(event, {}, detail=detail)) == []


def test_inputs_of_a_later_version_are_counted_as_unknown() -> None:
    """An event this version does not know, or a form it cannot read."""
    [unknown] = evaluated(record("foreseen", {"clock": "x", "crystal_ball": {}}))
    assert (unknown.kind, unknown.obstacle) == (Kind.OTHER, Obstacle.UNKNOWN_FORM)
    for made in SOUND:
        if made.decision is None and made.event != IncidentEvent.ESCALATED:
            inputs: Any = {name: _form_99(value) for name, value in made.inputs.items()}
            [finding] = evaluated(replace(made, inputs=inputs | ({"form": 99} if "form" in inputs else {})))
            assert finding.obstacle is Obstacle.UNKNOWN_FORM, made.event


def _form_99(value: Any) -> Any:
    return value | {"form": 99} if isinstance(value, dict) and "form" in value else value


def test_a_matching_that_is_not_stored_is_an_obstacle() -> None:
    """Its row was deleted."""
    [finding] = evaluated(replace(matched(), decision=None))
    assert finding.obstacle is Obstacle.DECISION_NOT_STORED


JUNK = st.sampled_from([None, "x", -1, 0.5, True, [], {}, [None], {"form": 1}, 10**400, "2026-13-99"])


def damaged(value: Any, draw: st.DataObject) -> Any:
    """The value with one part of it, at any depth, missing or something else."""
    if isinstance(value, dict) and value and draw.draw(st.integers(0, 4)):
        name = draw.draw(st.sampled_from(sorted(value)))
        left = {known: kept for known, kept in value.items() if known != name}
        return left if not draw.draw(st.integers(0, 3)) else {**left, name: damaged(value[name], draw)}
    if isinstance(value, list) and value and draw.draw(st.integers(0, 4)):
        place = draw.draw(st.integers(0, len(value) - 1))
        return [*value[:place], damaged(value[place], draw), *value[place + 1 :]]
    return draw.draw(JUNK)


@given(st.sampled_from(SOUND), st.data())
def test_no_damage_ends_a_replay(made: Record, draw: st.DataObject) -> None:
    """Whatever is wrong with a record, it is reported and the next one is evaluated."""
    wrong = damaged(dict(made.inputs), draw)
    inputs = wrong if isinstance(wrong, dict) else {}
    decision = made.decision if made.decision is None else damaged(dict(made.decision), draw)
    hurt = replace(made, inputs=inputs, decision=decision)
    *_, last = evaluated(hurt, hurt, joined(), stored=(FIRE,), changed=(replace(FIRE, priority=Priority.P2),))
    assert (last.kind, last.differences, last.obstacle) == (Kind.JOINING, (), None)


def test_the_tally_counts_each_decision_once() -> None:
    """The same, different and not evaluable make the total."""
    tally, at = Tally(), NOON + timedelta(hours=1)
    old = record(IncidentEvent.OPENED, {}, at=at)
    findings: list[Finding] = evaluated(*SOUND, old, matched("b"), stored=(FIRE,))
    for finding in findings:
        tally.add(finding)
    assert (tally.total, tally.evaluated, tally.different.total()) == (9, 8, 1)
    assert tally.same == {Kind.JOINING: 1, Kind.MERGING: 1, Kind.BACKLOG: 1, Kind.RUN_CARD: 1, Kind.UNIT: 1} | {
        Kind.RELIEF: 1,
        Kind.ESCALATION: 1,
    }
    assert tally.not_evaluable(Kind.RUN_CARD) == 1
    assert tally.obstacles == {(Kind.RUN_CARD, Obstacle.NO_INPUTS): 1}
