"""Which demand points the units of a centre reach in time: coverage, from its pack and the streets."""

from collections.abc import Mapping
from functools import lru_cache

from services.dispatch.domain.recommending import Coverage
from services.dispatch.domain.recommending.coverage import reached
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile, TravelTimes
from services.dispatch.domain.unit import Unit
from services.dispatch.packs import Book

COVERED_WITHIN_S = 480.0
Reached = dict[str, bytes]


def coverage_of(book: Book, travel: TravelTimes, units: Mapping[str, Unit], *, posts: bool = False) -> Coverage | None:
    """Coverage by these units, each from where it stands, or from the post it was ordered to; None without any.

    With `posts` also what a unit at each of the pack's posts would reach.
    """
    points, weights = demand(book)
    located = {unit.id: place for unit in units.values() if (place := stands(book, unit)) is not None}
    if not points or not located:
        return None
    by_post = _reach(travel, posts_of(book), points) if posts else {}
    return Coverage(weights, _reach(travel, located, points), by_post)


def stands(book: Book, unit: Unit) -> Place | None:
    """Where a free unit counts as standing: at the post it is ordered to, else at its last position."""
    ordered = posts_of(book).get(unit.moving_to) if unit.moving_to else None
    return ordered or unit.place


@lru_cache(maxsize=32)
def posts_of(book: Book) -> dict[str, Place]:
    """The places of the pack's posts, by id."""
    return {post.id: Place(post.position.lat, post.position.lon) for post in book.pack.centre.posts}


@lru_cache(maxsize=32)
def demand(book: Book) -> tuple[tuple[Place, ...], tuple[float, ...]]:
    """The pack's demand points with their weights; without any, its sectors' middles, weighed by what is there."""
    named = book.pack.centre.demand
    if named:
        places = tuple(Place(point.position.lat, point.position.lon) for point in named)
        return places, tuple(point.weight for point in named)
    count = {sector.id: 1.0 for sector in book.pack.sectors}
    for sector in [site.sector for site in book.pack.sites] + [device.sector for device in book.pack.devices]:
        if sector in count:
            count[sector] += 1.0
    middles = tuple(
        Place(
            sum(lat for lat, _ in sector.polygon) / len(sector.polygon),
            sum(lon for _, lon in sector.polygon) / len(sector.polygon),
        )
        for sector in book.pack.sectors
    )
    return middles, tuple(count[sector.id] for sector in book.pack.sectors)


def _reach(travel: TravelTimes, from_: Mapping[str, Place], points: tuple[Place, ...]) -> Reached:
    if not from_:
        return {}
    table = travel.table(list(from_.values()), points, Profile.NORMAL)
    return {name: reached(row, COVERED_WITHIN_S) for name, row in zip(from_, table.seconds, strict=True)}
