"""Checks the access register against itself, its head, and a mark that was kept elsewhere: read only."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.database import address
from services.dispatch.domain.access_register import Chain, Fault, Found, Line, Seen
from services.dispatch.retention import is_sealed
from services.dispatch.store.register import lines
from services.dispatch.store.tables import register_head

MOST = 100
"""Faults that are told."""


class NotReadable(Exception):
    """The database cannot be read; the text names no password."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A position and its hash, noted earlier and kept where no administrator of the database reaches."""

    position: int
    hash: bytes


@dataclass
class Verdict:
    """What was found. `head`: to be noted as the next mark."""

    entries: int = 0
    head: Mark = field(default_factory=lambda: Mark(0, b""))
    faults: list[Found] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Public keys, hexadecimal, that records of destruction are signed by."""

    def add(self, found: Sequence[Found]) -> None:
        """Keeps the first hundred."""
        self.faults += found[: MOST - len(self.faults)]


def verify(database_url: str, marks: Sequence[Mark] = (), key: bytes | None = None) -> Verdict:
    """Reads the whole register in one snapshot. Raises NotReadable.

    `key`: the public key that records of destruction must be signed by; None: each by the one that it names.
    """
    try:
        return asyncio.run(_verify(database_url, {mark.position: mark for mark in marks}, key))
    except (SQLAlchemyError, OSError, ValueError) as error:
        raise NotReadable(type(error).__name__) from error


async def _verify(database_url: str, marks: dict[int, Mark], key: bytes | None) -> Verdict:
    engine = create_async_engine(address(database_url), hide_parameters=True)
    verdict, chain = Verdict(), Chain()
    try:
        async with engine.connect() as conn:
            await conn.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            head = (await conn.execute(select(register_head))).mappings().one()
            async for page in lines(conn):
                for line in page:
                    verdict.add(list(chain.faults([line])))
                    verdict.add(list(_unsealed(line, verdict.keys, key)))
                    if (mark := marks.pop(line.position, None)) and mark.hash != line.hash:
                        verdict.add([Found(line.position, Fault.CHANGED)])
                verdict.entries += len(page)
            verdict.add(list(chain.end(head["position"], bytes(head["hash"]))))
    finally:
        await engine.dispose()
    verdict.add([Found(position, Fault.CUT_OFF) for position in sorted(marks)])
    verdict.head = Mark(chain.position, chain.hash)
    return verdict


def _unsealed(line: Line, keys: set[str], key: bytes | None) -> Iterator[Found]:
    """A record of destruction must be signed, and say after which entry it was written: the one before it."""
    try:
        said = json.loads(line.text)
        if said["what"] != Seen.RETENTION:
            return
        record = said["asked"]
        public, head = bytes.fromhex(record["key"]), f"{line.position - 1}:{line.hash_before.hex()}"
    except (ValueError, KeyError, TypeError):
        yield Found(line.position, Fault.UNSIGNED)
        return
    keys.add(public.hex())
    if not is_sealed(record, public) or record.get("head") != head or (key is not None and public != key):
        yield Found(line.position, Fault.UNSIGNED)
