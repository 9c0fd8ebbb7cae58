"""What holds for any signals in any order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Outcome, Phase
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from services.triage.screening.domain.seen_signal import SeenSignal
from tests.unit.triage.builders import T0, basis, rules, silence

SIGNALS = st.builds(
    SeenSignal,
    signal_id=st.integers(0, 30).map(lambda n: f"s{n}"),
    at=st.integers(0, 3000).map(lambda seconds: T0 + seconds),
    centre=st.sampled_from(["57463", "31555"]),
    device=st.sampled_from(["d1", "d2"]),
    kind=st.sampled_from(DeviceKind),
    nature=st.sampled_from(Nature),
    phase=st.sampled_from(Phase),
    site=st.sampled_from([None, "school"]),
    zone=st.sampled_from([None, "1", "2"]),
    sector=st.sampled_from([None, "borny"]),
    subject=st.sampled_from([None, "a", "b"]),
    use_case=st.sampled_from([None, "people", "unknown"]),
    fingerprint=st.sampled_from([None, "f", "g"]),
    unknown_code=st.booleans(),
)
BOOKS = st.sampled_from(
    [
        Rulebook(),
        rules(silence("device:d1", 0, 900), bases=(basis(0, 1500),)),
        rules(silence("sector:borny", 300, 2000, under_test=True), under_test={"school": T0 + 1000}),
    ]
)


def run(signals: list[SeenSignal], book: Rulebook) -> list[Decision]:
    """All decisions of one partition."""
    screening = PartitionScreening(Limits())
    return [screening.decide(signal, book) for signal in signals]


@given(st.lists(SIGNALS, max_size=60), BOOKS)
@settings(max_examples=300, deadline=None)
def test_the_same_id_always_ends_the_same(signals: list[SeenSignal], book: Rulebook) -> None:
    """Exactly one outcome for each signal, however often and in whatever order its record comes."""
    first_of: dict[str, SeenSignal] = {}
    same = [first_of.setdefault(signal.signal_id, signal) for signal in signals]
    same.sort(key=lambda signal: signal.at)
    said: dict[str, Decision] = {}
    for signal, decision in zip(same, run(same, book), strict=True):
        assert said.setdefault(signal.signal_id, decision) == decision


@given(st.lists(SIGNALS, max_size=60, unique_by=lambda signal: signal.signal_id), BOOKS)
@settings(max_examples=300, deadline=None)
def test_urgent_is_never_folded_silenced_or_refused(signals: list[SeenSignal], book: Rulebook) -> None:
    """Whatever came before: alarm, update or repeat, and an alarm always goes on to correlation."""
    signals.sort(key=lambda signal: signal.at)
    for signal, decision in zip(signals, run(signals, book), strict=True):
        if signal.urgent and signal.phase is not Phase.HEARTBEAT:
            assert decision.outcome in {Outcome.ALARM, Outcome.UPDATE, Outcome.REPEAT}
        if signal.urgent and signal.phase is Phase.RAISE and signal.fingerprint is None:
            assert decision.outcome is Outcome.ALARM
        assert decision.forward or decision.outcome is not Outcome.ALARM


@given(st.lists(SIGNALS, max_size=60, unique_by=lambda signal: signal.signal_id), BOOKS)
@settings(max_examples=200, deadline=None)
def test_only_what_raises_can_be_an_alarm_and_every_reference_is_to_an_earlier_signal(
    signals: list[SeenSignal], book: Rulebook
) -> None:
    """Cancels, restores and withdrawals never raise; `first_signal_id` names a signal that was seen before."""
    signals.sort(key=lambda signal: signal.at)
    earlier: set[str] = set()
    for signal, decision in zip(signals, run(signals, book), strict=True):
        if signal.phase in {Phase.CANCEL, Phase.RESTORE, Phase.WITHDRAW, Phase.HEARTBEAT}:
            assert decision.outcome not in {Outcome.ALARM, Outcome.FAULT, Outcome.FOLDED}
        assert decision.first_signal_id is None or decision.first_signal_id in earlier
        assert decision.decided_at == signal.at
        earlier.add(signal.signal_id)


@given(st.lists(SIGNALS, min_size=2, max_size=60, unique_by=lambda signal: signal.signal_id), BOOKS, st.data())
@settings(max_examples=200, deadline=None)
def test_a_restart_anywhere_changes_no_outcome(signals: list[SeenSignal], book: Rulebook, data: st.DataObject) -> None:
    """Rule 10: who rebuilds from the records before the commit goes on as the one who died would have."""
    signals.sort(key=lambda signal: signal.at)
    cut = data.draw(st.integers(1, len(signals) - 1))
    whole = run(signals, book)
    restarted = PartitionScreening(Limits())
    for signal in signals[:cut]:
        restarted.decide(signal, book)
    assert [restarted.decide(signal, book) for signal in signals[cut:]] == whole[cut:]
