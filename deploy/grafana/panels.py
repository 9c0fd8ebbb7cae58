"""What a board is made of: rows of panels, each a question that somebody asks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Panel:
    """One picture. `queries`: legend and PromQL. `unit`: as Grafana names it. `kind`: `timeseries` or `stat`."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    kind: str = "timeseries"
    width: int = 8
    red_above: float | None = None


@dataclass(frozen=True)
class Board:
    """One page; its rows have a heading each."""

    uid: str
    title: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]


def quantile(share: float, name: str, by: str = "", where: str = "") -> str:
    """A quantile over five minutes of a histogram, by further labels."""
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) (rate({name}_bucket{where}[5m])))"


def rate(name: str, by: str = "", where: str = "") -> str:
    """A second, over a minute."""
    return f"sum{f' by ({by})' if by else ''} (rate({name}{where}[1m]))"
