"""Signing in by way of the provider: authorisation code with PKCE (RFC 6749, 7636, 9700), done by dispatch itself.

The browser never holds a token of the provider's that opens a door. What must be remembered between leaving and coming
back stands in a cookie that we signed, for ten minutes: state, nonce, the code verifier and the page to go to.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from pydantic import SecretStr

from services.chassis.settings import load
from services.dispatch.domain.access import Person
from services.dispatch.domain.identity import Untrusted, person_of
from services.dispatch.identity.provider import Provider
from services.dispatch.identity.settings import OidcSettings
from services.dispatch.identity.tokens import Demands, NotTrusted, claims_of, key_id

ISSUER = "vigie/signing-in"
"""Not the badges': such a token is none, though the same key signs both."""
LASTS = timedelta(minutes=10)
ALGORITHM = "HS256"


@dataclass(frozen=True)
class Begun:
    """A sign-in on its way. `again`: ask for a password even if the provider knows him."""

    state: str
    nonce: str
    verifier: str
    page: str
    back: str

    @classmethod
    def new(cls, page: str, back: str) -> "Begun":
        """256 bits of chance each."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), page, back)

    @property
    def challenge(self) -> str:
        """PKCE, S256."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def sealed(self, key: SecretStr, now: datetime) -> str:
        """For the cookie."""
        ends = int((now + LASTS).timestamp())
        octets = OctKey.import_key(key.get_secret_value())
        return jwt.encode({"alg": ALGORITHM}, {"iss": ISSUER, "exp": ends, **vars(self)}, octets)

    @classmethod
    def opened(cls, sealed: str, key: SecretStr, now: datetime) -> "Begun":
        """Raises NotTrusted STATE for a cookie that is not ours, or too old."""
        try:
            claims = jwt.decode(sealed, OctKey.import_key(key.get_secret_value()), algorithms=[ALGORITHM]).claims
            if claims["iss"] != ISSUER or claims["exp"] <= now.timestamp():
                raise NotTrusted(Untrusted.STATE)
            return cls(*(str(claims[name]) for name in ("state", "nonce", "verifier", "page", "back")))
        except (JoseError, KeyError, ValueError, TypeError) as error:
            raise NotTrusted(Untrusted.STATE) from error


@dataclass(frozen=True)
class SignIn:
    """The provider and the client that we are there."""

    settings: OidcSettings
    provider: Provider

    async def address(self, begun: Begun, *, again: bool = False) -> str:
        """Where the browser goes to sign in; `again`: asked for a password even if known. Raises NotTrusted AWAY."""
        asked = {
            "response_type": "code",
            "client_id": self.settings.oidc_client_id,
            "redirect_uri": begun.back,
            "scope": self.settings.oidc_scope,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
            **({"prompt": "login"} if again else {}),
        }
        return _with((await self.provider.doors()).authorize, asked)

    async def finish(self, begun: Begun, state: str, code: str, now: datetime) -> tuple[Person, str]:
        """Who came back with this code, and his id token, by which he signs out. Raises NotTrusted."""
        if not hmac.compare_digest(state.encode(), begun.state.encode()):
            raise NotTrusted(Untrusted.STATE)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": begun.back,
            "client_id": self.settings.oidc_client_id,
            "code_verifier": begun.verifier,
        }
        answer = await self.provider.post((await self.provider.doors()).token, form, self._secret)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise NotTrusted(Untrusted.MALFORMED)
        claims = await self._claims(token, self.settings.oidc_client_id, now)
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), begun.nonce.encode()):
            raise NotTrusted(Untrusted.NONCE)
        return self._person(claims), token

    async def bearer(self, token: str, now: datetime) -> tuple[Person, float]:
        """Whose access token this is, and when it was issued (seconds of the epoch). Raises NotTrusted."""
        claims = await self._claims(token, self.settings.oidc_audience, now)
        return self._person(claims), float(claims["iat"])

    async def leaving(self, id_token: str | None, back: str) -> str | None:
        """Where the browser goes to sign out there as well (RP-Initiated Logout 1.0); None if there is no such door."""
        door = (await self.provider.doors()).leave
        if door is None:
            return None
        known = {"id_token_hint": id_token} if id_token else {}
        return _with(door, known | {"client_id": self.settings.oidc_client_id, "post_logout_redirect_uri": back})

    async def _claims(self, token: str, audience: str, now: datetime) -> dict[str, Any]:
        settings = self.settings
        demands = Demands(settings.oidc_issuer, audience, settings.oidc_algorithms, settings.oidc_leeway_s)
        keys = await self.provider.keys(key_id(token, demands))
        return claims_of(token, keys, demands, now.timestamp())

    def _person(self, claims: dict[str, Any]) -> Person:
        found = person_of(claims, self.settings.claim_names)
        if isinstance(found, Untrusted):
            raise NotTrusted(found)
        return found

    @property
    def _secret(self) -> tuple[str, str] | None:
        secret = self.settings.oidc_client_secret
        return (quote(self.settings.oidc_client_id, ""), quote(secret.get_secret_value(), "")) if secret else None


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def from_environment() -> SignIn:
    """The provider that the environment names; a wrong setting ends the process with one sentence."""
    settings = load(OidcSettings)
    return SignIn(settings, Provider(settings.oidc_issuer))
