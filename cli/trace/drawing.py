"""A trace as a table: the tree of its spans, when each began, how long it took, and where that lies."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from cli.trace.spans import Placed

WIDTH = 40
COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red")


def drawn(placed: Sequence[Placed]) -> Table:
    """Milliseconds since the first span. A failed one is marked; long pauses are cut short in the bars only."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, side in (("service", "left"), ("étape / step", "left"), ("à / at ms", "right"), ("ms", "right")):
        table.add_column(title, justify="right" if side == "right" else "left", no_wrap=True)
    table.add_column("", no_wrap=True, width=WIDTH)
    first = min((one.span.start_ns for one in placed), default=0)
    services = list(dict.fromkeys(one.span.service for one in placed))
    for one in placed:
        colour = COLOURS[services.index(one.span.service) % len(COLOURS)]
        mark = " ✗" if one.span.failed else ""
        linked = f"  ↔ {', '.join(name[:8] for name in one.span.links)}" if one.span.links else ""
        table.add_row(
            Text(one.span.service, style=colour),
            "  " * one.depth + one.span.name + mark + linked,
            f"{(one.span.start_ns - first) / 1e6:.1f}",
            f"{(one.span.end_ns - one.span.start_ns) / 1e6:.1f}",
            Text(_bar(one.begin, one.end), style=colour),
        )
    return table


def _bar(begin: float, end: float) -> str:
    left = min(WIDTH - 1, round(begin * WIDTH))
    return " " * left + "█" * max(1, min(WIDTH, round(end * WIDTH)) - left)
