"""What a bundle must hold, on a small one; `make bundle-test` installs and runs a real one without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.bundle import content
from deploy.local import bootstrap
from tests.contract.small_locks import jar, pinned, small_project

WHEEL = "small-1.0-py3-none-any.whl"
JAR = "kafka-0/kafka-clients-4.4.0.jar"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """One wheel, one that is for another system, one jar, pages; complete and as its sums say."""
    python = pinned("small", "1.0", b"wheel") + pinned("elsewhere", "2.0", b"other", "sys_platform == 'nowhere'")
    root = small_project(tmp_path, python, {}, jar("org.apache.kafka", "kafka-clients", "4.4.0", b"jar"))
    files = {f"{content.WHEELS}/{WHEEL}": b"wheel", f"{content.JARS}/{JAR}": b"jar", f"{content.PAGES}/index.html": b""}
    for name, held in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(held)
    (root / content.MANIFEST).write_text(json.dumps(content.manifest(root, "0.1.0", "a1b2")))
    (root / content.SUMS).write_text(content.sums(root))
    return root


def test_a_complete_bundle_has_nothing_against_it(bundle: Path) -> None:
    """Every wheel for this machine, every jar, the pages and the sums are there; a wheel for another is not missed."""
    assert list(content.complaints(bundle)) == []


@pytest.mark.parametrize(
    ("name", "held", "said"),
    [
        (f"{content.WHEELS}/{WHEEL}", None, "small 1.0 is missing"),
        (f"{content.WHEELS}/{WHEEL}", b"forged", f"{WHEEL} has a hash that is not in the lock"),
        (f"{content.WHEELS}/extra-1.0-py3-none-any.whl", b"", "extra-1.0-py3-none-any.whl is in no lock"),
        (f"{content.JARS}/{JAR}", None, "org.apache.kafka/kafka-clients 4.4.0 is missing or not the locked one"),
        (f"{content.JARS}/{JAR}", b"forged", "org.apache.kafka/kafka-clients 4.4.0 is missing or not the locked one"),
        (f"{content.JARS}/extra.jar", b"", "extra.jar is in no lock"),
        (f"{content.PAGES}/index.html", None, "no built pages"),
        ("pyproject.toml", b"changed", f"{content.SUMS}: not what is in the folder"),
        ("requirements-jre.lock", b"# changed", f"{content.MANIFEST}: made for other locks"),
    ],
)
def test_what_is_missing_forged_or_too_much_is_named(bundle: Path, name: str, held: bytes | None, said: str) -> None:
    """Each kind of wrong file is one line, beside that of the sums."""
    if held is None:
        (bundle / name).unlink()
    else:
        (bundle / name).write_bytes(held)
    assert any(said in line for line in content.complaints(bundle))


def test_the_oldest_glibc_is_that_of_the_most_demanding_wheel() -> None:
    """A wheel of several tags runs where one of them does; a pure one anywhere."""
    wheels = [
        "a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl",
        "b-1-cp311-abi3-manylinux_2_34_x86_64.whl",
        "c-1-cp311-cp311-manylinux_2_5_x86_64.manylinux1_x86_64.whl",
        "d-1-py3-none-any.whl",
    ]
    assert content.least_glibc(wheels) == "2.34"
    assert content.least_glibc(wheels[:1]) == "2.17"
    assert content.least_glibc(wheels[3:]) == ""


@pytest.fixture
def unpacked(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The set-up looks at it."""
    monkeypatch.setattr(bootstrap, "ROOT", str(bundle))
    monkeypatch.setattr(bootstrap, "BUNDLE", str(bundle / content.FOLDER))
    return bundle


def test_the_setup_accepts_the_bundle_on_the_machine_it_was_made_on(unpacked: Path) -> None:
    """It reads the manifest for the locks that are in it and for no other, and does not stop."""
    manifest = bootstrap.bundle_of("requirements.lock")
    assert manifest == json.loads((unpacked / content.MANIFEST).read_text())
    bootstrap.check_bundle(manifest)
    assert bootstrap.bundle_of("requirements-services.lock") is None
    (unpacked / "requirements.lock").write_text("# a newer one\n")
    assert bootstrap.bundle_of("requirements.lock") is None


@pytest.mark.parametrize(("key", "value"), [("python", "cpython-399"), ("machine", "plan9-vax"), ("glibc", "99.1")])
def test_the_setup_refuses_a_bundle_for_another_machine(
    unpacked: Path, capsys: pytest.CaptureFixture[str], key: str, value: str
) -> None:
    """In French and English it says what the bundle is for and what is here."""
    manifest = json.loads((unpacked / content.MANIFEST).read_text()) | {key: value}
    with pytest.raises(SystemExit) as stopped:
        bootstrap.check_bundle(manifest)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "Cette archive est faite pour" in said
    assert "This bundle is for" in said
    assert value in said


@pytest.mark.parametrize("harm", [Path.unlink, lambda file: file.write_bytes(b"forged")])
def test_the_setup_refuses_a_damaged_bundle(
    unpacked: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], object]
) -> None:
    """A jar that a stick lost or somebody changed is named before anything is installed."""
    harm(unpacked / content.JARS / JAR)
    manifest = bootstrap.bundle_of("requirements.lock")
    with pytest.raises(SystemExit):
        bootstrap.check_bundle(manifest)
    assert f"{content.JARS}/{JAR} manque" in capsys.readouterr().err
