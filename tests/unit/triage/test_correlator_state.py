"""The state of correlation is its answers: it can be rebuilt from them, in any order, at any moment."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind
from services.triage.correlation.answers import dump, load, shown_members
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.answer import Answer
from services.triage.correlation.domain.correlator import Correlator
from services.triage.correlation.domain.geometry import Point
from services.triage.correlation.domain.reach import Reach
from tests.unit.triage.builders import T0, alarm_seen

ALARMS = st.lists(
    st.builds(
        AlarmSeen,
        alarm_id=st.integers(0, 10_000).map(lambda n: f"a{n}"),
        filed=st.sampled_from(["gare", "borny"]),
        device=st.sampled_from(["d1", "d2", "d3"]),
        kind=st.sampled_from(DeviceKind),
        nature=st.sampled_from(Nature),
        at=st.integers(0, 4000).map(lambda seconds: T0 + seconds),
        point=st.one_of(st.none(), st.builds(Point, st.floats(49.10, 49.11), st.floats(6.17, 6.18), st.floats(0, 200))),
        site=st.sampled_from([None, "school"]),
        sector=st.sampled_from([None, "gare"]),
        subject=st.sampled_from([None, "s1", "s2"]),
        moves=st.booleans(),
    ),
    max_size=50,
    unique_by=lambda alarm: alarm.alarm_id,
)


def run(correlator: Correlator, alarms: list[AlarmSeen]) -> list[Answer]:
    """The answers about these alarms."""
    answers = []
    for alarm in alarms:
        answers.append(correlator.answer(alarm))
        correlator.take(answers[-1])
    return answers


@given(ALARMS, st.data())
@settings(max_examples=200, deadline=None)
def test_rebuilt_from_its_answers_in_any_order_it_goes_on_the_same(
    alarms: list[AlarmSeen], data: st.DataObject
) -> None:
    """A crash anywhere, a shuffled table, answers of events that will be read again: nothing changes."""
    alarms.sort(key=lambda alarm: alarm.at)
    cut = data.draw(st.integers(0, len(alarms)))
    whole = run(Correlator(Reach()), alarms)
    table = [load(dump(answer, 3)) for answer in whole[:cut]]
    random.Random(cut).shuffle(table)
    rebuilt = Correlator(Reach())
    rebuilt.restore(answer for _, answer in table)
    for _, answer in table:
        rebuilt.take(answer)
    assert run(rebuilt, alarms[cut:]) == whole[cut:]


@given(ALARMS)
@settings(max_examples=200, deadline=None)
def test_each_alarm_is_in_exactly_one_situation_whose_revisions_have_no_hole(alarms: list[AlarmSeen]) -> None:
    """Revisions grow by one, totals count the members, confidence stays within bounds."""
    alarms.sort(key=lambda alarm: alarm.at)
    revisions: dict[str, int] = {}
    members: dict[str, int] = {}
    for alarm, answer in zip(alarms, run(Correlator(Reach()), alarms), strict=True):
        assert answer.member.alarm_id == alarm.alarm_id
        assert answer.revision == revisions.get(answer.situation_id, 0) + 1
        revisions[answer.situation_id] = answer.revision
        members[answer.situation_id] = members.get(answer.situation_id, 0) + (not answer.moves)
        assert answer.total == members[answer.situation_id]
        assert 1 <= answer.sources <= answer.total
        assert 0.0 <= answer.confidence <= 1.0


def test_an_answer_said_again_shows_the_members_of_that_moment() -> None:
    """Walking back through the table gives the newest fifty up to that alarm, positions left out."""
    alarms = [alarm_seen(at, alarm_id=f"a{at}", device="d") for at in range(60)]
    answers = run(Correlator(Reach()), alarms)
    table = {answer.member.alarm_id: dump(answer, 0) for answer in answers}
    shown = shown_members(answers[54], table.get)
    assert [member.alarm_id for member in shown] == [f"a{at}" for at in range(5, 55)]


def test_what_has_been_silent_is_forgotten_whole_and_little_by_little() -> None:
    """All answers of a situation go together, at most about `limit` at once, and the newest stay."""
    correlator = Correlator(Reach())
    run(correlator, [alarm_seen(at * 700, alarm_id=f"a{at}", device="d") for at in range(10)])
    assert correlator.forget(T0 + 3500, 2) == ["a0", "a1"]
    assert correlator.forget(T0 + 3500, 20) == ["a2", "a3", "a4"]
    assert (correlator.answer_count, correlator.forget(T0 + 3500, 20)) == (5, [])


def test_an_answer_takes_less_than_half_a_kilobyte() -> None:
    """100,000 of them are a changelog of under 50 MB."""
    names = {"alarm_id": "0" * 36, "device": "d" * 30, "site": "s" * 20, "subject": "u" * 36}
    one, two = run(Correlator(Reach()), [alarm_seen(0, **names), alarm_seen(1, **(names | {"alarm_id": "1" * 36}))])
    assert len(dump(one, 11)) < 500
    assert len(dump(two, 11)) < 512
