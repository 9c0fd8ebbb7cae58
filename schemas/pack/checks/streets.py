"""The pack's own streets: lines of at least two points, at speeds a road has."""

from collections.abc import Iterator

from schemas.pack.draft import Draft
from schemas.pack.findings import Finding, error

SLOWEST_KMH, FASTEST_KMH = 1.0, 130.0


def check_streets(draft: Draft) -> Iterator[Finding]:
    """Findings on streets."""
    for item in draft.streets:
        if len(item.model.points) < 2:
            yield error(
                item.entry.place("points"),
                f"streets/{item.model.id} : il faut au moins deux points ; ajoutez-en",
                f"streets/{item.model.id}: at least two points are needed; add one",
            )
        if not SLOWEST_KMH <= item.model.speed_kmh <= FASTEST_KMH:
            yield error(
                item.entry.place("speed_kmh"),
                f"streets/{item.model.id} : vitesse hors de 1 à 130 km/h ; corrigez-la",
                f"streets/{item.model.id}: speed outside 1 to 130 km/h; correct it",
            )
