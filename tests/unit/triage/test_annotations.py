"""Updates, cancels, restores and withdrawals share the fate of their first signal."""

import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from tests.unit.triage.builders import basis, on_camera, rules, seen, silence, sos

ANNOTATING = [Phase.UPDATE, Phase.CANCEL, Phase.RESTORE, Phase.WITHDRAW]


@pytest.fixture
def screening() -> PartitionScreening:
    """A fresh partition."""
    return PartitionScreening(Limits())


@pytest.mark.parametrize("phase", ANNOTATING)
def test_an_annotation_is_an_update_of_its_first_and_raises_nothing(
    screening: PartitionScreening, phase: Phase
) -> None:
    """It names the first signal and is not forwarded."""
    first = seen(zone="1", subject="panel-1/1")
    screening.decide(first, Rulebook())
    said = screening.decide(seen(5, phase=phase, zone="1", subject="panel-1/1"), Rulebook())
    assert (said.outcome, said.reason) == (Outcome.UPDATE, ScreeningReason.FOLLOWS_EARLIER)
    assert (said.first_signal_id, said.forward) == (first.signal_id, False)


def test_without_a_subject_the_zone_and_else_the_nature_tell_the_first(screening: PartitionScreening) -> None:
    """A restore of zone 1 is not one of zone 2; a restore without a zone is of the last of its nature."""
    one, two = seen(0, zone="1"), seen(1, zone="2")
    for signal in (one, two):
        screening.decide(signal, Rulebook())
    assert screening.decide(seen(2, phase=Phase.RESTORE, zone="1"), Rulebook()).first_signal_id == one.signal_id
    assert screening.decide(seen(3, phase=Phase.RESTORE), Rulebook()).first_signal_id == two.signal_id
    unknown = screening.decide(seen(4, phase=Phase.RESTORE, zone="3"), Rulebook())
    assert (unknown.outcome, unknown.reason) == (Outcome.UPDATE, ScreeningReason.FIRST_UNKNOWN)


def test_another_subject_of_the_same_nature_is_another_happening(screening: PartitionScreening) -> None:
    """A camera's update about an object that was never raised does not annotate another object's card."""
    book = rules(bases=(basis(),))
    screening.decide(on_camera(subject="object-1"), book)
    said = screening.decide(on_camera(1, subject="object-2", phase=Phase.UPDATE), book)
    assert (said.reason, said.first_signal_id) == (ScreeningReason.FIRST_UNKNOWN, None)


def test_what_follows_a_refusal_is_refused_and_what_follows_a_silence_is_silenced(
    screening: PartitionScreening,
) -> None:
    """The same fate, with the reason `follows_refused`."""
    refused, silenced = on_camera(), seen(zone="1")
    book = rules(silence("device:panel-1"))
    for signal in (refused, silenced):
        screening.decide(signal, book)
    after_refusal = screening.decide(on_camera(1, phase=Phase.UPDATE), book)
    after_silence = screening.decide(seen(1, phase=Phase.RESTORE, zone="1"), book)
    assert (after_refusal.outcome, after_silence.outcome) == (Outcome.REFUSED, Outcome.SILENCED)
    assert after_refusal.reason is after_silence.reason is ScreeningReason.FOLLOWS_REFUSED
    assert after_silence.silence_id == "silence-device:panel-1"


def test_an_update_of_a_folded_signal_annotates_the_one_that_is_shown(screening: PartitionScreening) -> None:
    """Nobody has a card of a folded signal."""
    shown = [seen(at, zone="1") for at in range(5)]
    for signal in shown:
        screening.decide(signal, Rulebook())
    said = screening.decide(seen(6, phase=Phase.RESTORE, zone="1"), Rulebook())
    assert said.first_signal_id == shown[0].signal_id


def test_a_moving_sos_goes_on_to_correlation_under_its_first_sector(screening: PartitionScreening) -> None:
    """Rule 11: the position is forwarded, filed where the SOS began; a cancel is not forwarded."""
    first = sos(0, sector="gare")
    screening.decide(first, Rulebook())
    moved = screening.decide(sos(10, sector="centre-ville", phase=Phase.UPDATE), Rulebook())
    assert (moved.outcome, moved.forward, moved.sector) == (Outcome.UPDATE, True, "gare")
    assert moved.first_signal_id == first.signal_id
    cancelled = screening.decide(sos(20, sector="centre-ville", phase=Phase.CANCEL), Rulebook())
    assert (cancelled.outcome, cancelled.forward) == (Outcome.UPDATE, False)


def test_a_position_whose_first_message_is_unknown_is_the_sos(screening: PartitionScreening) -> None:
    """Help is not kept waiting for a lost first message; the next position follows this one."""
    found = sos(0, phase=Phase.UPDATE)
    said = screening.decide(found, Rulebook())
    assert (said.outcome, said.reason, said.forward) == (Outcome.ALARM, ScreeningReason.FIRST_UNKNOWN, True)
    after = screening.decide(sos(5, phase=Phase.UPDATE), Rulebook())
    assert (after.outcome, after.first_signal_id) == (Outcome.UPDATE, found.signal_id)
    assert screening.decide(sos(6, device="sos:2", subject="2", phase=Phase.CANCEL), Rulebook()).outcome is (
        Outcome.UPDATE
    )


def test_a_position_under_a_silence_stays_operator_confirmed(screening: PartitionScreening) -> None:
    """What follows an operator-confirmed SOS engages nobody by itself either."""
    book = rules(silence("sector:gare", 0, 5))
    screening.decide(sos(0), book)
    assert screening.decide(sos(10, phase=Phase.UPDATE), book).operator_confirmed


def test_a_camera_that_raises_the_same_object_again_adds_to_what_is_known(screening: PartitionScreening) -> None:
    """Its adapter restarted; the object is still the same."""
    book, first = rules(bases=(basis(),)), on_camera()
    screening.decide(first, book)
    again = screening.decide(on_camera(30), book)
    assert (again.outcome, again.first_signal_id) == (Outcome.UPDATE, first.signal_id)


def test_an_object_refused_before_is_judged_anew_when_raised_again(screening: PartitionScreening) -> None:
    """A legal basis may have come into force since."""
    screening.decide(on_camera(0), rules())
    assert screening.decide(on_camera(30), rules(bases=(basis(),))).outcome is Outcome.ALARM


def test_a_fault_is_reported_and_restored(screening: PartitionScreening) -> None:
    """Faults become work orders; their restore closes none but says so."""
    fault = seen(nature=Nature.LAMP_OUT)
    raised = screening.decide(fault, Rulebook())
    restored = screening.decide(seen(60, nature=Nature.LAMP_OUT, phase=Phase.RESTORE), Rulebook())
    assert (raised.outcome, raised.reason, raised.forward) == (Outcome.FAULT, ScreeningReason.FAULT_REPORTED, False)
    assert (restored.outcome, restored.reason) == (Outcome.UPDATE, ScreeningReason.FAULT_RESTORED)
    assert restored.first_signal_id == fault.signal_id


def test_an_unknown_alarm_code_is_an_alarm_that_says_so(screening: PartitionScreening) -> None:
    """Rule 13: an operator verifies it."""
    said = screening.decide(seen(nature=Nature.UNKNOWN_ALARM, unknown_code=True), Rulebook())
    assert (said.outcome, said.reason) == (Outcome.ALARM, ScreeningReason.UNKNOWN_CODE)
