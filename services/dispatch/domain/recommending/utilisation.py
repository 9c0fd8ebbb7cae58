"""How busy the units are, smoothed, as the busy fraction of the coverage model is estimated from it.

The definition. Who sees every change as it comes (bench/dispatch) keeps it by `seen`; production, where any process may
decide and none must remember, works out the same from the stored assignments (`store/fleet.utilisation`).
"""

from dataclasses import dataclass
from datetime import datetime
from math import exp

SMOOTHED_OVER_S = 1_800.0
"""Time constant: half an hour, about one mission, so that a single incident does not switch the rule."""


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Busy share of the units on duty, 0…1, as of `at`; `busy_share` is the momentary one since then."""

    at: datetime
    smoothed: float
    busy_share: float

    def seen(self, now: datetime, busy: int, on_duty: int) -> "Utilisation":
        """After `busy` of `on_duty` units were counted at `now`; the earlier share held until then.

        With nobody on duty everything is busy. A clock that goes back changes nothing but the momentary share.
        """
        share = min(busy / on_duty, 1.0) if on_duty > 0 else 1.0
        return Utilisation(max(now, self.at), self.value(now), share)

    def value(self, now: datetime) -> float:
        """The smoothed share at `now`."""
        kept = exp(-max((now - self.at).total_seconds(), 0.0) / SMOOTHED_OVER_S)
        return kept * self.smoothed + (1.0 - kept) * self.busy_share
