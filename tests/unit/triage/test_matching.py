"""Which alarms belong together."""

import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, MatchReason
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.answer import Answer
from services.triage.correlation.domain.correlator import Correlator
from services.triage.correlation.domain.geometry import Point
from services.triage.correlation.domain.reach import Reach
from tests.unit.triage.builders import alarm_seen

STATION = Point(49.1100, 6.1767)
FAR = Point(49.1200, 6.1767)


def beside(metres: float, accuracy_m: float = 0.0) -> Point:
    """A point north of the station."""
    return Point(STATION.lat + metres / 111_195, STATION.lon, accuracy_m)


def said(*alarms: AlarmSeen) -> list[Answer]:
    """The answers about these alarms, in order."""
    correlator = Correlator(Reach())
    answers = []
    for alarm in alarms:
        answers.append(correlator.answer(alarm))
        correlator.take(answers[-1])
    return answers


def test_a_kiosk_sos_and_a_camera_beside_it_are_one_situation_of_two_sources() -> None:
    """Near, soon and compatible: one situation, the graver nature, both devices."""
    kiosk = alarm_seen(0, nature=Nature.KIOSK_SOS, kind=DeviceKind.KIOSK, device="kiosk")
    camera = alarm_seen(20, nature=Nature.PERSON_DETECTED, kind=DeviceKind.CAMERA, device="cam", point=beside(30))
    for first, second in ((kiosk, camera), (camera, kiosk)):
        one, two = said(first, second)
        assert two.situation_id == one.situation_id
        assert (two.sources, two.total, two.revision) == (2, 2, 2)
        assert (two.nature, two.member.reason) == (Nature.KIOSK_SOS, MatchReason.NEAR_AND_COMPATIBLE)
        assert 0.5 < two.confidence < 1
        assert two.member.distance_m == pytest.approx(30, abs=0.2)


@pytest.mark.parametrize(("metres", "accuracy", "together"), [(79, 0, True), (81, 0, False), (120, 45, True)])
def test_near_is_eighty_metres_beyond_what_accuracies_explain(metres: float, accuracy: float, together: bool) -> None:
    """81 m apart are two situations, 120 m ± 45 m are one."""
    one, two = said(alarm_seen(0), alarm_seen(1, point=beside(metres, accuracy)))
    assert (one.situation_id == two.situation_id) is together


@pytest.mark.parametrize(("seconds", "together"), [(600, True), (601, False)])
def test_after_ten_minutes_of_silence_an_alarm_opens_another(seconds: float, together: bool) -> None:
    """The window counts from the last alarm."""
    one, two = said(alarm_seen(0), alarm_seen(seconds))
    assert (one.situation_id == two.situation_id) is together


def test_fire_and_hold_up_at_one_site_are_two_situations() -> None:
    """Incompatible kinds never merge, however near."""
    fire = alarm_seen(0, nature=Nature.FIRE, site="bank", device="panel")
    hold_up = alarm_seen(1, nature=Nature.HOLD_UP, site="bank", device="panel")
    one, two = said(fire, hold_up)
    assert one.situation_id != two.situation_id


def test_thirty_detectors_of_one_school_are_one_situation_however_far_apart() -> None:
    """The same site and nature; every detector counts."""
    alarms = [
        alarm_seen(n, nature=Nature.FIRE, site="school", point=FAR if n % 2 else STATION, device=f"panel-{n}")
        for n in range(30)
    ]
    answers = said(*alarms)
    assert len({answer.situation_id for answer in answers}) == 1
    assert answers[1].member.reason is MatchReason.SAME_SITE_AND_NATURE
    assert (answers[-1].total, answers[-1].sources) == (30, 30)


def test_an_access_call_is_always_alone() -> None:
    """Two calls of one kiosk, or a call beside an SOS, stay apart."""
    call, again = (alarm_seen(at, nature=Nature.ACCESS_CALL, device="kiosk") for at in (0, 1))
    sos = alarm_seen(2, nature=Nature.KIOSK_SOS, device="kiosk")
    answers = said(call, again, sos)
    assert len({answer.situation_id for answer in answers}) == 3
    assert answers[0].member.reason is MatchReason.ACCESS_CALL_ALONE
    assert answers[2].member.reason is MatchReason.FIRST


def test_a_moving_sos_stays_one_situation_that_follows_it() -> None:
    """The same subject far away: same situation, filed in its first sector, position follows, no member added."""
    begins = alarm_seen(0, nature=Nature.SOS, subject="1", device="sos:1")
    moves = alarm_seen(60, nature=Nature.SOS, subject="1", device="sos:1", point=FAR, moves=True)
    camera = alarm_seen(90, nature=Nature.PERSON_DETECTED, device="cam", point=FAR)
    one, two, three = said(begins, moves, camera)
    assert one.situation_id == two.situation_id == three.situation_id
    assert two.member.reason is MatchReason.SAME_SUBJECT
    assert (two.point, two.filed, two.sector) == (FAR, "gare", "gare")
    assert (two.total, two.revision, two.sources) == (1, 2, 1)
    assert (three.total, three.revision, three.sources) == (2, 3, 2)


def test_a_chain_of_alarms_does_not_drift() -> None:
    """Each 50 m from the last: the third is 100 m from where the situation is, so it opens another."""
    answers = said(*(alarm_seen(n, point=beside(50 * n)) for n in range(3)))
    assert [answer.situation_id == answers[0].situation_id for answer in answers] == [True, True, False]


def test_another_sector_is_another_situation() -> None:
    """Across borders dispatch looks by distance (rule 11)."""
    one, two = said(alarm_seen(0), alarm_seen(1, filed="centre-ville"))
    assert one.situation_id != two.situation_id


def test_without_a_position_only_device_subject_or_site_can_match() -> None:
    """An alarm without a position says so; the same device still matches."""
    one, two, three = said(alarm_seen(0), alarm_seen(1, point=None), alarm_seen(2, point=None, device="d"))
    assert len({one.situation_id, two.situation_id, three.situation_id}) == 3
    assert two.member.reason is MatchReason.NO_POSITION
    first, again = said(alarm_seen(0, device="d", point=None), alarm_seen(5, device="d", point=None))
    assert first.situation_id == again.situation_id
    assert again.member.reason is MatchReason.SAME_DEVICE


def test_the_strongest_reason_wins_over_the_nearest_place() -> None:
    """The same device a little farther away beats another device next door."""
    other = alarm_seen(0, point=beside(0))
    own = alarm_seen(1, point=beside(300), device="d")
    answers = said(other, own, alarm_seen(2, device="d", point=beside(0)))
    assert answers[2].situation_id == answers[1].situation_id


def test_a_busy_place_does_not_become_one_endless_situation() -> None:
    """After two hours only the same subject still joins."""
    alarms = [alarm_seen(at, device="d") for at in range(0, 9000, 500)]
    answers = said(*alarms)
    assert len({answer.situation_id for answer in answers}) == 2
    assert answers[-1].opened_at > answers[0].opened_at
