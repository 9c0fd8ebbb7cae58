"""`vigie backup` and `restore`: a restored database reads on from its own offsets and ends in the same state."""

import asyncio
import json
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from typer.testing import CliRunner, Result

from cli.__main__ import app
from schemas.messages.signal import Signal
from schemas.vocabulary.natures import Nature
from services.dispatch.store.tables import incident_signals
from tests.flow.dispatch.builders import PATROLS, city, signal, sos
from tests.flow.dispatch.databases import create
from tests.flow.dispatch.kafka_world import own_topic, reader, record, send, urgent_handle
from tests.flow.dispatch.world import Engines, World, until


def run(*arguments: str) -> Result:
    """The command as an operator types it."""
    return CliRunner().invoke(app, list(arguments))


def hash_of(url: str) -> dict[str, object]:
    """What `vigie state-hash --json` says."""
    result = run("state-hash", "--json", "--database-url", url)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def load(count: int) -> list[Signal]:
    """SOS, fires and intrusions of different places: some join, some engage, some wait for a unit."""
    alarms = [sos(f"{uuid.uuid4().hex[:8]}") for _ in range(count)]
    return [*alarms, signal(Nature.FIRE), signal(Nature.FIRE), signal(Nature.HOLD_UP, "panel-shop")]


async def read_all(world: World, kafka: str, topic: str, expected: int) -> None:
    """Dispatch's own reader, until so many signals are on cards."""
    stop = asyncio.Event()

    async def there() -> bool:
        return len(await world.rows(incident_signals)) >= expected

    with reader(world, kafka, topic, urgent_handle(world)) as reading:
        running = asyncio.create_task(reading.run(stop))
        await until(there, "not every signal is on a card", 90)
        stop.set()
        await asyncio.wait_for(running, 20)


@pytest.fixture
async def world(postgres_server: str) -> World:
    """Dispatch over a database of its own."""
    url = create(postgres_server)
    made = World(url, Engines.to(url))
    await made.apply(city())
    return made


def empty_database(server: str) -> str:
    """A database with nothing in it."""
    name = f"restored_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


async def test_a_restored_backup_reads_on_and_ends_in_the_same_state(
    world: World, kafka: str, postgres_server: str, tmp_path: Path
) -> None:
    """Load, backup in the middle, more load, restore elsewhere, read on: the same hash, from its own offsets."""
    topic, file = own_topic(kafka, 1), tmp_path / "vigie.dump"
    first, second = load(4), load(6)
    send(kafka, [record(topic, 0, of) for of in first])
    await read_all(world, kafka, topic, len(first))
    saved = await asyncio.to_thread(run, "backup", str(file), "--json", "--database-url", world.url)
    assert saved.exit_code == 0, saved.output
    middle = await asyncio.to_thread(hash_of, world.url)
    assert json.loads(saved.stdout)["hash"] == middle["hash"]
    assert file.stat().st_mode & 0o777 == 0o600
    send(kafka, [record(topic, 0, of) for of in second])
    await read_all(world, kafka, topic, len(first) + len(second))
    end = await asyncio.to_thread(hash_of, world.url)
    assert end["hash"] != middle["hash"]
    engaged = [known for card in await cards(world) for known in await world.active(card)]
    assert len(engaged) == len(PATROLS)

    url = empty_database(postgres_server)
    restored = await asyncio.to_thread(run, "restore", str(file), "--json", "--database-url", url)
    assert restored.exit_code == 0, restored.output
    assert json.loads(restored.stdout)["hash"] == middle["hash"]
    other = World(url, Engines.to(url))
    await read_all(other, kafka, topic, len(first) + len(second))
    assert await asyncio.to_thread(hash_of, url) == end
    await other.invariants()
    await other.close()
    await world.close()


async def cards(world: World) -> list[str]:
    """All incidents."""
    return sorted({row["incident_id"] for row in await world.rows(incident_signals)})


async def test_a_full_database_is_only_replaced_by_force(world: World, postgres_server: str, tmp_path: Path) -> None:
    """Refused with what to do; with --force the backup is what is there afterwards, and nothing else."""
    file = tmp_path / "vigie.dump"
    await world.urgent(sos("kept"))
    assert (await asyncio.to_thread(run, "backup", str(file), "--database-url", world.url)).exit_code == 0
    before = await asyncio.to_thread(hash_of, world.url)
    await world.urgent(sos("after"))
    await world.close()
    refused = await asyncio.to_thread(run, "restore", str(file), "--database-url", world.url)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    done = await asyncio.to_thread(run, "restore", str(file), "--force", "--database-url", world.url)
    assert done.exit_code == 0, done.output
    assert await asyncio.to_thread(hash_of, world.url) == before


async def test_a_damaged_file_replaces_nothing(world: World, tmp_path: Path) -> None:
    """Even with --force: the file is looked at before anything is dropped."""
    file = tmp_path / "vigie.dump"
    file.write_bytes(b"PGDMP damaged")
    await world.urgent(sos("kept"))
    before = await asyncio.to_thread(hash_of, world.url)
    await world.close()
    refused = await asyncio.to_thread(run, "restore", str(file), "--force", "--database-url", world.url)
    assert refused.exit_code == 1
    assert await asyncio.to_thread(hash_of, world.url) == before


async def test_no_restore_under_a_running_dispatch(world: World, tmp_path: Path) -> None:
    """A service that is connected would go on with rows that are gone: it must be stopped first."""
    file = tmp_path / "vigie.dump"
    assert (await asyncio.to_thread(run, "backup", str(file), "--database-url", world.url)).exit_code == 0
    await world.close()
    with psycopg.connect(world.url, application_name="dispatch"):
        refused = await asyncio.to_thread(run, "restore", str(file), "--force", "--database-url", world.url)
    assert refused.exit_code == 1
    assert "dispatch" in refused.output
