"""deploy/prometheus: every query names what exists, every alert fires in a test and has a run-book."""

import json
import re
import shutil
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.__main__ import rendered
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Board
from deploy.local.layout import REPOSITORY
from deploy.prometheus import drilled
from deploy.prometheus.__main__ import PAGE, page
from deploy.prometheus.run_books import rules
from deploy.prometheus.vocabulary import SCRAPED, SERVICES, declared, series
from schemas.topics.files import topics
from tests import run_books
from tests.drills import faults  # noqa: F401 (fills DRILLS)
from tests.drills.drill import DRILLS
from tests.programs import installed

FOLDER = REPOSITORY / "deploy" / "prometheus"
RULES = rules()
CASES = sorted(path.name for path in FOLDER.glob("*_test.yml"))
TESTS = [test for name in CASES for test in yaml.safe_load((FOLDER / name).read_text("utf-8"))["tests"]]
NAMES = [rule["alert"] for rule in RULES]
WHOM = {"page": "on-call", "ticket": "department"}
ROUTED = [({"alertname": rule["alert"], **rule["labels"]}, WHOM[rule["labels"]["severity"]]) for rule in RULES]


def promtool() -> str:
    """Prometheus's own judge."""
    return installed("promtool", "prometheus")


def words() -> set[str]:
    """Every word that a label may hold: values of the code's enumerations, topics, the lanes."""
    found, todo = set[str](), [StrEnum]
    import services.dispatch.domain.probing
    import services.dispatch.domain.system_alarms
    import services.ingest.domain.proving
    import services.ingest.domain.repeats
    import services.ingest.reception  # noqa: F401 (their enumerations)

    while todo:
        kind: Any = todo.pop()
        todo += kind.__subclasses__()
        found |= {str(word.value) for word in kind} if len(kind.__members__) else set()
    return found | {"signals", "urgent", *SERVICES} | set(topics()) | {f"{topic}.dead" for topic in topics()}


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_each_query_names_series_and_labels_that_exist(rule: dict[str, Any]) -> None:
    """A renamed metric would silence its alert for good."""
    known, vocabulary = series(), words() | {"vigie"}
    named = re.findall(r"\b(vigie_\w+|up)\b(?:\{([^}]*)\})?", rule["expr"])
    assert named
    for name, selectors in named:
        assert name in known, name
        for label, matched, value in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', selectors):
            assert label in known[name], (name, label)
            for word in value.split("|") if "~" in matched else [value]:
                assert label == "le" or word in vocabulary, (name, label, word)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_each_alert_says_what_it_means_in_both_languages_and_what_to_do(rule: dict[str, Any]) -> None:
    """Its run-book names it and has its four parts."""
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert " / " in rule["annotations"]["summary"]
    told = (REPOSITORY / rule["annotations"]["runbook"]).read_text("utf-8")
    assert f"`{rule['alert']}`" in told.splitlines()[2]
    assert [line for line in told.splitlines() if line.startswith("## ")] == list(run_books.HEADINGS)


def test_each_alert_fires_in_a_test_and_is_quiet_before() -> None:
    """And names are not given twice."""
    fired = {case["alertname"] for test in TESTS for case in test["alert_rule_test"] if case["exp_alerts"]}
    quiet = {case["alertname"] for test in TESTS for case in test["alert_rule_test"] if not case["exp_alerts"]}
    assert fired == quiet == set(NAMES)
    assert len(NAMES) == len(set(NAMES))


def test_each_run_book_belongs_to_an_alert() -> None:
    """What no alert leads to, nobody finds at night."""
    assert {f"docs/runbooks/{path.name}" for path in run_books.pages()} == {
        rule["annotations"]["runbook"] for rule in RULES
    }


@pytest.mark.parametrize("command", [("check", "rules", "vigie.rules.yml"), ("test", "rules", *CASES)])
def test_promtool_agrees(command: tuple[str, ...]) -> None:
    """Prometheus's own tool reads the rules, and each fires in its time."""
    done = subprocess.run((promtool(), *command), cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("labels", "receiver"), [*ROUTED, ({"severity": "new-word"}, "on-call"), ({}, "on-call")], ids=str
)
def test_each_alert_goes_to_whom_its_severity_says(labels: dict[str, str], receiver: str) -> None:
    """By Alertmanager's own tool and the shipped file; what nobody has sorted wakes somebody."""
    told = (f"{name}={value}" for name, value in labels.items())
    command = (
        installed("amtool", "prometheus-alertmanager"),
        "config",
        "routes",
        "test",
        "--config.file=alertmanager.yml",
    )
    done = subprocess.run((*command, *told), cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, [receiver]), done.stdout + done.stderr


def test_what_is_silenced_by_another_exists() -> None:
    """A renamed alert would no longer be held back, or hold back another for good."""
    held = yaml.safe_load((FOLDER / "alertmanager.yml").read_text("utf-8"))["inhibit_rules"]
    named = [one for rule in held for side in ("source_matchers", "target_matchers") for one in rule[side]]
    assert {re.fullmatch(r'alertname="(\w+)"', one)[1] for one in named} <= set(NAMES)  # type: ignore[index]


def test_the_containers_that_are_scraped_are_the_services_that_run() -> None:
    """Each process on its own port, under its service's name (a second one bears a number); all of them are traced."""
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))["services"]
    told = json.loads((REPOSITORY / "deploy" / "observability" / "targets" / "vigie.json").read_text("utf-8"))
    scraped = {(entry["labels"]["service"], target) for entry in told for target in entry["targets"]}
    running = {name: service for name, service in compose.items() if "healthcheck" in service and "build" in service}
    wanted = set()
    for name, service in running.items():
        port = next(value for key, value in service["environment"].items() if re.fullmatch(r"\w+?(_HTTP)?_PORT", key))
        replicas = service.get("deploy", {}).get("replicas")
        hosts = [f"vigie-{name}-{number + 1}" for number in range(replicas)] if replicas else [name]
        wanted |= {(name.removesuffix("-2"), f"{host}:{port}") for host in hosts}
    assert scraped == wanted
    overlay = yaml.safe_load((REPOSITORY / "docker-compose.observability.yml").read_text("utf-8"))["services"]
    assert {
        name for name, service in overlay.items() if "OTEL_EXPORTER_OTLP_ENDPOINT" in service.get("environment", {})
    } == set(running)


def test_what_containers_mount_is_there() -> None:
    """A path that is not there becomes an empty folder, without a word."""
    text = (REPOSITORY / "docker-compose.observability.yml").read_text("utf-8")
    overlay = yaml.safe_load(text)["services"]
    mounted = [volume.split(":")[0] for service in overlay.values() for volume in service.get("volumes", [])]
    ours = [path for path in mounted if path.startswith("./")]
    assert len(ours) == 8
    assert all((REPOSITORY / path).exists() for path in (*ours, *(re.findall(r"\$\{VIGIE_\w+:-(\./[^}]+)\}", text))))


def test_the_scrape_configuration_is_one(tmp_path: Path) -> None:
    """With the rules beside it."""
    for name in ("prometheus.yml", "vigie.rules.yml"):
        shutil.copy(FOLDER / name, tmp_path / name)
    command = (promtool(), "check", "config", "prometheus.yml")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_of_metrics_is_made_from_what_is_declared() -> None:
    """`make metrics` writes it anew."""
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_each_panel_asks_for_what_exists(board: Board) -> None:
    """Its queries name series and labels that are there, its legend labels that the query keeps."""
    known = series() | {"process_cpu_seconds_total": SCRAPED, "process_resident_memory_bytes": SCRAPED}
    for panel in (panel for _, panels in board.rows for panel in panels):
        assert " / " in panel.title or panel.title == "Outbox, journal, réconciliateur", panel.title
        for legend, query in panel.queries:
            named = re.findall(r"\b(vigie_\w+|process_\w+|up)\b(?:\{([^}]*)\})?", query)
            assert named, query
            labels = {label for name, _ in named for label in known[name]}
            asked = re.findall(r"by \(([^)]*)\)", query)
            kept = set(re.split(r",\s*", asked[0])) if asked else set(SCRAPED)
            assert kept <= labels, query
            assert set(re.findall(r"\{\{(\w+)\}\}", legend)) <= kept, (legend, query)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_the_boards_are_written_from_the_code(board: Board) -> None:
    """`make metrics` writes them anew; no two panels share a place."""
    held = (REPOSITORY / "deploy" / "grafana" / f"{board.uid}.json").read_text("utf-8")
    assert held == rendered(board)
    places = [panel["gridPos"] for panel in json.loads(held)["panels"]]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    assert all(p["x"] + p["w"] <= 24 for p in places)


def test_metrics_are_named_as_prometheus_wants_it() -> None:
    """Counters end in _total, seconds and bytes in their unit, and no label is an id."""
    for metric in declared():
        assert metric.name.startswith("vigie_")
        assert (metric.kind == "counter") == metric.name.endswith("_total"), metric.name
        assert metric.kind != "histogram" or metric.name.endswith(f"_{metric.unit}"), metric.name
        assert not {label for label in metric.labels if label.endswith("_id") or label in {"id", "device", "unit"}}
        assert metric.meaning.endswith(".")


def test_each_alert_has_rung_by_its_real_fault() -> None:
    """In the last whole run of `make drills`, in time; no rule was added or renamed since without being tried."""
    lines = json.loads(drilled.RESULTS.read_text("utf-8"))["lines"]
    assert {line["alert"] for line in lines} == set(NAMES)
    assert all(line["rang_s"] is not None and line["rang_s"] <= line["within_s"] for line in lines), lines
    assert {(line["drill"], line["alert"]) for line in lines} == {
        (one.name, wanted.alert) for one in DRILLS.values() for wanted in one.expected
    }


def test_the_page_of_alerts_and_the_run_books_name_the_drills() -> None:
    """`make metrics` writes docs/alerts.md and how each alert is made to ring."""
    for file, told in drilled.made():
        assert file.read_text("utf-8") == told, file


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_panel_of_a_board_shows_what_the_alert_judges(rule: dict[str, Any]) -> None:
    """Who is woken sees the same series on a board."""
    assert drilled.panels_of(rule["expr"])
