"""`vigie trace` on spans as the services write them."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.__main__ import app
from cli.trace.spans import PAUSE_NS, place, read

TRACE, OTHER = "a" * 32, "b" * 32
MS = 1_000_000


def line(name: str, parent: str | None, start: int, end: int, **more: Any) -> str:
    """One span; `name` is its id as well, times in milliseconds."""
    span = {"service": "dispatch", "name": name, "trace_id": TRACE, "span_id": name, "parent_id": parent}
    times = {"start_ns": start * MS, "end_ns": end * MS, "status": "UNSET", "attributes": {}, "links": []}
    return json.dumps({**span, **times, **more}) + "\n"


def written(folder: Path) -> Path:
    """Two services' files: a door, below it a decision, and 8 s later a tap; another's trace, and half a line."""
    (folder / "ingest.jsonl").write_text(
        line("door", "caller", 0, 10, service="ingest") + line("x", None, 0, 1, trace_id=OTHER)
    )
    decided = line("decides", "door", 12, 40, status="ERROR", links=[OTHER])
    (folder / "dispatch.jsonl").write_text(
        line("tap", "decides", 8_040, 8_060) + decided + line("half", None, 1, 2)[:-9]
    )
    return folder


def test_the_tree_stands_in_order_and_pauses_are_cut_short(tmp_path: Path) -> None:
    """Who was called stands below who called; eight seconds of nothing take a pause's room in the drawing."""
    found = read(sorted(written(tmp_path).glob("*.jsonl")), TRACE)
    placed = place(found)
    assert [(one.span.name, one.depth) for one in placed] == [("door", 0), ("decides", 1), ("tap", 2)]
    whole = 40 + PAUSE_NS / MS + 20
    assert [round(one.begin * whole) for one in placed] == [0, 12, round(whole - 20)]
    assert placed[-1].end == 1.0


def test_it_is_drawn_with_times_faults_and_links_and_kept_as_a_picture(tmp_path: Path) -> None:
    """What is asked for by the card's number comes with each step's time; a failed one and a merged one are marked."""
    picture = tmp_path / "trace.svg"
    result = CliRunner().invoke(app, ["trace", TRACE, "--traces", str(written(tmp_path)), "--svg", str(picture)])
    assert result.exit_code == 0, result.output
    assert "8040.0" in result.output
    assert "decides ✗  ↔ bbbbbbbb" in result.output
    drawn = picture.read_text(encoding="utf-8")
    assert "tap" in drawn
    assert "font-face" not in drawn  # no font of another host


def test_what_was_not_recorded_is_said(tmp_path: Path) -> None:
    """Neither an empty table nor a traceback."""
    result = CliRunner().invoke(app, ["trace", TRACE, "--traces", str(tmp_path)])
    assert result.exit_code == 1
    assert "not recorded" in result.output
