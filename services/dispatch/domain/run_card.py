"""Run cards: what an incident of this nature, seen by so many sources, at such a site, asks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import NATURES, Nature, Priority, is_urgent


@dataclass(frozen=True, slots=True)
class Need:
    """One kind of responder that must come: how many units with which capabilities, or which agency."""

    kind: ResponderKind
    count: int = 1
    capabilities: frozenset[str] = frozenset()
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A run card. `target_s`: seconds from opening to the first unit on scene.

    `welfare_after_s`: a unit on scene that says nothing for so long is asked; None: the deployment's own time.
    """

    id: str
    natures: frozenset[Nature]
    priority: Priority
    engagement: Engagement
    needs: tuple[Need, ...]
    verify_first: bool = False
    site_kinds: frozenset[str] = frozenset()
    min_sources: int = 1
    target_s: int = 600
    welfare_after_s: int | None = None
    instructions_fr: str = ""
    instructions_en: str = ""


class Ground(StrEnum):
    """Why an incident is engaged by itself or waits for an operator."""

    CARD_AUTOMATIC = "card_automatic"
    CARD_OPERATOR = "card_operator"
    VERIFY_FIRST = "verify_first"
    URGENT_NEVER_WAITS = "urgent_never_waits"
    SILENCED_URGENT = "silenced_urgent"
    NO_CARD = "no_card"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: the card, its priority, whether it starts by itself and on what ground."""

    card: Card
    automatic: bool
    ground: Ground


def choose(cards: Iterable[Card], nature: Nature, sources: int, site_kind: str | None) -> Card:
    """The first card that fits; without any, one that shows the alarm to an operator at the nature's priority."""
    for card in cards:
        fits_site = not card.site_kinds or site_kind in card.site_kinds
        if nature in card.natures and sources >= card.min_sources and fits_site:
            return card
    need = Need(ResponderKind.PATROL)
    priority = NATURES[nature].priority
    return Card("none", frozenset({nature}), priority, Engagement.OPERATOR_CONFIRMED, (need,), verify_first=True)


def plan(card: Card, nature: Nature, silenced: bool) -> Plan:
    """Whether the card starts by itself.

    An urgent nature never waits for verification, except under a silence or a test, where an operator confirms.
    """
    if silenced:
        return Plan(card, False, Ground.SILENCED_URGENT if is_urgent(nature) else Ground.CARD_OPERATOR)
    if card.id == "none":
        return Plan(card, is_urgent(nature), Ground.NO_CARD)
    if card.verify_first and not is_urgent(nature):
        return Plan(card, False, Ground.VERIFY_FIRST)
    if card.engagement is Engagement.AUTOMATIC:
        return Plan(card, True, Ground.CARD_AUTOMATIC)
    return Plan(card, False, Ground.CARD_OPERATOR)
