"""Which badges a revocation meets."""

from datetime import UTC, datetime, timedelta

from services.dispatch.accounts import SERVICE
from services.dispatch.domain.access import Person, Role
from services.dispatch.domain.revoking import Revocation, Revoked, Scope

AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
OFFICER = Person("sami", "Sami", Role.PATROL, unit="pm-11")
OTHER = Person("lea", "Léa", Role.PATROL, unit="pm-12")
POLICE = Person("p-1", "Police", Role.PARTNER, agency="police")


def at(seconds: float) -> float:
    """A moment after the revocation, seconds of the epoch."""
    return (AT + timedelta(seconds=seconds)).timestamp()


def test_in_force_it_meets_old_and_new_badges_of_the_one_named() -> None:
    """By account, unit or agency; nobody else, nobody of that name in another sense, and never our own processes."""
    revoked = Revoked()
    assert not revoked.meets(OFFICER, at(0))
    revoked.replace([Revocation(Scope.UNIT, "pm-11", AT), Revocation(Scope.AGENCY, "police", AT)])
    assert [revoked.meets(person, at(when)) for person in (OFFICER, POLICE) for when in (-60, 60)] == [True] * 4
    assert not revoked.meets(OTHER, at(-60))
    assert not revoked.meets(Person("pm-11", "x", Role.OPERATOR), at(-60))
    revoked.replace([Revocation(Scope.ACCOUNT, "service", AT)])
    assert not revoked.meets(SERVICE, at(-60))


def test_lifted_it_meets_the_old_badges_for_good() -> None:
    """A badge issued after it counts again; a second revocation of the same name is its own."""
    revoked = Revoked()
    revoked.replace([Revocation(Scope.ACCOUNT, "sami", AT, lifted=True)])
    assert [revoked.meets(OFFICER, at(when)) for when in (-60, 0, 0.5, 60)] == [True, True, False, False]
    again = Revocation(Scope.ACCOUNT, "sami", AT + timedelta(seconds=30))
    revoked.replace([Revocation(Scope.ACCOUNT, "sami", AT, lifted=True), again])
    assert revoked.meets(OFFICER, at(60))
