"""The legal gate: what software sees on images is used only where a legal basis in force allows that use.

All uses are off unless the centre's pack names basis, period and approver for them, on that camera.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.vocabulary.signals import ScreeningReason
from services.triage.screening.domain.decision import Inputs
from services.triage.screening.domain.seen_signal import SeenSignal


@dataclass(frozen=True, slots=True)
class Basis:
    """One legal basis; the period is [starts_at, ends_at), seconds since 1970; no cameras means all of them."""

    use_case: str
    basis: str
    starts_at: float
    ends_at: float
    approver: str
    cameras: frozenset[str] = frozenset()

    def names(self, device: str) -> bool:
        """True if it covers that camera."""
        return not self.cameras or device in self.cameras


@dataclass(frozen=True, slots=True)
class CentreGate:
    """What one centre's pack says about analytics, with the pack's version."""

    pack_version: str
    bases: tuple[Basis, ...] = ()
    known_use_cases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ruling:
    """`refusal` is None where the use is allowed; `inputs` name what it was judged by."""

    refusal: ScreeningReason | None
    inputs: Inputs


@dataclass(frozen=True, slots=True)
class LegalGate:
    """The gates of all centres."""

    centres: Mapping[str, CentreGate] = field(default_factory=dict)

    def judge(self, signal: SeenSignal) -> Ruling:
        """Whether this use of this camera is allowed at the record's time, and by what."""
        centre = self.centres.get(signal.centre)
        inputs: Inputs = {"use_case": signal.use_case or "", "pack": centre.pack_version if centre else "none"}
        if signal.use_case is None:
            return Ruling(ScreeningReason.UNKNOWN_USE_CASE, inputs)
        if centre is None:
            return Ruling(ScreeningReason.NO_LEGAL_BASIS, inputs)
        if signal.use_case not in centre.known_use_cases:
            return Ruling(ScreeningReason.UNKNOWN_USE_CASE, inputs)
        bases = [b for b in centre.bases if b.use_case == signal.use_case and b.names(signal.device)]
        in_force = [b for b in bases if b.starts_at <= signal.at < b.ends_at]
        if in_force:
            return Ruling(None, inputs | _shown(in_force[0]))
        over = [b for b in bases if b.ends_at <= signal.at]
        if over:
            latest = max(over, key=lambda b: b.ends_at)
            return Ruling(ScreeningReason.LEGAL_BASIS_EXPIRED, inputs | _shown(latest))
        return Ruling(ScreeningReason.NO_LEGAL_BASIS, inputs)


def _shown(basis: Basis) -> Inputs:
    return {
        "basis": basis.basis,
        "basis_starts_at": basis.starts_at,
        "basis_ends_at": basis.ends_at,
        "approver": basis.approver,
    }
