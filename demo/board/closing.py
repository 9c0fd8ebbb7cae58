"""The tables at the end: each scene with ✓ or ✗, and the figures."""

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from demo.board.words import MARK
from demo.story.scene import Scene

FIGURES = {
    "signals_sent": "signaux envoyés / sent",
    "signals_acknowledged": "signaux acquittés / acknowledged",
    "signals_lost": "signaux perdus / lost",
    "incidents": "événements / incidents",
    "assignments": "engagements / assignments",
    "double_assignments": "doubles engagements / double assignments",
    "alarms_measured": "alarmes mesurées / alarms measured",
    "alarms_without_unit": "alarmes sans équipage libre / no unit free",
    "work_orders": "bons d'intervention / work orders",
}


def print_closing(console: Console, scenes: Sequence[Scene], summary: dict[str, Any]) -> None:
    """Both tables."""
    story = Table(box=box.SIMPLE_HEAD, title="Récit / story", title_justify="left")
    for name in ("", "scène / scene", "vu / seen"):
        story.add_column(name)
    for scene in scenes:
        sign, style = MARK[scene.mark]
        story.add_row(
            Text(sign, style=style), f"{scene.fr}\n[grey50]{scene.en}[/]", scene.seen or "pas jouée / not played"
        )
    console.print(story)
    figures = Table(box=box.SIMPLE_HEAD, title="Chiffres / figures", title_justify="left", show_header=False)
    for key, words in FIGURES.items():
        figures.add_row(words, str(summary[key]))
    for name, value in summary["alarm_to_tablet_ms"].items():
        figures.add_row(f"alarme → tablette {name} / alarm to tablet", "–" if value is None else f"{value} ms")
    console.print(figures)
