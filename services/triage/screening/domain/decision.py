"""What was decided about one signal."""

from typing import NamedTuple

from schemas.vocabulary.signals import Outcome, ScreeningReason

Inputs = dict[str, str | int | float | bool]
NO_INPUTS: Inputs = {}
"""Shared, and so never written to."""


class Decision(NamedTuple):
    """One outcome with its reason and inputs. A tuple: one is made for each signal.

    `decided_at`: the record's time. `count`: signals folded so far. `forward`: it also goes to `alarms`.
    `sector`: where it is filed, the first signal's for a moving subject.
    """

    outcome: Outcome
    reason: ScreeningReason
    decided_at: float
    first_signal_id: str | None = None
    count: int = 0  # type: ignore[assignment]  # hides a method of tuples that nobody calls
    silence_id: str | None = None
    operator_confirmed: bool = False
    forward: bool = False
    sector: str | None = None
    inputs: Inputs = NO_INPUTS
