"""A wrong setting gives one sentence; a secret is read by reference and never shown."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr

from services.chassis.secret_references import SecretMissing, resolve
from services.chassis.settings import ProcessSettings, load


class SomeSettings(ProcessSettings):
    """One required secret and one number."""

    some_secret: SecretStr
    some_number: int = Field(default=3, ge=1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("SOME_NUMBER", "0"), ("SOME_NUMBER", "many"), ("LOG_LEVEL", "LOUD"), ("KAFKA_SECURITY_PROTOCOL", "TELNET")],
)
def test_a_wrong_setting_ends_with_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    """Exit code 2, the variable's name, in both languages, one line, and no value of any setting."""
    monkeypatch.setenv("SOME_SECRET", "hush-hush")
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        load(SomeSettings)
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.count("\n") == 1
    assert said.count(name) >= 2
    assert "hush" not in said


def test_a_missing_setting_is_named_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Also where it is set to nothing: an empty variable counts as none."""
    monkeypatch.setenv("SOME_SECRET", "")
    with pytest.raises(SystemExit):
        load(SomeSettings)
    assert "SOME_SECRET" in capsys.readouterr().err


def test_settings_are_frozen_and_hide_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing changes them, and printing them shows no secret."""
    monkeypatch.setenv("SOME_SECRET", "hush-hush")
    settings = load(SomeSettings)
    assert "hush" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.some_number = 4  # type: ignore[misc]


def test_sasl_is_used_only_with_both_halves() -> None:
    """User and password together reach librdkafka; one alone does not."""
    plain: dict[str, object] = {"some_secret": "x", "kafka_sasl_username": "u"}
    assert "sasl.username" not in SomeSettings.model_validate(plain).kafka()
    both = SomeSettings.model_validate(plain | {"kafka_sasl_password": "p"}).kafka()
    assert (both["sasl.username"], both["sasl.password"]) == ("u", "p")


def test_a_secret_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a variable or a file in the secrets folder, without surrounding white space, and hidden."""
    monkeypatch.setenv("H6_SECRET", " s1 \n")
    (tmp_path / "key").write_text("s2\n")
    assert resolve("env:H6_SECRET").get_secret_value() == "s1"
    found = resolve("file:key", tmp_path)
    assert found.get_secret_value() == "s2"
    assert "s2" not in repr(found)


@pytest.mark.parametrize(
    "reference", ["env:H6_NOT_THERE", "file:absent", "file:../key", "file:/etc/passwd", "vault:x", "s3cr3t", ""]
)
def test_a_reference_that_leads_nowhere_is_named(tmp_path: Path, reference: str) -> None:
    """Unknown kinds, missing names and paths that leave the folder raise SecretMissing."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "key").write_text("outside")
    with pytest.raises(SecretMissing, match="VIGIE_SECRETS_DIR"):
        resolve(reference, tmp_path / "inner")
