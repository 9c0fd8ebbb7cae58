"""`vigie replay` as an operator calls it, over a real PostgreSQL."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.__main__ import app
from schemas.pack.files import load_pack
from schemas.vocabulary.natures import Nature
from schemas.wire import Origin
from tests.flow.dispatch.builders import ago, now, signal, sos
from tests.flow.dispatch.world import World
from tests.unit.packs.pack_copy import CITIES, copy_of

TIMES = ("--from", ago(hours=1).isoformat(), "--to")


def vigie(world: World | None, *more: str) -> Result:
    """Exit code and output; the database by its option."""
    known = ("--database-url", world.url) if world else ()
    end = now().replace(year=now().year + 1).isoformat()
    return CliRunner().invoke(app, ["replay", *TIMES, end, *known, *more], env={"DATABASE_URL": None})


TOULOUSE = "31555"


async def a_fire_and_an_sos(world: World) -> tuple[str, str]:
    """Two incidents of Toulouse under its own pack."""
    await world.apply(load_pack(CITIES / "toulouse"))
    there = {"origin": Origin(centre=TOULOUSE, commune=TOULOUSE, pack_version="x"), "sector": None}
    of = (signal(Nature.FIRE, "detector", site=None), sos("anna"))
    fire, life = [await world.urgent(known.model_copy(update=there)) for known in of]
    return str(fire), str(life)


def changed_pack(tmp_path: Path) -> str:
    """Toulouse, where fires are urgent but no longer a matter of life, and two patrols come."""
    pack = copy_of("toulouse", tmp_path)
    pack.change("priority: P1", "priority: P2", "run_cards.yaml")
    pack.change("{kind: patrol}]", "{kind: patrol, count: 2}]", "run_cards.yaml")
    return str(pack.folder)


async def test_nothing_differs(world: World) -> None:
    """Exit code 0, the counts by kind, and one sentence in both languages."""
    await a_fire_and_an_sos(world)
    result = vigie(world)
    assert result.exit_code == 0, result.output
    assert "Aucune différence. / No difference." in result.stdout
    assert "consignes / run cards" in result.stdout
    assert "instead of" not in result.stdout


async def test_what_differs_is_said_in_both_languages(world: World, tmp_path: Path) -> None:
    """Exit code 1; priority, number of patrols, and what cannot be known."""
    fire, _ = await a_fire_and_an_sos(world)
    result = vigie(world, "--pack", changed_pack(tmp_path))
    assert result.exit_code == 1, result.output
    assert "priorité : P2 au lieu de P1 / priority: P2 instead of P1" in result.stdout
    assert "équipages : 2 au lieu de 1 / patrols: 2 instead of 1" in result.stdout
    assert "sans couverture" in result.stdout
    assert "units stay where and as they were recorded" in result.stdout
    assert fire in result.stdout


async def test_json_lines_say_the_same(world: World, tmp_path: Path) -> None:
    """A line a difference, the summary last; everything is JSON."""
    fire, _ = await a_fire_and_an_sos(world)
    result = vigie(world, "--pack", changed_pack(tmp_path), "--json", "--incident", fire)
    lines: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    *found, last = lines
    assert {line["incident_id"] for line in found} == {fire}
    [opened] = [line for line in found if line["event"] == "opened"]
    assert {"aspect": "priority", "of": None, "recorded": "P1", "evaluated": "P2"} in opened["differences"]
    assert last["summary"]["different"] == len(found)
    assert last["summary"]["decisions"] == last["summary"]["evaluated"]


async def test_a_period_without_decisions_is_said_to_be_empty(world: World) -> None:
    """Nothing differs, and nothing was there."""
    result = vigie(world)
    assert (result.exit_code, "Aucune décision" in result.stdout) == (0, True)


async def test_an_unknown_incident_is_refused(world: World) -> None:
    """Exit code 2: most likely a slip of the keyboard."""
    result = vigie(world, "--incident", "nope")
    assert (result.exit_code, "inconnu" in result.stderr, result.stdout) == (2, True, "")


@pytest.mark.parametrize(
    "more",
    [("--from", "yesterday"), ("--to", "2001-01-01"), ("--overlay", "x"), ("--pack", "/nonexistent")],
    ids=["instant", "order", "overlay", "pack"],
)
def test_a_wrong_option_is_explained(more: tuple[str, str]) -> None:
    """Exit code 2 and both languages, before any database is asked."""
    result = vigie(None, "--database-url", "postgresql://nobody@127.0.0.1:9/none", *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_without_a_stack_it_says_how_to_start_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a demo nothing runs: its data are still there, and PostgreSQL alone is enough."""
    monkeypatch.setenv("VIGIE_VAR", str(tmp_path))
    result = vigie(None)
    assert (result.exit_code, "make up ONLY=postgres" in result.stderr) == (2, True)


def test_an_unreachable_database_is_told_without_its_password() -> None:
    """Exit code 2; the password stays out of the terminal's history."""
    result = vigie(None, "--database-url", "postgresql://vigie:secret@127.0.0.1:9/vigie")
    assert (result.exit_code, "secret" in result.output) == (2, False)
