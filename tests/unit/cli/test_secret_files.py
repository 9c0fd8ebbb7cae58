"""`vigie pack secrets` makes what a demo needs and touches nothing that is there."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.__main__ import app
from services.chassis.secret_references import resolve
from tests.unit.packs.pack_copy import CITIES

METZ = str(CITIES / "metz")
run = CliRunner().invoke


def test_missing_files_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and signing secrets are made in the services' folder, where services find them, for the owner only."""
    monkeypatch.setenv("VIGIE_SECRETS_DIR", str(tmp_path / "secrets"))
    assert run(app, ["pack", "secrets", METZ]).exit_code == 0
    folder = tmp_path / "secrets"
    assert len(bytes.fromhex(resolve("file:panel-congres.key", folder).get_secret_value())) == 16
    signing = {resolve(f"file:{path.name}", folder).get_secret_value() for path in folder.glob("agency-*.secret")}
    assert len(signing) == 3
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_existing_files_are_kept(tmp_path: Path) -> None:
    """A second call makes nothing and changes nothing."""
    (tmp_path / "panel-congres.key").write_text("00" * 16, encoding="utf-8")
    first = run(app, ["pack", "secrets", METZ, "--into", str(tmp_path)])
    held = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    second = run(app, ["pack", "secrets", METZ, "--into", str(tmp_path)])
    assert held["panel-congres.key"] == "00" * 16
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == held
    assert first.stdout.count("made:") == 3
    assert "made:" not in second.stdout


def test_what_cannot_be_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that are not set and addresses are left to a person and named, but never their values."""
    monkeypatch.delenv("VIGIE_KEY_PANEL_SAINT_JACQUES", raising=False)
    shown = run(app, ["pack", "secrets", METZ, "--into", str(tmp_path)]).stdout
    assert "to be provided: env:VIGIE_KEY_PANEL_SAINT_JACQUES" in shown
    assert resolve("file:panel-congres.key", tmp_path).get_secret_value() not in shown
    monkeypatch.setenv("VIGIE_KEY_PANEL_SAINT_JACQUES", "00" * 16)
    assert "to be provided" not in run(app, ["pack", "secrets", METZ, "--into", str(tmp_path)]).stdout


def test_address_is_not_made_up(tmp_path: Path) -> None:
    """An Apprise address in a file is named as missing rather than filled with random text."""
    overlay = tmp_path / "over"
    overlay.mkdir()
    (overlay / "over.yaml").write_text("agencies: [{id: sdis57, apprise_ref: 'file:sdis.url'}]\n", encoding="utf-8")
    into = tmp_path / "secrets"
    shown = run(app, ["pack", "secrets", METZ, "--overlay", str(overlay), "--into", str(into)]).stdout
    assert "to be provided: file:sdis.url" in shown
    assert not (into / "sdis.url").exists()
