"""What the doctor concludes from what it found; that it finds it is shown in tests/flow/tools."""

from pathlib import Path

import pytest

from cli.doctor.findings import Finding, Level
from cli.doctor.kafka import Held, judge_lag, judge_topics
from cli.doctor.postgres import Facts, judge
from cli.doctor.services import JOURNAL, judge_disk, judge_health, judge_journal, judge_packs
from deploy.prometheus.vocabulary import series
from schemas.topics.files import topics

WHOLE = {
    name: Held(((3, 3), (3, 3)), 2)
    for name in [*topics(), *(file.dead_topic for file in topics().values() if file.dead_letters)]
}


def levels(found: list[Finding]) -> list[Level]:
    """How bad, in order."""
    return [each.level for each in found]


def test_a_whole_cluster_is_one_line() -> None:
    """Nothing to do, and it says that it looked."""
    assert levels(judge_topics(WHOLE, 3)) == [Level.OK]


def test_a_missing_topic_says_how_to_make_it() -> None:
    """One problem, with the command."""
    found = judge_topics({name: held for name, held in WHOLE.items() if name != "signals"}, 3)
    assert levels(found) == [Level.PROBLEM]
    assert "schemas.topics create" in found[0].do_fr


@pytest.mark.parametrize(
    ("copies", "level"), [(((3, 2),), Level.WARNING), (((3, 1),), Level.PROBLEM), (((2, 2),), Level.WARNING)]
)
def test_copies_behind_below_the_minimum_or_too_few(copies: tuple[tuple[int, int], ...], level: Level) -> None:
    """Behind is a warning, refused writes are a problem, fewer copies than brokers allow a warning."""
    assert levels(judge_topics(WHOLE | {"signals": Held(copies, 2)}, 3)) == [level]


def test_the_pinned_pairs_of_the_urgent_lane_are_as_they_must_be() -> None:
    """Two copies each are its design, not a shortage."""
    assert levels(judge_topics(WHOLE | {"alarms.urgent": Held(((2, 2),) * 3, 2)}, 3)) == [Level.OK]


@pytest.mark.parametrize(
    ("lag", "level"),
    [(0, Level.OK), (999, Level.OK), (1000, Level.WARNING), (50_000, Level.PROBLEM), (None, Level.WARNING)],
)
def test_lag(lag: int | None, level: Level) -> None:
    """A thousand behind is worth a look, fifty thousand somebody at once."""
    assert judge_lag("triage.screening", "signals", lag).level is level


def test_an_old_schema_a_long_transaction_a_wrong_clock_and_an_alarm() -> None:
    """Each is told, with what to do, French and English."""
    facts = Facts(version="0005", expected="0006", most_connections=100)
    facts.long_transactions, facts.skew_s, facts.alarms = [("psql", 90.0)], -600.0, ["unreconciled"]
    found = [each for each in judge(facts) if each.level is not Level.OK]
    assert levels(found) == [Level.PROBLEM, Level.WARNING, Level.WARNING, Level.PROBLEM]
    assert all(each.do_fr and each.do_en for each in found)
    assert "-600.0 s" in found[2].fr


def test_a_service_that_waits_and_one_that_is_degraded() -> None:
    """The check's own words come along; a ready one is one line."""
    checks = {
        "kafka": {"state": "waiting", "detail": "does not answer"},
        "dead_letters": {"state": "degraded", "detail": "more than 60"},
        "packs": {"state": "ready", "detail": ""},
    }
    found = list(judge_health("ingest", {"status": "waiting", "checks": checks}))
    assert levels(found) == [Level.PROBLEM, Level.WARNING]
    assert "does not answer" in found[0].fr
    assert levels(list(judge_health("ingest", {"status": "ready", "checks": {}}))) == [Level.OK]


def test_another_pack_than_dispatch_is_a_problem() -> None:
    """By the version that the service's own health names."""
    said = {"checks": {"packs": {"state": "ready", "detail": "57463@v1"}}}
    assert levels(list(judge_packs("ingest", said, {"57463": "v2"}))) == [Level.PROBLEM]
    assert list(judge_packs("ingest", said, {"57463": "v1"})) == []


def test_a_journal_that_holds_signals_is_told() -> None:
    """From the service's own metric, as it is declared."""
    assert JOURNAL in series()
    text = f"# TYPE {JOURNAL} gauge\n{JOURNAL} 12\n"
    [found] = judge_journal("ingest", text)
    assert (found.level, "12" in found.fr) == (Level.WARNING, True)
    assert list(judge_journal("ingest", text.replace(" 12", " 0"))) == []


def test_the_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    """The nearest folder that is counts."""
    assert str(tmp_path) in judge_disk(tmp_path / "var" / "deep").fr
