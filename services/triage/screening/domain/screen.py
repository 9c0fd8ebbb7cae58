"""The order of the rules, for one partition of `signals`."""

from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from services.triage.screening.domain import annotations, raising
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.device_state import DeviceState
from services.triage.screening.domain.firsts import First
from services.triage.screening.domain.legal_gate import Ruling
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.seen_signal import SeenSignal

UNTOUCHED_BY_LAW = Ruling(None, {})


class PartitionScreening:
    """Decides about the signals of one partition, in its order. Forgets what `Limits.memory` does not cover.

    The same id gets the same decision again: a record that is read or written twice ends once.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._devices: dict[str, DeviceState] = {}
        self._decided: dict[str, Decision] = {}

    def decide(self, signal: SeenSignal, rules: Rulebook) -> Decision:
        """The one outcome of this signal."""
        if signal.phase is Phase.HEARTBEAT:
            return Decision(Outcome.SUPERVISION, ScreeningReason.HEARTBEAT, signal.at, sector=signal.sector)
        known = self._decided.get(signal.signal_id)
        if known is not None:
            return known
        decision = self._fresh(signal, self._state(signal), rules)
        self._decided[signal.signal_id] = decision
        self._forget(signal.at - self._limits.memory)
        return decision

    def _fresh(self, signal: SeenSignal, state: DeviceState, rules: Rulebook) -> Decision:
        repeated = self._repeated(signal, state)
        if repeated is not None:
            return repeated
        first = state.firsts.find(signal, self._limits.memory)
        if first is not None and not annotations.follows(signal, first):
            first = None
        if first is not None and first.outcome in annotations.HUSHED:
            return self._followed(signal, state, first)
        judged = signal.analytic and not annotations.takes_back(signal)
        ruling = rules.gate.judge(signal) if judged else UNTOUCHED_BY_LAW
        if ruling.refusal is not None and not signal.urgent:
            return self._remembered(signal, state, _refused(signal, ruling.refusal, ruling, first))
        if first is not None:
            return self._followed(signal, state, first)
        if not annotations.raises(signal):
            return annotations.orphan(signal)
        return self._remembered(signal, state, self._raised(signal, state, rules, ruling))

    def _repeated(self, signal: SeenSignal, state: DeviceState) -> Decision | None:
        if signal.fingerprint is None:
            return None
        within = self._limits.repeat_within
        first = state.repeats.first(signal.fingerprint, signal.signal_id, signal.at, within)
        if first is None:
            return None
        return Decision(
            Outcome.REPEAT,
            ScreeningReason.SAME_MARK,
            signal.at,
            first_signal_id=first,
            sector=signal.sector,
            inputs={"fingerprint": signal.fingerprint, "repeat_within_s": within},
        )

    def _raised(self, signal: SeenSignal, state: DeviceState, rules: Rulebook, ruling: Ruling) -> Decision:
        hush = rules.silences.over(signal)
        if signal.urgent:
            return raising.urgent(signal, hush, ruling)
        if hush is not None:
            return raising.silenced(signal, hush, ruling)
        return raising.shown(signal, state.stream(signal), ruling, self._limits)

    @staticmethod
    def _followed(signal: SeenSignal, state: DeviceState, first: First) -> Decision:
        state.firsts.touch(signal, first)
        return annotations.follow(signal, first)

    @staticmethod
    def _remembered(signal: SeenSignal, state: DeviceState, decision: Decision) -> Decision:
        """Keeps what later messages will refer to: a folded signal stands for the one it was folded into."""
        if annotations.raises(signal):
            folded = decision.outcome is Outcome.FOLDED
            shown = Outcome.FAULT if signal.is_fault else Outcome.ALARM
            first = First(
                decision.first_signal_id if folded and decision.first_signal_id else signal.signal_id,
                signal.nature,
                shown if folded else decision.outcome,
                signal.sector,
                signal.at,
                decision.silence_id,
                decision.operator_confirmed,
            )
            state.firsts.remember(signal, first)
        return decision

    def _state(self, signal: SeenSignal) -> DeviceState:
        state = self._devices.pop(signal.device, None) or DeviceState()
        state.last_at = max(state.last_at, signal.at)
        self._devices[signal.device] = state
        return state

    def _forget(self, before: float) -> None:
        while self._devices:
            oldest = next(iter(self._devices))
            if self._devices[oldest].last_at >= before:
                break
            del self._devices[oldest]
        while self._decided:
            eldest = next(iter(self._decided))
            if self._decided[eldest].decided_at >= before and len(self._decided) <= self._limits.remembered_ids:
                break
            del self._decided[eldest]


def _refused(signal: SeenSignal, refusal: ScreeningReason, ruling: Ruling, first: First | None) -> Decision:
    return Decision(
        Outcome.REFUSED,
        refusal,
        signal.at,
        first_signal_id=first.signal_id if first else None,
        sector=signal.sector,
        inputs=ruling.inputs,
    )
