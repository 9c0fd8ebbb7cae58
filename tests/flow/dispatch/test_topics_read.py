"""Reading topics with offsets in PostgreSQL: each record counts once, and nothing is passed over in silence."""

import asyncio
import base64
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from schemas.codec import decode
from schemas.messages.dead import DeadLetter
from schemas.messages.signal import Signal
from schemas.vocabulary.natures import Nature
from services.dispatch import consumer
from services.dispatch.consumer import Handle, TopicReader
from services.dispatch.copies import CopiesReader
from services.dispatch.store import tables
from services.dispatch.store.migrate import upgrade
from services.dispatch.store.work import Work
from tests.flow.dispatch.builders import city, signal, sos
from tests.flow.dispatch.kafka_world import made_again, own_topic, read_all, reader, record, send, urgent_handle
from tests.flow.dispatch.world import Engines, World, until
from tests.stack.running import StackProcess, start_stack

Linked = Callable[[], Awaitable[bool]]


@contextlib.asynccontextmanager
async def running(*readers: TopicReader[Signal]) -> AsyncIterator[None]:
    """The readers run, and end in time."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(known.run(stop)) for known in readers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 15)


def offset_is(world: World, topic: str, total: int) -> Linked:
    """True once that many records of the topic are done."""

    async def done() -> bool:
        table = tables.consumer_offsets
        held = await world.rows(select(table).where(table.c.topic == topic))
        return bool(sum(row["next_offset"] for row in held) == total)

    return done


def copies(topic: str, alarms: list[Signal]) -> list[Any]:
    """Each alarm on each of three partitions."""
    return [record(topic, partition, of) for of in alarms for partition in range(3)]


def counted(world: World, handed: Counter[str]) -> Handle[Signal]:
    """As `urgent_handle`; counts how often each signal was handed over."""
    plain = urgent_handle(world)

    async def handle(work: Work, found: list[Signal]) -> None:
        handed.update(of.signal_id for of in found)
        await plain(work, found)

    return handle


def dead_letters(kafka: str, topic: str) -> list[DeadLetter]:
    """What was kept aside."""
    found = read_all(kafka, f"{topic}.dead")
    return [decode(known.value(), known.headers(), [DeadLetter]) for known in found]


@pytest.mark.parametrize("kind", [TopicReader, CopiesReader])
async def test_two_processes_read_three_copies_and_act_once(
    world: World, database: str, kafka_empty: str, kind: type[TopicReader[Signal]]
) -> None:
    """Each alarm is on three partitions, two processes read all of them: one incident, one link, offsets at the end."""
    topic = own_topic(kafka_empty, 3)
    alarms = [sos(f"p{number}") for number in range(40)]
    send(kafka_empty, copies(topic, alarms))
    other = World(database, Engines.to(database))
    with (
        reader(world, kafka_empty, topic, urgent_handle(world), of=kind) as one,
        reader(other, kafka_empty, topic, urgent_handle(other), of=kind) as two,
    ):
        async with running(one, two):
            await until(offset_is(world, topic, 120), "not all records were handled", 60)
    await other.close()
    linked = Counter(row["signal_id"] for row in await world.rows(tables.incident_signals))
    assert linked == {of.signal_id: 1 for of in alarms}
    assert len(await world.rows(tables.incidents)) == 40


async def test_only_the_first_copy_costs_a_transaction(world: World, kafka_empty: str) -> None:
    """The two others are known, and the offsets of all three partitions reach the end."""
    topic, handed = own_topic(kafka_empty, 3), Counter[str]()
    alarms = [sos(f"p{number}") for number in range(20)]
    send(kafka_empty, copies(topic, alarms))
    with reader(world, kafka_empty, topic, counted(world, handed), of=CopiesReader) as one:
        async with running(one):
            await until(offset_is(world, topic, 60), "not all records were handled")
    assert handed == {of.signal_id: 1 for of in alarms}


async def test_a_database_that_went_back_takes_the_urgent_lane_with_it(world: World, kafka_empty: str) -> None:
    """A standby that lacks the last commits took over: what they held is read and decided again, nothing is known."""
    topic, handed = own_topic(kafka_empty, 3), Counter[str]()
    alarms, last = [sos(f"p{number}") for number in range(10)], sos("last")
    send(kafka_empty, copies(topic, alarms))
    with reader(world, kafka_empty, topic, counted(world, handed), of=CopiesReader) as one:
        async with running(one):
            await until(offset_is(world, topic, 30), "not all records were handled")
            await world.sql("UPDATE dispatch.consumer_offsets SET next_offset = 4 WHERE topic = :topic", topic=topic)
            send(kafka_empty, copies(topic, [last]))
            await until(offset_is(world, topic, 33), "reading did not come to the end again")
    assert handed == {of.signal_id: 1 if number < 4 else 2 for number, of in enumerate(alarms)} | {last.signal_id: 1}
    assert len(await world.rows(tables.incidents)) == 11


@pytest.mark.parametrize("kind", [TopicReader, CopiesReader])
async def test_a_topic_that_was_made_again_is_read_from_its_start(
    world: World, kafka_empty: str, kind: type[TopicReader[Signal]]
) -> None:
    """The offsets of the old one would hide what the new one holds."""
    topic = own_topic(kafka_empty, 3)
    send(kafka_empty, copies(topic, [sos(f"p{number}") for number in range(10)]))
    with reader(world, kafka_empty, topic, urgent_handle(world), of=kind) as one:
        async with running(one):
            await until(offset_is(world, topic, 30), "not all records were handled")
    await asyncio.to_thread(made_again, kafka_empty, topic, 3)
    send(kafka_empty, copies(topic, [sos("q1"), sos("q2")]))
    with reader(world, kafka_empty, topic, urgent_handle(world), of=kind) as one:
        async with running(one):
            await until(offset_is(world, topic, 6), "the new topic was not read from its start")
    assert len(await world.rows(tables.incidents)) == 12


async def test_what_cannot_be_read_is_kept_whole_and_the_next_is_handled(world: World, kafka_empty: str) -> None:
    """Garbage, a tombstone, another type and another version go to the dead letters with their exact bytes."""
    topic = own_topic(kafka_empty, 1)
    good = [sos("anna"), sos("berta")]
    kind = [("ce_type", b"vigie.signal.received.v1")]
    bad: list[tuple[bytes | None, Any]] = [
        (b"\x00\xff garbage", kind),
        (None, kind),
        (b"{}", [("ce_type", b"vigie.signal.received.v99")]),
        (b"{}", []),
        (b"z" * 900_000, kind),
    ]
    sent = [record(topic, 0, good[0]), *((topic, 0, *known) for known in bad), record(topic, 0, good[1])]
    send(kafka_empty, sent)
    with reader(world, kafka_empty, topic, urgent_handle(world)) as one:
        async with running(one):
            await until(offset_is(world, topic, len(sent)), "reading stopped")
    assert {row["signal_id"] for row in await world.rows(tables.incident_signals)} == {of.signal_id for of in good}
    letters = dead_letters(kafka_empty, topic)
    assert [letter.offset for letter in letters] == [1, 2, 3, 4, 5]
    raws = [base64.b64decode(letter.raw) for letter in letters]
    assert raws[:4] == [value or b"" for value, _ in bad[:4]]
    assert raws[4] == b"z" * consumer.RAW_KEPT
    assert "of 900000 bytes" in letters[4].reason


async def test_what_cannot_be_handled_is_kept_aside_and_its_neighbours_are_not(
    world: World, kafka_empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One record of a batch always fails: it is tried again, then a dead letter; the other four take effect once."""
    monkeypatch.setattr(consumer, "PAUSE_S", 0.01)
    topic = own_topic(kafka_empty, 1)
    alarms = [sos(f"p{number}") for number in range(5)]
    poison = alarms[2].signal_id
    tried: Counter[int] = Counter()
    plain = urgent_handle(world)

    async def handle(work: Work, found: list[Signal]) -> None:
        tried[len(found)] += 1
        await plain(work, found)
        if any(of.signal_id == poison for of in found):
            raise ZeroDivisionError

    send(kafka_empty, [record(topic, 0, of) for of in alarms])
    with reader(world, kafka_empty, topic, handle, batch=5) as one:
        async with running(one):
            await until(offset_is(world, topic, 5), "reading stopped")
    linked = {row["signal_id"] for row in await world.rows(tables.incident_signals)}
    assert linked == {of.signal_id for of in alarms} - {poison}
    [letter] = dead_letters(kafka_empty, topic)
    assert (letter.offset, letter.reason) == (2, "ZeroDivisionError while handling")
    assert tried[1] == 4 + consumer.TRIES_BEFORE_DEAD


async def test_an_absent_database_makes_no_dead_letters(kafka_empty: str, tmp_path: Path) -> None:
    """PostgreSQL is killed while alarms are read, and comes back: every alarm is linked once, none is kept aside."""
    topic = own_topic(kafka_empty, 1)
    alarms = [signal(Nature.PANIC, f"b{number}") for number in range(120)]
    stack = await asyncio.to_thread(start_stack, tmp_path, "postgres")
    try:
        upgrade(stack.database_url)
        world = World(stack.database_url, Engines.to(stack.database_url))
        await world.apply(city())
        with reader(world, kafka_empty, topic, urgent_handle(world)) as one:
            async with running(one):
                for start in range(0, 120, 30):
                    send(kafka_empty, [record(topic, 0, of) for of in alarms[start : start + 30]])
                    if start == 60:
                        await until(lambda: _is_up(stack), "PostgreSQL did not come back")
                        stack.kill("postgres")
                done = offset_is(world, topic, 120)
                await until(lambda: _whatever(done), "not all were handled after PostgreSQL came back", 40)
        linked = Counter(row["signal_id"] for row in await world.rows(tables.incident_signals))
        assert linked == {of.signal_id: 1 for of in alarms}
        assert dead_letters(kafka_empty, topic) == []
        await world.invariants()
        await world.close()
    finally:
        await asyncio.to_thread(stack.stop)


async def _is_up(stack: StackProcess) -> bool:
    try:
        with psycopg.connect(stack.database_url, connect_timeout=1) as conn:
            return conn.execute("SELECT 1") is not None and "postgres" in stack.facts["pids"]
    except psycopg.OperationalError:
        return False


async def _whatever(asks: Linked) -> bool:
    try:
        return await asks()
    except Exception:  # noqa: BLE001 (the database is away on purpose)
        return False
