"""Rule 9: stream positions follow commit order, so that a client which names its last position misses nothing."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from services.dispatch import live as live_module
from services.dispatch import timers
from services.dispatch.api import streaming
from services.dispatch.domain.access import Sight
from services.dispatch.store import tables
from services.dispatch.store.work import Work
from tests.flow.dispatch.builders import PATROLS, sos
from tests.flow.dispatch.world import World, live, served, until


async def show(world: World, name: str, before: float = 0.0, after: float = 0.0) -> None:
    """A transaction that shows `name`: slow before it takes its position, slow between that and its commit."""
    async with world.direct.begin() as conn:
        work = Work(conn, (await conn.execute(select(func.clock_timestamp()))).scalar_one(), world.library)
        work.show("test", {"name": name})
        await asyncio.sleep(before)
        await work.collect()
        await work.write_down()
        await asyncio.sleep(after)


async def test_a_later_position_is_never_visible_before_an_earlier_one(world: World) -> None:
    """One transaction has its position but has not committed: the next one waits for it, however quick it is."""
    slow = asyncio.create_task(show(world, "slow", after=0.4))
    await asyncio.sleep(0.1)
    await show(world, "quick")
    assert slow.done(), "the quick one was committed first although its position is later"
    await slow
    rows = await world.rows(select(tables.stream).where(tables.stream.c.kind == "test"))
    shown = sorted((row["position"], row["data"]["name"]) for row in rows)
    assert [name for _, name in shown] == ["slow", "quick"]
    assert shown[0][0] + 1 == shown[1][0]


async def test_a_reader_that_polls_throughout_misses_nothing(world: World) -> None:
    """Sixty transactions commit in another order than they begin; a reader by position sees each exactly once."""
    chance = random.Random(9)
    done = asyncio.Event()
    start = await world.live.head()
    seen: list[Any] = []

    async def poll() -> None:
        while True:
            last = done.is_set()
            after = seen[-1]["position"] if seen else start
            query = select(tables.stream).where(tables.stream.c.position > after).order_by(tables.stream.c.position)
            seen.extend(await world.rows(query))
            if last:
                return
            await asyncio.sleep(0)

    reader = asyncio.create_task(poll())
    names = [f"n{number}" for number in range(60)]
    await asyncio.gather(*(show(world, name, chance.random() / 5, chance.random() / 200) for name in names))
    done.set()
    await reader
    assert sorted(row["data"]["name"] for row in seen) == sorted(names)
    assert [row["position"] for row in seen] == list(range(start + 1, start + 61))


Event = tuple[str, str | None, dict[str, Any]]


@contextlib.asynccontextmanager
async def listening(url: str, last: int | str | None = None, unit: str | None = None) -> AsyncIterator[Any]:
    """An SSE client; gives a function that reads the next event as (kind, id, data)."""
    headers = {"Last-Event-ID": str(last)} if last is not None else {}
    async with listening_as(url, headers, unit) as event:
        yield event


@contextlib.asynccontextmanager
async def listening_as(url: str, headers: dict[str, str], unit: str | None = None) -> AsyncIterator[Any]:
    """The same with headers that say who listens."""
    params = {"unit": unit} if unit else {}
    client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=10)
    async with client, client.stream("GET", "/v1/stream", headers=headers, params=params) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()

        async def event() -> Event:
            fields: dict[str, str] = {}
            async for line in lines:
                if not line:
                    return fields["event"], fields.get("id"), json.loads(fields["data"])
                name, _, value = line.partition(": ")
                fields[name] = value
            raise EOFError

        yield event


async def test_a_first_connection_gets_a_snapshot_then_what_happens(world: World) -> None:
    """`reset` with what is open now, then live events with their ids, then heartbeats each second."""
    await world.urgent(sos("anna"))
    async with served(world) as url, listening(url) as event:
        kind, position, data = await event()
        assert (kind, data["reason"], str(data["position"])) == ("reset", "first", position)
        assert [known["unit"] for known in data["snapshot"]["assignments"]] == [PATROLS[0]]
        assert [known["nature"] for known in data["snapshot"]["incidents"]] == ["sos"]
        await world.urgent(sos("berta"))
        got = [(await event()) for _ in range(3)]
        assert {kind for kind, _, _ in got} == {"unit", "incident", "assignment"}
        started = asyncio.get_running_loop().time()
        kind, position, data = await event()
        assert (kind, position, str(data["position"])) == ("heartbeat", None, got[-1][1])
        assert 0.5 < asyncio.get_running_loop().time() - started < 5


async def test_a_snapshot_that_is_full_says_how_many_there_are(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the most it carries it names the total, and the rest is read page by page: nothing open stays unseen."""
    monkeypatch.setattr(streaming, "MOST", 2)
    for name in ("anna", "berta", "carla"):
        await world.urgent(sos(name))
    async with served(world) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
        async with listening(url) as event:
            snapshot = (await event())[2]["snapshot"]
        query: dict[str, Any] = {"state": ["open", "in_progress"], "limit": 2}
        page = (await client.get("/v1/incidents", params=query)).json()
        rest = (await client.get("/v1/incidents", params=query | {"before": page[-1]["incident_id"]})).json()
    assert (len(snapshot["incidents"]), snapshot["incidents_total"]) == (2, 3)
    assert len({one["incident_id"] for one in [*page, *rest]}) == 3
    assert len(snapshot["assignments"]) == 3


async def test_a_snapshot_shows_which_task_waits_and_who_is_sent(world: World) -> None:
    """Parts of an incident are there before anything of it changes: who reloads the page sees what he saw."""
    await world.urgent(sos("anna"))
    async with served(world) as url, listening(url) as event:
        [before] = (await event())[2]["snapshot"]["incidents"]
    [card] = [await world.card(before["incident_id"])]
    assert [(one["task_id"], one["state"]) for one in before["tasks"]] == [
        (one["task_id"], one["state"]) for one in card["tasks"]
    ]
    assert [(one["unit"], one["state"]) for one in before["assignments"]] == [(PATROLS[0], "offered")]


async def test_a_client_resumes_after_the_last_position_it_saw(world: World) -> None:
    """What happened while it was away comes first, each event once and in order; nothing else is sent again."""
    async with served(world) as url:
        await world.urgent(sos("anna"))
        middle = await world.live.head()
        await world.urgent(sos("berta"))
        async with listening(url, last=middle) as event:
            got = [await event() for _ in range(3)]
            await world.urgent(sos("carla"))
            got += [await event() for _ in range(3)]
    ids = [int(position or 0) for _, position, _ in got]
    assert ids == sorted(set(ids))
    assert ids[0] > middle
    assert "reset" not in {kind for kind, _, _ in got}
    incidents = [data["incident_id"] for kind, _, data in got if kind == "incident"]
    assert len(set(incidents)) == 2


async def test_a_tablet_sees_only_its_own(world: World) -> None:
    """Another unit's assignment does not reach it; its own does, with what an officer must know."""
    async with served(world) as url, listening(url, unit=PATROLS[1]) as event:
        assert (await event())[0] == "reset"
        await world.urgent(sos("anna"))
        await world.urgent(sos("berta"))
        got = [await event() for _ in range(2)]
    assert {(kind, data["unit"]) for kind, _, data in got} == {("unit", PATROLS[1]), ("assignment", PATROLS[1])}
    [assignment] = [data for kind, _, data in got if kind == "assignment"]
    assert assignment["incident"]["nature"] == "sos"


@pytest.mark.parametrize(
    ("last", "reason"), [("1", "too_old"), ("999999999", "unknown_position"), ("x", "unknown_position")]
)
async def test_a_position_too_old_or_unknown_is_answered_with_a_reset(world: World, last: str, reason: str) -> None:
    """The client is told to begin anew, with a snapshot, instead of missing something in silence."""
    await world.urgent(sos("anna"))
    await world.sql("UPDATE dispatch.stream SET at = at - interval '2 days'")
    await world.sql("UPDATE dispatch.outbox SET sent_at = clock_timestamp()")
    await timers.forget(world.engine, timedelta(days=1))
    await world.urgent(sos("berta"))
    async with served(world) as url, listening(url, last=last) as event:
        kind, _, data = await event()
    assert (kind, data["reason"]) == ("reset", reason)
    assert len(data["snapshot"]["assignments"]) == 2


async def test_a_slow_client_is_cut_off_and_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its queue overflows: its stream ends without a gap, and resuming brings all that it had not seen."""
    monkeypatch.setattr(live_module, "QUEUE", 5)
    async with live(world):
        start = await world.live.head()
        slow = world.live.follow(Sight(), start)
        await show(world, "n0")
        got = [await anext(slow)]
        for number in range(1, 13):
            await show(world, f"n{number}")
        await until(lambda: _cut_off(world), "the slow client was not cut off")
        got += [text async for text in slow]
        last = int(got[-1].split("\n")[0].removeprefix("id: "))
        again = world.live.follow(Sight(), last)
        got += [await anext(again) for _ in range(13 - len(got))]
        await again.aclose()
    assert [json.loads(text.split("data: ")[1])["name"] for text in got] == [f"n{number}" for number in range(13)]


async def _cut_off(world: World) -> bool:
    return not world.live._clients


async def test_the_stream_goes_on_after_postgresql_cut_its_listener(world: World) -> None:
    """The listening connection is killed: the client stays connected and gets what happens next, once."""
    async with served(world) as url, listening(url) as event:
        await event()
        await world.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN vigie_stream' "
            "AND datname = current_database()"
        )
        await show(world, "after")
        kind, _, data = await event()
        while kind == "heartbeat":
            kind, _, data = await event()
    assert data["name"] == "after"


async def test_open_streams_end_when_the_process_stops(world: World) -> None:
    """SIGTERM's way: the stream is closed, so that the client goes to the other door at once."""
    async with contextlib.AsyncExitStack() as stack:
        server = contextlib.AsyncExitStack()
        url = await server.enter_async_context(served(world))
        event = await stack.enter_async_context(listening(url))
        await event()
        closing = asyncio.create_task(server.aclose())
        with pytest.raises((EOFError, httpx.TransportError)):
            await _exhaust(event)
        await closing


async def _exhaust(event: Any) -> None:
    for _ in range(20):
        await event()
