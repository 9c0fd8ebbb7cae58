"""Events and directories as the tests of notify need them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature, Priority
from services.notify.domain.directory import AgencyEntry, CardEntry, Directory, PlaceEntry
from services.notify.domain.news import News

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SCHOOL = PlaceEntry("ecole", "École des Tilleuls", "12 rue des Tilleuls", 49.1068, 6.2168, "Cour nord.", "North yard.")
DIRECTORY = Directory(
    centre="57463",
    version="v1",
    agencies={
        "sdis": AgencyEntry("sdis", "SDIS", webhook_url="http://127.0.0.1:1/sdis", secret_ref="env:SDIS"),
        "mail": AgencyEntry("mail", "Mail", apprise_ref="env:MAIL"),
        "mute": AgencyEntry("mute", "Mute"),
    },
    sites={"ecole": SCHOOL},
    cards={
        "incendie": CardEntry("incendie", "Évacuer.", "Evacuate."),
        "eclairage": CardEntry("eclairage", "Remplacer.", "Replace.", contractor="mail"),
        "propre": CardEntry("propre", "Nettoyer.", "Clean."),
    },
    communes={"57463": "Metz"},
)
FIRE = News(
    event_id="event-1",
    incident_id="incident-1",
    centre="57463",
    commune="57463",
    pack_version="v1",
    event=IncidentEvent.HAND_OVER_SENT,
    why="run_card",
    at=NOON,
    nature=Nature.FIRE,
    priority=Priority.P1,
    site="ecole",
    run_card="incendie",
    agency="sdis",
    hand_over="hand-over-1",
)


def news(event: IncidentEvent, **changes: Any) -> News:
    """The fire with another event and other details."""
    return replace(FIRE, event=event, **changes)
