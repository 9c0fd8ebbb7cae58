"""Wire models to domain values and back: the only file of screening that knows both."""

import json
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
from msgspec import Raw
from pydantic import ValidationError

from schemas import edge
from schemas.codec import RawHeaders
from schemas.edge import EdgeAlarm, EdgeOutcome, EdgeSignal
from schemas.messages.signal import Alarm, Signal, SignalOutcome
from schemas.vocabulary.signals import DeviceKind, Flag, Outcome, ScreeningReason
from schemas.wire import Origin
from services.triage.screening.domain.decision import Decision
from services.triage.screening.domain.seen_signal import SeenSignal

SOURCE = "vigie/screening"
SIGNALS, ALARMS, OUTCOMES = "signals", "alarms", "signal.outcomes"
NO_CENTRE = "00000"


def seen(signal: Signal, at: float) -> SeenSignal:
    """What the rules see of a signal; `at` is its record's time."""
    return SeenSignal(
        signal_id=signal.signal_id,
        at=at,
        centre=signal.origin.centre,
        device=signal.device,
        kind=signal.device_kind,
        nature=signal.nature,
        phase=signal.phase,
        site=signal.site,
        zone=signal.zone,
        sector=signal.sector,
        subject=signal.subject,
        use_case=signal.use_case,
        fingerprint=signal.fingerprint,
        unknown_code=Flag.UNKNOWN_CODE in signal.flags,
    )


def seen_at_the_edge(signal: EdgeSignal, at: float) -> SeenSignal:
    """The same of a signal that the hot edge has read."""
    return SeenSignal(
        signal.signal_id,
        at,
        edge.centre_of(signal) or NO_CENTRE,
        signal.device,
        signal.device_kind,
        signal.nature,
        signal.phase,
        signal.site,
        signal.zone,
        signal.sector,
        signal.subject,
        signal.use_case,
        signal.fingerprint,
        Flag.UNKNOWN_CODE in signal.flags,
    )


def outcome_at_the_edge(signal: EdgeSignal, decision: Decision, decided_at: str) -> bytes:
    """As `to_outcome`, written."""
    return edge.write(
        EdgeOutcome(
            signal.signal_id,
            signal.origin,
            signal.device,
            signal.device_kind,
            signal.nature,
            signal.phase,
            decision.outcome,
            decision.reason,
            decided_at,
            signal.received_at,
            signal.device_at,
            decision.first_signal_id,
            decision.count,
            signal.site,
            signal.zone,
            signal.place,
            decision.sector,
            signal.position,
            signal.subject,
            signal.flags,
            signal.attributes,
            _inputs(decision),
        )
    )


def alarm_at_the_edge(signal: EdgeSignal, value: bytes, decision: Decision, screened_at: str) -> bytes:
    """As `to_alarm`, written; `value` is the signal's record, which its alarm carries as it is."""
    carried = Raw(value)
    if decision.sector != signal.sector:
        carried = Raw(edge.write(msgspec.structs.replace(signal, sector=decision.sector)))
    return edge.write(
        EdgeAlarm(
            signal.signal_id,
            carried,
            screened_at,
            decision.reason,
            decision.first_signal_id,
            decision.operator_confirmed,
            decision.silence_id,
        )
    )


def to_outcome(signal: Signal, decision: Decision) -> SignalOutcome:
    """The record of how a signal ended."""
    return SignalOutcome(
        signal_id=signal.signal_id,
        origin=signal.origin,
        device=signal.device,
        device_kind=signal.device_kind,
        nature=signal.nature,
        phase=signal.phase,
        outcome=decision.outcome,
        reason=decision.reason,
        decided_at=moment(decision.decided_at),
        received_at=signal.received_at,
        device_at=signal.device_at,
        first_signal_id=decision.first_signal_id,
        count=decision.count,
        site=signal.site,
        zone=signal.zone,
        place=signal.place,
        sector=decision.sector,
        position=signal.position,
        subject=signal.subject,
        flags=signal.flags,
        attributes=signal.attributes,
        inputs=_inputs(decision),
    )


def to_alarm(signal: Signal, decision: Decision) -> Alarm:
    """The alarm. A subject that moves stays filed in its first sector, so that it keeps its key (rule 11)."""
    filed = signal if decision.sector == signal.sector else signal.model_copy(update={"sector": decision.sector})
    return Alarm(
        alarm_id=signal.signal_id,
        signal=filed,
        screened_at=moment(decision.decided_at),
        reason=decision.reason,
        first_signal_id=decision.first_signal_id,
        operator_confirmed=decision.operator_confirmed,
        silence_id=decision.silence_id,
    )


def to_dead_outcome(
    signal_id: str, raw: bytes | None, key: bytes | None, at: float, centre: str | None, why: str
) -> SignalOutcome:
    """How a signal ended whose record cannot be read, but whose id can. `centre`: the one to blame it on, if any."""
    return SignalOutcome(
        signal_id=signal_id,
        origin=_origin(raw, centre),
        device=_printable(key),
        device_kind=DeviceKind.UNKNOWN,
        nature=None,
        phase=None,
        outcome=Outcome.DEAD,
        reason=ScreeningReason.UNREADABLE,
        decided_at=moment(at),
        received_at=moment(at),
        inputs={"error": why[:512]},
    )


def moment(at: float) -> datetime:
    """Seconds since 1970 as an aware UTC time, to the millisecond that Kafka keeps."""
    return datetime.fromtimestamp(round(at, 3), UTC)


def written(at: float) -> str:
    """As `rfc3339(moment(at))`."""
    second, milliseconds = divmod(round(at * 1000), 1000)
    return f"{_second(second)}.{milliseconds:03d}Z"


@lru_cache(maxsize=1024)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().removesuffix("+00:00")


def readable_id(headers: RawHeaders) -> str | None:
    """The CloudEvents id of a record whose value cannot be read, if that is an id at all."""
    for name, value in headers or ():
        if name == "ce_id" and value is not None:
            text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
            return text if 1 <= len(text) <= 128 and text.isprintable() else None
    return None


def _inputs(decision: Decision) -> dict[str, str | int | float | bool]:
    if decision.silence_id is None:
        return decision.inputs
    return {**decision.inputs, "silence_id": decision.silence_id}


def _origin(raw: bytes | None, centre: str | None) -> Origin:
    try:
        return Origin.model_validate(json.loads(raw or b"null")["origin"])
    except (ValueError, ValidationError, TypeError, KeyError):
        return Origin(centre=centre or NO_CENTRE, pack_version="unknown")


def _printable(key: bytes | None) -> str:
    text = "".join(c for c in (key or b"").decode("utf-8", "replace") if c.isprintable())
    return text[:128] or "unknown"
