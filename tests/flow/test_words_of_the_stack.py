"""What the services of a real stack write: lines and spans of the closed vocabulary, and one word for one reason."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeVar

import httpx
import pytest_asyncio

from demo.badges import Badges
from services.chassis.fields import EVERY_LINE, FIELDS, FROM_INSTRUMENTATION, SPAN_ATTRIBUTES
from tests.stack.running import StackProcess

SERVICES = ("ingest", "screening", "correlation", "dispatch", "notify")
ALWAYS_TRACED = {"device_not_proved", "signal_not_acknowledged", "notification_decided", "notification_attempted"}
"""Lines of these bear the trace of what they are about, whatever it is."""
TRACE = "4bf92f3577b34da6a3ce929d0e0e47a1"
WORD = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
DEADLINE_S = 30.0
PANEL = "panel-musee-remparts"
T = TypeVar("T")


def written(stack: StackProcess, folder: str, ending: str) -> Iterator[tuple[str, str]]:
    """File and line, of all whole lines that the services have written so far; both of a service that runs twice."""
    for path in sorted((stack.var / folder).glob(f"*.{ending}")):
        if path.stem.split("-")[0] in SERVICES:
            yield from ((path.stem, line) for line in path.read_text().split("\n")[:-1])


def lines(stack: StackProcess, event: str) -> list[dict[str, Any]]:
    """The lines of one event."""
    found = [json.loads(line) for _, line in written(stack, "log", "log") if f'"{event}"' in line]
    return [line for line in found if line["event"] == event]


def spans(stack: StackProcess, name: str) -> list[dict[str, Any]]:
    """The attributes of the spans of that name in our trace."""
    found = [json.loads(line) for _, line in written(stack, "traces", "jsonl") if TRACE in line]
    return [span["attributes"] for span in found if span["name"] == name]


async def until(found: Callable[[], Awaitable[T | None]], missing: str) -> T:
    """What `found` finds as soon as it does."""
    deadline = time.monotonic() + DEADLINE_S
    while (known := await found()) is None:
        assert time.monotonic() < deadline, missing
        await asyncio.sleep(0.1)
    return known


class Told:
    """A fire, and what each service made known of it."""

    def __init__(self, stack: StackProcess, client: httpx.AsyncClient) -> None:
        self.stack, self.client, self.before = stack, client, dict[str, str]()
        self.signal = self.incident = ""

    async def happen(self) -> None:
        """The panel reports it; returns once a partner was to be told, at the first attempt."""
        self.before["screening"] = await self.metrics("screening")
        signal, mark = {"device": PANEL, "nature": "fire"}, {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
        answer = await self.client.post(f"{self.stack.facts['ingest_url']}/v1/signals", json=signal, headers=mark)
        [pressed] = answer.json() if isinstance(answer.json(), list) else [answer.json()]
        self.signal = pressed["signal_id"]
        self.incident = (await until(self.fate, "screening gave no outcome"))["incident_id"]
        await until(self.told, "no partner was told")

    async def fate(self) -> dict[str, Any] | None:
        """What the API answers about the signal, once it was screened and stands on a card."""
        answer = await self.client.get(f"/v1/signals/{self.signal}")
        known = answer.json() if answer.status_code == 200 else {}
        return known if known.get("outcome") and known.get("incident_id") else None

    async def told(self) -> list[dict[str, Any]] | None:
        """The notifications on the card, once there is one."""
        card = (await self.client.get(f"/v1/incidents/{self.incident}")).json()
        return card["notifications"] or None

    async def metrics(self, service: str) -> str:
        """The page of one service."""
        return (await self.client.get(self.stack.facts["metrics"][service])).text

    async def grew(self, service: str, name: str, **labels: str) -> bool:
        """True if a counter of the service has counted these labels since."""
        return _count(await self.metrics(service), name, labels) > _count(self.before[service], name, labels)


def _count(page: str, name: str, labels: dict[str, str]) -> float:
    """The sum of what a page says of a counter, over all other labels."""
    found = [line for line in page.splitlines() if line.startswith(f"{name}{{")]
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(float(line.rsplit(" ", 1)[1]) for line in found if all(part in line for part in wanted))


@pytest_asyncio.fixture
async def fire(stack: StackProcess) -> AsyncIterator[Told]:
    """It happened."""
    doors = tuple(stack.facts["dispatch_urls"])
    async with httpx.AsyncClient(auth=Badges(doors, "2580"), base_url=doors[0], timeout=20, trust_env=False) as client:
        told = Told(stack, client)
        await told.happen()
        yield told


async def test_why_screening_let_it_through_is_one_word(stack: StackProcess, fire: Told) -> None:
    """Its span, its metric, the log and the API's answer about the signal have the same outcome and reason."""
    fate = await fire.fate()
    assert fate is not None
    assert await fire.grew(
        "screening", "vigie_screening_outcomes_total", outcome=fate["outcome"], reason=fate["reason"]
    )

    async def screened() -> list[dict[str, Any]] | None:
        return [known for known in spans(stack, "screening.screen") if known["signal_id"] == fire.signal] or None

    [span] = await until(screened, "screening's span is not written")
    words = (fate["outcome"], fate["reason"])
    assert (span["outcome"], span["reason"]) == words
    assert words in [(line["outcome"], line["reason"]) for line in lines(stack, "signals_screened")]


async def test_why_a_partner_was_told_and_how_it_ended_is_one_word(stack: StackProcess, fire: Told) -> None:
    """The decision's line, span and metric agree; the attempt's do with what the card shows."""
    decided, *_ = [line for line in lines(stack, "notification_decided") if line["incident_id"] == fire.incident]
    key = decided["key"]
    [chosen] = [known for known in spans(stack, "notify.decide") if known["key"] == key]
    assert (chosen["reason"], chosen["incident_id"]) == (decided["reason"], fire.incident)
    [shown] = [known for known in await fire.told() or [] if known["key"] == key]
    metrics = await fire.metrics("notify")
    assert _count(metrics, "vigie_notify_decisions_total", {name: decided[name] for name in ("verdict", "reason")})
    ended = {name: shown[name] for name in ("outcome", "reason")}
    assert ended in [{name: line[name] for name in ended} for line in lines(stack, "notification_attempted")]
    assert _count(metrics, "vigie_notify_attempts_total", ended)

    async def sent() -> list[dict[str, Any]] | None:
        return [known for known in spans(stack, "notify.send") if known == ended | {"key": key}] or None

    await until(sent, "notify's span says something else")


async def test_every_line_is_one_object_of_declared_words(stack: StackProcess, fire: Told) -> None:
    """Every line of every service is one JSON object of declared words, with its trace where it is about a record."""
    assert fire.incident
    heard = set()
    for name, text in written(stack, "log", "log"):
        line = json.loads(text)
        heard.add(line["service"])
        assert name.startswith(line["service"]), text
        assert line.keys() >= set(EVERY_LINE), text
        assert line.keys() <= FIELDS.keys(), text
        traced = line["event"] in ALWAYS_TRACED or line.get("incident_id") == fire.incident
        assert "trace_id" in line or not traced, text
        for word in (line[field] for field in line if FIELDS[field].kind == "word"):
            assert WORD.fullmatch(word.lower()), text
    assert heard == set(SERVICES)


async def test_every_attribute_of_a_span_is_declared(stack: StackProcess, fire: Told) -> None:
    """In the vocabulary, or one that FastAPI adds."""
    assert fire.incident
    given = {key for _, text in written(stack, "traces", "jsonl") for key in json.loads(text)["attributes"]}
    assert given - SPAN_ATTRIBUTES.keys() - FROM_INSTRUMENTATION == set()
    assert given >= {"signal_id", "reason", "incident_id", "http.route", "messaging.destination.name"}
