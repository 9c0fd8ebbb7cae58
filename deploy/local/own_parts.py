"""Kafka, PostgreSQL or MQTT that the user brings: does it answer? Asked before anything is started."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.health import mqtt_answers, port_open, postgres_answers
from deploy.local.part import Check
from deploy.local.sentences import StackError, unreachable
from deploy.local.settings import LocalSettings
from services.chassis.settings import ProcessSettings

SECONDS = 10.0
"""How long each may take to answer."""


async def require_own_parts(settings: LocalSettings) -> None:
    """Raises StackError that names the first one that does not answer."""
    checks = (
        ("Kafka", "KAFKA_BOOTSTRAP_SERVERS", settings.kafka, _kafka),
        ("PostgreSQL", "DATABASE_URL", _database(settings), postgres_answers),
        ("MQTT", "MQTT_URL", settings.mqtt, _mqtt),
    )
    for part, setting, value, check in checks:
        if value is not None and not await _in_time(check(value)):
            raise StackError(unreachable(part, setting, without_password(value)))


def _database(settings: LocalSettings) -> str | None:
    return settings.database.get_secret_value() if settings.database else None


def _kafka(bootstrap: str) -> Check:
    """Through librdkafka with the services' own settings, so that TLS and SASL are tried as well."""
    admin = AdminClient({**ProcessSettings().kafka(), "bootstrap.servers": bootstrap})

    async def check() -> bool:
        try:
            return bool((await asyncio.to_thread(admin.list_topics, timeout=2.0)).brokers)
        except KafkaException:
            return False

    return check


def _mqtt(url: str) -> Check:
    """A broker with a password or TLS only has to accept the connection; ingest says more if it refuses."""
    parts = urlsplit(url)
    if parts.scheme == "mqtt" and parts.username is None:
        return mqtt_answers(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 8883

    async def check() -> bool:
        return await asyncio.to_thread(port_open, host, port)

    return check


async def _in_time(check: Check) -> bool:
    deadline = time.monotonic() + SECONDS
    while not await check():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.2)
    return True


def without_password(address: str) -> str:
    """Returns the address as it may be shown and logged."""
    parts = urlsplit(address)
    if parts.password is None:
        return address
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":…@")).geturl()
