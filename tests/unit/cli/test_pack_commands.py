"""`vigie pack check | show | apply` as an operator calls them."""

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from schemas.pack.files import load_pack
from schemas.pack.pack import CityPack
from tests.unit.cli.door import Door, open_door
from tests.unit.packs.pack_copy import CITIES, copy_of

TOULOUSE = str(CITIES / "toulouse")
METZ = CITIES / "metz"
run = CliRunner().invoke


@pytest.fixture
def door() -> Iterator[Door]:
    """A dispatch that can be told what to answer."""
    with open_door() as opened:
        yield opened


def test_check_prints_version_and_counts() -> None:
    """A valid pack gives exit code 0, its version and its counts."""
    result = run(app, ["pack", "check", TOULOUSE])
    assert result.exit_code == 0
    assert load_pack(CITIES / "toulouse").version in result.stdout
    assert "équipages / units : 3 (maintenance 1, patrol 2)" in result.stdout


def test_check_shows_the_exercise() -> None:
    """Under the exercise overlay the check says so and names the allowed use case."""
    result = run(app, ["pack", "check", str(METZ), "--overlay", str(METZ / "overlays" / "exercice")])
    assert "EXERCICE" in result.stdout
    assert "sos_support_person [EXERCICE]" in result.stdout


def test_check_says_where_the_extract_is_missing_or_another(tmp_path: Path) -> None:
    """A warning with the folder, exit code 0: it may lie on the machine of dispatch; silent once the right file is."""
    content = b"streets"
    overlay, folder = tmp_path / "overlay", tmp_path / "extracts"
    for made in (overlay, folder):
        made.mkdir()
    named = {"file": "metz.osm.pbf", "sha256": hashlib.sha256(content).hexdigest()}
    (overlay / "centre.yaml").write_text(json.dumps({"centre": {"street_extract": named}}))

    def check() -> str:
        command = ["pack", "check", str(METZ), "--overlay", str(overlay)]
        result = run(app, command, env={"VIGIE_EXTRACTS_DIR": str(folder)})
        assert result.exit_code == 0, result.stderr
        return result.stdout

    assert f"carte metz.osm.pbf absente de {folder}" in check()
    (folder / "metz.osm.pbf").write_bytes(b"another town")
    assert hashlib.sha256(b"another town").hexdigest() in check()
    (folder / "metz.osm.pbf").write_bytes(content)
    assert "attention" not in check()


def test_check_refuses_with_file_and_line(tmp_path: Path) -> None:
    """A wrong pack gives exit code 1, nothing on standard output, and each error with its line on standard error."""
    pack = copy_of("toulouse", tmp_path)
    pack.change("kind: square", "kind: plaza")
    result = run(app, ["pack", "check", str(pack.folder)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"city.yaml:{pack.line_of_first('kind: plaza')}: erreur" in result.stderr
    assert "1 erreur : pack refusé. / 1 error: pack refused." in result.stderr


def test_show_json_is_the_pack() -> None:
    """`show --json` prints exactly what would be applied."""
    result = run(app, ["pack", "show", TOULOUSE, "--json"])
    assert CityPack.model_validate_json(result.stdout) == load_pack(CITIES / "toulouse")


@pytest.mark.parametrize(("changed", "said"), [(True, "applied"), (False, "already in force")])
def test_apply_puts_the_pack(door: Door, changed: bool, said: str) -> None:
    """The whole pack is put under its centre's code, and whether anything changed is said."""
    pack = load_pack(CITIES / "toulouse")
    door.answers(200, {"version": pack.version, "changed": changed})
    result = run(app, ["pack", "apply", TOULOUSE, "--dispatch", door.url + "/"])
    assert (result.exit_code, said in result.stdout) == (0, True)
    assert [path for path, _ in door.asked] == ["/v1/packs/31555"]
    assert CityPack.model_validate(door.asked[0][1]).version == pack.version


def test_apply_of_a_wrong_pack_sends_nothing(door: Door, tmp_path: Path) -> None:
    """A pack with an error never reaches dispatch."""
    pack = copy_of("toulouse", tmp_path)
    pack.change("kind: square", "kind: plaza")
    result = run(app, ["pack", "apply", str(pack.folder), "--dispatch", door.url])
    assert (result.exit_code, door.asked) == (1, [])


def test_refusal_is_shown(door: Door) -> None:
    """A problem document of dispatch gives exit code 1 with its title, detail and places."""
    errors = [{"place": "units", "reason": "in use"}]
    door.answers(422, {"title": "Pack refused", "detail": "unit pm-11 is engaged", "errors": errors})
    result = run(app, ["pack", "apply", TOULOUSE, "--dispatch", door.url])
    assert result.exit_code == 1
    for words in ("Pack refused (422)", "unit pm-11 is engaged", "units: in use"):
        assert words in result.stderr


@pytest.mark.parametrize(("status", "body"), [(503, {}), (200, {"hello": 1}), (200, []), (301, {})])
def test_strange_answer_is_not_success(door: Door, status: int, body: object) -> None:
    """A door that fails, or that is not dispatch, gives exit code 3."""
    door.answers(status, body)
    assert run(app, ["pack", "apply", TOULOUSE, "--dispatch", door.url]).exit_code == 3


def test_second_door_is_tried(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors come from stack.json; where the first is closed, the second one takes the pack."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        urls = [f"http://127.0.0.1:{closed.getsockname()[1]}", door.url]
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "stack.json").write_text(json.dumps({"dispatch_urls": urls}), encoding="utf-8")
        monkeypatch.setenv("VIGIE_VAR", str(tmp_path))
        door.answers(200, {"version": "1", "changed": True})
        assert run(app, ["pack", "apply", TOULOUSE]).exit_code == 0
    assert len(door.asked) == 1


def test_closed_door_says_what_to_do() -> None:
    """Without a dispatch the command ends with exit code 3 and says how to start one."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        result = run(app, ["pack", "apply", TOULOUSE, "--dispatch", url])
    assert (result.exit_code, "make up" in result.stderr) == (3, True)


def test_module_is_the_command() -> None:
    """`python -m cli pack check` works as scripts call it, with its exit code."""
    command = [sys.executable, "-m", "cli", "pack", "check", TOULOUSE]
    done = subprocess.run(command, capture_output=True, check=False, cwd=CITIES.parents[1])
    assert (done.returncode, b"CSU de Toulouse" in done.stdout) == (0, True)
