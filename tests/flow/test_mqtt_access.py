"""The MQTT broker with a user a device and an ACL: real amqtt, real clients."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from deploy.local.layout import REPOSITORY
from deploy.local.mqtt.access import INGEST, MqttUser, mosquitto_acl, users_of, write_users
from schemas.pack.devices import Analytics
from schemas.vocabulary.signals import DeviceKind
from tests.flow.ingest_world import free_port, until
from tests.unit.ingest.world import CAMERA, device, pack

NORTH = device("cam-north", DeviceKind.CAMERA, analytics=Analytics(frigate_name="north", frigate_instance="north"))
USERS = users_of(pack(NORTH, CAMERA))
OWN, OTHERS = "frigate/north/events", "frigate/events"


def test_users_come_from_the_pack() -> None:
    """Each Frigate that cameras name is a user with its own two topics; ingest hears all and publishes nothing."""
    assert [
        MqttUser(INGEST, subscribes=("frigate/#",)),
        MqttUser("frigate", publishes=("frigate/events", "frigate/reviews")),
        MqttUser("frigate-north", publishes=("frigate/north/events", "frigate/north/reviews")),
    ] == USERS
    assert "user frigate-north\ntopic write frigate/north/events\n" in mosquitto_acl(USERS)


def started(command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    """The broker as a process."""
    return subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)})


@pytest.fixture(scope="module")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """The port of a broker that lets only these users in; a password is its user's name."""
    file = write_users(tmp_path_factory.mktemp("mqtt"), USERS, {user.name: user.name for user in USERS})
    port = free_port()
    command = (sys.executable, "-m", "deploy.local.mqtt.amqtt_broker", f"127.0.0.1:{port}", str(file))
    process = started(command)

    async def listens() -> bool:
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", port)) == 0

    await until(listens, "the broker does not listen", 60)
    yield port
    process.terminate()
    process.wait(20)


class Client:
    """A connected client, and what it heard."""

    def __init__(self, port: int, user: str | None, password: str = "") -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.refused: bool | None = None
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        if user is not None:
            self.client.username_pw_set(user, password)
        self.client.on_connect = self._connected
        self.client.on_message = lambda _, __, message: self.heard.append((message.topic, bytes(message.payload)))
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def _connected(self, client: paho.Client, _: object, __: object, reason: ReasonCode, ___: object) -> None:
        self.refused = reason.is_failure
        client.subscribe(("frigate/#", 1))

    async def said(self) -> bool:
        """True once the broker has answered."""
        return self.refused is not None

    def stop(self) -> None:
        """Says goodbye."""
        self.client.disconnect()
        self.client.loop_stop()


@pytest.mark.parametrize(("user", "password"), [(None, ""), ("frigate-north", "wrong"), ("nobody", "nobody")])
async def test_strangers_are_refused(broker: int, user: str | None, password: str) -> None:
    """Without a user, with a wrong password, or as somebody unknown nobody gets in."""
    client = Client(broker, user, password)
    await until(client.said, "no answer")
    client.stop()
    assert client.refused


async def test_a_device_publishes_on_its_own_topics_only(broker: int) -> None:
    """What one Frigate publishes on another's topic reaches nobody; on its own it does. It hears no other either."""
    ingest, north = (Client(broker, name, name) for name in (INGEST, "frigate-north"))
    for client in (ingest, north):
        await until(client.said, "no answer")
        assert not client.refused

    async def heard() -> bool:
        # Published again and again: the first may come before ingest's subscription.
        north.client.publish(OTHERS, b"forged", qos=0)
        north.client.publish(OWN, b"own", qos=0)
        await asyncio.sleep(0.1)
        return len(ingest.heard) >= 3

    await until(heard, "nothing was heard")
    for client in (ingest, north):
        client.stop()
    assert set(ingest.heard) == {(OWN, b"own")}
    assert north.heard == []
