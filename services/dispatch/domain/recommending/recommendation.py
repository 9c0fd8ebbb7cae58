"""What the recommendation answers: ranked and refused units, each with reason and figures."""

from dataclasses import asdict, dataclass
from typing import Any

from services.dispatch.domain.recommending.reasons import Reason, Refusal, Rule


@dataclass(frozen=True, slots=True)
class Ranked:
    """A unit that may be sent.

    `seconds` until on scene, None if its position is unknown. `coverage_loss`: expected share of demand (0…1) that no
    longer finds a free unit in reach. `diverts`: the incident that loses this unit and must be dispatched again at
    once. `gain_s`: seconds won over the best idle unit; None if no idle unit is left to compare with.
    """

    unit: str
    reason: Reason
    seconds: float | None
    coverage_loss: float | None = None
    diverts: str | None = None
    gain_s: float | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A unit that is not proposed; `detail` is the travel engine's own reason where it is unreachable."""

    unit: str
    reason: Refusal
    seconds: float | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Ranked ∪ refused are all units, each once. `busy_fraction` is the p that coverage was computed with."""

    incident: str
    rule: Rule
    ranked: tuple[Ranked, ...]
    refused: tuple[Refused, ...]
    busy_fraction: float
    shown: int

    @property
    def best(self) -> Ranked | None:
        """The first, if any unit may be sent at all."""
        return self.ranked[0] if self.ranked else None

    @property
    def top(self) -> tuple[Ranked, ...]:
        """Those that the operator is shown; any other unit may be chosen with a reason."""
        return self.ranked[: self.shown]

    @property
    def redispatch(self) -> str | None:
        """The incident that must be dispatched again at once if the best is followed."""
        return self.ranked[0].diverts if self.ranked else None

    def as_output(self) -> dict[str, Any]:
        """As recorded with the decision and shown to the operator: JSON values only."""
        return asdict(self)
