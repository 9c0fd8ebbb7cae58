"""City packs as dispatch uses them: indexed, by version. An open incident keeps the version it was opened under."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from schemas.pack.devices import Device
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, Site
from schemas.pack.responders import Agency
from services.chassis import logs
from services.dispatch.cards import card_of, night_of, opening_of
from services.dispatch.domain.opening import Night, Opening, is_night, is_open
from services.dispatch.domain.report import Place
from services.dispatch.domain.run_card import Card
from services.dispatch.domain.travelling import TravelTimes
from services.dispatch.store.tables import current_packs, packs
from services.dispatch.travel.of_pack import travel_of
from services.dispatch.travel.straight_line import StraightLineTravel
from services.dispatch.travel.streets import StreetTravel

log = logs.get(__name__)
STRAIGHT = StraightLineTravel()


@dataclass(frozen=True, eq=False)
class Book:
    """One version of a centre's pack, indexed."""

    pack: CityPack
    version: str

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The run cards, in their order."""
        return tuple(card_of(card) for card in self.pack.run_cards)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Sites by id."""
        return {site.id: site for site in self.pack.sites}

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Devices by id."""
        return {device.id: device for device in self.pack.devices}

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        """Agencies by id."""
        return {agency.id: agency for agency in self.pack.agencies}

    def site_kind(self, site: str | None) -> str | None:
        """What stands at a site, if it is known."""
        known = self.sites.get(site) if site else None
        return known.kind.value if known else None

    @cached_property
    def zone(self) -> ZoneInfo:
        """The centre's clock. Raises ZoneInfoNotFoundError or ValueError; a pack with another name is not let in."""
        return ZoneInfo(self.pack.centre.timezone)

    @cached_property
    def night(self) -> Night:
        """When it is night."""
        return night_of(self.pack.centre)

    @cached_property
    def openings(self) -> dict[str, Opening]:
        """When each site is open."""
        return {site.id: opening_of(site) for site in self.pack.sites}

    def site_open(self, site: str | None, at: datetime) -> bool | None:
        """Whether a site is open at an aware instant; None where that is unknown."""
        opening = self.openings.get(site) if site else None
        return is_open(opening, at, self.zone) if opening else None

    def is_night(self, at: datetime) -> bool:
        """Whether it is night at an aware instant."""
        return is_night(self.night, at, self.zone)

    def card(self, name: str | None) -> Card | None:
        """The run card of that id."""
        return next((card for card in self.cards if card.id == name), None)


def zone_known(name: str) -> bool:
    """True if this machine knows the time zone of that name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


BARE = "none"


def bare_book(centre: str) -> Book:
    """What a centre without a pack goes by: no run card, no unit, no site; its alarms are opened all the same."""
    commune = Commune(insee=centre, name=centre)
    place = Centre(code=centre, name=centre, communes=(commune,))
    return Book(CityPack(centre=place, sectors=(), sites=(), devices=(), units=(), run_cards=()), BARE)


class Library:
    """All versions this process has met; what is current is asked of PostgreSQL in each transaction."""

    def __init__(self, state_dir: Path | None = None) -> None:
        self._books: dict[tuple[str, str], Book] = {}
        self._state_dir = state_dir
        self._travel: dict[str, TravelTimes] = {}
        self._preparing: set[asyncio.Future[None]] = set()

    def travel(self, book: Book) -> TravelTimes:
        """Travel times for a version; straight lines until its streets are prepared: no decision waits for that."""
        return self._travel.get(book.version, STRAIGHT)

    def remember(self, centre: str, place: Place) -> None:
        """Finds the street at a unit's new position now, so that the next decision need not."""
        for known, version in self._books:
            travel = self._travel.get(version)
            if known == centre and isinstance(travel, StreetTravel):
                travel.remember([place])

    async def open(self, engine: AsyncEngine) -> None:
        """Reads the packs in force and prepares their streets: before the first decision, not during it."""
        async with engine.connect() as conn:
            for centre in (await conn.execute(select(current_packs.c.centre))).scalars().all():
                await self.current(conn, centre)
        while self._preparing:
            await asyncio.wait(self._preparing)

    def _prepare(self, book: Book) -> None:
        def build() -> None:
            self._travel[book.version] = travel_of(book.pack, self._state_dir)

        future = asyncio.get_running_loop().run_in_executor(None, build)
        self._preparing.add(future)
        future.add_done_callback(self._prepared)

    def _prepared(self, future: "asyncio.Future[None]") -> None:
        self._preparing.discard(future)
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("travel_not_prepared", exc_info=error)

    async def current(self, conn: AsyncConnection, centre: str) -> Book | None:
        """The pack in force for a centre, None before its first one."""
        version = await conn.scalar(select(current_packs.c.version).where(current_packs.c.centre == centre))
        return await self.version(conn, centre, version) if version else None

    async def version(self, conn: AsyncConnection, centre: str, version: str) -> Book | None:
        """One version of a centre's pack."""
        if version == BARE:
            return bare_book(centre)
        book = self._books.get((centre, version))
        if book is None:
            where = (packs.c.centre == centre, packs.c.version == version)
            content: Any = await conn.scalar(select(packs.c.content).where(*where))
            if content is None:
                return None
            book = Book(CityPack.model_validate(content), version)
            self._books[centre, version] = book
            self._prepare(book)
        return book
