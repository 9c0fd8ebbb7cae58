"""Tokens of the provider (JWT, RFC 7519; RFC 8725 for what to beware of): whose signature, for whom, until when.

The algorithm is ours to choose, and a key is used for its own kind only: `none`, and a public key taken for a shared
secret (HS256), fail before anything is computed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import Key, KeySet

from services.dispatch.domain.identity import Untrusted

LONGEST = 16_384
"""Characters. Servers refuse larger headers anyway."""
KINDS = {"R": "RSA", "P": "RSA", "E": "EC"}
"""The key's kind (RFC 7517 `kty`) by the first letter of the algorithm."""
TYPES = frozenset({None, "JWT", "at+jwt", "application/at+jwt"})
"""What `typ` may say (RFC 9068, RFC 7519); a logout or DPoP token is no access token."""


class NotTrusted(Exception):
    """The token, or the person that it names, is not let in."""

    def __init__(self, reason: Untrusted) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Demands:
    """What a token must fulfil. `leeway_s`: how far two clocks may differ."""

    issuer: str
    audience: str
    algorithms: Sequence[str]
    leeway_s: int


def key_id(token: str, demands: Demands) -> str:
    """Which key the token says it is signed with. Raises NotTrusted for an algorithm that is not ours."""
    if len(token) > LONGEST:
        raise NotTrusted(Untrusted.MALFORMED)
    try:
        header: Mapping[str, Any] = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError) as error:
        raise NotTrusted(Untrusted.MALFORMED) from error
    if header.get("alg") not in demands.algorithms:
        raise NotTrusted(Untrusted.ALGORITHM)
    known = header.get("kid")
    if not isinstance(known, str) or header.get("typ") not in TYPES:
        raise NotTrusted(Untrusted.MALFORMED)
    return known


def claims_of(token: str, keys: KeySet, demands: Demands, now: float) -> dict[str, Any]:
    """The claims of a token that fulfils all demands at `now` (seconds of the epoch). Raises NotTrusted."""
    known = key_id(token, demands)
    key = next((key for key in keys if key.kid == known), None)
    if key is None:
        raise NotTrusted(Untrusted.UNKNOWN_KEY)
    claims = _verified(token, key, demands)
    _for_us(claims, demands)
    _in_time(claims, now, demands.leeway_s)
    return claims


def _verified(token: str, key: Key, demands: Demands) -> dict[str, Any]:
    fitting = [name for name in demands.algorithms if KINDS.get(name[0]) == key.key_type]
    try:
        return dict(jwt.decode(token, key, algorithms=fitting).claims)
    except BadSignatureError as error:
        raise NotTrusted(Untrusted.SIGNATURE) from error
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise NotTrusted(Untrusted.ALGORITHM if "algorithm" in str(error).lower() else Untrusted.MALFORMED) from error


def _for_us(claims: Mapping[str, Any], demands: Demands) -> None:
    if claims.get("iss") != demands.issuer:
        raise NotTrusted(Untrusted.ISSUER)
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if demands.audience not in meant:
        raise NotTrusted(Untrusted.AUDIENCE)


def _in_time(claims: Mapping[str, Any], now: float, leeway_s: int) -> None:
    """A token without an end or a beginning is refused: it could not be revoked by time."""
    ends, began, since = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not all(isinstance(moment, int | float) and not isinstance(moment, bool) for moment in (ends, began, since)):
        raise NotTrusted(Untrusted.MALFORMED)
    if claims["exp"] + leeway_s <= now:
        raise NotTrusted(Untrusted.EXPIRED)
    if max(claims["iat"], since) - leeway_s > now:
        raise NotTrusted(Untrusted.NOT_YET)
