"""From what an identity provider claims about somebody to who he is here. Decided without a token or a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.dispatch.domain.access import BOUND, Person, Role


class Untrusted(StrEnum):
    """Why a token, or whoever it names, is not let in; also the label of the metric."""

    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    UNKNOWN_KEY = "unknown_key"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    NONCE = "nonce"
    STATE = "state"
    """The answer belongs to no sign-in that this browser began within ten minutes."""
    REFUSED = "refused"
    """The provider itself says no."""
    AWAY = "away"
    """The provider does not answer, or not as agreed."""
    NO_ROLE = "no_role"
    NO_UNIT = "no_unit"
    NO_AGENCY = "no_agency"


KNOWN_BUT_NOT_ALLOWED = frozenset({Untrusted.NO_ROLE, Untrusted.NO_UNIT, Untrusted.NO_AGENCY})
"""Who he is is certain; what he may do here is nothing: 403, not 401."""


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims say what. One inside another is named with a dot: `realm_access.roles`.

    `roles`: the provider's word to ours, the most important first: somebody with several has the first of them.
    """

    roles: tuple[tuple[str, Role], ...]
    roles_claim: str
    unit_claim: str
    agency_claim: str
    account_claim: str


def person_of(claims: Mapping[str, Any], by: ClaimNames) -> Person | Untrusted:
    """Who the claims are about; Untrusted where they name no account, no role of ours, or no unit for who needs one."""
    account = _word(claims, by.account_claim)
    if account is None:
        return Untrusted.MALFORMED
    held = _at(claims, by.roles_claim)
    names = {held} if isinstance(held, str) else set(held) if _is_words(held) else set()
    role = next((ours for theirs, ours in by.roles if theirs in names), None)
    if role is None:
        return Untrusted.NO_ROLE
    unit = _word(claims, by.unit_claim) if role in BOUND - {Role.PARTNER} else None
    agency = _word(claims, by.agency_claim) if role is Role.PARTNER else None
    if role is Role.PARTNER and agency is None:
        return Untrusted.NO_AGENCY
    if role in BOUND - {Role.PARTNER} and unit is None:
        return Untrusted.NO_UNIT
    name = _word(claims, "name") or _word(claims, "preferred_username") or account
    return Person(account, name, role, unit, agency)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:  # some providers have dots, or a whole address, in a claim's name
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _word(claims: Mapping[str, Any], path: str) -> str | None:
    found = _at(claims, path)
    return found if isinstance(found, str) and 0 < len(found) <= 200 else None


def _is_words(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(word, str) for word in found)
