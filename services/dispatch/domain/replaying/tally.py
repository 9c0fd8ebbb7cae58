"""The summary: decisions by kind, the same, different, not evaluable and why. Of constant size."""

from collections import Counter
from dataclasses import dataclass, field

from services.dispatch.domain.replaying.findings import Aspect, Finding, Kind, Obstacle, Reservation


@dataclass
class Tally:
    """Counts over all findings so far."""

    same: Counter[Kind] = field(default_factory=Counter)
    different: Counter[Kind] = field(default_factory=Counter)
    obstacles: Counter[tuple[Kind, Obstacle]] = field(default_factory=Counter)
    aspects: Counter[Aspect] = field(default_factory=Counter)
    reservations: Counter[Reservation] = field(default_factory=Counter)

    def add(self, finding: Finding) -> None:
        """Counts one finding."""
        if finding.obstacle is not None:
            self.obstacles[finding.kind, finding.obstacle] += 1
        elif finding.differences:
            self.different[finding.kind] += 1
        else:
            self.same[finding.kind] += 1
        self.aspects.update(difference.aspect for difference in finding.differences)
        self.reservations.update(finding.reservations)

    @property
    def evaluated(self) -> int:
        """Decisions that were evaluated again."""
        return self.same.total() + self.different.total()

    @property
    def total(self) -> int:
        """All decisions of the period."""
        return self.evaluated + self.obstacles.total()

    def not_evaluable(self, kind: Kind) -> int:
        """How many decisions of a kind could not be evaluated."""
        return sum(count for (known, _), count in self.obstacles.items() if known is kind)
