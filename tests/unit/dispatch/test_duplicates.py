"""Whether two incidents may be one: by distance, time and nature, with reasons, and evaluated again."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from schemas.vocabulary.natures import FAULTS, NATURES, Nature
from services.dispatch.domain.attention import POSSIBLE_DUPLICATE, calls, louder
from services.dispatch.domain.duplicates import (
    Candidate,
    DuplicatePolicy,
    Likely,
    Likeness,
    again,
    as_inputs,
    compare,
)
from services.dispatch.domain.likeness import ACCOUNTS, ALONE, related

POLICY = DuplicatePolicy()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def one(
    distance_m: float = 0.0, seconds: float = 0.0, nature: Nature = Nature.ASSAULT, accuracy_m: float = 0
) -> Likely:
    """One candidate compared with an assault."""
    candidate = Candidate("other", distance_m, accuracy_m, seconds, nature)
    (likely,) = compare(Nature.ASSAULT, [candidate], POLICY)
    return likely


@pytest.mark.parametrize(
    ("distance_m", "score", "reason"),
    [
        (0, 1.0, Likeness.SAME_PLACE),
        (80, 1.0, Likeness.SAME_PLACE),
        (240, 0.5, Likeness.NEAR),
        (399, 0.003, Likeness.NEAR),
        (400, 0.0, Likeness.TOO_FAR),
        (9000, 0.0, Likeness.TOO_FAR),
    ],
)
def test_distance_counts_fully_to_80_m_and_not_from_400_m(distance_m: float, score: float, reason: Likeness) -> None:
    """Between them it falls in a straight line, and the reason says on which side it is."""
    likely = one(distance_m)
    assert (likely.score, likely.reasons[0]) == (score, reason)


@pytest.mark.parametrize(
    ("seconds", "score", "reason"),
    [
        (0, 1.0, Likeness.SAME_TIME),
        (600, 1.0, Likeness.SAME_TIME),
        (-600, 1.0, Likeness.SAME_TIME),
        (1200, 0.5, Likeness.SOON_AFTER),
        (1800, 0.0, Likeness.TOO_LONG_AFTER),
    ],
)
def test_time_counts_fully_to_10_min_and_not_from_30(seconds: float, score: float, reason: Likeness) -> None:
    """Whichever of the two came first."""
    likely = one(seconds=seconds)
    assert (likely.score, likely.reasons[1]) == (score, reason)


@pytest.mark.parametrize(
    ("nature", "score", "reason"),
    [
        (Nature.ASSAULT, 1.0, Likeness.SAME_NATURE),
        (Nature.SOS, 0.7, Likeness.RELATED_NATURE),
        (Nature.FIRE, 0.0, Likeness.OTHER_NATURE),
    ],
)
def test_a_related_nature_counts_less_and_another_not_at_all(nature: Nature, score: float, reason: Likeness) -> None:
    """Nature is the last reason, and the one that a suspicion is named after."""
    likely = one(nature=nature)
    assert (likely.score, likely.reasons[2], likely.nature_likeness) == (score, reason, reason)


def test_what_the_positions_claim_as_accuracy_widens_both_limits() -> None:
    """200 m apart with 120 m of accuracy together is one place; 300 m of it is the most that counts."""
    assert (one(200).score, one(200, accuracy_m=120).score) == (0.625, 1.0)
    assert one(500, accuracy_m=300).score == one(500, accuracy_m=30_000).score == pytest.approx(0.625)
    assert one(700, accuracy_m=30_000).score == 0.0


def test_the_score_from_which_the_room_is_asked() -> None:
    """The same nature up to 240 m or 20 minutes; a related one nearer; both at their halves are not suspected."""
    assert [one(240).suspected, one(241).suspected] == [True, False]
    assert [one(seconds=1200).suspected, one(seconds=1206).suspected] == [True, False]
    assert [one(170, nature=Nature.SOS).suspected, one(200, nature=Nature.SOS).suspected] == [True, False]
    assert not one(200, seconds=1000).suspected


@pytest.mark.parametrize("nature", sorted(ALONE))
def test_some_natures_are_never_a_duplicate(nature: Nature) -> None:
    """An officer's distress and a device's own fault speak for their sender alone, however near another one is."""
    (likely,) = compare(nature, [Candidate("other", 0.0, 0.0, 0.0, nature)], POLICY)
    assert (likely.score, likely.nature_likeness) == (0.0, Likeness.STANDS_ALONE)


def test_the_table_of_accounts_is_in_order() -> None:
    """Related both ways, never with a nature that stands alone, and repairs are not related to people."""
    assert all(related(other, nature) for nature in Nature for other in Nature if related(nature, other))
    assert not any(account & ALONE for account in ACCOUNTS)
    assert all(len(account) > 1 for account in ACCOUNTS)
    assert not any(account & FAULTS for account in ACCOUNTS)


def test_the_likeliest_comes_first_and_ties_have_an_order() -> None:
    """The order does not depend on the order of the question."""
    places = {"far": 200.0, "b": 10.0, "a": 10.0}
    found = [Candidate(name, metres, 0.0, 0.0, Nature.ASSAULT) for name, metres in places.items()]
    for given_in in (found, found[::-1]):
        assert [known.candidate.incident for known in compare(Nature.ASSAULT, given_in, POLICY)] == ["a", "b", "far"]


FIGURES = some.floats(0, 5000).map(lambda value: round(value, 1))
CANDIDATES = some.builds(
    Candidate,
    incident=some.text("abc", min_size=1, max_size=5),
    distance_m=FIGURES,
    accuracy_m=FIGURES,
    seconds=some.floats(-4000, 4000).map(lambda value: round(value, 1)),
    nature=some.sampled_from(sorted(NATURES)),
)


@given(some.sampled_from(sorted(NATURES)), some.lists(CANDIDATES, max_size=5))
def test_recorded_inputs_evaluate_to_the_same_again(nature: Nature, candidates: list[Candidate]) -> None:
    """Rule 15: through JSON and back the same scores, reasons and order; scores stay within 0 and 1."""
    likely = compare(nature, candidates, POLICY)
    inputs = json.loads(json.dumps(as_inputs(nature, likely, POLICY, NOW)))
    assert sorted(again(inputs), key=repr) == sorted(likely, key=repr)
    assert [known["score"] for known in inputs["candidates"]] == [known.score for known in again(inputs)]
    assert all(0 <= known.score <= 1 for known in likely)


@given(CANDIDATES, FIGURES, FIGURES)
def test_further_away_or_later_is_never_likelier(candidate: Candidate, metres: float, seconds: float) -> None:
    """The score only falls with distance and time, and only grows with what accuracy explains."""
    (here,) = compare(Nature.ASSAULT, [candidate], POLICY)
    further = Candidate(
        candidate.incident,
        candidate.distance_m + metres,
        candidate.accuracy_m,
        abs(candidate.seconds) + seconds,
        candidate.nature,
    )
    (there,) = compare(Nature.ASSAULT, [further], POLICY)
    assert there.score <= here.score


def test_replay_may_ask_by_another_policy() -> None:
    """With a stricter threshold the recorded inputs no longer make a suspicion; another form is refused."""
    likely = compare(Nature.ASSAULT, [Candidate("other", 200.0, 0.0, 0.0, Nature.ASSAULT)], POLICY)
    inputs = as_inputs(Nature.ASSAULT, likely, POLICY, NOW)
    (stricter,) = again(inputs, DuplicatePolicy(suspected_from=0.9))
    assert (likely[0].suspected, stricter.suspected) == (True, False)
    with pytest.raises(ValueError, match="form 99"):
        again(inputs | {"form": 99})


@pytest.mark.parametrize(
    ("shown", "new", "stays"),
    [
        (None, POSSIBLE_DUPLICATE, POSSIBLE_DUPLICATE),
        ("no_unit_free", POSSIBLE_DUPLICATE, "no_unit_free"),
        (POSSIBLE_DUPLICATE, "merge_proposed", "merge_proposed"),
        ("no_unit_free", "merge_proposed", "no_unit_free"),
    ],
)
def test_a_hint_gives_way_to_what_calls(shown: str | None, new: str, stays: str) -> None:
    """A possible duplicate hides nothing, and what calls already is not replaced."""
    assert louder(shown, new) == stays
    assert not calls(POSSIBLE_DUPLICATE)
