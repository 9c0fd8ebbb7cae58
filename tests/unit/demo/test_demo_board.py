"""The board and the closing table, drawn from a small world."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from demo.board.closing import print_closing
from demo.board.live import WIDTH, picture
from demo.board.view import board
from demo.cast import Cast
from demo.ledger import Ledger
from demo.measure.summary import summarise
from demo.story.evening import evening
from demo.story.scene import Mark
from schemas.pack.files import load_pack
from tests.unit.demo.events import incident, sent, tablet

PACK = Path(__file__).parents[3] / "deploy" / "cities" / "metz"
STARTED = "2026-03-01T11:00:00+00:00"


def world() -> Any:
    """As much of a world as the board looks at."""
    ledger = Ledger()
    ledger.sent.append(sent("s1", 1.0))
    ledger.show_incident(incident("i", site="gare", sources=2), ["opened", "unit_offered"], 1.1)
    ledger.show_incident(incident("old", opened_at="2026-01-01T00:00:00+00:00", nature_fr="Hier"), [], 0.0)
    ledger.show_tablet(tablet(1, "pm-21", "a", "offered", signal_ids=frozenset({"s1"}), received_at=1.25))
    cast = Cast(load_pack(PACK, [PACK / "overlays" / "exercice"]))
    return SimpleNamespace(
        ledger=ledger,
        cast=cast,
        started_at=STARTED,
        console=SimpleNamespace(alive=True),
        doors=SimpleNamespace(dispatch=("http://127.0.0.1:8100",)),
        tablets=[
            SimpleNamespace(unit="pm-21", state="offered", incident="i", diverted=False),
            SimpleNamespace(unit="pm-22", state="en_route", incident="i", diverted=True),
        ],
    )


def drawn(renderable: Any) -> str:
    """As text on a terminal of the board's width."""
    console = Console(file=io.StringIO(), width=WIDTH, record=True)
    console.print(renderable)
    return console.export_text()


def test_the_board_shows_incidents_units_hops_and_the_exercise() -> None:
    """French words, the shape of the priority, the place's name, the call sign, the latency; only this evening."""
    text = drawn(board(world(), evening(), 12.0))
    for words in (
        "EXERCICE",
        "▲P1",
        "Gare de Metz-Ville",
        "Turenne 21",
        "appelé",
        "dérouté",
        "alarme → tablette",
        "250",
        "suivre / follow",
    ):
        assert words in text
    assert "Hier" not in text


def test_no_line_of_the_board_is_cut_in_its_columns() -> None:
    """Column titles and the hops' names are whole at the board's width."""
    text = drawn(board(world(), evening(), 12.0))
    for words in ("src", "indicatif", "p99", "fiche → partenaire", "Demande d'accès à une borne"):
        assert words in text


def test_the_closing_table_marks_each_scene() -> None:
    """✓ and ✗ with what was seen, in both languages; the figures below."""
    scenes = evening()
    scenes[0].mark, scenes[0].seen = Mark.AS_EXPECTED, "vu ainsi"
    scenes[1].mark, scenes[1].seen = Mark.FAILED, "autre chose"
    console = Console(file=io.StringIO(), width=140, record=True)
    print_closing(console, scenes, summarise(world().ledger, STARTED))
    lines = console.export_text().splitlines()
    assert any("✓" in line and "vu ainsi" in line for line in lines)
    assert any("✗" in line and "autre chose" in line for line in lines)
    assert any("alarm to tablet" in line and "250.0 ms" in line for line in lines)


def test_the_picture_is_an_svg(tmp_path: Path) -> None:
    """What the README shows can be opened anywhere."""
    file = tmp_path / "board.svg"
    picture(world(), evening(), 12.0, file)
    assert file.read_text().startswith("<svg")


def test_scenes_have_distinct_keys_and_both_languages() -> None:
    """story.json and the table can tell them apart; nothing is left untranslated."""
    scenes = evening()
    assert len({scene.key for scene in scenes}) == len(scenes) >= 13
    assert all(scene.fr and scene.en for scene in scenes)
