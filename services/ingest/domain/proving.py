"""Whether a message at the HTTP door is the device's own: by its signature, its certificate, or not asked. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.signals import DeviceAuth, Flag

WINDOW = timedelta(minutes=5)
"""A signed message's time may be this far from ours, either way."""
REPEAT_WITHIN = timedelta(seconds=110)
"""The same signed bytes within this are the device's repeat (rule 3: two minutes, less what a request takes)."""


class ProofReason(StrEnum):
    """Why a message was taken or refused; the same word in answer, log and metric."""

    NOT_ASKED = "not_asked"
    SIGNED = "signed"
    REPEATED = "repeated"
    CERTIFIED = "certified"
    SOS_WITH_WRONG_CLOCK = "sos_with_wrong_clock"
    OUR_KEY_MISSING = "our_key_missing"
    NOT_SIGNED = "not_signed"
    HEADERS_MALFORMED = "headers_malformed"
    OTHER_DEVICE = "other_device"
    WRONG_SIGNATURE = "wrong_signature"
    OUTSIDE_WINDOW = "outside_window"
    REPLAYED = "replayed"
    NO_CERTIFICATE = "no_certificate"
    OTHER_CERTIFICATE = "other_certificate"


class Signature(StrEnum):
    """What the signing headers of a request are worth."""

    ABSENT = "absent"
    MALFORMED = "malformed"
    OTHER_DEVICE = "other_device"
    WRONG = "wrong"
    NO_KEY = "no_key"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came with a message. `at` its signed time; `seen_at` when the same signature was stored, None if never.

    `certificate`: the common name of the peer's verified certificate.
    """

    signature: Signature = Signature.ABSENT
    at: datetime | None = None
    seen_at: datetime | None = None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the message is taken, why, and what is doubted about it."""

    taken: bool
    reason: ProofReason
    flags: tuple[Flag, ...] = ()


def judge(auth: DeviceAuth, device: str, evidence: Evidence, urgent: bool, now: datetime) -> Verdict:
    """The verdict on one message of `device`. `urgent`: it raises an urgent nature or belongs to an SOS."""
    if auth is DeviceAuth.NONE:
        return Verdict(True, ProofReason.NOT_ASKED)
    if auth is DeviceAuth.MTLS:
        return _by_certificate(device, evidence.certificate)
    refusal = _REFUSALS.get(evidence.signature)
    if refusal is not None:
        return Verdict(False, refusal)
    if evidence.signature is Signature.NO_KEY:
        # Our own mistake must not cost an SOS; anything else waits until the key is there.
        flags = (Flag.UNVERIFIED,) if urgent else ()
        return Verdict(urgent, ProofReason.OUR_KEY_MISSING, flags)
    return _signed(evidence, urgent, now)


def _signed(evidence: Evidence, urgent: bool, now: datetime) -> Verdict:
    if evidence.seen_at is not None:
        again = now - evidence.seen_at <= REPEAT_WITHIN
        return Verdict(again, ProofReason.REPEATED if again else ProofReason.REPLAYED)
    if evidence.at is not None and abs(now - evidence.at) <= WINDOW:
        return Verdict(True, ProofReason.SIGNED)
    if urgent:
        return Verdict(True, ProofReason.SOS_WITH_WRONG_CLOCK, (Flag.WRONG_CLOCK,))
    return Verdict(False, ProofReason.OUTSIDE_WINDOW)


def _by_certificate(device: str, certificate: str | None) -> Verdict:
    if certificate is None:
        return Verdict(False, ProofReason.NO_CERTIFICATE)
    same = certificate == device
    return Verdict(same, ProofReason.CERTIFIED if same else ProofReason.OTHER_CERTIFICATE)


_REFUSALS = {
    Signature.ABSENT: ProofReason.NOT_SIGNED,
    Signature.MALFORMED: ProofReason.HEADERS_MALFORMED,
    Signature.OTHER_DEVICE: ProofReason.OTHER_DEVICE,
    Signature.WRONG: ProofReason.WRONG_SIGNATURE,
}
