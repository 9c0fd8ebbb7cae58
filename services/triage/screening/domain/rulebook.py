"""What the rules are decided by, apart from the past: silences and legal bases as they stand now."""

from dataclasses import dataclass, field

from services.triage.screening.domain.legal_gate import LegalGate
from services.triage.screening.domain.silences import SilenceBook


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A snapshot; a newer one replaces it whole."""

    silences: SilenceBook = field(default_factory=SilenceBook)
    gate: LegalGate = field(default_factory=LegalGate)
