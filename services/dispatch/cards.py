"""Run cards, opening hours and nights of a pack as the domain knows them."""

from datetime import time

from schemas.pack import places
from schemas.pack.responders import Escalation, Responder, RunCard
from services.dispatch.domain.opening import Closed, Hours, Night, Opening
from services.dispatch.domain.run_card import Card, Level, Need

DAYS = {day: number for number, day in enumerate(places.Weekday)}


def card_of(card: RunCard) -> Card:
    """A run card."""
    return Card(
        id=card.id,
        natures=frozenset(card.natures),
        priority=card.priority,
        engagement=card.engagement,
        needs=_needs(card.responders),
        verify_first=card.verify_first,
        site_kinds=frozenset(kind.value for kind in card.site_kinds),
        min_sources=card.min_sources,
        site_open=card.site_open,
        night=card.night,
        protected=card.protected,
        target_s=card.target_s,
        welfare_after_s=card.welfare_after_s,
        levels=tuple(_level(level) for level in card.escalation),
        instructions_fr=card.instructions_fr,
        instructions_en=card.instructions_en,
    )


def opening_of(site: places.Site) -> Opening:
    """When a site is open."""
    hours = tuple(_hours(known) for known in site.opening_hours)
    return Opening(hours, tuple(Closed(known.first, known.last) for known in site.closed))


def night_of(centre: places.Centre) -> Night:
    """When it is night in a centre."""
    return Night(time.fromisoformat(centre.night.begins), time.fromisoformat(centre.night.ends))


def _hours(known: places.OpeningHours) -> Hours:
    days = frozenset(DAYS[day] for day in known.days)
    return Hours(days, time.fromisoformat(known.opens), time.fromisoformat(known.closes))


def _level(level: Escalation) -> Level:
    return Level(level.name_fr, level.name_en, _needs(level.responders), level.after_s)


def _needs(responders: tuple[Responder, ...]) -> tuple[Need, ...]:
    return tuple(Need(r.kind, r.count, r.capabilities, r.agency) for r in responders)
