"""docs/runbooks: both languages say the same steps, and every step names what exists."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.grafana.boards import BOARDS
from deploy.local.layout import REPOSITORY, Layout
from deploy.prometheus.run_books import index
from deploy.prometheus.vocabulary import declared, series
from services.dispatch.store.tables import metadata
from tests import guides, run_books
from tests.contract.test_alert_rules import RULES
from tests.contract.test_docs import SCREEN_WORDS
from tests.run_books import (
    DO,
    FIRST,
    FOLDER,
    INDEX,
    both,
    commands,
    degradable,
    events,
    literals,
    pages,
    parts,
    quoted,
    section,
)

MAKEFILE = (REPOSITORY / "Makefile").read_text("utf-8")
CONTAINERS = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text("utf-8"))["services"]
LAYOUT = Layout(Path("var"), Path("cache"))
KEPT = {str(path) for path in (LAYOUT.logs, LAYOUT.secrets, LAYOUT.extracts, LAYOUT.var / "state")}
OTHERS = ("kill -9", "kafka-topics.sh --describe --under-min-isr-partitions", "pg_stat_activity", "text/event-stream")
"""Programs and words that are not ours."""
METRICS = set(series()) | {metric.name for metric in declared()}
PLACEHOLDERS = {"SERVICE", "ID", "TRACE", "DOSSIER", "FOLDER", "TOPIC"}
ON_BOARDS = [board.title for board in BOARDS]
ON_BOARDS += [title for board in BOARDS for row, panels in board.rows for title in (row, *(p.title for p in panels))]
SETTINGS = re.sub(r"\W", " ", "\n".join(path.read_text("utf-8") for path in REPOSITORY.glob("services/*/settings.py")))
SETTINGS += " ".join(re.findall(r'alias="(\w+)"', (REPOSITORY / "deploy/local/settings.py").read_text("utf-8")))
by_page = pytest.mark.parametrize("page", [INDEX, *pages()], ids=lambda path: path.stem)
by_part = pytest.mark.parametrize(("page", "heading"), parts(), ids=lambda part: Path(part).stem.split()[-1])


@by_part
def test_both_languages_have_the_same_steps(page: Path, heading: str) -> None:
    """As many, naming the same things in the same order, the French ones first."""
    french, english = both(page, heading)
    assert len(french) == len(english) > 0
    for one, other in zip(french, english, strict=True):
        names = [[name.replace("FOLDER", "DOSSIER") for name in quoted(step)] for step in (one, other)]
        assert sorted(names[0]) == sorted(names[1])
        assert re.findall(r"\]\((.*?)\)", one) == re.findall(r"\]\((.*?)\)", other)
        assert len(re.findall(r"\*\*", one)) == len(re.findall(r"\*\*", other))
    assert re.search(r"\b(le|la|les|un|une|des|qui|du)\b", " ".join(french))
    assert re.search(r"\b(the|a|it|which|of|and)\b", " ".join(english))


@by_part
def test_every_name_in_a_step_exists(page: Path, heading: str) -> None:
    """Metrics, log events, checks, reasons, commands, files, settings, tables: each by what declares it."""
    assert [name for name in quoted(section(page, heading)) if not exists(name)] == []


def exists(name: str) -> bool:
    """True for what the code, the set-up or the rules know by this name."""
    if name.startswith(OTHERS):
        return True
    for beginning, known in BY_BEGINNING.items():
        if name.startswith(beginning):
            return known(name)
    if name.startswith("var/"):
        return any(name == kept or name.startswith(f"{kept}/") for kept in KEPT) and is_process(name)
    if "vigie_" in name:
        return set(re.findall(r"vigie_\w+", name)) <= METRICS
    if re.fullmatch(r"[A-Z_]+(=\w+)?", name):
        return name.partition("=")[0].lower() in SETTINGS.lower().split()
    return name in literals() or name in CONTAINERS or name in {rule["alert"] for rule in RULES}


def is_command(said: str) -> bool:
    """A command with options that it has."""
    words = said.split('"')[0].split()[1:]
    name = next((" ".join(words[:end]) for end in (2, 1) if " ".join(words[:end]) in commands()), None)
    return name is not None and {word for word in words if word.startswith("--")} <= commands()[name]


def is_target(said: str) -> bool:
    """A target of the Makefile; a compose command on containers that there are."""
    if said.startswith("make "):
        return re.search(rf"^{said.split()[1]}:", MAKEFILE, re.M) is not None
    _, inside, command = said.partition(" exec dispatch python -m cli ")
    if inside:
        return is_command(f"./vigie {command}")
    named = {word for word in said.split()[3:] if not word.startswith("-")}
    return said.split()[2] in {"ps", "logs", "up", "restart"} and named <= CONTAINERS.keys() | PLACEHOLDERS


def is_logged(said: str) -> bool:
    """A part of a log line, letter by letter, so that it can be searched for."""
    [(key, value)] = json.loads(f"{{{said}}}").items()
    return said == f'"{key}": "{value}"' and value in {"event": events(), "level": run_books.LEVELS}[key]


def is_statement(said: str) -> bool:
    """About one of our tables, with its columns; or about PostgreSQL's own sessions."""
    if "pg_stat_activity" in said or said == "SELECT pg_terminate_backend(PID)":
        return True
    table = metadata.tables[re.findall(r"(?:FROM|UPDATE) (\S+)", said)[0]]
    words = set(re.findall(r"[a-z_]+", re.sub(r"'\w+'", "", said.replace(table.fullname, "")))) - {"length", "now"}
    return words <= set(table.columns.keys())


def is_process(path: str) -> bool:
    """A log file belongs to a process; what lies elsewhere under var/ is not told apart."""
    name = path.removeprefix(f"{LAYOUT.logs}/").removesuffix(".log")
    return not path.startswith(str(LAYOUT.logs)) or name in CONTAINERS.keys() | PLACEHOLDERS


def is_module(said: str) -> bool:
    """`python -m` of something that can be run."""
    return (REPOSITORY / said.split()[2].replace(".", "/") / "__main__.py").is_file()


def is_health(said: str) -> bool:
    """curl asks for one thing only."""
    return said.endswith("/health/ready")


BY_BEGINNING: dict[str, Callable[[str], bool]] = {
    "./vigie ": is_command,
    "make ": is_target,
    "docker compose ": is_target,
    "python -m ": is_module,
    "curl ": is_health,
    "SELECT ": is_statement,
    "UPDATE ": is_statement,
    '"': is_logged,
}


@by_page
def test_metrics_commands_and_events_exist_in_every_part_of_a_page(page: Path) -> None:
    """Also outside the steps."""
    text = page.read_text("utf-8")
    for name in quoted(text):
        if name.startswith(("./vigie ", "make ", '"')):
            assert exists(name), name
        assert set(re.findall(r"vigie_\w+", name)) <= METRICS, name


@by_part
def test_what_is_bold_in_a_step_stands_on_a_screen(page: Path, heading: str) -> None:
    """A board's title, row or panel, or a word of the pages, letter by letter, in the step's own language."""
    for at, language in enumerate(both(page, heading)):
        for bold in re.findall(r"\*\*(.+?)\*\*", " ".join(language)):
            assert any(bold in _halves(title)[at] for title in ON_BOARDS) or bold in SCREEN_WORDS, bold


def _halves(title: str) -> tuple[str, str]:
    """French and English of a board's words; a title in one language is both."""
    french, _, english = title.removeprefix("Vigie · ").partition(" / ")
    return french, english or french


@by_page
def test_every_link_leads_to_a_page(page: Path) -> None:
    """Each is called by its file's name, as one would look for it on a disk."""
    text = page.read_text("utf-8")
    for words, target in re.findall(r"\[([^\]]*)\]\(([^)]*)\)", text):
        assert (page.parent / target.partition("#")[0]).is_file(), target
        assert page == INDEX or words == target.rpartition("/")[2], target
    for name in re.findall(r"`([\w-]+\.md)`", text):
        assert (FOLDER / name).is_file(), name


def test_the_first_minute_has_five_steps() -> None:
    """Console, doctor, board, alerts, log: more would not be read in a minute."""
    assert len(both(INDEX, FIRST)[0]) == 5


def test_the_index_is_made_from_the_rules() -> None:
    """Every alert with its severity, sentence and page: `make metrics` writes it anew."""
    assert INDEX.read_text("utf-8") == index()
    for rule in RULES:
        [line] = [line for line in index().splitlines() if f"`{rule['alert']}`" in line]
        page = rule["annotations"]["runbook"].rpartition("/")[2]
        assert f"| {rule['labels']['severity']} |" in line and f"]({page})" in line and "{{" not in line


def test_an_alert_leads_to_its_page(tmp_path: Path) -> None:
    """As the guide says: every rule gets an address, which is a page of the site (`use_directory_urls` is off)."""
    [block] = [block.body for block in guides.commands("en") if "runbook_url" in block.body]
    script = block.replace("/srv/vigie", str(tmp_path)).partition("promtool")[0]
    subprocess.run(["bash", "-euc", script], cwd=REPOSITORY, check=True, timeout=30)
    groups = yaml.safe_load((tmp_path / "vigie.rules.yml").read_text("utf-8"))["groups"]
    addresses = [urlsplit(rule["annotations"]["runbook_url"]) for group in groups for rule in group["rules"]]
    assert len(addresses) == len(RULES)
    assert all((REPOSITORY / "docs" / f"{found.path[1:].removesuffix('.html')}.md").is_file() for found in addresses)


def test_each_check_that_can_be_degraded_has_its_step() -> None:
    """`VigieDegraded` names a check: its page says for each where to go."""
    told = set(quoted(section(FOLDER / "degraded.md", DO)))
    assert len(degradable()) > 8
    assert degradable() <= told


def test_the_readers_see_what_they_are_for() -> None:
    """What is not there is said not to be."""
    assert exists('"event": "synthetic_sos_failed"')
    assert exists("./vigie dead-letters list --topic signals")
    wrong = ['"event": "gone"', "./vigie gone", "./vigie doctor --gone", "make gone", "docker compose logs gone"]
    wrong += ["vigie_gone_total", "VIGIE_GONE", "var/gone/x", "var/log/gone.log", "gone", "rate(vigie_gone[1m])"]
    assert [name for name in wrong if exists(name)] == []
    assert not exists("SELECT gone FROM dispatch.outbox")
