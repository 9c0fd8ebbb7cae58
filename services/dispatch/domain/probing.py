"""The synthetic SOS as dispatch sees it: what it is, what is decided about in its place, what came of it."""

from dataclasses import replace
from enum import StrEnum

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import SYNTHETIC_DEVICE, DeviceKind, Phase
from services.dispatch.domain.report import Place, Report

TABLET = SYNTHETIC_DEVICE
"""The unit for which the stream shows what came of it; no pack can name a unit so, and no console is shown it."""
KIND = "synthetic_sos"


class Tried(StrEnum):
    """What the decision about it came to, before it was taken back."""

    ENGAGED = "engaged"
    NO_UNIT_FREE = "no_unit_free"
    FAILED = "failed"


class Probe(StrEnum):
    """How one probe went; also the metric's label."""

    ARRIVED = "arrived"
    LATE = "late"
    REFUSED = "refused"
    """Ingest did not accept it."""
    UNDECIDED = "undecided"
    """It arrived, and dispatch could not decide about it."""
    DEAF = "deaf"
    """No door let the synthetic tablet listen."""


def is_probe(report: Report) -> bool:
    """True for a synthetic SOS. All three, so that no device in the field can be taken for one."""
    from_us = report.device == SYNTHETIC_DEVICE and report.device_kind is DeviceKind.SYSTEM
    return from_us and report.phase is Phase.HEARTBEAT and report.nature is Nature.SOS


def as_real(report: Report, place: Place | None) -> Report:
    """The SOS that it stands for, at a place of the city."""
    return replace(report, phase=Phase.RAISE, place=place, subject=f"probe:{report.signal_id}", fingerprint=None)


def failed_in_a_row(before: int, probe: Probe) -> int:
    """How many have failed without one between that arrived."""
    return 0 if probe is Probe.ARRIVED else before + 1
