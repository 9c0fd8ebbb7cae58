"""What each HTTP door needs to turn a request into a receipt."""

import asyncio
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Header, Path, Request

from schemas.vocabulary.signals import Flag
from services.chassis.clock import Clock
from services.ingest.adapters.http.answers import unavailable
from services.ingest.adapters.http.device_gate import DeviceGate, message_id
from services.ingest.directory import Directory
from services.ingest.domain.proving import ProofReason
from services.ingest.domain.signal import Understood
from services.ingest.packs import Directories
from services.ingest.reception import NotAccepted, Receipt, Reception
from services.ingest.rejected import Rejected

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        description="Identifie la requête : répétée à l'identique sous 2 min, elle n'est enregistrée qu'une fois. "
        "/ Names the request: repeated unchanged within 2 minutes it is stored once.",
    ),
]
DeviceId = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]


@dataclass(frozen=True, slots=True)
class Door:
    """Reception and what stands before it, under the name that metrics and spans show."""

    name: str
    reception: Reception
    directories: Directories
    clock: Clock
    gate: DeviceGate
    rejected: Rejected

    def directory(self) -> Directory:
        """The directory of the moment. Raises the 503 problem while none is held."""
        try:
            return self.directories.current(self.name, self.clock.now())
        except NotAccepted as error:
            raise unavailable(error) from error

    async def receive(
        self,
        understood: Understood,
        request: Request,
        key: str | None = None,
        doubts: tuple[str, ...] = (),
        part: int | None = None,
    ) -> Receipt:
        """The receipt of a durable signal. Raises the 503 problem, or the 401 one where the device is not proved.

        `key` is the mark where the body has none. `doubts`: what of the body could not be read; then the bytes are kept
        as well. `part`: the number of the signal in a list, whose route keeps the bytes once for all of them.
        """
        urgent = understood.takes_urgent_lane
        verdict = await self.gate.ask(request, self.directory().device(understood.device), understood.device, urgent)
        if not verdict.taken:
            if part is None:
                await self.keep(request, f"device: {verdict.reason.value}")
            raise self.gate.refusal(verdict)
        signed_id = message_id(request) if verdict.reason is not ProofReason.NOT_ASKED else None
        mark = understood.mark if understood.mark is not None else _mark(signed_id, part) or key
        flags = (*understood.flags, *verdict.flags, *((Flag.MALFORMED,) if doubts else ()))
        # Beside each other: an alarm does not wait until its letter with the bytes is kept.
        kept = asyncio.create_task(self.keep(request, "; ".join(doubts))) if doubts and part is None else None
        try:
            receipt = await self.reception.receive(replace(understood, mark=mark, flags=_once(flags)), self.name)
        except NotAccepted as error:
            raise unavailable(error) from error
        finally:
            if kept is not None:
                await kept
        self.gate.stored(request, urgent)
        return receipt

    async def keep(self, request: Request, reason: str) -> None:
        """Puts the request's bytes aside, with the reason and where they came from."""
        address = request.client.host if request.client else "unknown"
        await self.rejected.keep(await request.body(), reason, f"{self.name} {address}")


def _mark(identifier: str | None, part: int | None) -> str | None:
    return identifier if identifier is None or part is None else f"{identifier}#{part}"


def _once(flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
    return tuple(dict.fromkeys(flags))
