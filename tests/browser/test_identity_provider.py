"""A real Keycloak: people sign in by its own page in Chromium, machines by its tokens; strangers stay out."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from deploy.local.kafka.java import require_java
from deploy.local.keycloak.distribution import fetch_keycloak
from deploy.local.keycloak.server import Keycloak, issuer, start_keycloak
from deploy.local.sentences import Reason, StackError
from deploy.local.settings import read_settings
from tests.browser.browsing import Screen, screen
from tests.stack.running import StackProcess, start_stack

SECRET, PASSWORD = "of-a-test-only", "of-a-test-only-1"
ROLES = (
    '{"vigie-chef-de-salle": "shift_lead", "vigie-operateur": "operator", "vigie-equipage": "patrol", '
    '"vigie-service": "service"}'
)
SLOW_MS = 60_000
"""Keycloak's first pages, on a machine that has other things to do."""


@dataclass(frozen=True)
class City:
    """A stack whose people are known by a Keycloak."""

    url: str
    keycloak: Keycloak
    var: Path

    async def token(self, who: str, client: str = "vigie-machine") -> dict[str, str]:
        """An access token as a machine gets one, ready to be sent."""
        form = {"grant_type": "password", "username": who, "password": PASSWORD, "scope": "openid"}
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            door = f"{self.keycloak.issuer}/protocol/openid-connect/token"
            answer = await http.post(door, data=form | {"client_id": client, "client_secret": SECRET})
        assert answer.status_code == 200, answer.text
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}


@pytest.fixture(scope="module")
def distribution() -> Path:
    """Where Keycloak lies, built. Skipped only where it cannot be fetched."""
    try:
        return fetch_keycloak(read_settings().cache, require_java(), print)
    except StackError as error:
        if error.sentence.reason is not Reason.NO_NETWORK:
            raise
        pytest.skip(str(error))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def city(distribution: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """The server and the whole stack behind it, started side by side; the client's secret comes out of a file."""
    port, door = _free(), _free()
    folder = tmp_path_factory.mktemp("id")
    file = folder / "oidc"
    file.write_text(SECRET + "\n")
    variables = {
        "VIGIE_URL": f"http://127.0.0.1:{door}",
        "VIGIE_CLIENT_SECRET": SECRET,
        "VIGIE_TEST_PASSWORD": PASSWORD,
    }
    env = {
        "VIGIE_ACCOUNTS": "oidc",
        "DISPATCH_PORT": str(door),
        "OIDC_ISSUER": issuer(port),
        "OIDC_CLIENT_ID": "vigie",
        "OIDC_CLIENT_SECRET_FILE": str(file),
        "OIDC_ROLES": ROLES,
        "OIDC_SCOPE": "openid",
    }
    starting = asyncio.to_thread(start_keycloak, distribution, require_java(), folder / "keycloak", port, variables)
    stacking = asyncio.to_thread(start_stack, tmp_path_factory.mktemp("oidc"), "", env)
    server, stack = await asyncio.gather(starting, stacking, return_exceptions=True)
    try:
        for part in (server, stack):
            if isinstance(part, BaseException):
                raise part
        assert isinstance(server, Keycloak) and isinstance(stack, StackProcess)
        yield City(str(stack.facts["dispatch_urls"][0]), server, stack.var)
    finally:
        for part in (stack, server):
            if not isinstance(part, BaseException):
                await asyncio.to_thread(part.stop)


async def enter(one: Screen, who: str) -> None:
    """As a person does it: our button, then the provider's own page."""
    await one.page.get_by_role("link", name="Entrer avec mon compte").click(timeout=SLOW_MS)
    await one.page.locator("#username").fill(who, timeout=SLOW_MS)
    await one.page.locator("#password").fill(PASSWORD)
    await one.page.locator("#kc-login").click()


async def test_a_lead_signs_in_by_the_providers_page_and_out_of_both(
    city: City, browser: Browser, pictures: Path
) -> None:
    """Two roles: the more important one counts. After leaving, the provider asks for the password again."""
    async with screen(browser, city.url, pictures) as one:
        await enter(one, "lead")
        await expect(one.page.get_by_text("Claire Morel")).to_be_visible(timeout=SLOW_MS)
        said = await one.page.evaluate("fetch('/v1/session').then((answer) => answer.json())")
        assert (said["accounts"], said["person"]["role"], said["choices"]) == ("oidc", "shift_lead", [])
        assert await one.page.evaluate("document.cookie") == ""
        await one.page.get_by_role("button", name="Quitter le poste").click()
        link = one.page.get_by_role("link", name="Entrer avec mon compte")
        await expect(link).to_be_visible(timeout=SLOW_MS)
        await link.click()
        await expect(one.page.locator("#password")).to_be_visible(timeout=SLOW_MS)


async def test_somebody_without_a_role_is_told_so(city: City, browser: Browser, pictures: Path) -> None:
    """The provider knows him, Vigie does not: the page says in words whom to ask, and no badge is given."""
    async with screen(browser, city.url, pictures) as one:
        await enter(one, "stranger")
        await expect(one.page.get_by_role("alert")).to_contain_text("aucun rôle dans Vigie", timeout=SLOW_MS)
        assert (await one.page.evaluate("fetch('/v1/session').then((answer) => answer.json())"))["person"] is None


async def test_an_officer_comes_to_his_tablet_with_his_unit(city: City, browser: Browser, pictures: Path) -> None:
    """The unit comes from the provider's claim; the way leads back to the page that it began from."""
    async with screen(browser, f"{city.url}/tablette/", pictures) as one:
        await enter(one, "officer")
        await one.page.wait_for_url(f"{city.url}/tablette/", timeout=SLOW_MS)
        said = await one.page.evaluate("fetch('/v1/session').then((answer) => answer.json())")
        assert (said["person"]["role"], said["person"]["unit"]) == ("patrol", "pm-11")


async def test_a_machine_comes_in_by_an_access_token(city: City) -> None:
    """Roles and whose object it is count as for a badge; another application's token, and a changed one, do not."""
    operator, officer = await city.token("operator"), await city.token("officer")
    head, body, seal = operator["Authorization"].split(".")
    changed = {"Authorization": ".".join((head, body, seal[::-1]))}
    asked = [
        ("/v1/incidents", operator, 200, None),
        ("/v1/assignments?unit=pm-11", officer, 200, None),
        ("/v1/assignments?unit=pm-12", officer, 403, "not_own"),
        ("/v1/incidents", officer, 403, "not_for_role"),
        ("/v1/incidents", await city.token("stranger"), 403, "no_role"),
        ("/v1/incidents", changed, 401, "signature"),
    ]
    async with httpx.AsyncClient(base_url=city.url, trust_env=False, timeout=30) as http:
        for path, who, status, reason in asked:
            answer = await http.get(path, headers=who)
            told = answer.json().get("reason") if status != 200 else None
            assert (answer.status_code, told) == (status, reason), path
        elsewhere = await http.get("/v1/incidents", headers=await city.token("operator", "elsewhere"))
        assert (elsewhere.status_code, elsewhere.json()["reason"]) == (401, "audience")


async def test_neither_secret_nor_token_is_in_a_log(city: City) -> None:
    """After all that: not the client's secret, nobody's password, no token, in any log or trace of the stack."""
    token = (await city.token("operator"))["Authorization"].split()[1]
    async with httpx.AsyncClient(base_url=city.url, trust_env=False, timeout=30) as http:
        answer = await http.get("/v1/incidents", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    files = [file for folder in ("log", "traces") for file in (city.var / folder).iterdir()]
    assert {"dispatch.log", "dispatch.jsonl"} <= {file.name for file in files}
    said = {file.name: file.read_text(errors="replace") for file in files}
    assert not [(name, word) for name, text in said.items() for word in (SECRET, token, "eyJhbGciOi") if word in text]


def _free() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
