"""Secrets that a demo needs and no pack may hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.city_secrets import PERSON_KEY, city_secrets
from deploy.local.layout import REPOSITORY

METZ = REPOSITORY / "deploy" / "cities" / "metz"


def made(folder: Path) -> tuple[dict[str, str], list[str]]:
    """The variables for Metz, and what was said."""
    said: list[str] = []
    return city_secrets(METZ, [], folder, said.append), said


def test_makes_what_is_missing_once(tmp_path: Path) -> None:
    """A panel's key and a partner's secret exist from the first start and stay the same afterwards."""
    first, said = made(tmp_path)
    again, said_again = made(tmp_path)
    assert first == again
    assert len(bytes.fromhex(first["VIGIE_KEY_PANEL_CONGRES"])) == 16
    assert {"VIGIE_SECRET_SDIS57", PERSON_KEY} <= first.keys()
    assert said
    assert not said_again


def test_files_are_for_the_owner_only(tmp_path: Path) -> None:
    """A key that a pack refers to by file is made as that file, readable by nobody else."""
    made(tmp_path)
    key = tmp_path / "panel-parking-saint-jacques.key"
    assert len(bytes.fromhex(key.read_text())) == 16
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_an_overlay_of_the_city_has_its_keys_before_it_is_applied(tmp_path: Path) -> None:
    """The demo applies the exercise to a stack that runs: the kiosk that signs there can do so at once."""
    made(tmp_path)
    assert len(bytes.fromhex((tmp_path / "borne-congres.key").read_text())) == 16


def test_a_secret_of_the_environment_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real panel's key in the environment is never replaced by one made up."""
    monkeypatch.setenv("VIGIE_KEY_PANEL_CONGRES", "00" * 16)
    variables, _ = made(tmp_path)
    assert "VIGIE_KEY_PANEL_CONGRES" not in variables
    assert not (tmp_path / "VIGIE_KEY_PANEL_CONGRES").exists()


def test_no_file_is_made_outside_of_the_secrets_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack cannot make the stack write elsewhere by a reference with a path in it."""
    monkeypatch.setattr("deploy.local.city_secrets._references", lambda *_: iter(["file:../escaped", "env:../x"]))
    folder = tmp_path / "secrets"
    folder.mkdir()
    variables, _ = made(folder)
    assert set(variables) == {PERSON_KEY}
    assert not (tmp_path / "escaped").exists()
