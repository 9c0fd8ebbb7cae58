"""Posts and demand points of the centre: each post has its own id, and all lie where the centre serves."""

from collections.abc import Iterator

from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, Place, error, warning
from schemas.pack.geometry import contains
from schemas.pack.places import Centre
from schemas.wire import Position


def check_coverage(draft: Draft) -> Iterator[Finding]:
    """Findings on posts and demand points."""
    for item in draft.centre:
        yield from _posts(draft, item)
        for index, point in enumerate(item.model.demand):
            if not _within(draft, point.position):
                yield warning(
                    item.entry.place("demand", index, "position"),
                    f"point de demande {index + 1} : hors de tous les secteurs ; vérifiez sa position",
                    f"demand point {index + 1}: outside all sectors; check its position",
                )


def _posts(draft: Draft, item: Item[Centre]) -> Iterator[Finding]:
    seen: dict[str, Place] = {}
    for index, post in enumerate(item.model.posts):
        place = item.entry.place("posts", index, "id")
        first = seen.setdefault(post.id, place)
        if first is not place:
            yield error(
                place,
                f"poste « {post.id} » : cet id est déjà pris ({first}) ; donnez-en un autre",
                f'post "{post.id}": this id is already taken ({first}); give another',
            )
        if not _within(draft, post.position):
            yield warning(  # a unit may wait beside the sectors: on the road between two communes
                item.entry.place("posts", index, "position"),
                f"poste « {post.id} » : hors de tous les secteurs ; vérifiez sa position",
                f'post "{post.id}": outside all sectors; check its position',
            )


def _within(draft: Draft, position: Position) -> bool:
    """True inside some sector; sectors that are not valid themselves say nothing."""
    point = (position.lat, position.lon)
    return not draft.sectors.valid or any(contains(item.model.polygon, point) for item in draft.sectors)
