"""What Metz decides, by day and night, in term and in holidays; and that the demo's story holds at any hour."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo import cast
from schemas.pack.files import load_pack
from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.run_card import Facts, Plan, choose, plan
from services.dispatch.packs import Book

METZ = Path(__file__).resolve().parents[2] / "deploy" / "cities" / "metz"
MONDAY_NOON, MONDAY_NIGHT = "2026-11-23T11:00:00+00:00", "2026-11-23T23:30:00+00:00"
HOLIDAY_NOON, SUNDAY_NOON = "2026-12-22T11:00:00+00:00", "2026-11-22T11:00:00+00:00"
GOOD_FRIDAY_NOON = "2027-03-26T11:00:00+00:00"


@pytest.fixture(scope="module")
def book() -> Book:
    """The demo city as the exercise uses it."""
    pack = load_pack(METZ, [METZ / "overlays" / "exercice"])
    return Book(pack, pack.version)


def decide(
    book: Book, nature: Nature, site: str | None, at: datetime, sources: int = 1, *, protected: bool = False
) -> Plan:
    """As dispatch decides, without a silence."""
    facts = Facts(nature, sources, book.site_kind(site), book.site_open(site, at), book.is_night(at), protected)
    return plan(choose(book.cards, facts), nature, silenced=False)


@pytest.mark.parametrize(
    ("nature", "site", "at", "sources", "protected", "expected"),
    [
        (Nature.INTRUSION, "ecole-tilleuls", MONDAY_NOON, 1, False, "intrusion-ecole-ouverte"),
        (Nature.INTRUSION, "ecole-tilleuls", HOLIDAY_NOON, 1, False, "intrusion-un-detecteur"),
        (Nature.INTRUSION, "ecole-tilleuls", SUNDAY_NOON, 1, False, "intrusion-un-detecteur"),
        (Nature.INTRUSION, "college-colline", GOOD_FRIDAY_NOON, 1, False, "intrusion-un-detecteur"),
        (Nature.INTRUSION, "ecole-tilleuls", MONDAY_NIGHT, 1, False, "intrusion-nuit-batiment-ferme"),
        (Nature.INTRUSION, "mairie-patrotte", MONDAY_NIGHT, 1, False, "intrusion-nuit-batiment-ferme"),
        (Nature.INTRUSION, "mairie-patrotte", MONDAY_NIGHT, 2, False, "intrusion-confirmee"),
        (Nature.INTRUSION, "mairie-patrotte", MONDAY_NOON, 1, False, "intrusion-un-detecteur"),
        (Nature.INTRUSION, "congres", MONDAY_NIGHT, 1, False, "intrusion-un-detecteur"),
        (Nature.INTRUSION, None, MONDAY_NIGHT, 1, False, "intrusion-un-detecteur"),
        (Nature.DISTURBANCE, None, MONDAY_NIGHT, 1, False, "tapage-nocturne"),
        (Nature.DISTURBANCE, None, MONDAY_NOON, 1, False, "tranquillite-publique"),
        (Nature.CROWD, "place-charrons", MONDAY_NIGHT, 1, False, "attroupement-nuit"),
        (Nature.CROWD, "place-charrons", MONDAY_NOON, 1, False, "tranquillite-publique"),
        *(
            (nature, None, at, 1, True, "adresse-protegee")
            for nature in (Nature.ASSAULT, Nature.PANIC, Nature.DISTURBANCE, Nature.UNKNOWN_ALARM, Nature.SOS)
            for at in (MONDAY_NOON, MONDAY_NIGHT)
        ),
        (Nature.FIRE, "ecole-tilleuls", MONDAY_NOON, 1, True, "incendie-ecole"),
    ],
)
def test_the_card_for_each_moment(
    book: Book, nature: Nature, site: str | None, at: str, sources: int, protected: bool, expected: str
) -> None:
    """Term and holidays, day and night, hours that are not known, and protected addresses."""
    found = decide(book, nature, site, datetime.fromisoformat(at), sources, protected=protected)
    assert found.card.id == expected


def test_a_protected_address_and_pupils_get_two_patrols_and_the_police_at_once(book: Book) -> None:
    """P1, automatic, whatever the alarm says elsewhere."""
    noon = datetime.fromisoformat(MONDAY_NOON)
    for found in (
        decide(book, Nature.DISTURBANCE, None, noon, protected=True),
        decide(book, Nature.INTRUSION, "ecole-tilleuls", noon),
    ):
        needs = {need.kind: need.count for need in found.card.needs}
        assert needs == {ResponderKind.PATROL: 2, ResponderKind.NATIONAL_POLICE: 1}
        assert (found.card.priority, found.automatic) == (Priority.P1, True)


def test_at_night_a_closed_building_is_reached_sooner(book: Book) -> None:
    """The same P2 to be verified first, but two patrols, and in less time than by day."""
    by_day = decide(book, Nature.INTRUSION, "mairie-patrotte", datetime.fromisoformat(MONDAY_NOON)).card
    by_night = decide(book, Nature.INTRUSION, "mairie-patrotte", datetime.fromisoformat(MONDAY_NIGHT)).card
    assert by_day.priority is by_night.priority is Priority.P2
    assert by_day.verify_first
    assert by_night.verify_first
    assert by_night.target_s < by_day.target_s


def test_fires_hold_ups_and_crowds_escalate(book: Book) -> None:
    """Each has levels; those of fires and hold-ups come by themselves, not sooner than the target time."""
    for nature in (Nature.FIRE, Nature.HOLD_UP, Nature.CROWD):
        cards = [card for card in book.cards if nature in card.natures]
        assert all(card.levels for card in cards), nature
        for card in cards:
            assert all(level.after_s is None or level.after_s >= card.target_s for level in card.levels)
    by_themselves = {card.id for card in book.cards if any(level.after_s for level in card.levels)}
    assert by_themselves >= {"incendie-ecole", "incendie", "agression-armee"}


STORY = [
    (cast.SCHOOL_PANEL, Nature.FIRE, 1, (Priority.P1, True, 2)),
    (cast.COLLEGE_PANEL, Nature.FIRE, 1, (Priority.P1, True, 2)),
    (cast.MUSEUM_PANEL, Nature.FIRE, 1, (Priority.P1, True, 1)),
    (cast.CONGRESS_PANEL, Nature.HOLD_UP, 1, (Priority.P1, True, 2)),
    (cast.DISTRICT_HALL_PANEL, Nature.PANIC, 1, (Priority.P1, True, 1)),
    (cast.SOS_KIOSK, Nature.KIOSK_SOS, 1, (Priority.P1, True, 1)),
    (cast.STATION_CAMERA, Nature.SOS, 2, (Priority.P1, True, 1)),
]


def test_the_demo_comes_out_alike_at_any_hour(book: Book) -> None:
    """Every 97 minutes of the school year: each scene's alarm asks for the same, and the museum's is verified."""
    at, end = datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 9, 1, tzinfo=UTC)
    while at < end:
        for device, nature, sources, expected in STORY:
            found = decide(book, nature, book.devices[device].site, at, sources)
            patrols = next(need.count for need in found.card.needs if need.kind is ResponderKind.PATROL)
            assert (found.card.priority, found.automatic, patrols) == expected, (device, at)
        museum = decide(book, Nature.INTRUSION, book.devices[cast.MUSEUM_PANEL].site, at)
        assert museum.card.verify_first, at
        assert not museum.automatic, at
        at += timedelta(minutes=97)
