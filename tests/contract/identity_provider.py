"""An identity provider written by hand, over ASGI: real keys and real signatures, and every answer may be spoilt."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

from services.dispatch.identity.provider import Provider
from services.dispatch.identity.settings import OidcSettings
from services.dispatch.identity.signing_in import SignIn

ISSUER = "https://id.example/realms/vigie"
ROLES = {"vigie-chef": "shift_lead", "vigie-op": "operator", "vigie-pm": "patrol", "vigie-sdis": "partner"}
CLIENT, AUDIENCE = "vigie", "vigie-api"
RSA, OTHER_RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"}), RSAKey.generate_key(2048, {"kid": "rsa-1"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig"})
NEXT = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})


def settings(**changed: Any) -> OidcSettings:
    """Of a city that has three roles."""
    given: dict[str, Any] = {
        "oidc_issuer": ISSUER,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": "s3cret",
        "oidc_roles": {
            "vigie-chef": "shift_lead",
            "vigie-op": "operator",
            "vigie-pm": "patrol",
            "vigie-sdis": "partner",
        },
    }
    return OidcSettings(**given | changed)


def claims(**changed: Any) -> dict[str, Any]:
    """Of an operator's access token; None takes one away."""
    now = int(time.time())
    given = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "5b1c",
        "name": "Anne",
        "roles": ["vigie-op"],
        "iat": now,
        "exp": now + 300,
    }
    return {name: value for name, value in (given | changed).items() if value is not None}


def signed(of: dict[str, Any], key: Key = RSA, algorithm: str = "RS256", **header: Any) -> str:
    """A token by one of the keys."""
    head = {"alg": algorithm, "kid": key.kid, **header}
    return jwt.encode(head, of, key, algorithms=[algorithm])


@dataclass
class HandMade:
    """The provider. `asked`: paths, in order; `down`: it answers 503 to all."""

    keys: list[Key] = field(default_factory=lambda: [RSA, EC])
    asked: list[str] = field(default_factory=list)
    down: bool = False
    issuer: str = ISSUER
    forms: list[dict[str, Any]] = field(default_factory=list)
    id_token: str = ""
    app: FastAPI = field(default_factory=FastAPI)
    now: float = 1000.0
    """The monotonic clock that the process goes by."""

    def __post_init__(self) -> None:
        self.app.add_api_route("/{path:path}", self._answer, methods=["GET", "POST"])

    def sign_in(self, **changed: Any) -> SignIn:
        """Dispatch's side of it."""
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app))
        return SignIn(settings(**changed), Provider(ISSUER, client, clock=lambda: self.now))

    async def _answer(self, request: Request, path: str) -> JSONResponse:
        self.asked.append(path.rsplit("/", 1)[-1])
        if self.down:
            return JSONResponse({}, 503)
        if path.endswith("openid-configuration"):
            names = {"authorization_endpoint": "auth", "token_endpoint": "token", "jwks_uri": "certs"}
            doors = {name: f"{ISSUER}/{where}" for name, where in names.items()}
            return JSONResponse({"issuer": self.issuer, "end_session_endpoint": f"{ISSUER}/logout"} | doors)
        if path.endswith("certs"):
            public = [key.as_dict(private=False) for key in self.keys]
            shared = {"kty": "oct", "kid": "shared", "k": "AAAA", "use": "sig"}
            return JSONResponse({"keys": [*public, shared, {"kty": "ML-DSA", "kid": "later"}]})
        form = dict(parse_qsl((await request.body()).decode()))
        self.forms.append(form | {"authorization": request.headers.get("authorization", "")})
        return JSONResponse({"access_token": "x", "id_token": self.id_token})
