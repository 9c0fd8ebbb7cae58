"""What the demo's clients are made of: insisting, following, waiting, checking a signature."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from demo.followers.sse import Event, Follower
from demo.insist import GaveUp, insist
from demo.overlay import overlays, secret
from demo.people.partner import is_signed
from demo.pulse import NotSeen, Pulse
from demo.settings import DemoUnable, Settings, read_doors, read_settings
from services.notify.channels.webhook.signature import signed_headers
from tests.unit.notify.receiver import Received, receiver


async def test_a_request_is_repeated_unchanged_until_it_is_answered() -> None:
    """503 and 500 are no answers; the third attempt has the same body and key."""
    answers = iter([503, 500, 202])

    def answer(_: Received) -> int:
        return next(answers)

    with receiver(answer) as door:
        async with httpx.AsyncClient() as client:
            urls = (f"http://{door.address}/x",)
            result, attempts = await insist(client, "POST", urls, content=b"same", headers={"Idempotency-Key": "k"})
    assert (result.status_code, attempts) == (202, 3)
    assert {(r.body, r.headers["idempotency-key"]) for r in door.received} == {(b"same", "k")}


async def test_a_door_that_is_away_is_left_for_the_other() -> None:
    """With two addresses a dead one costs one attempt."""
    with receiver() as door:
        async with httpx.AsyncClient() as client:
            _, attempts = await insist(
                client, "POST", ("http://127.0.0.1:9/x", f"http://{door.address}/x"), content=b""
            )
    assert attempts == 2


async def test_insisting_ends() -> None:
    """Nobody there for the whole time is said, with the last reason."""
    async with httpx.AsyncClient() as client:
        with pytest.raises(GaveUp, match="ConnectError"):
            await insist(client, "GET", ("http://127.0.0.1:9/x",), seconds=0.2)


class StreamDoor:
    """An SSE door that breaks off: each connection gets the next of `scripts`, then silence until it is closed."""

    def __init__(self, *scripts: str) -> None:
        self.scripts = list(scripts)
        self.asked_from: list[str | None] = []

    async def __aenter__(self) -> "StreamDoor":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = "http://{}:{}".format(*self._server.sockets[0].getsockname()[:2])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        names = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if ": " in line)
        self.asked_from.append(names.get("last-event-id"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        writer.write((self.scripts.pop(0) if self.scripts else "").encode())
        await writer.drain()
        writer.close()


async def test_a_broken_stream_is_resumed_behind_the_last_whole_event() -> None:
    """An event cut in two is not passed on; it is asked for again, and each comes once."""
    whole = 'id: 7\nevent: assignment\ndata: {"n": 1}\n\n'
    cut = 'id: 8\nevent: assignment\ndata: {"n"'
    rest = 'id: 8\nevent: assignment\ndata: {"n": 2}\n\n'
    seen: list[Event] = []
    two = asyncio.Event()

    def take(event: Event) -> None:
        seen.append(event)
        if len(seen) == 2:
            two.set()

    async with StreamDoor(whole + cut, rest) as door, httpx.AsyncClient() as client:
        following = asyncio.create_task(Follower(client, door.url, take).run())
        async with asyncio.timeout(10):
            await two.wait()
        following.cancel()
    assert [event.data["n"] for event in seen] == [1, 2]
    assert door.asked_from[:2] == [None, "7"]


async def test_heartbeats_keep_alive_and_reach_nobody() -> None:
    """They are for the connection alone."""
    seen: list[Event] = []
    script = 'event: heartbeat\ndata: {}\n\nid: 1\nevent: incident\ndata: {"n": 1}\n\n'
    came = asyncio.Event()

    def take(event: Event) -> None:
        seen.append(event)
        came.set()

    async with StreamDoor(script) as door, httpx.AsyncClient() as client:
        following = asyncio.create_task(Follower(client, door.url, take).run())
        async with asyncio.timeout(10):
            await came.wait()
        following.cancel()
    assert [event.kind for event in seen] == ["incident"]


async def test_waiting_looks_again_at_each_beat_and_says_what_did_not_come() -> None:
    """No guessing of times: a beat wakes, a deadline ends."""
    pulse, found = Pulse(), list[int]()
    waiting = asyncio.create_task(pulse.until(lambda: found, "something", 10))
    await asyncio.sleep(0)
    found.append(1)
    pulse.beat()
    assert await waiting == [1]
    with pytest.raises(NotSeen, match="nothing"):
        await pulse.until(lambda: False, "nothing", 0.01)


async def test_a_cancelled_wait_ends_even_if_a_beat_comes_with_the_cancellation() -> None:
    """Otherwise the demo would never end: this hung on Python 3.11 with `wait_for`."""
    pulse = Pulse()
    waiting = asyncio.create_task(pulse.until(lambda: False, "nothing", 3600))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    pulse.beat()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(waiting), 5)


def test_partners_accept_what_notify_signs_and_nothing_else() -> None:
    """Two implementations from one README agree; another body, time or secret does not pass."""
    headers = signed_headers(SecretStr("s"), "key", datetime.now(UTC), b"{}")
    lower = {name.lower(): value for name, value in headers.items()}
    assert is_signed(lower, b"{}", "s")
    assert not is_signed(lower, b"{ }", "s")
    assert not is_signed(lower | {"x-vigie-time": "1"}, b"{}", "s")
    assert not is_signed(lower, b"{}", "other")
    assert not is_signed({}, b"{}", "s")


def test_only_partners_that_listen_elsewhere_need_an_overlay(tmp_path: Path) -> None:
    """On the pack's own port nothing is changed; on another only the addresses are."""
    settings = _settings(tmp_path)
    assert len(overlays(settings, lambda agency: f"http://127.0.0.1:8190/agencies/{agency}")) == 1
    _, ours = overlays(settings, lambda agency: f"http://127.0.0.1:1234/agencies/{agency}")
    written = json.loads((ours / "agencies.yaml").read_text())
    assert {"id": "sdis57", "webhook_url": "http://127.0.0.1:1234/agencies/sdis57"} in written["agencies"]


def test_a_secret_is_found_where_the_stack_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the environment, else in var/secrets; a missing one is a sentence that says where to put it."""
    settings = _settings(tmp_path)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "VIGIE_TEST_KEPT").write_text("kept\n")
    monkeypatch.setenv("VIGIE_TEST_SET", "set")
    assert secret(settings, "env:VIGIE_TEST_SET") == "set"
    assert secret(settings, "env:VIGIE_TEST_KEPT") == "kept"
    with pytest.raises(DemoUnable, match="VIGIE_TEST_NONE"):
        secret(settings, "file:VIGIE_TEST_NONE")


def test_without_a_stack_the_demo_says_what_to_do(tmp_path: Path) -> None:
    """One sentence, French first."""
    with pytest.raises(DemoUnable, match="make up"):
        read_doors(tmp_path)


@pytest.mark.parametrize(("name", "value"), [("DEMO_SECONDS", "soon"), ("VIGIE_CITY", "toulouse")])
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """The sentence names the variable."""
    monkeypatch.setenv(name, value)
    with pytest.raises(DemoUnable, match=name):
        read_settings()


def _settings(var: Path) -> Settings:
    return Settings(var, None, "metz")
