"""Which run cards can ever hold: every case that conditions can tell apart is tried, as dispatch would try it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, warning
from schemas.pack.places import SiteKind
from schemas.pack.responders import RunCard
from schemas.vocabulary.natures import Nature

EITHER = (True, False)
UNKNOWN_TOO = (True, False, None)


@dataclass(frozen=True)
class Case:
    """One combination of what conditions ask for; `site_open` is None where the hours are unknown."""

    sources: int
    site_kind: SiteKind | None
    site_open: bool | None
    night: bool
    protected: bool


def check_reach(draft: Draft) -> Iterator[Finding]:
    """A warning for each card that no case of any of its natures reaches, naming those that hold instead."""
    reached: set[str] = set()
    instead: dict[str, dict[str, None]] = {}
    for nature in Nature:
        cards = [item.model for item in draft.run_cards if nature in item.model.natures]
        for case in cases_of(cards):
            fitting = [card.id for card in cards if fits(card, case)]
            reached.update(fitting[:1])
            for later in fitting[1:]:
                instead.setdefault(later, {})[fitting[0]] = None
    for item in draft.run_cards:
        if item.model.id not in reached:
            yield _never(item, list(instead.get(item.model.id, {})))


def cases_of(cards: list[RunCard]) -> Iterator[Case]:
    """All that these cards can tell apart. Without a known site nothing is known of its hours."""
    sources = sorted({1, *(card.min_sources for card in cards)})
    kinds = (None, *SiteKind)
    for count, kind, night, protected in product(sources, kinds, EITHER, EITHER):
        for site_open in UNKNOWN_TOO if kind else (None,):
            yield Case(count, kind, site_open, night, protected)


def fits(card: RunCard, case: Case) -> bool:
    """True if the card's conditions hold; the same rule as dispatch's, which a test compares."""
    return (
        case.sources >= card.min_sources
        and (not card.site_kinds or case.site_kind in card.site_kinds)
        and card.site_open in {None, case.site_open}
        and card.night in {None, case.night}
        and card.protected in {None, case.protected}
    )


def _never(item: Item[RunCard], instead: list[str]) -> Finding:
    card = item.model.id
    names_fr = ", ".join(f"« {name} »" for name in instead)
    names_en = ", ".join(f'"{name}"' for name in instead)
    return warning(
        item.entry.place(),
        f"run_cards/{card} : jamais atteinte, {names_fr} valent déjà dans tous ses cas ; placez-la au-dessus",
        f"run_cards/{card}: never reached, {names_en} hold in all of its cases already; put it above",
    )
