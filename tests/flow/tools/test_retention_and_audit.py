"""`vigie retention` and `vigie audit verify` on a real PostgreSQL."""

import json

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner, Result

from cli.__main__ import app
from services.dispatch.retention import Seal
from tests.flow.dispatch.databases import create
from tests.flow.dispatch.world import Engines

KEY = "k" * 32
OLD = "clock_timestamp() - interval '90 days'"


@pytest.fixture
async def tools(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An operator's environment over a migrated database with an old outcome of a signal and a new one."""
    url = create(postgres_server)
    engines = Engines.to(url)
    for name, moment in (("old", OLD), ("new", "clock_timestamp()")):
        row = f"'{name}', 'repeat', 'x', 'camera', NULL, {moment}, false, false, '{{}}'"
        await engines.direct_execute(f"INSERT INTO dispatch.signal_outcomes VALUES ({row})")
    await engines.dispose()
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("RETENTION_KEY", KEY)
    return url


def run(*arguments: str) -> Result:
    """The command as an operator types it."""
    return CliRunner().invoke(app, list(arguments))


def rows(*arguments: str) -> dict[str, int]:
    """What a run says of each class."""
    answer = run("retention", "run", "--json", *arguments)
    assert answer.exit_code == 0, answer.output
    found: dict[str, int] = json.loads(answer.output)["rows"]
    return found


def test_a_dry_run_changes_nothing_and_a_run_is_signed(tools: str) -> None:
    """Counted, destroyed, recorded; `audit verify` knows the key, and another key does not pass."""
    assert rows("--dry-run")["signals"] == rows("--dry-run")["signals"] == 1
    assert rows()["signals"] == 1
    assert rows()["signals"] == 0
    public = Seal(SecretStr(KEY)).public.hex()
    verified = run("audit", "verify", "--json", "--key", public)
    assert verified.exit_code == 0, verified.output
    assert json.loads(verified.output)["keys"] == [public]
    assert run("audit", "verify", "--key", "00" * 32).exit_code == 1
    assert "0 en vigueur" in run("retention", "holds").output


def test_without_a_key_nothing_is_destroyed(tools: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run needs none; a run is refused in words."""
    monkeypatch.delenv("RETENTION_KEY")
    assert rows("--dry-run")["signals"] == 1
    refused = run("retention", "run")
    assert (refused.exit_code, "RETENTION_KEY" in refused.output) == (1, True)
    assert rows("--dry-run")["signals"] == 1


def test_days_longer_than_allowed_are_refused(tools: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The city may keep signals for a year, pictures never longer than a month."""
    monkeypatch.setenv("RETENTION_DAYS", '{"signals": 365}')
    assert rows("--dry-run")["signals"] == 0
    monkeypatch.setenv("RETENTION_DAYS", '{"pictures": 31}')
    assert run("retention", "run", "--dry-run").exit_code == 2
