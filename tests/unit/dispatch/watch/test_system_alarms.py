"""The system's own alarms: where they begin and end, what they say, and the rate of dead letters."""

from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.run_card import NO_CARD, Facts, choose, plan
from services.dispatch.domain.system_alarms import SystemAlarm, changes, placed, said
from services.dispatch.watch.dead_letter_watch import DeadLetterWatch
from services.dispatch.watch.progress import Progress


def test_begins_where_it_is_new_and_ends_where_it_is_over() -> None:
    """What stands already is neither opened again nor ended."""
    found = changes({"57463": 3, "31555": 1}, frozenset({"31555", "75056"}))
    assert found.begin == {"57463": 3}
    assert found.end == {"75056"}


def test_what_belongs_to_no_centre_is_told_to_all() -> None:
    """A dead letter has no centre; somebody must see it all the same."""
    assert placed({"00000": 2, "57463": 1}, frozenset({"57463", "31555"})) == {"57463": 3, "31555": 2}
    assert placed({"57463": 1}, frozenset({"57463", "31555"})) == {"57463": 1}


def test_each_alarm_says_what_to_do_in_both_languages() -> None:
    """The card names a command, French before English."""
    for alarm in SystemAlarm:
        words = said(alarm, 7)
        assert "7" in words.fr and "./vigie" in words.fr
        assert str(words) == f"{words.fr} / {words.en}"


def test_a_failure_of_the_system_sends_nobody_by_itself() -> None:
    """Without a run card of the city's own it is a P1 to read, not a patrol's mission."""
    card = choose((), Facts(Nature.SYSTEM, 1, None, None, night=False, protected=False))
    assert (card.id, card.priority, card.needs) == (NO_CARD, Priority.P1, ())
    assert plan(card, Nature.SYSTEM, silenced=False).card.needs == ()


def test_dead_letters_of_one_minute_are_counted() -> None:
    """Past the limit within a minute it tells how many, and stops telling a minute after the last."""
    now = [0.0]
    watch = DeadLetterWatch(limit=10, clock=lambda: now[0])
    ends = {"signals.dead": 100, "alarms.dead": 0}
    assert watch.see(ends) == 0
    now[0] = 5
    assert watch.see(ends | {"signals.dead": 110}) == 0
    now[0] = 10
    assert watch.see(ends | {"signals.dead": 111, "alarms.dead": 2}) == 13
    now[0] = 64
    assert watch.see(ends | {"signals.dead": 111, "alarms.dead": 2}) == 13
    now[0] = 71
    assert watch.see(ends | {"signals.dead": 111, "alarms.dead": 2}) == 0


def test_dead_letters_spread_over_minutes_are_no_alarm() -> None:
    """Ten an hour for a day is not ten a minute, and memory does not grow with the time that is looked at."""
    now = [0.0]
    watch = DeadLetterWatch(limit=10, clock=lambda: now[0])
    for number in range(2000):
        now[0] += 5
        assert watch.see({"signals.dead": number // 2}) == 0
    assert len(watch._looks) <= 14


def test_a_topic_that_was_made_anew_is_no_alarm() -> None:
    """Its end goes back to nought; what comes then counts from there."""
    watch = DeadLetterWatch(limit=10, clock=lambda: 0.0)
    assert watch.see({"signals.dead": 500}) == 0
    assert watch.see({"signals.dead": 3}) == 0


def test_idle_time_counts_from_the_last_change() -> None:
    """What moves is not idle; after nobody could look it begins anew."""
    now = [0.0]
    progress = Progress(lambda: now[0])
    assert progress.idle_s("a", 1) == 0
    now[0] = 20
    assert progress.idle_s("a", 1) == 20
    assert progress.idle_s("a", 2) == 0
    progress.forget()
    now[0] = 99
    assert progress.idle_s("a", 2) == 0
