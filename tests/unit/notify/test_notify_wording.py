"""The words that leave the room."""

from dataclasses import replace

import pytest

from schemas.vocabulary.dispatching import HandOverState, IncidentEvent
from schemas.vocabulary.natures import Nature
from services.notify.domain.decision import Verdict, decide
from services.notify.domain.reasons import NotifyReason
from services.notify.domain.wording import WHY, compose
from tests.unit.notify.samples import DIRECTORY, FIRE, news

URL = "http://dispatch.test:8100/"


def test_a_hand_over_says_what_where_and_how_to_answer() -> None:
    """A partner's machine has all it needs, and the doors to acknowledge, refuse and complete."""
    body = compose("key-1", FIRE, NotifyReason.HAND_OVER_TO_AGENCY, DIRECTORY, URL).body
    assert body["id"] == "key-1"
    assert body["hand_over_id"] == "hand-over-1"
    assert (body["nature"], body["priority"], body["commune"]) == ("fire", "P1", "57463")
    assert body["site"]["address"] == "12 rue des Tilleuls"
    assert body["position"] == {"lat": 49.1068, "lon": 6.2168}
    assert body["instructions"] == {"fr": "Évacuer.", "en": "Evacuate."}
    assert body["links"]["acknowledge"] == "http://dispatch.test:8100/v1/hand-overs/hand-over-1/acknowledge"


def test_a_withdrawn_hand_over_says_so_and_asks_for_no_answer() -> None:
    """The same hand-over by its id, why, in both languages; no door to acknowledge what is no longer wanted."""
    gone = news(IncidentEvent.HAND_OVER_CHANGED, hand_over_state=HandOverState.WITHDRAWN, why="dismissed")
    letter = compose("key-2", gone, NotifyReason.HAND_OVER_WITHDRAWN, DIRECTORY, URL)
    assert letter.title == "[P1] Intervention annulée : Alarme incendie, École des Tilleuls"
    assert letter.text.splitlines()[0] == "Intervention annulée / Your intervention is no longer needed"
    assert (letter.body["hand_over_id"], letter.body["reason"]) == ("hand-over-1", "hand_over_withdrawn")
    assert letter.body["because"] == "dismissed"
    assert set(letter.body["links"]) == {"incident"}


def test_people_read_french_first_and_english_beside() -> None:
    """Title in French; each line of the text has both languages."""
    letter = compose("k", FIRE, NotifyReason.HAND_OVER_TO_AGENCY, DIRECTORY, URL)
    assert letter.title == "[P1] Intervention demandée : Alarme incendie, École des Tilleuls"
    assert letter.text.splitlines()[1] == "Alarme incendie / Fire alarm (P1)"


def test_an_exercise_says_so_first() -> None:
    """Nobody outside takes the demo for the real thing."""
    letter = compose("k", FIRE, NotifyReason.HAND_OVER_TO_AGENCY, replace(DIRECTORY, exercise=True), URL)
    assert letter.title.startswith("EXERCICE")
    assert letter.text.startswith("EXERCICE / EXERCISE")
    assert letter.body["exercise"] is True


def test_without_a_pack_the_ids_are_sent_alone() -> None:
    """A missing pack makes a shorter message, never an error."""
    body = compose("k", FIRE, NotifyReason.HAND_OVER_TO_AGENCY, None, URL).body
    assert body["site"] == {"id": "ecole"}
    assert body["position"] is None


def test_every_reason_to_tell_has_words() -> None:
    """No decision to tell somebody can end in a missing word."""
    told = {
        decision.reason
        for event in IncidentEvent
        for decision in decide(news(event, failed_recipient="sdis"), DIRECTORY, shift_lead=True)
        if decision.verdict is Verdict.TELL
    } | {NotifyReason.HAND_OVER_REFUSED, NotifyReason.HAND_OVER_WITHDRAWN}
    assert told <= set(WHY)


@pytest.mark.parametrize("nature", list(Nature))
def test_every_nature_can_be_told(nature: Nature) -> None:
    """Each word of the vocabulary makes a title that names it."""
    letter = compose("k", replace(FIRE, nature=nature), NotifyReason.HAND_OVER_TO_AGENCY, DIRECTORY, URL)
    assert letter.body["nature"] == nature
    assert letter.body["nature_fr"] in letter.title
