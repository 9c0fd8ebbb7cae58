"""Badges that count no longer before their time: whose, since when, and until what is lifted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.dispatch.domain.access import Person, Role


class Scope(StrEnum):
    """Whom a revocation meets: one account, or whoever speaks for a unit (its lost tablet) or an agency."""

    ACCOUNT = "account"
    UNIT = "unit"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Revocation:
    """From `at` on nothing of his counts; once it is lifted, what is issued after `at` counts again, never the old."""

    scope: Scope
    who: str
    at: datetime
    lifted: bool = False

    def voids(self, issued_at: float) -> bool:
        """True for a badge issued then, seconds of the epoch."""
        return not self.lifted or issued_at <= self.at.timestamp()


@dataclass
class Revoked:
    """All revocations that a badge in use may meet, held by each process: a door asks no database."""

    _by: dict[tuple[Scope, str], list[Revocation]] = field(default_factory=dict)

    def replace(self, found: Iterable[Revocation]) -> None:
        """What PostgreSQL says now."""
        by: dict[tuple[Scope, str], list[Revocation]] = {}
        for one in found:
            by.setdefault((one.scope, one.who), []).append(one)
        self._by = by

    def meets(self, person: Person, issued_at: float) -> bool:
        """True if this person's badge counts no longer. Our own processes have none: their token is changed."""
        if not self._by or person.role is Role.SERVICE:
            return False
        names = ((Scope.ACCOUNT, person.account), (Scope.UNIT, person.unit), (Scope.AGENCY, person.agency))
        held = (self._by.get((scope, who), ()) for scope, who in names if who is not None)
        return any(one.voids(issued_at) for found in held for one in found)
