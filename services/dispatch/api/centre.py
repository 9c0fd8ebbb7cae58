"""Which centre an order is for: the one that it names, or the only one there is."""

from collections.abc import Sequence

from services.chassis.problems import Problem


def centre_among(known: Sequence[str], wanted: str | None) -> str:
    """The centre; 422 naming all of them where it is unknown, or not named and there are several."""
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted in known and wanted is not None:
        return wanted
    raise Problem(
        422, "centre", "Centre inconnu / unknown centre", "Name one of them in `centre`.", centres=list(known)
    )
