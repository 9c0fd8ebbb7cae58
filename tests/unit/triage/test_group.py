"""What a group finds for an alarm is what looking at every situation would find."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.correlate import joined, opened
from services.triage.correlation.domain.geometry import Point
from services.triage.correlation.domain.group import Group
from services.triage.correlation.domain.match import best_match
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.domain.situation import OpenSituation
from tests.unit.triage.builders import T0, alarm_seen

REACH = Reach()
WHERE = st.sampled_from([(49.12, 6.17), (-33.9, 18.4), (0.0, 179.9995), (0.0, -180.0), (69.65, 18.95), (89.7, 10.0)])
POINTS = st.builds(
    lambda at, north, east, accuracy: Point(
        max(-90.0, min(90.0, at[0] + north)), (at[1] + east + 180) % 360 - 180, accuracy
    ),
    WHERE,
    st.floats(-0.004, 0.004),
    st.floats(-0.006, 0.006),
    st.sampled_from([0.0, 10.0, 100.0, 5000.0]),
)
ALARMS = st.lists(
    st.builds(
        AlarmSeen,
        alarm_id=st.uuids().map(str),
        filed=st.just("gare"),
        device=st.sampled_from([f"d{n}" for n in range(12)]),
        kind=st.just(DeviceKind.SENSOR),
        nature=st.sampled_from([Nature.INTRUSION, Nature.FIRE, Nature.SOS, Nature.OFFICER_DISTRESS, Nature.TAMPER]),
        at=st.integers(0, 2000).map(lambda seconds: T0 + seconds),
        point=st.one_of(st.none(), POINTS),
        site=st.sampled_from([None, None, "school", "shop"]),
        subject=st.sampled_from([None, None, "s1", "s2"]),
        moves=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda alarm: alarm.alarm_id,
)


@given(ALARMS)
@settings(max_examples=300, deadline=None)
def test_nothing_that_could_be_linked_is_missed(alarms: list[AlarmSeen]) -> None:
    """Alarm by alarm, also where people move, at the date line and near a pole; old ones leave as they should."""
    group, every = Group(REACH), dict[str, OpenSituation]()
    for alarm in alarms:
        before = alarm.at - 2 * REACH.within_s
        gone = {name for name, known in every.items() if known.head.last_at < before}
        found = set()
        for name in group.silent_since(before):
            found.add(name)
            group.remove(name)
        assert found == gone
        for name in gone:
            del every[name]
        match = best_match(alarm, group.near(alarm), REACH)
        assert match == best_match(alarm, every.values(), REACH)
        answer = opened(alarm) if match is None else joined(alarm, match)
        situation = every.get(answer.situation_id)
        if situation is None:
            situation = OpenSituation.of([answer])
        else:
            situation.add(answer)
        every[answer.situation_id] = situation
        group.put(situation)
        assert len(group) == len(every)


def test_few_are_looked_at() -> None:
    """Of two thousand situations all over a sector an alarm is compared with its neighbours."""
    group = Group(REACH)
    for n in range(2000):
        point = Point(49.0 + n % 50 * 0.01, 6.0 + n // 50 * 0.01)
        group.put(OpenSituation.of([opened(alarm_seen(alarm_id=f"a{n}", device=f"d{n}", site=None, point=point))]))
    assert len(list(group.near(alarm_seen(alarm_id="x", device="new", site=None, point=Point(49.1, 6.1))))) == 1
