"""The Apprise channel against a real HTTP server, through Apprise's own JSON gateway."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.notify.channels.apprise.sender import Apprise
from services.notify.channels.apprise.settings import AppriseSettings
from services.notify.domain.directory import AgencyEntry
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import Letter
from tests.unit.notify.receiver import receiver

LETTER = Letter("[P1] Titre", "Ligne une\nLigne deux", {})
RECIPIENT = AgencyEntry("mail", "Mail", apprise_ref="env:NOTIFY_TEST_GATEWAY")


@asynccontextmanager
async def apprise(**settings: float) -> AsyncIterator[Apprise]:
    """The channel, closed at the end."""
    channel = Apprise(AppriseSettings.model_validate(settings), None)
    try:
        yield channel
    finally:
        await channel.close()


async def test_the_gateway_gets_title_text_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person reads what happened, and the reference by which a doubled message is recognised."""
    with receiver(lambda _: 200) as gateway:
        monkeypatch.setenv("NOTIFY_TEST_GATEWAY", f"json://{gateway.address}/")
        async with apprise() as channel:
            attempt = await channel.send("key-1", LETTER, RECIPIENT)
        (received,) = gateway.received
    assert attempt.delivered
    assert received.json["title"] == "[P1] Titre"
    assert received.json["message"] == "Ligne une\nLigne deux\nRéf. : key-1"


async def test_a_gateway_that_says_no_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise tells no reasons, so every failure is worth another try."""
    with receiver(lambda _: 500) as gateway:
        monkeypatch.setenv("NOTIFY_TEST_GATEWAY", f"json://{gateway.address}/")
        async with apprise() as channel:
            attempt = await channel.send("k", LETTER, RECIPIENT)
    assert attempt.reason is NotifyReason.GATEWAY_FAILED
    assert attempt.retryable


async def test_a_gateway_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gateway that does not answer costs the attempt's time and no more."""
    release = threading.Event()
    with receiver(lambda _: 200 if release.wait(10) else 500) as gateway:
        monkeypatch.setenv("NOTIFY_TEST_GATEWAY", f"json://{gateway.address}/")
        async with apprise(apprise_whole_s=0.2) as channel:
            attempt = await channel.send("k", LETTER, RECIPIENT)
        release.set()
    assert attempt.reason is NotifyReason.TIMED_OUT


@pytest.mark.parametrize(
    ("url", "reason"),
    [(None, NotifyReason.SECRET_MISSING), ("no address at all", NotifyReason.ADDRESS_INVALID)],
)
async def test_a_missing_or_wrong_address_is_named(
    monkeypatch: pytest.MonkeyPatch, url: str | None, reason: NotifyReason
) -> None:
    """The two mistakes of whoever set it up have reasons of their own."""
    if url:
        monkeypatch.setenv("NOTIFY_TEST_GATEWAY", url)
    async with apprise() as channel:
        assert (await channel.send("k", LETTER, RECIPIENT)).reason is reason
