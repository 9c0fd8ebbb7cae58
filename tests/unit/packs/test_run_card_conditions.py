"""Conditions, hours and levels of run cards: what can never hold or come is said, at its line."""

from itertools import product

import pytest

from schemas.pack.checks.reach import Case, cases_of
from schemas.pack.checks.reach import fits as fits_check
from schemas.pack.responders import RunCard
from schemas.vocabulary.natures import Nature
from services.dispatch.cards import card_of
from services.dispatch.domain.run_card import Facts, fits
from tests.unit.packs.pack_copy import PackCopy

FIRST = "run_cards:\n"
CARD = "  - {{id: {id}, natures: [crowd], priority: P3, engagement: operator_confirmed, {conditions}}}\n"


def above(pack: PackCopy, *cards: str) -> list[str]:
    """Warnings that name the new cards, which are tried before all others; card n has the n-th conditions."""
    text = "".join(CARD.format(id=f"new-{n}", conditions=conditions) for n, conditions in enumerate(cards, start=1))
    pack.change(FIRST, FIRST + text, "run_cards.yaml")
    return [finding.en for finding in pack.load().warnings if "never reached" in finding.en]


@pytest.mark.parametrize(
    ("cards", "never"),
    [
        (["night: true", "night: true, site_kinds: [school]"], ["new-2"]),
        (["night: true", "night: false"], []),
        (["site_kinds: [school]", "site_kinds: [school], site_open: true"], ["new-2"]),
        (["site_kinds: [school], site_open: true", "site_kinds: [school]"], []),
        (["min_sources: 2", "min_sources: 3, protected: true"], ["new-2"]),
        (["min_sources: 3", "min_sources: 2"], []),
        (["protected: true", "protected: false", "night: true"], ["new-3"]),
        (["night: true, protected: true", "night: false, protected: true", "protected: true"], ["new-3"]),
        (["site_open: true", "site_open: false", "site_kinds: [school]"], []),
    ],
)
def test_a_card_that_others_cover_is_named(pack: PackCopy, cards: list[str], never: list[str]) -> None:
    """Also where it takes several cards to cover it; unknown hours are a case of their own."""
    assert [text.split()[0] for text in above(pack, *cards)] == [f"run_cards/{name}:" for name in never]


def test_the_covering_cards_are_named(pack: PackCopy) -> None:
    """Whoever writes the pack learns which cards hold instead."""
    [said] = above(pack, "night: true", "night: false", "protected: true")
    assert '"new-1", "new-2" hold' in said


CONDITIONS = product([(), ("school",)], [1, 2], [None, True, False], [None, True, False], [None, True, False])


def test_the_check_fits_cards_as_dispatch_does() -> None:
    """The same answer as the production rule, for every card of conditions and every case."""
    for kinds, sources, site_open, night, protected in CONDITIONS:
        card = RunCard.model_validate(
            {
                "id": "c",
                "natures": ["crowd"],
                "priority": "P3",
                "engagement": "automatic",
                "site_kinds": kinds,
                "min_sources": sources,
                "site_open": site_open,
                "night": night,
                "protected": protected,
            }
        )
        for case in cases_of([card]):
            assert fits_check(card, case) == fits(card_of(card), facts(case))


def facts(case: Case) -> Facts:
    """The case as dispatch would see it."""
    kind = case.site_kind.value if case.site_kind else None
    return Facts(Nature.CROWD, case.sources, kind, case.site_open, case.night, case.protected)


def test_hours_that_nobody_has_are_a_warning(pack: PackCopy) -> None:
    """A card for the opening hours of a kind of site of which no hours are known can never hold: that is said."""
    pack.change("site_kinds: [school]\n    site_open", "site_kinds: [culture]\n    site_open", "run_cards.yaml")
    said = [finding for finding in pack.load().warnings if "asks for site_open" in finding.en]
    assert [finding.place.line for finding in said] == [pack.line_of_first("site_open", "run_cards.yaml")]
    assert "(culture)" in said[0].fr


def test_closings_without_hours_are_a_warning(pack: PackCopy) -> None:
    """They would not count."""
    pack.change(
        "    address: place du Capitole\n", "    address: place\n    closed: [{first: 2026-07-01, last: 2026-07-02}]\n"
    )
    assert ["closings without hours" in finding.en for finding in pack.load().warnings] == [True]
