"""Where an alarm went, and what became of two incidents, are recorded so that they can be asked again."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import IncidentState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain import arriving, merging
from services.dispatch.domain.arriving import Alarm, Arrival, Candidate, Joining, place
from services.dispatch.domain.incident import outranks
from services.dispatch.domain.joining import Joined
from services.dispatch.domain.merging import Merge, Pair, Side, kept, settle, side_of
from services.dispatch.domain.recommending.recording import UnknownForm
from tests.unit.dispatch.builders import NOON, incident

SITES = st.sampled_from(["school", "shop", None])
SUBJECTS = st.sampled_from(["sos:anna", "sos:berthe", None])
MOMENTS = st.integers(0, 600).map(lambda seconds: NOON + timedelta(seconds=seconds))
candidates = st.builds(
    Candidate,
    id=st.sampled_from(["i1", "i2", "i3", "i4"]),
    opened_at=MOMENTS,
    nature=st.sampled_from(Nature),
    device=st.sampled_from(["panel", "camera", None]),
    site=SITES,
    subject=SUBJECTS,
    distance_m=st.one_of(st.none(), st.integers(0, 900)),
)
arrivals = st.builds(
    Arrival,
    alarm=st.builds(Alarm, st.sampled_from(Nature), st.sampled_from(["panel", "app"]), SITES, SUBJECTS),
    candidates=st.lists(candidates, max_size=4).map(tuple),
    claimed=st.sampled_from([None, None, "i9"]),
    overtaken=st.sampled_from([False, False, True]),
)
sides = st.builds(
    Side,
    id=st.just("i1"),
    state=st.sampled_from(IncidentState),
    priority=st.sampled_from(Priority),
    opened_at=MOMENTS,
    engaged=st.booleans(),
    acknowledged_at=st.one_of(st.none(), MOMENTS),
    split_by_operator=st.sampled_from([False, False, True]),
)
pairs = st.builds(Pair, sides, sides.map(lambda side: replace(side, id="i2")), st.booleans())


@given(arrivals)
def test_an_arrival_goes_through_json_and_is_placed_alike(known: Arrival) -> None:
    """Rule 15: what the event carries is all that joining was decided from, and it says what was decided."""
    recorded = json.loads(json.dumps(arriving.as_inputs(known)))
    assert place(arriving.from_inputs(recorded)) == place(known)
    assert (recorded["into"], recorded["reason"]) == (place(known).into, place(known).reason)
    assert arriving.as_inputs(arriving.from_inputs(recorded)) == recorded


@given(arrivals)
def test_no_subject_is_recorded(known: Arrival) -> None:
    """What a device follows may be a person's phone: events are published and kept for a year."""
    assert "sos:" not in json.dumps(arriving.as_inputs(known))


def test_an_incident_that_was_finished_meanwhile_is_not_joined() -> None:
    """Found or claimed, but closed before its lock was held: another one opens, and the record says why."""
    held = Candidate("i1", NOON, Nature.FIRE, "panel", "school")
    found = Arrival(Alarm(Nature.FIRE, "panel", "school"), (held,))
    assert place(found) == Joining("i1", Joined.SAME_DEVICE)
    assert place(replace(found, overtaken=True)) == Joining(None, Joined.NEW)
    assert place(Arrival(found.alarm, claimed="i9")) == Joining("i9", Joined.SAME_SITUATION)


@given(pairs)
def test_a_pair_goes_through_json_and_is_settled_alike(known: Pair) -> None:
    """The same for merges: all of both sides that decides is recorded."""
    recorded = json.loads(json.dumps(merging.as_inputs(known)))
    assert merging.from_inputs(recorded) == known
    assert recorded["merge"] == settle(known)


@given(pairs)
def test_two_that_are_both_engaged_are_never_merged(known: Pair) -> None:
    """Not by correlation and not on an order; and what is merged keeps the one that outranks the other."""
    first, second = known.first, known.second
    if first.engaged and second.engaged:
        assert kept(known) is None
    elif kept(known) is not None:
        better = outranks(first, second, first.engaged, second.engaged)
        assert kept(known) == (first.id if better else second.id)


def test_an_operator_may_order_what_correlation_may_not() -> None:
    """A split is final for correlation only, and a finished incident is left alone by it."""
    one, other = side_of(incident("i1"), False), side_of(incident("i2", split_by_operator=True), True)
    assert settle(Pair(one, other)) is Merge.SPLIT_IS_FINAL
    assert settle(Pair(one, other, ordered=True)) is Merge.KEEPS_SECOND
    closed = side_of(incident("i3", state=IncidentState.CLOSED), False)
    assert settle(Pair(one, closed)) is Merge.FINISHED


def test_records_of_another_form_are_refused_by_name() -> None:
    """They are not misread."""
    with pytest.raises(UnknownForm, match="form 99"):
        arriving.from_inputs({"form": 99})
    with pytest.raises(UnknownForm, match="form None"):
        merging.from_inputs({})
