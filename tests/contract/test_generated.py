"""What is generated from schemas/ is committed as it is, and is what it says it is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from schemas.generate.files import ASYNCAPI_FILE, JSON_FOLDER, NOTICE, drift, generated
from schemas.registry import MESSAGES
from schemas.topics.files import topics

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = Path(__file__).parent / "asyncapi" / "3.0.0.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The committed AsyncAPI document."""
    loaded: dict[str, Any] = yaml.safe_load(ASYNCAPI_FILE.read_text(encoding="utf-8"))
    return loaded


def test_generated_files_are_up_to_date() -> None:
    """No generated file differs from the models and topic files; if one does: python -m schemas.generate."""
    assert drift(generated()) == []


def test_check_finds_drift(tmp_path: Path) -> None:
    """A missing, a changed and a left-over file are each named."""
    wanted = {tmp_path / "a.json": "{}", tmp_path / "b.json": "{}"}
    (tmp_path / "b.json").write_text("[]", encoding="utf-8")
    (tmp_path / "c.json").write_text("{}", encoding="utf-8")
    assert drift(wanted, tmp_path) == [
        "a.json: missing",
        "b.json: differs from the models",
        "c.json: no model is behind it",
    ]


def test_generation_does_not_depend_on_the_run() -> None:
    """Another process with another hash seed generates the same files."""
    command = [sys.executable, "-m", "schemas.generate", "--check"]
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env={"PYTHONHASHSEED": "12345"})
    assert (done.returncode, done.stdout) == (0, b"")


@pytest.mark.parametrize("path", sorted(JSON_FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_json_schema_is_valid(path: Path) -> None:
    """Each file is itself a valid schema of the draft that it names."""
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_asyncapi_document_is_valid(document: dict[str, Any]) -> None:
    """The official JSON Schema of AsyncAPI 3.0.0 has no complaint, and would have one about a wrong document."""
    official = Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))
    assert [f"{error.json_path}: {error.message}" for error in official.iter_errors(document)] == []
    wrong = document | {"operations": {"x": {"action": "publish", "channel": {"$ref": "#/channels/signals"}}}}
    assert not official.is_valid(wrong)


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    """Every $ref of the document points at something in it."""
    references = list(_references(document))
    assert len(references) > 100
    assert [reference for reference in references if not _found(document, reference)] == []


def test_document_covers_topics_and_services(document: dict[str, Any]) -> None:
    """Each topic with messages is a channel, its writers and readers are operations, each message a component."""
    channels = {topic for topic in document["channels"] if not topic.endswith(".dead")}
    shared = {name: file for name, file in topics().items() if file.messages}
    assert channels == set(shared)
    assert set(document["components"]["messages"]) == set(MESSAGES)
    for file in shared.values():
        for writer in file.written_by:
            assert document["operations"][f"{writer}.sends.{file.topic}"]["action"] == "send"
        for reader in file.read_by:
            assert document["operations"][f"{reader}.receives.{file.topic}"]["action"] == "receive"


def test_document_says_that_it_is_generated() -> None:
    """Whoever opens it sees that editing it is in vain."""
    assert ASYNCAPI_FILE.read_text(encoding="utf-8").startswith(NOTICE)


def _references(value: Any) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def _found(document: Any, reference: str) -> bool:
    for step in reference.removeprefix("#/").split("/"):
        if step not in document:
            return False
        document = document[step]
    return True
