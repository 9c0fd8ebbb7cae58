"""Tokens of an identity provider, with real keys: what is let in, and each way in which one is not."""

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey

from services.dispatch.domain.access import Person, Role
from services.dispatch.domain.identity import Untrusted, person_of
from services.dispatch.identity.signing_in import LASTS, Begun
from services.dispatch.identity.tokens import NotTrusted
from tests.contract.identity_provider import (
    CLIENT,
    EC,
    ISSUER,
    NEXT,
    OTHER_RSA,
    RSA,
    HandMade,
    claims,
    settings,
    signed,
)


def now() -> datetime:
    """The door's clock."""
    return datetime.now(UTC)


async def refused(token: str, made: HandMade | None = None) -> Untrusted:
    """Why this bearer token opens nothing."""
    with pytest.raises(NotTrusted) as said:
        await (made or HandMade()).sign_in().bearer(token, now())
    return said.value.reason


def unsigned(of: dict[str, Any], head: dict[str, Any]) -> str:
    """A token with an empty signature."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, of))
    return ".".join((*parts, ""))


async def test_a_good_token_says_who_somebody_is() -> None:
    """RSA and elliptic curve, one audience or several; the moment of issue comes along for revocation."""
    sign_in = HandMade().sign_in()
    person, issued = await sign_in.bearer(signed(claims(aud=["other", "vigie-api"], iat=int(time.time()) - 5)), now())
    assert person == Person("5b1c", "Anne", Role.OPERATOR)
    assert abs(issued - time.time() + 5) < 3
    assert (await sign_in.bearer(signed(claims(), EC, "ES256", typ="at+jwt"), now()))[0] == person


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"exp": 1_000_000_000}, Untrusted.EXPIRED),
        ({"exp": None}, Untrusted.MALFORMED),
        ({"iat": None}, Untrusted.MALFORMED),
        ({"exp": "tomorrow"}, Untrusted.MALFORMED),
        ({"exp": True}, Untrusted.MALFORMED),
        ({"nbf": 9_000_000_000}, Untrusted.NOT_YET),
        ({"iat": 9_000_000_000}, Untrusted.NOT_YET),
        ({"aud": "another-api"}, Untrusted.AUDIENCE),
        ({"aud": CLIENT}, Untrusted.AUDIENCE),
        ({"aud": None}, Untrusted.AUDIENCE),
        ({"aud": ["another", "third"]}, Untrusted.AUDIENCE),
        ({"iss": "https://evil.example"}, Untrusted.ISSUER),
        ({"iss": ISSUER + "/"}, Untrusted.ISSUER),
        ({"iss": None}, Untrusted.ISSUER),
        ({"roles": []}, Untrusted.NO_ROLE),
        ({"roles": None}, Untrusted.NO_ROLE),
        ({"roles": ["shift_lead"]}, Untrusted.NO_ROLE),
        ({"roles": {"vigie-op": True}}, Untrusted.NO_ROLE),
        ({"roles": ["vigie-pm"]}, Untrusted.NO_UNIT),
        ({"roles": ["vigie-sdis"], "unit": "pm-11"}, Untrusted.NO_AGENCY),
        ({"sub": None}, Untrusted.MALFORMED),
    ],
    ids=str,
)
async def test_a_token_of_ours_that_says_something_else_is_refused(changed: dict[str, Any], why: Untrusted) -> None:
    """Properly signed by the provider: time, audience (an id token's is the client), issuer, role and unit count."""
    assert await refused(signed(claims(**changed))) is why


async def test_clocks_may_differ_a_little() -> None:
    """Ten seconds either way, not eleven."""
    at = int(time.time())
    sign_in = HandMade().sign_in()
    for good in ({"exp": at - 5}, {"iat": at + 5, "exp": at + 99}):
        await sign_in.bearer(signed(claims(**good)), now())
    assert await refused(signed(claims(exp=at - 11))) is Untrusted.EXPIRED
    assert await refused(signed(claims(iat=at + 13, exp=at + 99))) is Untrusted.NOT_YET


async def test_no_algorithm_but_ours() -> None:
    """`none`, a public key taken for a shared secret, a key of the other kind, an algorithm that is not on the list."""
    assert await refused(unsigned(claims(), {"alg": "none", "kid": "rsa-1"})) is Untrusted.ALGORITHM
    assert await refused(unsigned(claims(), {"alg": "RS256", "kid": "rsa-1"})) is Untrusted.SIGNATURE
    body = json.dumps(claims()).encode()
    for secret in (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()):
        forged = jws.serialize_compact({"alg": "HS256", "kid": "rsa-1"}, body, OctKey.import_key(secret.hex()))
        assert await refused(forged) is Untrusted.ALGORITHM
    assert await refused(signed(claims(), RSA, "PS256")) is Untrusted.ALGORITHM
    crossed = signed(claims(), EC, "ES256").split(".")
    crossed[0] = signed(claims(), RSA).split(".")[0]
    assert await refused(".".join(crossed)) is Untrusted.SIGNATURE
    head = unsigned(claims(), {"alg": "ES256", "kid": "rsa-1"})
    assert await refused(head + "AAAA") in {Untrusted.ALGORITHM, Untrusted.SIGNATURE, Untrusted.MALFORMED}


async def test_no_key_but_the_providers() -> None:
    """Another key under the same id, one in the header itself, an unknown id, a shared one that it lists by mistake."""
    assert await refused(signed(claims(), OTHER_RSA)) is Untrusted.SIGNATURE
    own = OTHER_RSA.as_dict(private=False)
    assert await refused(signed(claims(), OTHER_RSA, jwk=own)) in {Untrusted.SIGNATURE, Untrusted.MALFORMED}
    assert await refused(signed(claims(), NEXT)) is Untrusted.UNKNOWN_KEY
    shared = {"alg": "HS256", "kid": "shared"}
    assert await refused(unsigned(claims(), shared)) is Untrusted.ALGORITHM
    head, body, seal = signed(claims()).split(".")
    other = signed(claims(roles=["vigie-chef"])).split(".")[1]
    assert await refused(f"{head}.{other}.{seal}") is Untrusted.SIGNATURE
    assert await refused(signed(claims(), typ="logout+jwt")) is Untrusted.MALFORMED
    assert body != other


@pytest.mark.parametrize("text", ["", "a", "a.b", "a.b.c", "....", "é.é.é", "x" * 20_000, "e30.e30.e30"])
async def test_what_is_no_token_is_refused(text: str) -> None:
    """With the same answer, and without asking the provider."""
    made = HandMade()
    assert await refused(text, made) in {Untrusted.MALFORMED, Untrusted.ALGORITHM}
    assert made.asked == []


async def test_keys_are_kept_and_rotated() -> None:
    """Asked once an hour; a new key is found at once, but made-up ids make us ask at most every ten seconds."""
    made = HandMade()
    sign_in = made.sign_in()
    for _ in range(5):
        await sign_in.bearer(signed(claims()), now())
    assert made.asked == ["openid-configuration", "certs"]
    made.now += 11
    made.keys = [NEXT]
    await sign_in.bearer(signed(claims(), NEXT), now())
    with pytest.raises(NotTrusted):
        await sign_in.bearer(signed(claims()), now())  # the old key is gone
    asked = len(made.asked)
    for number in range(20):
        with pytest.raises(NotTrusted):
            await sign_in.bearer(signed(claims(), RSA, kid=f"made-up-{number}"), now())
    assert len(made.asked) == asked
    made.now += 3601
    await sign_in.bearer(signed(claims(), NEXT), now())
    assert len(made.asked) == asked + 2


async def test_a_provider_that_is_away_does_not_send_people_home() -> None:
    """Known keys count for a day; one that never answered, or answers as another issuer, lets nobody in."""
    made = HandMade()
    sign_in = made.sign_in()
    await sign_in.bearer(signed(claims()), now())
    made.down = True
    made.now += 20_000
    await sign_in.bearer(signed(claims()), now())
    made.now += 80_000
    with pytest.raises(NotTrusted, match="away"):
        await sign_in.bearer(signed(claims()), now())
    assert await refused(signed(claims()), HandMade(down=True)) is Untrusted.AWAY
    assert await refused(signed(claims()), HandMade(issuer="https://evil.example")) is Untrusted.AWAY


async def test_the_code_is_exchanged_with_the_verifier_and_the_secret() -> None:
    """PKCE's challenge goes with the browser, its verifier only to the provider's token door; the nonce must return."""
    made = HandMade()
    sign_in = made.sign_in()
    begun = Begun.new("/tablette/", "http://door/v1/session/callback")
    address = await sign_in.address(begun)
    assert f"code_challenge={begun.challenge}" in address and "code_challenge_method=S256" in address
    assert begun.verifier not in address and "s3cret" not in address
    made.id_token = signed(claims(aud=CLIENT, nonce=begun.nonce))
    person, _ = await sign_in.finish(begun, begun.state, "c0de", now())
    assert person.role is Role.OPERATOR
    [form] = made.forms
    assert (form["code"], form["code_verifier"], form["grant_type"]) == ("c0de", begun.verifier, "authorization_code")
    assert form["authorization"].startswith("Basic ")
    for state, token, why in (
        ("another", made.id_token, Untrusted.STATE),
        (begun.state, signed(claims(aud=CLIENT, nonce="old")), Untrusted.NONCE),
        (begun.state, signed(claims(aud=CLIENT)), Untrusted.NONCE),
        (begun.state, signed(claims(nonce=begun.nonce)), Untrusted.AUDIENCE),
        (begun.state, signed(claims(aud=CLIENT, nonce=begun.nonce), OTHER_RSA), Untrusted.SIGNATURE),
    ):
        made.id_token = token
        with pytest.raises(NotTrusted) as said:
            await sign_in.finish(begun, state, "c0de", now())
        assert said.value.reason is why


def test_a_sign_in_lasts_ten_minutes_and_is_sealed() -> None:
    """What we signed comes back whole; later, changed, or sealed by another key it is nothing."""
    key, begun = settings(oidc_client_secret="k" * 32).oidc_client_secret, Begun.new("/", "http://door/back")
    assert key is not None
    sealed = begun.sealed(key, now())
    assert Begun.opened(sealed, key, now()) == begun
    other = settings(oidc_client_secret="x" * 32).oidc_client_secret
    assert other is not None
    for text, by, at in ((sealed, key, now() + LASTS), (sealed, other, now()), ("", key, now()), ("a.b.c", key, now())):
        with pytest.raises(NotTrusted, match="state"):
            Begun.opened(text, by, at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_algorithms": ["HS256"]},
        {"oidc_algorithms": ["none"]},
        {"oidc_algorithms": []},
        {"oidc_audience": CLIENT},
        {"oidc_roles": {}},
        {"oidc_roles": {"x": "mayor"}},
        {"oidc_leeway_s": 600},
    ],
    ids=str,
)
def test_unsafe_settings_are_refused(wrong: dict[str, Any]) -> None:
    """A provider in clear, a shared or no algorithm, the client as audience, no role, an hour of leeway."""
    with pytest.raises(ValueError, match="oidc"):
        settings(**wrong)


def test_the_most_important_role_counts() -> None:
    """In the order of the mapping, not of the token."""
    found = person_of(claims(roles=["vigie-op", "vigie-chef"]), settings().claim_names)
    assert isinstance(found, Person)
    assert found.role is Role.SHIFT_LEAD
    nested = settings(oidc_roles_claim="realm_access.roles", oidc_unit_claim="attributes.unit").claim_names
    given = claims(realm_access={"roles": ["vigie-pm"]}, attributes={"unit": "pm-11"})
    assert person_of(given, nested) == Person("5b1c", "Anne", Role.PATROL, unit="pm-11")
