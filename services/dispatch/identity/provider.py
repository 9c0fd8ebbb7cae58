"""The identity provider as this process knows it: where its doors are and which keys it signs with.

Both are kept for an hour; an unknown key id makes it ask sooner, but at most every ten seconds, so that whoever sends
made-up ids cannot make us ask for him. While the provider is away its last keys count for a day: people who are signed
in do not notice, and the room goes on.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.chassis import logs
from services.dispatch.domain.identity import Untrusted
from services.dispatch.identity.tokens import NotTrusted

log = logs.get(__name__)
FRESH_S = 3600.0
KEPT_S = 86_400.0
AGAIN_S = 10.0
TIMEOUT_S = 5.0
LARGEST = 262_144
SIGNING_KINDS = frozenset({"RSA", "EC"})


@dataclass(frozen=True)
class Doors:
    """What the provider says of itself (OpenID Connect Discovery 1.0)."""

    authorize: str
    token: str
    keys: str
    leave: str | None


@dataclass
class Provider:
    """Asks `issuer`, lazily: dispatch starts without it. `client`: for tests, a transport of their own."""

    issuer: str
    client: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
    )
    clock: Callable[[], float] = time.monotonic
    _doors: Doors | None = None
    _keys: KeySet = field(default_factory=lambda: KeySet([]))
    _read_at: float = float("-inf")
    _asked_at: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def doors(self) -> Doors:
        """Where to send people. Raises NotTrusted AWAY if it has never answered."""
        if self._doors is None or self._age > FRESH_S:
            await self._refresh(AGAIN_S if self._doors else 0)
        if self._doors is None:
            raise NotTrusted(Untrusted.AWAY)
        return self._doors

    async def keys(self, wanted: str) -> KeySet:
        """Its keys, with the one named `wanted` if it has it. Raises NotTrusted AWAY if none are known."""
        known = any(key.kid == wanted for key in self._keys)
        if not known or self._age > FRESH_S:
            await self._refresh(AGAIN_S)
        if not self._keys.keys or self._age > KEPT_S:
            raise NotTrusted(Untrusted.AWAY)
        return self._keys

    async def post(self, url: str, form: Mapping[str, str], secret: tuple[str, str] | None) -> dict[str, Any]:
        """Sends a form to one of its doors, signed in by `secret` where there is one. Raises NotTrusted."""
        try:
            given = httpx.BasicAuth(*secret) if secret else None
            answer = await self.client.post(url, data=dict(form), auth=given or httpx.USE_CLIENT_DEFAULT)
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("provider_away", error=type(error).__name__)
            raise NotTrusted(Untrusted.AWAY) from error
        if answer.status_code != 200 or not isinstance(content, dict):
            log.warning("provider_refused", status=answer.status_code)
            raise NotTrusted(Untrusted.REFUSED if answer.status_code in {400, 401, 403} else Untrusted.AWAY)
        return content

    async def close(self) -> None:
        """Gives its connections back."""
        await self.client.aclose()

    @property
    def _age(self) -> float:
        return self.clock() - self._read_at

    async def _refresh(self, at_most_every_s: float) -> None:
        """One asks, the others wait for what he hears."""
        before = self._asked_at
        async with self._asking:
            if self._asked_at != before or self.clock() - self._asked_at < at_most_every_s:
                return
            self._asked_at = self.clock()
            try:
                self._doors = doors_of(
                    await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"), self.issuer
                )
                self._keys = keys_of(await self._get(self._doors.keys))
                self._read_at = self.clock()
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                log.warning("provider_away", error=type(error).__name__)

    async def _get(self, url: str) -> dict[str, Any]:
        answer = await self.client.get(url)
        answer.raise_for_status()
        if len(answer.content) > LARGEST:
            raise ValueError("too large")
        content = answer.json()
        if not isinstance(content, dict):
            raise TypeError("not an object")
        return content


def doors_of(said: Mapping[str, Any], issuer: str) -> Doors:
    """The doors out of the discovery document. Raises ValueError if another issuer speaks, KeyError if one lacks."""
    if said["issuer"] != issuer:
        raise ValueError("another issuer")
    leave = said.get("end_session_endpoint")
    return Doors(str(said["authorization_endpoint"]), str(said["token_endpoint"]), str(said["jwks_uri"]), leave)


def keys_of(said: Mapping[str, Any]) -> KeySet:
    """Public keys that are for signing; others (encryption, shared secrets, unknown kinds) are left out."""
    fit = [
        key
        for key in said["keys"]
        if key.get("kty") in SIGNING_KINDS and key.get("use", "sig") == "sig" and isinstance(key.get("kid"), str)
    ]
    return KeySet.import_key_set({"keys": fit})
