"""What the followers of `silences` and `packs` make of their records."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas.codec import encode
from schemas.messages.dispatching import SilenceChanged
from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, Site, SiteKind
from schemas.wire import Origin, Position
from services.triage.screening.domain.silences import Silence
from services.triage.screening.rules_in_force import RulesInForce
from tests.unit.triage.builders import CENTRE, T0, on_camera, seen

CITIES = Path(__file__).resolve().parents[3] / "deploy" / "cities"
NOW = datetime.fromtimestamp(T0, UTC)
KEY = f"{CENTRE}/device:panel-1".encode()


class FixedClock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """As set."""
        return self._now

    def set(self, seconds: float) -> None:
        """Seconds after T0."""
        self._now = NOW + timedelta(seconds=seconds)


@pytest.fixture
def clock() -> FixedClock:
    """At T0."""
    return FixedClock(NOW)


def put(rules: RulesInForce, name: str, start: float, end: float, centre: str = CENTRE) -> bytes:
    """A silence over panel-1; the record's key."""
    silence = SilenceChanged(
        silence_id=name,
        origin=Origin(centre=centre, pack_version="p"),
        scope="device:panel-1",
        starts_at=NOW + timedelta(seconds=start),
        ends_at=NOW + timedelta(seconds=end),
        reason="travaux",
        set_by="operator",
    )
    key, value, headers = encode(silence, "vigie/dispatch")
    rules.accept_silence(key, value, headers)
    return key


def school_of(centre: str, until: datetime | None) -> CityPack:
    """A centre with one site, `school`, under test until then."""
    commune = Commune(insee=centre, name=centre)
    place = {"commune": centre, "sector": "borny", "position": Position(lat=49.11, lon=6.18), "address": "1 rue"}
    school = Site(id="school", name="École", kind=SiteKind.SCHOOL, under_test_until=until, **place)
    return CityPack(
        centre=Centre(code=centre, name=centre, communes=(commune,)),
        sectors=(), sites=(school,), devices=(), units=(), run_cards=(),
    )  # fmt: skip


def over(rules: RulesInForce, at: float, centre: str = CENTRE) -> str | None:
    """Which silence covers a signal of panel-1 at that time."""
    hush = rules.now.silences.over(seen(at, centre=centre))
    return hush.silence_id if hush else None


def test_a_lifted_silence_still_covers_what_came_before(clock: FixedClock) -> None:
    """A signal from before the tombstone, read once more, ends as it ended; a later one is an alarm."""
    rules = RulesInForce(clock)
    put(rules, "one", 0, 600)
    clock.set(100)
    rules.accept_silence(KEY, None, [])
    assert (over(rules, 50), over(rules, 150)) == ("one", None)


def test_a_newer_silence_of_the_same_scope_takes_over_when_it_starts(clock: FixedClock) -> None:
    """The former ends there; the same id only changes its end."""
    rules = RulesInForce(clock)
    put(rules, "one", 0, 600)
    put(rules, "two", 300, 900)
    assert (over(rules, 100), over(rules, 400), over(rules, 700)) == ("one", "two", "two")
    put(rules, "two", 300, 350)
    assert (over(rules, 100), over(rules, 400)) == ("one", None)


def test_two_centres_silence_and_lift_the_same_scope_each_for_itself(clock: FixedClock) -> None:
    """The other centre's silence neither covers nor replaces, and its tombstone lifts only its own."""
    rules = RulesInForce(clock)
    put(rules, "ours", 0, 600)
    theirs = put(rules, "theirs", 0, 600, centre="57672")
    assert (over(rules, 50), over(rules, 50, "57672"), over(rules, 50, "57000")) == ("ours", "theirs", None)
    clock.set(100)
    rules.accept_silence(theirs, None, [])
    assert (over(rules, 150), over(rules, 150, "57672")) == ("ours", None)


def test_two_centres_sites_under_test_are_two(clock: FixedClock) -> None:
    """The pack of one centre puts its school under test; the other's school of the same id raises alarms."""
    rules = RulesInForce(clock)
    for code, until in ((CENTRE, NOW + timedelta(hours=1)), ("57672", None)):
        for part in school_of(code, until).parts(NOW):
            rules.accept_pack(*encode(part, "vigie/dispatch"))
    assert rules.now.silences.over(seen(50)) is not None
    assert rules.now.silences.over(seen(50, centre="57672")) is None


def test_garbage_on_silences_changes_nothing(clock: FixedClock) -> None:
    """An unreadable record is said in the log and passed over."""
    rules = RulesInForce(clock)
    put(rules, "one", 0, 600)
    before: Silence = rules.now.silences.by_scope[KEY.decode()][0]
    rules.accept_silence(KEY, b"{", [("ce_type", b"vigie.silence.set.v1")])
    assert rules.now.silences.by_scope[KEY.decode()] == (before,)


def test_the_gate_opens_with_the_exercise_s_pack_and_only_on_its_cameras(clock: FixedClock) -> None:
    """The Metz pack refuses every use; its exercise overlay allows one, on the cameras that it names."""
    rules = RulesInForce(clock)
    outside = on_camera(device="cam-fournirue", use_case="sos_support_person")
    inside = on_camera(device="cam-gare-parvis", use_case="sos_support_person")
    results = []
    for overlays in ([], [CITIES / "metz" / "overlays" / "exercice"]):
        pack = load_pack(CITIES / "metz", overlays=overlays)
        for part in pack.parts(NOW):
            key, value, headers = encode(part, "vigie/dispatch")
            rules.accept_pack(key, value, headers)
        results.append([rules.now.gate.judge(signal).refusal is None for signal in (outside, inside)])
    assert results == [[False, False], [False, True]]
    assert rules.only_centre == CENTRE
