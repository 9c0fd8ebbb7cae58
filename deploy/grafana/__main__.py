"""`python -m deploy.grafana`: writes deploy/grafana/*.json from the boards, as Grafana imports and provisions them."""

import json
from pathlib import Path
from typing import Any

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Board, Panel

FOLDER = Path(__file__).resolve().parent
SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS, HEIGHT = 24, 8
GREEN, RED = {"color": "green", "value": None}, "red"


def main() -> None:
    """Writes each board."""
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(rendered(board), "utf-8")


def rendered(board: Board) -> str:
    """Grafana's JSON model of a board."""
    return json.dumps(_model(board), indent=1, ensure_ascii=False) + "\n"


def _model(board: Board) -> dict[str, Any]:
    return {
        "uid": board.uid,
        "title": board.title,
        "tags": ["vigie"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "type": "datasource", "query": "prometheus", "label": "Prometheus"}]
        },
        "panels": list(_panels(board)),
    }


def _panels(board: Board) -> list[dict[str, Any]]:
    """Each row's heading, then its panels from left to right."""
    found: list[dict[str, Any]] = []
    top = 0
    for heading, panels in board.rows:
        found.append({"id": len(found) + 1, "type": "row", "title": heading, "gridPos": _place(0, top, COLUMNS, 1)})
        top, left = top + 1, 0
        for panel in panels:
            if left + panel.width > COLUMNS:
                top, left = top + HEIGHT, 0
            found.append(_panel(panel, len(found) + 1, _place(left, top, panel.width, HEIGHT)))
            left += panel.width
        top += HEIGHT
    return found


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    steps = [GREEN] if panel.red_above is None else [GREEN, {"color": RED, "value": panel.red_above}]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "gridPos": place,
        "datasource": SOURCE,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}},
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": SOURCE,
                "expr": query,
                "legendFormat": legend,
                "exemplar": "_bucket" in query,
            }
            for index, (legend, query) in enumerate(panel.queries)
        ],
    }


def _place(left: int, top: int, width: int, height: int) -> dict[str, int]:
    return {"x": left, "y": top, "w": width, "h": height}


if __name__ == "__main__":
    main()
