"""The embedded stack's own broker, as `make up` starts it: nobody without a user, a camera with its password."""

import asyncio
import shutil
import time

import pytest

from demo.ledger import Ledger
from demo.senders.cameras import Cameras
from demo.settings import read_doors
from tests.flow.ingest_world import Reader, until
from tests.flow.test_mqtt_access import Client
from tests.stack.running import StackProcess

pytestmark = pytest.mark.skipif(
    shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is not None,
    reason="Mosquitto is installed: the embedded one is open to this machine (docs/security.md)",
)


async def test_without_a_user_nobody_gets_in(stack: StackProcess) -> None:
    """A client without a user, and one with a wrong password, are refused."""
    _, port = read_doors(stack.var).mqtt
    for user in (None, "frigate"):
        client = Client(port, user, "guessed")
        await until(client.said, "no answer")
        client.stop()
        assert client.refused


async def test_a_camera_with_its_password_is_heard(stack: StackProcess) -> None:
    """The demo's cameras sign in with what the stack keeps in var/secrets, and ingest hears them."""
    password = (stack.var / "secrets" / "MQTT_FRIGATE").read_text().strip()
    reader = Reader(stack.kafka, "signals")
    cameras = Cameras(read_doors(stack.var).mqtt, f"stack-{int(time.time())}", Ledger(), password)
    cameras.start()
    try:
        seen: list[str] = []

        async def heard() -> bool:
            # Seen again and again: this broker keeps nothing for a subscriber that is not there yet.
            sent = await cameras.see("fournirue", "person", "cam-fournirue", pace_s=0.1)
            seen.append(str(sent.subject))
            return any(signal.subject in seen for signal in await asyncio.to_thread(reader.signals, "cam-fournirue"))

        await until(heard, "ingest does not hear the camera", 60)
    finally:
        cameras.stop()
        reader.close()
