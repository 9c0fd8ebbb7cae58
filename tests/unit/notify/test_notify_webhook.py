"""The webhook channel against a real HTTP server."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest

from services.notify.channels.channel import Attempt
from services.notify.channels.webhook import target
from services.notify.channels.webhook.sender import Webhook, classify
from services.notify.channels.webhook.settings import WebhookSettings
from services.notify.channels.webhook.target import Address
from services.notify.domain.directory import AgencyEntry
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter
from tests.unit.notify.receiver import Answer, Receiver, receiver
from tests.unit.notify.samples import NOON

LETTER = Letter("Titre", "Texte", {"id": "key-1", "nature_fr": "Alarme incendie – école"})
SECRET = "très secret"
LOOPBACK = "127.0.0.0/8"


class Noon:
    """A clock that stands still."""

    def now(self):  # type: ignore[no-untyped-def]
        """Always noon."""
        return NOON


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_TEST_SECRET", SECRET)


@pytest.fixture
def partner() -> Iterator[Receiver]:
    """A partner that accepts everything."""
    with receiver() as server:
        yield server


def agency(address: str) -> AgencyEntry:
    """The partner at that address."""
    return AgencyEntry("sdis", "SDIS", webhook_url=f"http://{address}/in", secret_ref="env:NOTIFY_TEST_SECRET")


@asynccontextmanager
async def webhook(**settings: float | str) -> AsyncIterator[Webhook]:
    """The channel, closed at the end; its partners are on this machine."""
    channel = Webhook(WebhookSettings.model_validate({"webhook_networks": LOOPBACK, **settings}), Noon(), None)
    try:
        yield channel
    finally:
        await channel.close()


async def test_the_post_is_signed_over_id_time_and_body(partner: Receiver) -> None:
    """A receiver that knows the secret can verify; one that knows another cannot."""
    async with webhook() as channel:
        attempt = await channel.send("key-1", LETTER, agency(partner.address))
    (received,) = partner.received
    assert attempt.delivered
    assert received.json == LETTER.body
    assert received.headers["x-vigie-time"] == str(int(NOON.timestamp()))
    assert received.signed_with(SECRET)
    assert not received.signed_with("another")


@pytest.mark.parametrize(
    ("status", "reason", "retryable"),
    [
        (200, NotifyReason.DELIVERED, False),
        (202, NotifyReason.DELIVERED, False),
        (301, NotifyReason.REJECTED, False),
        (401, NotifyReason.REJECTED, False),
        (404, NotifyReason.REJECTED, False),
        (408, NotifyReason.TIMED_OUT, True),
        (425, NotifyReason.THROTTLED, True),
        (429, NotifyReason.THROTTLED, True),
        (500, NotifyReason.SERVER_ERROR, True),
        (503, NotifyReason.SERVER_ERROR, True),
    ],
)
def test_each_status_is_final_or_worth_another_try(status: int, reason: NotifyReason, retryable: bool) -> None:
    """The table of answers: accepted, refused for good, or to be tried again."""
    attempt = classify(status, None)
    assert attempt.reason is reason
    assert attempt.retryable is retryable


@pytest.mark.parametrize(("header", "seconds"), [("30", 30.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("-1", 0.0)])
def test_retry_after_counts_only_in_seconds(header: str, seconds: float) -> None:
    """A date or nonsense in Retry-After falls back to our own waits."""
    assert classify(503, header).asked_s == seconds


async def test_a_redirect_is_not_followed(partner: Receiver) -> None:
    """What was agreed with a partner is one address; a signed letter goes nowhere else."""
    elsewhere: Answer = lambda _: (307, {"Location": f"http://{partner.address}/other"})  # noqa: E731
    with receiver(elsewhere) as moved:
        async with webhook() as channel:
            attempt = await channel.send("k", LETTER, agency(moved.address))
    assert attempt == Attempt(NotifyReason.REJECTED)
    assert partner.received == []


async def test_a_slow_partner_is_left_after_the_whole_time() -> None:
    """An answer that does not come ends the attempt, to be tried again."""
    release = threading.Event()

    def slowly(_: object) -> int:
        release.wait(10)
        return 204

    with receiver(slowly) as slow:
        async with webhook(webhook_whole_s=0.2) as channel:
            attempt = await channel.send("k", LETTER, agency(slow.address))
        release.set()
    assert attempt.reason is NotifyReason.TIMED_OUT
    assert attempt.retryable


async def test_nobody_listening_is_worth_another_try() -> None:
    """A refused connection is not a refusal of the letter."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        async with webhook() as channel:
            attempt = await channel.send("k", LETTER, agency(f"127.0.0.1:{taken.getsockname()[1]}"))
    assert attempt.reason is NotifyReason.UNREACHABLE
    assert attempt.retryable


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "[fe80::1]",
        "10.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
    ],
)
async def test_an_internal_address_is_refused_in_any_spelling(partner: Receiver, host: str) -> None:
    """Without a network that allows it no letter goes to an inner address, however a pack spells it."""
    port = partner.address.rpartition(":")[2]
    async with webhook(webhook_networks="10.99.0.0/16") as channel:
        attempt = await channel.send("k", LETTER, agency(f"{host}:{port}"))
    assert attempt == Attempt(NotifyReason.ADDRESS_INVALID)
    assert partner.received == []


async def test_a_name_is_asked_once_and_its_address_dialled(partner: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers with a public address first and an inner one next (rebinding) is never asked twice."""
    asked: list[str] = []

    async def resolve(host: str) -> list[Address]:
        asked.append(host)
        return [ip_address("127.0.0.1")]

    monkeypatch.setattr(target, "_resolve", resolve)
    port = partner.address.rpartition(":")[2]
    async with webhook() as channel:
        attempt = await channel.send("k", LETTER, agency(f"partner.example:{port}"))
    assert attempt.delivered
    assert asked == ["partner.example"]
    assert partner.received[0].headers["host"] == f"partner.example:{port}"


async def test_one_inner_address_among_several_refuses(partner: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a public and an inner address is refused whole."""

    async def resolve(_: str) -> list[Address]:
        return [ip_address("192.0.43.8"), ip_address("10.0.0.8")]

    monkeypatch.setattr(target, "_resolve", resolve)
    async with webhook() as channel:
        attempt = await channel.send("k", LETTER, agency("partner.example"))
    assert attempt == Attempt(NotifyReason.ADDRESS_INVALID)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"secret_ref": None}, NotifyReason.ADDRESS_INVALID),
        ({"secret_ref": "env:NOTIFY_NOT_SET"}, NotifyReason.SECRET_MISSING),
        ({"webhook_url": "ftp://127.0.0.1/in"}, NotifyReason.ADDRESS_INVALID),
    ],
)
async def test_nothing_leaves_unsigned(partner: Receiver, change: dict, reason: NotifyReason) -> None:
    """Without a secret or a usable address nothing is sent, and the reason says which."""
    async with webhook() as channel:
        attempt = await channel.send("k", LETTER, replace(agency(partner.address), **change))
    assert attempt.reason is reason
    assert partner.received == []
