"""The words that leave the room: French first, English beside, no personal data.

Everything here comes from the pack and from ids and enums of the event; free text never reaches notify.
"""

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from schemas.vocabulary.dispatching import HandOverState
from schemas.vocabulary.natures import NATURES
from services.notify.domain.directory import Directory, PlaceEntry
from services.notify.domain.news import News
from services.notify.domain.reasons import NotifyReason

WHY = {
    NotifyReason.HAND_OVER_TO_AGENCY: ("Intervention demandée", "Your intervention is requested"),
    NotifyReason.WORK_ORDER_TO_CONTRACTOR: ("Bon d'intervention", "Work order"),
    NotifyReason.NO_UNIT_LEFT: ("Aucun équipage disponible", "No unit left"),
    NotifyReason.URGENT_TASK_WAITS: ("Mission P1 en attente d'équipage", "P1 task waits for a unit"),
    NotifyReason.URGENT_UNACKNOWLEDGED: ("Fiche P1 que personne n'a acquittée", "P1 incident that nobody acknowledged"),
    NotifyReason.HAND_OVER_WITHDRAWN: ("Intervention annulée", "Your intervention is no longer needed"),
    NotifyReason.HAND_OVER_REFUSED: ("Un partenaire a refusé", "A partner refused"),
    NotifyReason.HAND_OVER_UNANSWERED: ("Un partenaire n'a pas acquitté", "A partner did not acknowledge"),
    NotifyReason.NOTIFICATION_FAILED: ("Un partenaire n'a pas pu être prévenu", "A partner could not be told"),
}
EXERCISE = ("EXERCICE", "EXERCISE")


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel sends. `body` is JSON for machines, `title` and `text` are for people."""

    title: str
    text: str
    body: dict[str, Any]


def compose(key: str, news: News, reason: NotifyReason, directory: Directory | None, dispatch_url: str) -> Letter:
    """The letter with id `key`. `dispatch_url` is where the receiver finds dispatch's doors."""
    entry = NATURES[news.nature]
    place = directory.place(news.site, news.device) if directory else None
    french, english = WHY[reason]
    where = place.name if place else _commune(news, directory) or "?"
    title = f"[{news.priority}] {french} : {entry.fr}, {where}"
    exercise = directory is not None and directory.exercise
    if exercise:
        title = f"{EXERCISE[0]} – {title}"
    links = _links(news, dispatch_url)
    body = {
        "id": key,
        **_subject(news),
        "incident_id": news.incident_id,
        "nature": news.nature.value,
        "nature_fr": entry.fr,
        "nature_en": entry.en,
        "priority": news.priority.value,
        "at": news.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "commune": news.commune,
        "site": _site(news, place),
        "position": {"lat": place.lat, "lon": place.lon} if place else None,
        "reason": reason.value,
        "because": news.why,
        "instructions": _instructions(news, directory),
        "exercise": exercise,
        "links": links,
    }
    lines = [
        f"{french} / {english}",
        f"{entry.fr} / {entry.en} ({news.priority})",
        f"Lieu / place : {where}" + (f", {place.address}" if place and place.address else ""),
        f"Fiche / incident : {links['incident']}",
    ]
    return Letter(title, "\n".join([" / ".join(EXERCISE), *lines] if exercise else lines), body)


def _subject(news: News) -> dict[str, str]:
    named = {"hand_over_id": news.hand_over, "work_order": news.work_order}
    return {name: value for name, value in named.items() if value}


def _site(news: News, place: PlaceEntry | None) -> dict[str, str] | None:
    if place is None:
        return {"id": news.site} if news.site else None
    known = {"id": place.id, "name": place.name, "address": place.address}
    return {**known, "notes_fr": place.notes_fr, "notes_en": place.notes_en}


def _instructions(news: News, directory: Directory | None) -> dict[str, str]:
    card = directory.cards.get(news.run_card) if directory and news.run_card else None
    return {"fr": card.instructions_fr, "en": card.instructions_en} if card else {}


def _commune(news: News, directory: Directory | None) -> str | None:
    return directory.communes.get(news.commune, news.commune) if directory and news.commune else news.commune


def _links(news: News, dispatch_url: str) -> dict[str, str]:
    """Where the receiver answers: the doors of dispatch. A hand-over that was withdrawn has no answer."""
    root = dispatch_url.rstrip("/")
    links = {"incident": f"{root}/v1/incidents/{news.incident_id}"}
    if news.hand_over and news.hand_over_state is not HandOverState.WITHDRAWN:
        door = f"{root}/v1/hand-overs/{news.hand_over}"
        links |= {step: f"{door}/{step}" for step in ("acknowledge", "refuse", "complete")}
    if news.work_order:
        door = f"{root}/v1/work-orders/{news.work_order}"
        links |= {step: f"{door}/{step}" for step in ("start", "complete", "already-fixed")}
    return links
