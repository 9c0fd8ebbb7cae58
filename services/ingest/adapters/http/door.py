"""What each HTTP door needs to turn a request into a receipt."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Header, Path, Request

from services.chassis.clock import Clock
from services.ingest.adapters.http.answers import unavailable
from services.ingest.directory import Directory
from services.ingest.domain.signal import Understood
from services.ingest.packs import Directories
from services.ingest.reception import NotAccepted, Receipt, Reception

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
    """Reception, directories and clock under the name that metrics and spans show."""

    name: str
    reception: Reception
    directories: Directories
    clock: Clock

    def directory(self) -> Directory:
        """The directory of the moment. Raises the 503 problem while none is held."""
        try:
            return self.directories.current(self.name, self.clock.now())
        except NotAccepted as error:
            raise unavailable(error) from error

    async def receive(self, understood: Understood, request: Request, key: str | None = None) -> Receipt:
        """The receipt of a durable signal. Raises the 503 problem. `key` is the mark where the body has none."""
        marked = understood if understood.mark is not None else replace(understood, mark=key)
        try:
            return await self.reception.receive(marked, self.name)
        except NotAccepted as error:
            raise unavailable(error) from error
