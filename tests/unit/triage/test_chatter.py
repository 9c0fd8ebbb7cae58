"""A device that will not stop: shown, then counted, then shown again."""

import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from tests.unit.triage.builders import seen


def decisions(times: list[float], screening: PartitionScreening | None = None) -> list[Decision]:
    """What is decided about intrusions of one zone at these times."""
    screening = screening or PartitionScreening(Limits())
    return [screening.decide(seen(at, signal_id=f"s{at}", zone="1"), Rulebook()) for at in times]


def test_the_fourth_in_a_minute_is_folded_into_the_first_with_a_growing_count() -> None:
    """Three alarms are shown; from the fourth on the first one's count grows."""
    said = decisions([0, 10, 20, 30, 40, 50])
    assert [d.outcome for d in said] == [Outcome.ALARM] * 3 + [Outcome.FOLDED] * 3
    assert [d.count for d in said] == [0, 0, 0, 1, 2, 3]
    assert {d.first_signal_id for d in said[3:]} == {"s0"}
    assert not any(d.forward for d in said[3:])
    assert said[3].reason is ScreeningReason.CHATTER


def test_a_fold_takes_signals_until_two_quiet_minutes() -> None:
    """A signal 119 s after the last still counts; after 120 s of quiet it is an alarm again."""
    said = decisions([0, 1, 2, 3, 122, 242])
    assert [d.outcome for d in said[3:]] == [Outcome.FOLDED, Outcome.FOLDED, Outcome.ALARM]


def test_a_device_that_still_chatters_is_shown_again_each_period() -> None:
    """At the next full ten minutes one alarm is shown, and the fold goes on into that one."""
    said = decisions([float(at) for at in range(0, 660, 10)])
    shown = [index * 10 for index, d in enumerate(said) if d.outcome is Outcome.ALARM]
    assert shown == [0, 10, 20, 600]
    assert said[-1].first_signal_id == "s600.0"


def test_slow_alarms_are_never_folded() -> None:
    """One alarm every 21 s is not chatter."""
    assert {d.outcome for d in decisions([at * 21.0 for at in range(25)])} == {Outcome.ALARM}


def test_zones_natures_and_devices_chatter_apart() -> None:
    """Another zone of the same panel is another stream."""
    screening = PartitionScreening(Limits())
    decisions([0, 1, 2, 3], screening)
    for other in ({"zone": "2"}, {"zone": "1", "nature": Nature.TAMPER}, {"zone": "1", "device": "panel-2"}):
        assert screening.decide(seen(4, **other), Rulebook()).outcome is Outcome.ALARM


def test_faults_are_folded_too() -> None:
    """A flapping fault makes three work orders' worth of outcomes, not three hundred."""
    screening = PartitionScreening(Limits())
    said = [screening.decide(seen(at, nature=Nature.POWER_FAULT), Rulebook()).outcome for at in range(5)]
    assert said == [Outcome.FAULT] * 3 + [Outcome.FOLDED] * 2


@pytest.mark.parametrize("start", [0, 7, 61, 125, 333, 541, 599, 601])
def test_what_is_folded_depends_on_eleven_minutes_at_most(start: int) -> None:
    """A reader that begins anywhere agrees, fifteen minutes later, with one that saw everything (rule 10)."""
    times = [float(at) for at in (*range(0, 1800, 17), *range(0, 1800, 240), *range(0, 1800, 241))]
    times.sort()
    whole = dict(zip(times, decisions(times), strict=True))
    late = [at for at in times if at >= start]
    part = dict(zip(late, decisions(late), strict=True))
    settled = [at for at in late if at >= start + 900]
    assert settled
    assert all(whole[at] == part[at] for at in settled)


def test_limits_that_outlast_the_memory_are_refused() -> None:
    """A window that a restart could not rebuild is a wrong setting, said at once."""
    with pytest.raises(ValueError, match="outlasts the memory"):
        Limits(chatter_period=1200)
