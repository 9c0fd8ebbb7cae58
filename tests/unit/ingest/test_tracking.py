"""Which camera messages a person would care about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.signals import Phase
from services.ingest.domain.tracking import Sighting, Tracking, TrackReason, Verdict

SEEN = Sighting("one", score=0.65, min_score=0.6)


def test_raises_once_when_the_score_is_reached() -> None:
    """Below the centre's score nothing; at it one raise; the same again nothing."""
    tracking = Tracking()
    assert tracking.seen(replace(SEEN, score=0.59)) == Verdict(None, TrackReason.BELOW_SCORE)
    assert tracking.seen(replace(SEEN, score=0.6)) == Verdict(Phase.RAISE, TrackReason.RAISED)
    assert tracking.seen(replace(SEEN, score=0.6)) == Verdict(None, TrackReason.NOTHING_NEW)


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (replace(SEEN, zones=frozenset({"quay"})), TrackReason.ZONE_ENTERED),
        (replace(SEEN, score=0.7), TrackReason.SCORE_ROSE),
        (replace(SEEN, stationary=True), TrackReason.STATIONARY),
        (replace(SEEN, ended=True), TrackReason.ENDED),
        (replace(SEEN, ended=True, zones=frozenset({"quay"})), TrackReason.ENDED),
    ],
)
def test_each_change_is_told_once(later: Sighting, reason: TrackReason) -> None:
    """A change that matters is one update; the same message again (a redelivery) is none."""
    tracking = Tracking()
    tracking.seen(SEEN)
    assert tracking.seen(later) == Verdict(Phase.UPDATE, reason)
    assert tracking.seen(later) == Verdict(None, TrackReason.NOTHING_NEW)


def test_score_that_falls_or_wavers_is_no_news() -> None:
    """Within its class of score an object is silent, and a lower score takes nothing back."""
    tracking = Tracking()
    tracking.seen(SEEN)
    assert {tracking.seen(replace(SEEN, score=score)).phase for score in (0.69, 0.3, 0.65)} == {None}


def test_withdrawn_once_and_raised_anew() -> None:
    """A false positive after the raise withdraws once; if the camera takes that back, it is raised anew."""
    tracking = Tracking()
    tracking.seen(SEEN)
    wrong = replace(SEEN, false_positive=True)
    assert [tracking.seen(wrong).phase for _ in range(2)] == [Phase.WITHDRAW, None]
    assert tracking.seen(SEEN) == Verdict(Phase.RAISE, TrackReason.RAISED, raises=2)


def test_reviews() -> None:
    """An alert raises what had too low a score, or updates what is raised, once; a mere detection does nothing."""
    tracking = Tracking()
    assert tracking.reviewed("one", alert=False) == Verdict(None, TrackReason.NOT_AN_ALERT)
    assert tracking.reviewed("one", alert=True) == Verdict(Phase.RAISE, TrackReason.REVIEW_ALERT)
    assert tracking.reviewed("one", alert=True) == Verdict(None, TrackReason.NOTHING_NEW)
    tracking.seen(replace(SEEN, object_id="two"))
    assert tracking.reviewed("two", alert=True) == Verdict(Phase.UPDATE, TrackReason.REVIEW_ALERT)


def test_missing_score_holds_nothing_back() -> None:
    """A camera that sends no score raises: absence of a number is not a low number."""
    assert Tracking().seen(replace(SEEN, score=None)).phase is Phase.RAISE


@given(
    st.lists(
        st.builds(
            Sighting,
            object_id=st.sampled_from("abc"),
            score=st.none() | st.floats(0, 1),
            min_score=st.just(0.5),
            false_positive=st.booleans(),
            zones=st.frozensets(st.sampled_from("xyz")),
            stationary=st.booleans(),
            ended=st.booleans(),
        ),
        max_size=60,
    )
)
def test_updates_and_withdrawals_follow_a_raise(sightings: list[Sighting]) -> None:
    """In any order of messages: between two raises of one object there is a withdrawal, and nothing comes first."""
    tracking, open_objects = Tracking(), set()
    for sighting in sightings:
        phase = tracking.seen(sighting).phase
        if phase is Phase.RAISE:
            assert sighting.object_id not in open_objects
            open_objects.add(sighting.object_id)
        elif phase is not None:
            assert sighting.object_id in open_objects
        if phase is Phase.WITHDRAW:
            open_objects.discard(sighting.object_id)


def test_memory_is_bounded() -> None:
    """Past its capacity the oldest object is forgotten, and would raise again."""
    tracking = Tracking(capacity=10)
    for number in range(11):
        tracking.seen(replace(SEEN, object_id=str(number)))
    assert tracking.seen(replace(SEEN, object_id="10")).phase is None
    assert tracking.seen(replace(SEEN, object_id="0")).phase is Phase.RAISE
