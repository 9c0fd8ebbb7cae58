"""The board as a rich renderable; reads the world, changes nothing."""

import time
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from demo.board.hops import hops
from demo.board.words import DIVERTED, INCIDENT, MARK, ON_THE_WAY, PRIORITY, UNIT
from demo.story.scene import Scene
from demo.world import World

ROWS = 11
LEFT, RIGHT = 84, 46


def board(world: World, scenes: Sequence[Scene], seconds: float) -> RenderableType:
    """Everything at one glance. `seconds` since the curtain rose."""
    left = Group(_incidents(world), _story(scenes))
    right = Group(_units(world), _hops(world), _counts(world))
    return Group(_title(world, seconds), Columns([left, right], padding=(0, 1)), _hint(world))


def _title(world: World, seconds: float) -> RenderableType:
    line = Text(" VIGIE ", style="bold white on #0072B2")
    line.append(f"  {world.cast.pack.centre.name}   {time.strftime('%H:%M:%S')}   {seconds:4.0f} s   ")
    if world.cast.pack.centre.exercise:
        line.append(" EXERCICE ", style="bold black on #E69F00")
    if not world.console.alive:
        line.append("  flux interrompu / stream down ", style="bold red")
    return line


def _incidents(world: World) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, width=LEFT, padding=(0, 1), title="Événements / incidents", title_justify="left")
    for name, width in (("", 4), ("nature", 22), ("lieu / place", 26), ("état", 12), ("src", 3)):
        table.add_column(name, width=width, no_wrap=True, overflow="ellipsis")
    shown = sorted(world.ledger.incidents.values(), key=lambda i: str(i["opened_at"]), reverse=True)
    for incident in [i for i in shown if i["opened_at"] >= world.started_at][:ROWS]:
        table.add_row(*_incident_row(world, incident))
    return table


def _incident_row(world: World, incident: dict[str, Any]) -> list[RenderableType]:
    shape, colour = PRIORITY[incident["priority"]]
    place = world.cast.places.get(
        incident["site"] or incident["device"] or "", incident["address"] or incident["sector"]
    )
    state = INCIDENT[incident["state"]]
    style = "" if incident["state"] in {"open", "in_progress"} else "grey50"
    return [
        Text(f"{shape}{incident['priority']}", style=colour),
        Text(incident["nature_fr"], style=style),
        Text(place or "–", style=style),
        Text(state, style=style),
        Text(str(incident["sources"]), style="bold" if incident["sources"] > 1 else style),
    ]


def _story(scenes: Sequence[Scene]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, width=LEFT, padding=(0, 1), title="Récit / story", title_justify="left")
    table.add_column("", width=1)
    table.add_column("scène / scene", width=33, no_wrap=True, overflow="ellipsis")
    table.add_column("vu / seen", width=42, no_wrap=True, overflow="ellipsis")
    for scene in scenes:
        sign, style = MARK[scene.mark]
        table.add_row(Text(sign, style=style), scene.fr, Text(scene.seen, style="grey50"))
    return table


def _units(world: World) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, width=RIGHT, padding=(0, 1), title="Équipages / units", title_justify="left")
    table.add_column("indicatif", width=11, no_wrap=True)
    table.add_column("état", width=10, no_wrap=True)
    table.add_column("pour", width=16, no_wrap=True, overflow="ellipsis")
    for tablet in world.tablets:
        state, style = UNIT.get(tablet.state, (tablet.state, ""))
        if tablet.diverted and tablet.state in ON_THE_WAY:
            state, style = DIVERTED
        incident = world.ledger.incidents.get(tablet.incident or "", {})
        sign = world.cast.patrols[tablet.unit]
        table.add_row(sign, Text(state, style=style), str(incident.get("nature_fr", "")))
    return table


def _hops(world: World) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, width=RIGHT, padding=(0, 1), title="Trajets / hops (ms)", title_justify="left")
    table.add_column("", width=24, no_wrap=True)
    for name in ("n", "p50", "p99"):
        table.add_column(name, justify="right", no_wrap=True)
    for hop in hops(world.ledger):
        table.add_row(hop.name, str(hop.count), _ms(hop.p50), _ms(hop.p99))
    return table


def _counts(world: World) -> RenderableType:
    sent = len(world.ledger.sent)
    acknowledged = sum(one.acknowledged_at is not None for one in world.ledger.sent)
    lines = f"signaux / signals {sent}   acquittés {acknowledged}\nissues / outcomes {len(world.ledger.outcomes)}"
    return Panel(lines, box=box.SQUARE, width=RIGHT, border_style="grey50")


def _hint(world: World) -> RenderableType:
    return Text(f"suivre / follow: {world.doors.dispatch[0]}/", style="grey50")


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"
