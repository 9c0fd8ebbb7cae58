"""Where tools find what they look at: this machine's stack first, then what a container is told."""

import json
from pathlib import Path

from cli.stack_record import database_url, services


def test_in_a_container_the_peers_are_looked_at(tmp_path: Path) -> None:
    """No stack on record: every process that VIGIE_PEERS names, and the database out of its file."""
    (tmp_path / "url").write_text("postgresql://vigie@db/vigie\n")
    told = {"VIGIE_VAR": str(tmp_path), "VIGIE_PEERS": '{"ingest":"http://ingest:8101","notify":"http://notify:8104"}'}
    told["DATABASE_URL_FILE"] = str(tmp_path / "url")
    assert services(told) == {"ingest": "http://ingest:8101", "notify": "http://notify:8104"}
    assert database_url(told) == "postgresql://vigie@db/vigie"
    assert (services({"VIGIE_VAR": str(tmp_path)}), database_url({"VIGIE_VAR": str(tmp_path)})) == ({}, None)


def test_the_stack_of_this_machine_comes_first(tmp_path: Path) -> None:
    """What runs here is what somebody here asks about."""
    (tmp_path / "run").mkdir()
    record = {"metrics": {"ingest": "http://127.0.0.1:8101/metrics"}, "database_url": "postgresql://here"}
    (tmp_path / "run" / "stack.json").write_text(json.dumps(record))
    told = {"VIGIE_VAR": str(tmp_path), "VIGIE_PEERS": '{"x":"http://x"}', "DATABASE_URL_FILE": "/gone"}
    assert services(told) == {"ingest": "http://127.0.0.1:8101"}
    assert database_url(told) == "postgresql://here"
