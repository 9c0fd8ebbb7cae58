"""One sentence, in both languages, that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import sentences
from deploy.local.diagnosis import explain, require_space
from deploy.local.own_parts import without_password
from deploy.local.sentences import Reason, Sentence, StackError
from deploy.local.settings import read_settings

ALL = [
    sentences.port_taken(8100, "DISPATCH_PORT"),
    sentences.port_lost("kafka", "var/log/kafka.log"),
    sentences.disk_full("/x", 3, 600),
    sentences.missing_tool("Java", "installez-le", "install it"),
    sentences.wrong_setting("VIGIE_BROKERS", "2", "mettez 1 ou 3", "use 1 or 3"),
    sentences.no_network("Kafka"),
    sentences.damaged_download("kafka.jar"),
    sentences.already_up("/x", 12),
    sentences.not_up("/x"),
    sentences.no_access("/root/x", "postgres"),
    sentences.unreachable("Kafka", "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"),
    sentences.part_failed("kafka", "s'est arrêté", "stopped", "var/log/kafka.log"),
    sentences.leftover("kafka", 12),
    sentences.no_bundle("validez vos changements", "commit your changes"),
]


@pytest.mark.parametrize("sentence", ALL, ids=lambda s: s.reason.value)
def test_is_one_line_french_first(sentence: Sentence) -> None:
    """Whoever reads it at the terminal gets one line, French then English."""
    assert str(sentence) == f"{sentence.french} / {sentence.english}"
    assert "\n" not in str(sentence)
    assert sentence.french.endswith(".")
    assert sentence.english.endswith(".")


def test_every_reason_has_a_sentence() -> None:
    """No reason exists that a person never reads."""
    assert {sentence.reason for sentence in ALL} == set(Reason)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("VIGIE_BROKERS", "2"),
        ("KAFKA_PORT", "70000"),
        ("DISPATCH_PORT", "huit"),
        ("DEMO_SECONDS", "-1"),
        ("VIGIE_CITY", "../../etc"),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """The sentence names the variable and the value to correct."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(StackError) as refused:
        read_settings()
    assert refused.value.sentence.reason is Reason.WRONG_SETTING
    assert str(refused.value).startswith(f"{variable}={value!r}")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """make exports VIGIE_BROKERS even where nobody set it."""
    monkeypatch.setenv("VIGIE_BROKERS", "")
    assert read_settings().brokers == 1


@pytest.mark.parametrize(
    ("last_line", "reason"),
    [
        ("java.io.IOException: No space left on device", Reason.DISK_FULL),
        ("java.net.BindException: Address already in use", Reason.PORT_TAKEN),
        ("[Errno 98] error while attempting to bind on address", Reason.PORT_TAKEN),
        ("Exception in thread main", Reason.PART_FAILED),
    ],
)
def test_last_words_become_a_sentence(last_line: str, reason: Reason, tmp_path: Path) -> None:
    """A full disk and a taken port are recognised in what a dying process says."""
    found = explain("kafka", 1, ["INFO starting", last_line], tmp_path, tmp_path / "kafka.log")
    assert found.reason is reason


def test_refuses_to_start_on_a_full_disk(tmp_path: Path) -> None:
    """Too little room is said before anything is started, with how much is needed."""
    with pytest.raises(StackError, match="Disque plein"):
        require_space(tmp_path / "not" / "there", needed_mb=10**9)
    require_space(tmp_path, needed_mb=0)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://vigie:secret@db:5432/vigie", "postgresql://vigie:…@db:5432/vigie"),
        ("127.0.0.1:9092,127.0.0.1:9094", "127.0.0.1:9092,127.0.0.1:9094"),
    ],
)
def test_a_password_is_never_shown(address: str, shown: str) -> None:
    """An address in a sentence or log holds no secret."""
    assert without_password(address) == shown
