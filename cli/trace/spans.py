"""Spans as the services wrote them, and time without the pauses in which nobody did anything."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PAUSE_NS = 50_000_000
"""A longer pause is drawn this long: an officer's tap comes seconds after the order."""


@dataclass(frozen=True)
class Span:
    """One of a trace; times in nanoseconds since 1970."""

    service: str
    name: str
    span_id: str
    parent_id: str | None
    start_ns: int
    end_ns: int
    failed: bool
    links: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """A span in the tree: how deep, and where it begins and ends in a drawing, 0 … 1."""

    span: Span
    depth: int
    begin: float
    end: float


def read(files: Iterable[Path], trace_id: str) -> list[Span]:
    """The spans of that trace, by their beginning. A last line that is still being written is passed over."""
    found = []
    for file in files:
        with file.open(encoding="utf-8") as lines:
            found += [_span(json.loads(line)) for line in lines if trace_id in line and line.endswith("}\n")]
    return sorted((span for known, span in found if known == trace_id), key=lambda span: (span.start_ns, span.end_ns))


def place(spans: Sequence[Span]) -> list[Placed]:
    """Each below its parent, in order of their beginning; one whose parent is not here stands at the left."""
    known = {span.span_id for span in spans}
    below: dict[str | None, list[Span]] = {}
    for span in spans:
        below.setdefault(span.parent_id if span.parent_id in known else None, []).append(span)
    at = _without_pauses(spans)
    whole = max(at.values(), default=0) or 1

    def walk(parent: str | None, depth: int) -> Iterator[Placed]:
        for span in below.get(parent, ()):
            yield Placed(span, depth, at[span.start_ns] / whole, at[span.end_ns] / whole)
            yield from walk(span.span_id, depth + 1)

    return list(walk(None, 0))


def _without_pauses(spans: Sequence[Span]) -> dict[int, int]:
    """For each instant of a span, the nanoseconds before it in which something happened, pauses cut short."""
    running, last, passed, at = 0, None, 0, dict[int, int]()
    moments = sorted([(span.start_ns, 1) for span in spans] + [(span.end_ns, -1) for span in spans], key=_order)
    for moment, change in moments:
        if last is not None:
            passed += moment - last if running else min(moment - last, PAUSE_NS)
        at[moment], last = passed, moment
        running += change
    return at


def _order(change: tuple[int, int]) -> tuple[int, int]:
    return change[0], -change[1]


def _span(line: dict[str, object]) -> tuple[object, Span]:
    return line["trace_id"], Span(
        service=str(line["service"]),
        name=str(line["name"]),
        span_id=str(line["span_id"]),
        parent_id=str(line["parent_id"]) if line["parent_id"] else None,
        start_ns=int(str(line["start_ns"])),
        end_ns=int(str(line["end_ns"])),
        failed=line["status"] == "ERROR",
        links=tuple(line.get("links") or ()),  # type: ignore[arg-type]
    )
