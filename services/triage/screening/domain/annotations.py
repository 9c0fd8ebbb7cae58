"""Updates, cancels, restores and withdrawals: they share the fate of their first signal and never raise by themselves.

One exception: the position of an urgent subject (an app SOS) whose first message never came is the alarm itself.
"""

from schemas.vocabulary.signals import DeviceKind, Outcome, Phase, ScreeningReason
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.firsts import First
from services.triage.screening.domain.seen_signal import SeenSignal

HUSHED = frozenset({Outcome.REFUSED, Outcome.SILENCED})


def raises(signal: SeenSignal) -> bool:
    """True if it may raise something: a raise, or an urgent update, which without a first is the alarm."""
    return signal.phase is Phase.RAISE or (signal.urgent and signal.phase is Phase.UPDATE)


def takes_back(signal: SeenSignal) -> bool:
    """True for cancels, restores and withdrawals. They use no image, so no law need allow them."""
    return signal.phase.annotates and signal.phase is not Phase.UPDATE


def follows(signal: SeenSignal, first: First) -> bool:
    """True if `signal` belongs to `first` instead of being judged by itself.

    A camera that raises the same tracked object again (its adapter restarted) adds to what is known of it. After
    a refusal it is judged anew: a legal basis may have come into force.
    """
    if signal.phase.annotates:
        return True
    same_object = signal.kind is DeviceKind.CAMERA and signal.subject is not None and not signal.is_fault
    return same_object and not signal.urgent and first.outcome not in HUSHED


def follow(signal: SeenSignal, first: First) -> Decision:
    """The decision about a signal that belongs to `first`."""
    if first.outcome in HUSHED and not signal.urgent:
        return Decision(
            first.outcome,
            ScreeningReason.FOLLOWS_REFUSED,
            signal.at,
            first_signal_id=first.signal_id,
            silence_id=first.silence_id,
            sector=first.sector,
        )
    restored = signal.is_fault and takes_back(signal)
    return Decision(
        Outcome.UPDATE,
        ScreeningReason.FAULT_RESTORED if restored else ScreeningReason.FOLLOWS_EARLIER,
        signal.at,
        first_signal_id=first.signal_id,
        silence_id=first.silence_id,
        operator_confirmed=first.operator_confirmed,
        # Correlation keeps the place of someone who moves; nothing else about an earlier alarm concerns it.
        forward=raises(signal) and signal.subject is not None and first.outcome is Outcome.ALARM,
        sector=first.sector or signal.sector,
    )


def orphan(signal: SeenSignal) -> Decision:
    """The decision about an annotation whose first signal nobody remembers and which raises nothing."""
    restored = signal.is_fault and takes_back(signal)
    reason = ScreeningReason.FAULT_RESTORED if restored else ScreeningReason.FIRST_UNKNOWN
    return Decision(Outcome.UPDATE, reason, signal.at, sector=signal.sector)
