"""A record that comes again: the same id, or the same frame within two minutes."""

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from tests.unit.triage.builders import rules, seen, silence, sos


def test_the_same_id_gets_the_same_decision_even_when_the_rules_have_changed() -> None:
    """A record read twice ends once: a silence set in between does not change what was said."""
    screening = PartitionScreening(Limits())
    signal = seen()
    first = screening.decide(signal, Rulebook())
    again = screening.decide(signal, rules(silence("device:panel-1", start=-10)))
    assert first.outcome is Outcome.ALARM
    assert again is first


def test_the_same_id_is_no_repeat_of_itself() -> None:
    """At-least-once reading gives `alarm` again, never `repeat`."""
    screening = PartitionScreening(Limits())
    signal = seen(fingerprint="f")
    assert screening.decide(signal, Rulebook()).outcome is Outcome.ALARM
    assert screening.decide(signal, Rulebook()).outcome is Outcome.ALARM


def test_the_same_frame_within_two_minutes_of_the_first_is_a_repeat_of_the_first() -> None:
    """The window counts from the first, not from the last repeat, so that a stuck sender is heard again."""
    screening = PartitionScreening(Limits())
    first = seen(0, fingerprint="f", nature=Nature.HOLD_UP)
    screening.decide(first, Rulebook())
    for at in (1, 60, 120):
        repeat = screening.decide(seen(at, fingerprint="f", nature=Nature.HOLD_UP), Rulebook())
        assert (repeat.outcome, repeat.reason) == (Outcome.REPEAT, ScreeningReason.SAME_MARK)
        assert (repeat.first_signal_id, repeat.forward) == (first.signal_id, False)
    later = screening.decide(seen(121, fingerprint="f", nature=Nature.HOLD_UP), Rulebook())
    assert later.outcome is Outcome.ALARM


def test_another_device_or_no_mark_is_no_repeat() -> None:
    """Only the same device can repeat itself, and only with a mark."""
    screening = PartitionScreening(Limits())
    screening.decide(seen(fingerprint="f"), Rulebook())
    assert screening.decide(seen(1, fingerprint="f", device="panel-2"), Rulebook()).outcome is Outcome.ALARM
    assert screening.decide(seen(1), Rulebook()).outcome is Outcome.ALARM


def test_a_heartbeat_is_supervision_and_leaves_no_trace() -> None:
    """Heartbeats end as supervision, and what comes after them is judged as if they had not been."""
    screening = PartitionScreening(Limits())
    beat = seen(phase=Phase.HEARTBEAT, nature=Nature.SUPERVISION_LOST)
    assert screening.decide(beat, Rulebook()).outcome is Outcome.SUPERVISION
    restored = screening.decide(seen(1, phase=Phase.RESTORE, nature=Nature.SUPERVISION_LOST), Rulebook())
    assert restored.first_signal_id is None


def test_memory_is_bounded_in_time_and_number() -> None:
    """Devices are forgotten after fifteen minutes and ids beyond the limit; the newest stay."""
    screening = PartitionScreening(Limits(remembered_ids=50))
    for number in range(500):
        screening.decide(sos(number * 10, device=f"sos:{number}", subject=str(number)), Rulebook())
    assert len(screening._decided) <= 51
    assert len(screening._devices) <= 92
