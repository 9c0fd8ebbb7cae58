"""The set-up, which runs on a bare and perhaps too old Python."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.layout import REPOSITORY

SOURCE = REPOSITORY / "deploy" / "local" / "bootstrap.py"


def test_an_old_python_can_read_it() -> None:
    """A Python that is too old must be able to say so, instead of a syntax error."""
    ast.parse(SOURCE.read_text(), feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    """It runs before any package is installed."""
    nodes = list(ast.walk(ast.parse(SOURCE.read_text())))
    assert not [node for node in nodes if isinstance(node, ast.ImportFrom)]
    imported = {name.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for name in node.names}
    assert imported <= set(sys.stdlib_module_names)


def test_a_too_old_python_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence says which version was found and which is needed."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit) as stopped:
        bootstrap.check_python()
    assert stopped.value.code == 2
    assert "Python 3.9.2 est trop ancien : installez Python 3.11" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pip_said", "sentence"),
    [
        ("NewConnectionError: Failed to establish a new connection", "Pas de réseau"),
        ("Temporary failure in name resolution", "Pas de réseau"),
        ("Cannot connect to proxy.", "Pas de réseau"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "empreinte"),
        ("OSError: [Errno 28] No space left on device", "Disque plein"),
        ("error: something else", "a échoué"),
    ],
)
def test_why_pip_failed_becomes_a_sentence(pip_said: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No network, a full disk and a damaged package are told apart."""
    with pytest.raises(SystemExit):
        bootstrap.explain([pip_said], "requirements.lock")
    assert sentence in capsys.readouterr().err


def test_a_lock_is_installed_once(tmp_path: Path) -> None:
    """A warm start neither asks the network nor runs pip; a changed lock does."""
    assert not bootstrap.installed(str(tmp_path), "requirements.lock")
    bootstrap.mark(str(tmp_path), "requirements.lock")
    assert bootstrap.installed(str(tmp_path), "requirements.lock")
    assert not bootstrap.installed(str(tmp_path), "requirements-tools.lock")
