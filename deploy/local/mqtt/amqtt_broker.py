"""Runs amqtt on the loopback interface until SIGTERM: `python -m deploy.local.mqtt.amqtt_broker 127.0.0.1:1883`.

It keeps the sessions and subscriptions of absent clients while it runs, but not across its own restart, and queues
nothing for them: a publisher must count what is acknowledged to it (see ARCHITECTURE.md).
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from typing import Any

from amqtt.broker import Broker


def configuration(bind: str) -> dict[str, Any]:
    """Returns the broker's settings: one TCP listener, anonymous, since it listens on this machine only."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": bind, "max_connections": 0}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }


async def serve(bind: str) -> None:
    """Serves until SIGTERM or SIGINT. Raises BrokerError if the port is taken."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    broker = Broker(configuration(bind))
    await broker.start()
    await stop.wait()
    await broker.shutdown()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(sys.argv[1]))
