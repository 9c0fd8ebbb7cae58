"""Run cards: what an incident of this nature asks for, by what is known of it and of the moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import NATURES, Family, Nature, Priority, is_urgent

NO_CARD = "none"
"""The id of what stands in where no card fits."""


@dataclass(frozen=True, slots=True)
class Need:
    """One kind of responder that must come: how many units with which capabilities, or which agency."""

    kind: ResponderKind
    count: int = 1
    capabilities: frozenset[str] = frozenset()
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of escalation: these come in addition, by themselves `after_s` seconds after opening if it is given."""

    name_fr: str
    name_en: str
    needs: tuple[Need, ...]
    after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A run card. A condition that is None, empty or 1 does not matter.

    `target_s`: seconds from opening to the first unit on scene. `welfare_after_s`: seconds of silence on scene until
    a unit is asked whether it is well, None for the deployment's own.
    """

    id: str
    natures: frozenset[Nature]
    priority: Priority
    engagement: Engagement
    needs: tuple[Need, ...]
    verify_first: bool = False
    site_kinds: frozenset[str] = frozenset()
    min_sources: int = 1
    site_open: bool | None = None
    night: bool | None = None
    protected: bool | None = None
    target_s: int = 600
    welfare_after_s: int | None = None
    levels: tuple[Level, ...] = ()
    instructions_fr: str = ""
    instructions_en: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What run cards look at. `site_open` is None where the site's hours, or the site, are unknown."""

    nature: Nature
    sources: int
    site_kind: str | None
    site_open: bool | None
    night: bool
    protected: bool


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


def choose(cards: Iterable[Card], facts: Facts) -> Card:
    """The first card that fits; without any, one that shows the alarm to an operator at the nature's priority.

    A failure of the system itself sends nobody: the shift lead reads it.
    """
    for card in cards:
        if fits(card, facts):
            return card
    nature = facts.nature
    priority, of_system = NATURES[nature].priority, NATURES[nature].family is Family.SYSTEM
    needs = () if of_system else (Need(ResponderKind.PATROL),)
    alone, confirmed = frozenset({nature}), Engagement.OPERATOR_CONFIRMED
    return Card(NO_CARD, alone, priority, confirmed, needs, verify_first=not of_system)


def fits(card: Card, facts: Facts) -> bool:
    """True if the card is for this nature and all its conditions hold. What is unknown fulfils no condition."""
    return (
        facts.nature in card.natures
        and facts.sources >= card.min_sources
        and (not card.site_kinds or facts.site_kind in card.site_kinds)
        and card.site_open in {None, facts.site_open}
        and card.night in {None, facts.night}
        and card.protected in {None, facts.protected}
    )


def plan(card: Card, nature: Nature, silenced: bool, by_operator: bool = False) -> Plan:
    """Whether the card starts by itself.

    An urgent nature never waits for verification, except under a silence or a test, where an operator confirms. What
    an operator took apart (`by_operator`) waits for that operator.
    """
    if by_operator:
        return Plan(card, False, Ground.CARD_OPERATOR)
    if silenced:
        return Plan(card, False, Ground.SILENCED_URGENT if is_urgent(nature) else Ground.CARD_OPERATOR)
    if card.id == NO_CARD:
        return Plan(card, is_urgent(nature), Ground.NO_CARD)
    if card.verify_first and not is_urgent(nature):
        return Plan(card, False, Ground.VERIFY_FIRST)
    if card.engagement is Engagement.AUTOMATIC:
        return Plan(card, True, Ground.CARD_AUTOMATIC)
    return Plan(card, False, Ground.CARD_OPERATOR)
