"""The city's coverage as it is now: utilisation, expected coverage, gaps, and who should move where."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.pack.geometry import LatLonPoint, centre_of, contains, distance_m
from schemas.pack.places import Sector
from schemas.vocabulary.dispatching import ResponderKind
from services.dispatch.actions.choosing import unit_views
from services.dispatch.actions.covering import coverage_of, demand, posts_of
from services.dispatch.domain.moving_up import ARRIVED_WITHIN_M
from services.dispatch.domain.recommending import (
    Gap,
    MoveUp,
    Policy,
    Positions,
    coverage_gaps,
    expected_coverage,
    free_units,
    gain_of,
    move_ups,
)
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile
from services.dispatch.domain.unit import Unit
from services.dispatch.packs import Book
from services.dispatch.store import fleet
from services.dispatch.store.work import Work

POLICY = Policy()
Seconds = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Picture:
    """Coverage of one centre at one moment. `expected`: share of demand (0…1) that finds a free unit in reach."""

    book: Book
    computed_at: datetime
    units: dict[str, Unit]
    positions: Positions
    expected: float
    gaps: tuple[Gap, ...]
    moves: tuple[MoveUp, ...]

    def gain(self, unit: str, post: str) -> float | None:
        """What a single move would bring."""
        return gain_of(self.positions, unit, post)

    @property
    def what_calls(self) -> tuple[Any, ...]:
        """What an operator would act upon; as long as it is the same, nothing is shown again."""
        return tuple((move.unit, move.post) for move in self.moves), frozenset(gap.point for gap in self.gaps)


async def picture(work: Work, centre: str) -> Picture | None:
    """As things stand, without a lock; None for a centre without a pack or without anything to cover."""
    book = await work.book(centre)
    if book is None:
        return None
    units = await fleet.look_at(work, centre, ResponderKind.PATROL)
    coverage = coverage_of(book, work.library.travel(book), units, posts=True)
    if coverage is None:
        return None
    free = free_units(await unit_views(work, units), work.now, POLICY)
    seconds = _seconds(work, book, {unit: units[unit] for unit in free if units[unit].move_up is None})
    utilisation = await fleet.utilisation(work, centre, ResponderKind.PATROL)
    positions = Positions(coverage, free, seconds, utilisation, POLICY)
    gaps, moves = coverage_gaps(positions), move_ups(positions)
    return Picture(book, work.now, units, positions, expected_coverage(positions), gaps, moves)


def picture_view(found: Picture) -> dict[str, Any]:
    """As API and stream show it."""
    points, _ = demand(found.book)
    names = {post.id: post.name for post in found.book.pack.centre.posts}
    return {
        "centre": found.book.pack.centre.code,
        "computed_at": found.computed_at.isoformat(),
        "utilisation": round(found.positions.utilisation, 4),
        "expected_coverage": round(found.expected, 4),
        "free_units": len(found.positions.free),
        "gaps": [_gap_view(found.book, points[gap.point], gap) for gap in found.gaps],
        "move_ups": [
            {
                "unit": move.unit,
                "call_sign": found.units[move.unit].call_sign,
                "post": move.post,
                "post_name": names[move.post],
                "seconds": round(move.seconds, 1),
                "gain": round(move.gain, 4),
            }
            for move in found.moves
        ],
    }


def _seconds(work: Work, book: Book, units: dict[str, Unit]) -> Seconds:
    """Seconds from each unit to each post; none to the post where it stands already."""
    posts = posts_of(book)
    located = {name: unit.place for name, unit in units.items() if unit.place is not None}
    if not posts or not located:
        return {}
    table = work.library.travel(book).table(list(located.values()), list(posts.values()), Profile.NORMAL)
    return {
        name: {
            post: each
            for (post, there), each in zip(posts.items(), row.tolist(), strict=True)
            if each == each and metres(place, there) > ARRIVED_WITHIN_M  # not NaN
        }
        for (name, place), row in zip(located.items(), table.seconds, strict=True)
    }


def metres(one: Place, other: Place) -> float:
    """The distance in a straight line."""
    return distance_m((one.lat, one.lon), (other.lat, other.lon))


def _gap_view(book: Book, place: Place, gap: Gap) -> dict[str, Any]:
    sector = _sector_of(book, (place.lat, place.lon))
    return {
        "sector": sector.id if sector else None,
        "name": sector.name if sector else None,
        "position": {"lat": place.lat, "lon": place.lon, "accuracy_m": None},
        "chance": round(gap.chance, 4),
        "weight": gap.weight,
    }


def _sector_of(book: Book, point: LatLonPoint) -> Sector | None:
    """The sector that a demand point lies in, else the one whose middle is nearest; None for a pack without any."""
    sectors = book.pack.sectors
    within = next((sector for sector in sectors if contains(sector.polygon, point)), None)
    return within or min(sectors, key=lambda sector: distance_m(point, centre_of(sector.polygon)), default=None)
