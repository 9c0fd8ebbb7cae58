"""From the wire to notify's values and back."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from schemas.messages.dispatching import IncidentChanged
from schemas.pack.files import load_pack
from schemas.vocabulary.dispatching import HandOverState, IncidentEvent, NotifyOutcome
from schemas.vocabulary.natures import Nature, Priority
from schemas.wire import Origin
from services.notify.messages import directory_of, key_of, news_of, report_of
from tests.unit.notify.samples import NOON

ORIGIN = Origin(centre="57463", commune="57463", pack_version="v1")


def changed(**changes: object) -> IncidentChanged:
    """A hand-over sent, with changes."""
    values: dict[str, object] = {
        "id": "e1",
        "origin": ORIGIN,
        "incident_id": "i1",
        "version": 3,
        "event": IncidentEvent.HAND_OVER_SENT,
        "reason": "run_card",
        "at": NOON,
        "actor": "system",
        "nature": Nature.FIRE,
        "priority": Priority.P1,
        "state": {"site": "ecole", "run_card": "incendie"},
        "detail": {"hand_over_id": "h1", "task_id": "t1", "agency": "sdis", "responder": "firefighters"},
    }
    return IncidentChanged.model_validate(values | changes)


def test_detail_and_state_become_named_fields() -> None:
    """What decides is read from detail; place and card from the state after the event."""
    news = news_of(changed())
    assert (news.agency, news.hand_over, news.site, news.run_card) == ("sdis", "h1", "ecole", "incendie")
    refused = changed(event=IncidentEvent.HAND_OVER_CHANGED, detail={"hand_over_id": "h1", "state": "refused"})
    assert news_of(refused).hand_over_state is HandOverState.REFUSED


def test_unknown_words_and_shapes_steer_nothing() -> None:
    """A newer dispatch may write what we do not know: it counts as absent."""
    news = news_of(changed(detail={"agency": 7, "hand_over_id": "", "state": "teleported"}))
    assert (news.agency, news.hand_over, news.hand_over_state) == (None, None, None)


def test_the_key_depends_on_event_and_recipient_alone() -> None:
    """Reading again gives the same key; another recipient another one. The value is fixed for ever."""
    assert key_of("e1", "sdis") == key_of("e1", "sdis") != key_of("e1", "police")
    assert key_of("e1", "sdis") == "d4347a10-8fd0-51f3-a716-3801d9a0d97c"


def test_one_result_always_makes_the_same_report() -> None:
    """A report sent twice after a crash has one id, so dispatch counts it once."""
    row = SimpleNamespace(
        key="k", attempt=2, outcome="retrying", origin=ORIGIN.model_dump(), incident_id="i1", event_id="e1",
        recipient="sdis", channel="webhook", reason="timed_out",
    )  # fmt: skip
    first, again = report_of(row, NOON), report_of(row, datetime.now(UTC))
    assert first.id == again.id
    assert (first.outcome, first.event_key) == (NotifyOutcome.RETRYING, "i1")


def test_the_metz_pack_gives_agencies_places_and_the_contractor_of_its_lighting_card() -> None:
    """Notify finds in a real pack what its decisions and words need."""
    directory = directory_of(load_pack(Path(__file__).parents[3] / "deploy/cities/metz"))
    assert directory.agencies["sdis57"].channel == "webhook"
    assert directory.sites["ecole-tilleuls"].address.startswith("12 rue")
    assert directory.cards["eclairage"].contractor == "eclairage-moselle"
    assert directory.cards["depot-sauvage"].contractor is None
