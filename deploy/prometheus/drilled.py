"""docs/alerts.md: each alert with its fault, how long it took to ring in the last `make drills`, board and run-book."""

from __future__ import annotations

import json
import os
import platform as machine
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.grafana.boards import BOARDS
from deploy.local.layout import REPOSITORY
from deploy.prometheus.run_books import rules

FOLDER = REPOSITORY / "deploy" / "prometheus"
RESULTS, PAGE = FOLDER / "drills.json", REPOSITORY / "docs" / "alerts.md"
MAKE_IT_HAPPEN = "## La provoquer / Make it happen\n"
HEAD = """# Alertes / Alerts

Chaque alerte, la panne réelle qui l'a fait sonner, et en combien de temps. Fait par `make metrics` à partir des règles
et du dernier `make drills`. *vu* : secondes entre la panne et le moment où les chiffres la montrent (sur la planche) ;
*sonne* : jusqu'à ce que l'alerte sonne ; *finit* : entre la fin de la panne et le silence, ou la fenêtre de la règle.

Each alert, the real fault that made it ring, and after how long. Made by `make metrics` from the rules and the last
`make drills`. *seen*: seconds from the fault until the figures show it (on the board); *rings*: until the alert rings;
*ends*: from the fault's end to silence, or the rule's window.
"""


def panels_of(expr: str) -> list[str]:
    """`board › panel` of each panel that shows a series of the expression."""
    wanted = set(re.findall(r"\b(vigie_\w+?(?=_bucket|_count|\b)|up)\b", expr))
    return [
        f"{board.title} › {panel.title}"
        for board in BOARDS
        for _, panels in board.rows
        for panel in panels
        if any(re.search(rf"\b{name}(_bucket|_count|_sum)?\b", query) for _, query in panel.queries for name in wanted)
    ]


def platform() -> str:
    """What the drills ran on, in a line."""
    return f"{os.cpu_count()} × {machine.machine()}, Linux {machine.release().split('-')[0]}"


def page(results: dict[str, Any]) -> str:
    """The page's text."""
    return "\n".join((HEAD, f"Machine : {results['machine']}.", "", *_table(results["lines"]), ""))


def _table(lines: list[dict[str, Any]]) -> Iterator[str]:
    yield "| Alerte / alert | Panne / fault | vu / seen | sonne / rings | finit / ends | Planche / board | Fiche |"
    yield "|---|---|---|---|---|---|---|"
    for rule in rules():
        book = Path(rule["annotations"]["runbook"]).relative_to("docs")
        shown = (panels_of(rule["expr"]) or ["—"])[0]
        for line in (line for line in lines if line["alert"] == rule["alert"]):
            about = "".join(f" `{value}`" for value in line["labels"].values())
            ends = f"{line['silent_s']:.0f} s" if line["silent_s"] is not None else line["window"]
            cells = (
                f"`{rule['alert']}`{about}<br>{rule['labels']['severity']}",
                f"{line['fr']} / {line['en']}",
                f"{line['true_s']:.0f} s",
                f"**{line['rang_s']:.0f} s**",
                ends,
                shown,
                f"[{book.stem}]({book})",
            )
            yield f"| {' | '.join(cells)} |"


def made() -> Iterator[tuple[Path, str]]:
    """Every file that is made of the last whole run, with its text: the page, and the last section of each run-book."""
    results = json.loads(RESULTS.read_text("utf-8"))
    yield PAGE, page(results)
    for book in dict.fromkeys(REPOSITORY / rule["annotations"]["runbook"] for rule in rules()):
        alerts = {rule["alert"] for rule in rules() if REPOSITORY / rule["annotations"]["runbook"] == book}
        before, heading, _ = book.read_text("utf-8").partition(MAKE_IT_HAPPEN)
        drills = {line["drill"]: line for line in results["lines"] if line["alert"] in alerts}
        told = (f"- `make drills CASE={name}` : {line['fr']}. / {line['en']}." for name, line in drills.items())
        yield book, before + heading + "\n".join((*told, ""))
