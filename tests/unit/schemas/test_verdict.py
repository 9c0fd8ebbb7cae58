"""A finding names who must be deployed first, from the topics on which the message travels."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from schemas.compatibility.change import Kind
from schemas.compatibility.contract import Contract, Topic
from schemas.compatibility.revision import UnknownRevision, at_revision, default_base, present
from schemas.compatibility.verdict import Finding, judge

NEWS = "vigie.news.told.v1"
TOPIC = Topic("device", 12, "delete", (NEWS,), ("ingest",), ("screening", "dispatch"))


def contract(topic: Topic = TOPIC, **fields: Any) -> Contract:
    """One made-up message with these fields on one topic."""
    schema = {"type": "object", "properties": fields, "required": []}
    return Contract({NEWS: schema}, {"news": topic})


def only(findings: list[Finding]) -> Finding:
    """The single finding."""
    assert len(findings) == 1, findings
    return findings[0]


def test_removed_field_names_the_readers_that_go_first() -> None:
    """Removing a field breaks, and every reader of the topic is named before the writer."""
    found = only(judge(contract(a={"type": "string"}, b={}), contract(b={})))
    assert found.breaking
    assert "First deploy dispatch, screening" in found.advice
    assert "then ingest" in found.advice


def test_added_value_names_readers_before_the_writer() -> None:
    """Adding a word to an enumeration passes, with readers before the writer."""
    before, after = {"type": "string", "enum": ["x"]}, {"type": "string", "enum": ["x", "y"]}
    found = only(judge(contract(a=before), contract(a=after)))
    assert not found.breaking
    assert "Deploy dispatch, screening before ingest" in found.advice


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        (Topic("site", 12, "delete", (NEWS,), ("ingest",), ("screening",)), Kind.KEY_CHANGED),
        (Topic("device", 6, "delete", (NEWS,), ("ingest",), ("screening",)), Kind.PARTITIONS_CHANGED),
        (Topic("device", 12, "compact", (NEWS,), ("ingest",), ("screening",)), Kind.CLEANUP_CHANGED),
    ],
)
def test_changed_topic_breaks(topic: Topic, kind: Kind) -> None:
    """Another key, number of partitions or cleanup of a topic breaks, and old and new readers are named."""
    found = only(judge(contract(), contract(topic)))
    assert (found.change.kind, found.breaking) == (kind, True)
    assert "dispatch, screening" in found.advice


def test_message_added_to_a_topic_needs_an_order() -> None:
    """A topic that gets a second kind of message needs its readers first, since they make it a dead letter."""
    more = Topic("device", 12, "delete", (NEWS, "vigie.other.told.v1"), ("ingest",), ("screening", "dispatch"))
    found = only(judge(contract(), contract(more)))
    assert (found.change.kind, found.breaking) == (Kind.MESSAGE_ADDED, False)


def test_removed_message_and_topic_break() -> None:
    """What disappears altogether is named once for the topic and once for the message."""
    assert [found.change.kind for found in judge(contract(), Contract({}, {}))] == [
        Kind.TOPIC_REMOVED,
        Kind.MESSAGE_REMOVED,
    ]


def test_new_message_and_topic_need_nothing() -> None:
    """What did not exist before has no reader to break."""
    assert judge(Contract({}, {}), contract(a={"type": "string"})) == []


def test_pack_content_concerns_the_readers_of_packs() -> None:
    """The city pack's own schema names those who read topic `packs`."""
    now = present()
    assert now.readers("city-pack") == sorted(now.topics["packs"].read_by)


def test_present_agrees_with_itself() -> None:
    """Nothing is found between the present contract and the same one read again."""
    assert judge(present(), present()) == []


def git(folder: Path, *arguments: str) -> None:
    """Run git there as somebody."""
    who = ["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two commits: before and after a field of one message was removed."""
    (tmp_path / "schemas" / "json").mkdir(parents=True)
    (tmp_path / "schemas" / "topics").mkdir()
    topic = f"topic: news\nkey: device\npartitions: 12\nmessages: [{NEWS}]\nwritten_by: [a]\nread_by: [b]\n"
    (tmp_path / "schemas" / "topics" / "news.yaml").write_text(topic, encoding="utf-8")
    git(tmp_path, "init", "-q")
    for fields in ({"x": {"type": "string"}}, {}):
        schema = json.dumps({"type": "object", "properties": fields})
        (tmp_path / "schemas" / "json" / f"{NEWS}.json").write_text(schema, encoding="utf-8")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", "c")
    return tmp_path


def test_committed_contracts_are_read_from_git(repository: Path) -> None:
    """Two revisions are read as they were committed and their difference is found with its reader."""
    found = only(judge(at_revision("HEAD~1", repository), at_revision("HEAD", repository)))
    assert (found.change.kind, found.change.where) == (Kind.FIELD_REMOVED, "x")
    assert "First deploy b" in found.advice


def test_last_tag_is_the_base(repository: Path) -> None:
    """Without a tag the commit before is compared, with one the tag."""
    assert default_base(repository) == "HEAD~1"
    git(repository, "tag", "v1.0.0")
    assert default_base(repository) == "v1.0.0"


def test_unknown_revision_is_said(repository: Path) -> None:
    """A revision that git does not know is an error of its own, not an empty contract."""
    with pytest.raises(UnknownRevision, match="nope"):
        at_revision("nope", repository)
