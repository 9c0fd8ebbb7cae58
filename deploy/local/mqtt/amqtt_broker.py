"""Runs amqtt until SIGTERM: `python -m deploy.local.mqtt.amqtt_broker 127.0.0.1:1883 [USERS]` (a file of access.py).

It keeps the sessions and subscriptions of absent clients while it runs, but not across its own restart, and queues
nothing for them: a publisher must count what is acknowledged to it (see ARCHITECTURE.md).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from amqtt.broker import Broker

from deploy.local.mqtt.access import amqtt_plugins

ANYBODY: dict[str, Any] = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}


def configuration(bind: str, users: Path | None = None) -> dict[str, Any]:
    """Returns the broker's settings: one TCP listener. Without a file of users (access.py) it is open to all, since it
    listens on this machine only."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": bind, "max_connections": 0}},
        "plugins": ANYBODY if users is None else amqtt_plugins(users),
    }


async def serve(bind: str, users: Path | None = None) -> None:
    """Serves until SIGTERM or SIGINT. Raises BrokerError if the port is taken."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    broker = Broker(configuration(bind, users))
    await broker.start()
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None))
