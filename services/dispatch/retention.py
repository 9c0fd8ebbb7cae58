"""The retention job: destroys what is past its time and leaves a signed record of it, in one transaction.

The signature (Ed25519) is over the record with the register's head before it, so that each run also vouches for
everything that was written down until then. Whoever has the public key can check it; the database holds no private one.
"""

import asyncio
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import SecretStr
from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.lifecycle import pause
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch.domain.access_register import Entry, Seen
from services.dispatch.domain.retention import RULES, DataClass, before
from services.dispatch.store import leases
from services.dispatch.store.register import append
from services.dispatch.store.retention import WAYS, Way, count, destroy
from services.dispatch.store.tables import access_register, register_head

log = logs.get(__name__)
ACTOR = "retention"
LOOK_EVERY_S = 3600.0
LEASE = timedelta(minutes=30)
"""Longer than a run takes; renewed before each batch."""
DAILY = timedelta(hours=23)
SEED = b"vigie/retention/1:"


class Unsigned(Exception):
    """There is no key to sign with: nothing is destroyed."""


class Busy(Exception):
    """Another process destroys what is past its time."""


@dataclass(frozen=True)
class Seal:
    """The key that signs records, derived from one secret."""

    secret: SecretStr

    @property
    def _key(self) -> Ed25519PrivateKey:
        seed = hashlib.sha256(SEED + self.secret.get_secret_value().encode()).digest()
        return Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        """For whoever checks: 32 bytes."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sealed(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The record with its signature."""
        return {**told, "signature": self._key.sign(_canonical(told)).hex()}


def is_sealed(record: Mapping[str, Any], public: bytes) -> bool:
    """True if the record is what was signed."""
    told = {name: value for name, value in record.items() if name != "signature"}
    try:
        signature = bytes.fromhex(str(record.get("signature", "")))
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _canonical(told))
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass
class Retention:
    """The job. `days`: by class, see `domain.retention`."""

    engine: AsyncEngine
    seal: Seal | None
    """None: it can only count."""
    days: Mapping[DataClass, int]
    by: str = "daily"
    """What runs it: the daily loop, or a command."""
    _holder: str = field(default_factory=lambda: str(uuid.uuid4()))

    async def run(self, stop: asyncio.Event) -> None:
        """Once a day in one process, until `stop`."""
        while not stop.is_set():
            try:
                if await self._is_due():
                    gone = await self.destroy()
                    log.info("retention_done", destroyed=gone)
            except Busy:
                log.info("retention_elsewhere")
            except FAULTS as error:
                RESTARTS_OF_LOOPS.labels("retention").inc()
                log.warning("retention_waits", error=type(error).__name__)
            await pause(stop, LOOK_EVERY_S)

    async def due(self) -> dict[DataClass, int]:
        """How many rows would go now; nothing is changed."""
        async with self.engine.connect() as conn:
            now = await _now(conn)
            return {
                name: sum([await count(conn, way, self._before(name, now)) for way in WAYS[name]]) for name in RULES
            }

    async def destroy(self) -> dict[DataClass, int]:
        """Takes everything that is past its time; rows by class. Each transaction and the run are recorded.

        Raises Busy while another process is at it, Unsigned without a key.
        """
        gone = dict.fromkeys(RULES, 0)
        try:
            for name in RULES:
                for way in WAYS[name]:
                    while taken := await self._batch(name, way):
                        gone[name] += taken
            async with self.engine.begin() as conn:
                await self._record(conn, {"run": {str(name): number for name, number in gone.items()}})
        finally:
            await leases.give_back(self.engine, ACTOR, self._holder)
        return gone

    async def _batch(self, name: DataClass, way: Way) -> int:
        if not await leases.take(self.engine, ACTOR, self._holder, LEASE):
            raise Busy
        async with self.engine.begin() as conn:
            moment = self._before(name, await _now(conn))
            taken = await destroy(conn, way, moment)
            if taken:
                told = {"class": str(name), "table": way.table, "rows": taken, "before": moment.isoformat()}
                await self._record(conn, told | {"erased": way.set is not None})
            return taken

    async def _record(self, conn: AsyncConnection, told: dict[str, Any]) -> None:
        head = select(register_head.c.position, register_head.c.hash).where(register_head.c.id == 1).with_for_update()
        position, before_it = (await conn.execute(head)).one()
        if self.seal is None:
            raise Unsigned
        told |= {"by": self.by, "head": f"{position}:{bytes(before_it).hex()}", "key": self.seal.public.hex()}
        await append(conn, [Entry(Seen.RETENTION, ACTOR, asked=self.seal.sealed(told))])

    async def _is_due(self) -> bool:
        table = access_register
        said = cast(table.c.entry, JSONB)
        recent = select(func.count()).where(
            table.c.at > func.clock_timestamp() - DAILY,
            said["what"].astext == Seen.RETENTION,
            said["asked"].has_key("run"),
        )
        async with self.engine.connect() as conn:
            return not await conn.scalar(recent)

    def _before(self, name: DataClass, now: datetime) -> datetime:
        return before(now, self.days[name])


async def _now(conn: AsyncConnection) -> datetime:
    now: datetime = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
    return now


def _canonical(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
