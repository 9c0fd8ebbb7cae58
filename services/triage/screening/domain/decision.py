"""What was decided about one signal."""

from dataclasses import dataclass, field

from schemas.vocabulary.signals import Outcome, ScreeningReason

Inputs = dict[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Decision:
    """One outcome with its reason and inputs.

    `decided_at`: the record's time. `count`: signals folded so far. `forward`: it also goes to `alarms`.
    `sector`: where it is filed, the first signal's for a moving subject.
    """

    outcome: Outcome
    reason: ScreeningReason
    decided_at: float
    first_signal_id: str | None = None
    count: int = 0
    silence_id: str | None = None
    operator_confirmed: bool = False
    forward: bool = False
    sector: str | None = None
    inputs: Inputs = field(default_factory=dict)
