"""The index of the run-books: each alert with its page, from the rules; what stands before that is written by hand."""

import re
from pathlib import Path
from typing import Any

import yaml

from deploy.local.layout import REPOSITORY

RULES = Path(__file__).with_name("vigie.rules.yml")
FOLDER = REPOSITORY / "docs" / "runbooks"
INDEX = FOLDER / "README.md"
HEADING = "## Les alertes / The alerts\n"
TABLE = """
Faite par `make metrics` d'après `deploy/prometheus/vigie.rules.yml` / made from it.

| Alerte / alert | Gravité / severity | Ce qu'elle dit / what it says | Fiche / page |
|---|---|---|---|
"""
FIGURE = "N"


def rules() -> list[dict[str, Any]]:
    """Every alert, in the order of the file."""
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def index() -> str:
    """The whole index as it must be. Raises FileNotFoundError where an alert's page is missing."""
    by_hand = INDEX.read_text("utf-8").partition(HEADING)[0]
    return by_hand + HEADING + TABLE + "".join(map(_line, rules()))


def _line(rule: dict[str, Any]) -> str:
    page = REPOSITORY / rule["annotations"]["runbook"]
    title = page.read_text("utf-8").splitlines()[0].removeprefix("# ")
    said = _sentence(rule["annotations"]["summary"])
    return f"| `{rule['alert']}` | {rule['labels']['severity']} | {said} | [{title}]({page.name}) |\n"


def _sentence(summary: str) -> str:
    """Without Prometheus's own signs: a label as its name in capitals, a figure as N."""
    named = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda label: label[1].upper(), summary)
    return re.sub(r"\{\{.*?\}\}", FIGURE, named)
