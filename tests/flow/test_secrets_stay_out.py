"""No secret and no person in what is written beside the database: logs, metrics, traces, of the whole stack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.stack.running import StackProcess, start_stack

PIN, OIDC, KEY = "marked-pin-4471", "marked-oidc-client-secret-91c2", "marked-badge-key-0b7e55d3c1aa49f2"
NAME, PHONE, TEXT = "Hortense Quibblemare", "0698765401", "derriere le lavoir de Quibblemare"
LAT, LON = 49.1193721, 6.1757834
PLACE = ("49.1193721", "6.1757834")
LEAST = 8
"""Shorter values stand in a log by chance."""


@dataclass(frozen=True)
class City:
    """A stack whose secrets are known, and what was written down nowhere but in its database."""

    stack: StackProcess
    var: Path

    def secrets(self) -> dict[str, str]:
        """Everything that is a secret there: what was made at the start, and what the environment gave."""
        files = {file.name: file.read_text().strip() for file in (self.var / "secrets").iterdir() if file.is_file()}
        return files | {"VIGIE_DEMO_PIN": PIN, "OIDC_CLIENT_SECRET": OIDC, "DISPATCH_SESSION_KEY": KEY}

    def written(self) -> dict[str, str]:
        """Logs and traces of all parts, by file."""
        found = [file for part in ("log", "traces") for file in (self.var / part).rglob("*") if file.is_file()]
        return {file.name: file.read_text(errors="replace") for file in found}

    async def metrics(self) -> dict[str, str]:
        """The metric page of each service."""
        pages = dict(self.stack.facts["metrics"])
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            return {
                f"metrics of {name}": (await client.get(url)).raise_for_status().text for name, url in pages.items()
            }


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The whole stack at its most talkative."""
    var = tmp_path_factory.mktemp("marked")
    env = {
        "VIGIE_ACCOUNTS": "demo",
        "VIGIE_DEMO_PIN": PIN,
        "DISPATCH_SESSION_KEY": KEY,
        "OIDC_CLIENT_SECRET": OIDC,
        "LOG_LEVEL": "DEBUG",
    }
    stack = start_stack(var, "", env)
    try:
        yield City(stack, var)
    finally:
        stack.stop()


async def use(city: City) -> str:
    """A day at the centre, with everything that people get wrong; the incident of the SOS."""
    facts = city.stack.facts
    door, devices = str(facts["dispatch_urls"][0]), str(facts["ingest_url"])
    now = datetime.now(UTC).isoformat()
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        for pin in ("wrong-" + PIN, PIN):
            answer = await client.post(f"{door}/v1/session", json={"account": "chef-de-salle", "pin": pin})
        answer.raise_for_status()
        person = {"name": NAME, "phone": PHONE}
        sos = {"lat": LAT, "lon": LON, "accuracy_m": 8, "at": now, "person": NAME}
        [pressed] = _listed((await client.post(f"{devices}/v1/sos", json=sos)).raise_for_status().json())
        await client.post(f"{devices}/v1/sos", json=sos | {"person": person})
        await client.post(f"{devices}/v1/sos", content=f'{{"lat": {LAT}, "person": "{NAME}')
        call = {"nature": "disturbance", "lat": LAT, "lon": LON, "text": TEXT, "caller": f"{NAME} {PHONE}"}
        (await client.post(f"{door}/v1/calls", json=call)).raise_for_status()
        ends = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        address = {"lat": LAT, "lon": LON, "radius_m": 30, "instructions": f"{NAME}, {TEXT}", "ends_at": ends}
        (await client.post(f"{door}/v1/protected-addresses", json=address)).raise_for_status()
        assert (await client.post(f"{door}/v1/protected-addresses", json=address | {"lat": TEXT})).status_code == 422
        await client.get(f"{door}/v1/incidents", headers={"Authorization": f"Bearer {KEY}"})
        await client.get(f"{door}/v1/session/callback", params={"code": OIDC, "state": KEY})
        for _ in range(300):
            known = await client.get(f"{door}/v1/signals/{pressed['signal_id']}")
            if known.status_code == 200 and known.json().get("incident_id"):
                incident = str(known.json()["incident_id"])
                note = {"text": f"{NAME} rappelle au {PHONE}"}
                (await client.post(f"{door}/v1/incidents/{incident}/notes", json=note)).raise_for_status()
                await client.get(f"{door}/v1/incidents/{incident}")
                return incident
            await asyncio.sleep(0.1)
    raise AssertionError("the SOS became no incident")


def _listed(answer: object) -> list[dict[str, str]]:
    return answer if isinstance(answer, list) else [answer]  # type: ignore[list-item]


async def test_no_secret_and_no_person_in_logs_metrics_and_traces(city: City) -> None:
    """Everything of a day is written; of what is secret or somebody's, nothing, at the most talkative level either."""
    incident = await use(city)
    secrets = city.secrets()
    assert {"postgres-password", "DISPATCH_SERVICE_TOKEN", "RETENTION_KEY", "INGEST_PERSON_KEY"} <= secrets.keys()
    assert any("PANEL" in name or name.endswith(".key") for name in secrets), "no device key among them"
    assert any("SECRET_SDIS" in name for name in secrets), "no webhook key among them"
    marks = {name: value for name, value in secrets.items() if len(value) >= LEAST}
    assert marks.keys() == secrets.keys(), "a secret too short to be told from chance"
    marks |= {"name": NAME, "family name": "Quibblemare", "phone": PHONE, "lat": PLACE[0], "lon": PLACE[1]}
    written = city.written() | await city.metrics()
    assert any(incident in content for content in written.values()), "nothing was written that could be searched"
    assert {"dispatch.log", "ingest.log", "notify.log", "dispatch.jsonl"} <= written.keys()
    found = [(name, file) for name, value in marks.items() for file, content in written.items() if value in content]
    assert found == []
