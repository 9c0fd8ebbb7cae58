"""Badges: signed tokens that say who somebody is (JWT, RFC 7519, HS256), and sign-in attempts counted.

Whoever holds the key can issue them, so both dispatch processes share it and each accepts the other's.
"""

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

from services.dispatch.accounts import SERVICE
from services.dispatch.domain.access import Person, Role

ALGORITHM = "HS256"
ISSUER = "vigie/dispatch"
SHIFT = timedelta(hours=12)
KEPT = timedelta(days=30)
"""A browser keeps the badge longer than it counts: one that has run out still opens the door for a call for help."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A badge that is ours: whose, and when it was issued, seconds of the epoch."""

    person: Person
    issued_at: float


@dataclass(frozen=True)
class Badges:
    """Issues and reads badges. `service`: the secret by which our own processes and tools are known."""

    key: SecretStr
    service: SecretStr | None = None

    def issue(self, person: Person, now: datetime) -> str:
        """A badge for one shift of twelve hours."""
        ends = int((now + SHIFT).timestamp())
        claims = {
            "iss": ISSUER,
            "sub": person.account,
            "name": person.name,
            "role": person.role.value,
            "unit": person.unit,
            "agency": person.agency,
            # With its fraction: one issued in the second in which the ones before were taken back is none of them.
            "iat": now.timestamp(),
            "exp": ends,
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._octets, algorithms=[ALGORITHM])

    def read(self, badge: str, now: datetime, *, expired: bool = False) -> Person | None:
        """Whose it is; None if it is not ours or has run out, unless `expired` is good enough."""
        shown = self.shown(badge, now, expired=expired)
        return shown.person if shown else None

    def shown(self, badge: str, now: datetime, *, expired: bool = False) -> Shown | None:
        """As `read`, with the moment at which it was issued. The algorithm is ours to choose, not the badge's."""
        if self.service is not None and hmac.compare_digest(badge.encode(), self.service.get_secret_value().encode()):
            return Shown(SERVICE, now.timestamp())
        try:
            claims = jwt.decode(badge, self._octets, algorithms=[ALGORITHM]).claims
            valid = claims["iss"] == ISSUER and (expired or claims["exp"] > now.timestamp())
            person = Person(claims["sub"], claims["name"], Role(claims["role"]), claims["unit"], claims["agency"])
            issued_at = float(claims["iat"])
        except (JoseError, KeyError, ValueError, TypeError):
            return None
        return Shown(person, issued_at) if valid else None

    @property
    def _octets(self) -> OctKey:
        return OctKey.import_key(self.key.get_secret_value())


@dataclass
class Attempts:
    """Wrong PINs by account: after five, the account waits half a minute. Kept by each process for itself."""

    most: int = 5
    pause: timedelta = timedelta(seconds=30)
    _wrong: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def wait_s(self, account: str, now: datetime) -> int:
        """Seconds until the account may try again, 0 if it may now."""
        count, last = self._wrong.get(account, (0, now))
        if count < self.most:
            return 0
        left = last + self.pause - now
        if left <= timedelta():
            del self._wrong[account]
            return 0
        return int(left.total_seconds()) + 1

    def wrong(self, account: str, now: datetime) -> None:
        """Another wrong PIN of a known account."""
        self._wrong[account] = (self._wrong.get(account, (0, now))[0] + 1, now)

    def right(self, account: str) -> None:
        """Forgets what was wrong before."""
        self._wrong.pop(account, None)


def system_now() -> datetime:
    """The clock of badges."""
    return datetime.now(UTC)
