"""Silences, sites under test, and the legal gate."""

import pytest

from schemas.vocabulary.natures import URGENT, Nature
from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.legal_gate import Basis
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from services.triage.screening.domain.seen_signal import SeenSignal
from tests.unit.triage.builders import T0, basis, on_camera, rules, seen, silence


def decide(signal: SeenSignal, book: Rulebook) -> Decision:
    """One decision by a fresh screening."""
    return PartitionScreening(Limits()).decide(signal, book)


@pytest.mark.parametrize("scope", ["device:panel-1", "site:school", "sector:borny"])
def test_a_silence_over_device_site_or_sector_silences_what_can_wait(scope: str) -> None:
    """The outcome names the silence; nothing goes to alarms."""
    said = decide(seen(), rules(silence(scope)))
    assert (said.outcome, said.reason, said.forward) == (Outcome.SILENCED, ScreeningReason.SILENCED, False)
    assert said.silence_id == f"silence-{scope}"


@pytest.mark.parametrize("nature", sorted(URGENT))
def test_a_silence_never_hides_what_is_urgent(nature: Nature) -> None:
    """Rule 14: it becomes operator-confirmed."""
    said = decide(seen(nature=nature), rules(silence("site:school", under_test=True)))
    assert (said.outcome, said.reason) == (Outcome.ALARM, ScreeningReason.URGENT_UNDER_SILENCE)
    assert (said.operator_confirmed, said.forward, said.silence_id) == (True, True, "silence-site:school")


@pytest.mark.parametrize(("at", "hidden"), [(-1, False), (0, True), (59.9, True), (60, False)])
def test_a_silence_is_in_force_by_the_record_s_time(at: float, hidden: bool) -> None:
    """From its start up to, not including, its end; the machine's clock has no say."""
    said = decide(seen(at), rules(silence("device:panel-1", 0, 60)))
    assert (said.outcome is Outcome.SILENCED) is hidden


def test_a_site_under_test_is_silenced_by_silence_or_by_pack() -> None:
    """Both say `site_under_test`; the pack's has no silence id."""
    by_silence = decide(seen(), rules(silence("site:school", under_test=True)))
    by_pack = decide(seen(), rules(under_test={"school": T0 + 10}))
    over = decide(seen(10), rules(under_test={"school": T0 + 10}))
    assert by_silence.reason is by_pack.reason is ScreeningReason.SITE_UNDER_TEST
    assert (by_silence.silence_id, by_pack.silence_id) == ("silence-site:school", None)
    assert over.outcome is Outcome.ALARM


def test_another_centre_s_site_of_the_same_id_is_not_silenced() -> None:
    """Neither by silence nor by pack: two centres of one deployment may each have a school."""
    elsewhere = seen(centre="57672")
    book = rules(silence("site:school"), silence("sector:borny"), silence("device:panel-1"))
    assert decide(elsewhere, book).outcome is Outcome.ALARM
    assert decide(elsewhere, rules(under_test={"school": T0 + 10})).outcome is Outcome.ALARM
    assert decide(seen(), book).outcome is Outcome.SILENCED


@pytest.mark.parametrize(
    ("bases", "reason"),
    [
        ((), ScreeningReason.NO_LEGAL_BASIS),
        ((basis(10, 20),), ScreeningReason.NO_LEGAL_BASIS),
        ((basis(-20, 0),), ScreeningReason.LEGAL_BASIS_EXPIRED),
        ((basis(cameras=frozenset({"cam-2"})),), ScreeningReason.NO_LEGAL_BASIS),
        ((basis(),), ScreeningReason.NEW),
        ((basis(-20, 0), basis()), ScreeningReason.NEW),
        ((basis(cameras=frozenset({"cam-1", "cam-2"})),), ScreeningReason.NEW),
    ],
)
def test_the_gate_passes_only_what_a_basis_in_force_allows_on_that_camera(
    bases: tuple[Basis, ...], reason: ScreeningReason
) -> None:
    """All uses are off unless a basis covers the use, the moment and the camera."""
    said = decide(on_camera(), rules(bases=bases))
    assert said.reason is reason
    assert said.outcome is (Outcome.ALARM if reason is ScreeningReason.NEW else Outcome.REFUSED)
    assert said.inputs["use_case"] == "people"
    assert said.inputs["pack"] == "pack-1"


def test_a_decision_names_basis_period_and_approver() -> None:
    """The auditor can evaluate it again (rule 15)."""
    said = decide(on_camera(), rules(bases=(basis(),)))
    assert said.inputs["basis"] == "arrêté 12"
    assert said.inputs["approver"] == "maire"
    assert (said.inputs["basis_starts_at"], said.inputs["basis_ends_at"]) == (T0 - 3600, T0 + 3600)


@pytest.mark.parametrize("use_case", [None, "a label no rule knows"])
def test_an_unknown_use_is_refused(use_case: str | None) -> None:
    """A camera that names no use, or one that no rule knows, is refused."""
    said = decide(on_camera(use_case=use_case), rules(bases=(basis(),)))
    assert (said.outcome, said.reason) == (Outcome.REFUSED, ScreeningReason.UNKNOWN_USE_CASE)


def test_a_centre_without_pack_refuses_analytics_only() -> None:
    """Without a pack the panels still raise alarms."""
    assert decide(on_camera(), Rulebook()).reason is ScreeningReason.NO_LEGAL_BASIS
    assert decide(seen(), Rulebook()).outcome is Outcome.ALARM


def test_a_camera_s_own_fault_needs_no_legal_basis() -> None:
    """A camera that fell silent becomes a fault, not a refusal."""
    said = decide(on_camera(nature=Nature.SUPERVISION_LOST, use_case=None), rules())
    assert said.outcome is Outcome.FAULT


def test_an_urgent_claim_of_a_camera_without_basis_waits_for_an_operator() -> None:
    """Nothing urgent is refused; but nobody is sent on it without an operator, and the reason says why."""
    said = decide(on_camera(nature=Nature.FIRE), rules())
    assert (said.outcome, said.reason) == (Outcome.ALARM, ScreeningReason.NO_LEGAL_BASIS)
    assert said.operator_confirmed


def test_taking_back_needs_no_legal_basis() -> None:
    """A withdrawal of something allowed still annotates when the basis has ended since."""
    screening = PartitionScreening(Limits())
    book = rules(bases=(basis(-10, 5),))
    first = on_camera(0)
    assert screening.decide(first, book).outcome is Outcome.ALARM
    late = screening.decide(on_camera(6, phase=Phase.UPDATE), book)
    gone = screening.decide(on_camera(7, phase=Phase.WITHDRAW), book)
    assert (late.outcome, late.reason) == (Outcome.REFUSED, ScreeningReason.LEGAL_BASIS_EXPIRED)
    assert (gone.outcome, gone.first_signal_id) == (Outcome.UPDATE, first.signal_id)
