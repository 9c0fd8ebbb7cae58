"""docs/logs.md and the calls behind it: every word of a log line or span is declared, once, and can be searched."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from deploy.local.layout import REPOSITORY
from deploy.prometheus.vocabulary import declared
from deploy.words.__main__ import PAGE, page
from deploy.words.calls import Source, sources
from services.chassis.fields import FIELDS, SPAN_ATTRIBUTES

SOURCES = sources()
OTHERWISE_IN_METRICS = {"cause", "channel", "check", "event", "flag", "lane", "loop", "priority", "site", "what"}
"""Labels of what no line says; `event` is the lines' own word and theirs `incident_event`."""


MADE_BEFORE = "from services.chassis import telemetry\nattributes: dict[str, str] = {'vigie.reason': 'x'}\n"


def faults(tmp_path: Path, text: str) -> list[str]:
    """What is wrong with a file of that text."""
    path = tmp_path / "written.py"
    path.write_text(text)
    return [fault.split(": ", 1)[1] for fault in Elsewhere(path).faults()]


class Elsewhere(Source):
    """A file that is none of a service's."""

    def place(self, node: ast.AST) -> str:
        """Its name."""
        return self.path.name


def test_every_word_of_a_line_or_span_is_declared_and_nothing_free_stands_in_its_place() -> None:
    """Names out of the vocabulary, sentences where a word is due, uncut text: none, in all calls of all services."""
    assert len([said for source in SOURCES for said in source.logged()]) > 100
    assert [fault for source in SOURCES for fault in source.faults()] == []


@pytest.mark.parametrize(
    ("call", "fault"),
    [
        ("log.info('thing_done', incident='i')", "incident is not declared in services/chassis/fields.py"),
        ("log.info('thing_done', trace='i')", "trace is not declared in services/chassis/fields.py"),
        ("log.info('done')", "the event ['done'] is not two or more words as one literal"),
        ("log.info('Thing done')", "the event ['Thing done'] is not two or more words as one literal"),
        ("log.info(f'thing_{1}')", "the event log.info(f'thing_{1}') is not two or more words as one literal"),
        ("log.info('thing_done', **more)", "**more hides its names"),
        ("log.info('thing_done', reason=str(e))", "reason=str(e): it is a word of an enumeration, not text"),
        (
            "log.info('thing_done', reason='not at all')",
            "reason='not at all': it is a word of an enumeration, not text",
        ),
        ("log.info('thing_done', detail=str(e))", "detail=str(e): free text is cut"),
        (
            "log.info('thing_done', error=str(e))",
            "error=str(e): the class of an exception, and nothing else, is `error`",
        ),
        ("say = log.info", "`log` is used otherwise than to log"),
        ("span.set_attributes(found)", "a span's attributes are not written out"),
        ("span.set_attributes({'incident': 1})", "span attribute incident is not declared"),
        (MADE_BEFORE, "span attribute vigie.reason is not declared"),
    ],
)
def test_each_rule_is_kept_by_this_reader(tmp_path: Path, call: str, fault: str) -> None:
    """One call that breaks it is found, and nothing else is said about it."""
    assert faults(tmp_path, call) == [fault]


def test_what_keeps_the_rules_is_not_found_fault_with(tmp_path: Path) -> None:
    """The forms that services use."""
    text = (
        "log.warning('thing_waits' if away else 'thing_back', topic=topic, **logs.fault(error))\n"
        "log.log(logging.DEBUG if good else logging.WARNING, 'thing_read', result=result.value)\n"
        "log.error('thing_failed', error=type(error).__name__, detail=logs.cut(error), reason=why, exc_info=True)\n"
        "span.set_attributes({'reason': why, 'incident_id': one})\n"
    )
    assert faults(tmp_path, text) == []


def test_one_event_is_one_thing_wherever_it_is_said() -> None:
    """The same name in several places is of one level, so that who searches for it finds one kind of thing."""
    levels: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for source in SOURCES:
        for said in source.logged():
            levels[said.event].add(said.levels)
    assert {event for event, found in levels.items() if len(found) > 1} == set()


def test_a_label_of_a_metric_is_the_word_of_the_lines() -> None:
    """Where a metric counts what a line says, both say it under one name."""
    labels = {label for metric in declared() for label in metric.labels}
    assert labels - FIELDS.keys() == OTHERWISE_IN_METRICS - FIELDS.keys()
    assert labels >= OTHERWISE_IN_METRICS


def test_no_word_is_declared_that_nobody_says() -> None:
    """A vocabulary with dead words is no longer one."""
    said = {name for source in SOURCES for line in source.logged() for name in line.fields}
    given = {SPAN_ATTRIBUTES[name].name for source in SOURCES for name in source.attributes()}
    by_every_line = {"timestamp", "level", "service", "module", "event"}
    assert FIELDS.keys() - said - given - by_every_line == set()


def test_the_page_of_logs_is_that_of_the_code() -> None:
    """docs/logs.md says every word, event and attribute; `make metrics` writes it."""
    assert PAGE.read_text("utf-8") == page(), "make metrics"


def test_only_the_chassis_sets_up_a_log() -> None:
    """No service prints, or has a logger whose lines would have another form."""
    by_hand = re.compile(r"^import structlog|getLogger\(|^\s*print\(", re.MULTILINE)
    found = [source.path for source in SOURCES if by_hand.search(source.path.read_text("utf-8"))]
    assert found == [REPOSITORY / "services" / "chassis" / "logs.py"]
