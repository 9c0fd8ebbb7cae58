"""What becomes of a signal that raises something: alarm, fault, folded or silenced."""

from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from services.triage.screening.domain.chatter import Stream
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.legal_gate import Ruling
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.seen_signal import SeenSignal
from services.triage.screening.domain.silences import Hush


def urgent(signal: SeenSignal, hush: Hush | None, ruling: Ruling) -> Decision:
    """Always an alarm. A silence, or a camera's missing legal basis, makes it wait for an operator's word."""
    inputs = dict(ruling.inputs)
    if hush is not None:
        inputs["silence_ends_at"] = hush.ends_at
        reason = ScreeningReason.URGENT_UNDER_SILENCE
    elif ruling.refusal is not None:
        reason = ruling.refusal
    else:
        reason = ScreeningReason.FIRST_UNKNOWN if signal.phase is Phase.UPDATE else ScreeningReason.URGENT
    return Decision(
        Outcome.ALARM,
        reason,
        signal.at,
        silence_id=hush.silence_id if hush else None,
        operator_confirmed=hush is not None or ruling.refusal is not None,
        forward=True,
        sector=signal.sector,
        inputs=inputs,
    )


def silenced(signal: SeenSignal, hush: Hush, ruling: Ruling) -> Decision:
    """Recorded, shown nowhere as an alarm."""
    return Decision(
        Outcome.SILENCED,
        hush.reason,
        signal.at,
        silence_id=hush.silence_id,
        sector=signal.sector,
        inputs={**ruling.inputs, "silence_ends_at": hush.ends_at},
    )


def shown(signal: SeenSignal, stream: Stream, ruling: Ruling, limits: Limits) -> Decision:
    """An alarm or a fault, unless its stream chatters: then it only counts."""
    fold = stream.arrive(signal.signal_id, signal.at, limits)
    if fold is not None:
        return Decision(
            Outcome.FOLDED,
            ScreeningReason.CHATTER,
            signal.at,
            first_signal_id=fold.first_signal_id,
            count=fold.count,
            sector=signal.sector,
            inputs={"chatter_over": limits.chatter_over, "chatter_within_s": limits.chatter_within},
        )
    inputs = dict(ruling.inputs)
    if signal.is_fault:
        reason = ScreeningReason.FAULT_REPORTED
        return Decision(Outcome.FAULT, reason, signal.at, sector=signal.sector, inputs=inputs)
    reason = ScreeningReason.UNKNOWN_CODE if signal.unknown_code else ScreeningReason.NEW
    return Decision(Outcome.ALARM, reason, signal.at, forward=True, sector=signal.sector, inputs=inputs)
