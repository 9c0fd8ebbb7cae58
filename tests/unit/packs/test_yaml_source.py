"""YAML is read so that a pack means what its writer sees."""

from pathlib import Path

import pytest

from schemas.pack.yaml_source import read_yaml
from tests.unit.packs.pack_copy import PackCopy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("01004", "01004"),
        ("12:30", "12:30"),
        ("on", "on"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("57463", 57463),
        ("-1.5", -1.5),
        ("true", True),
        ("null", None),
        ("'true'", "true"),
        ("~", None),
    ],
)
def test_scalars_follow_yaml_1_2(tmp_path: Path, text: str, value: object) -> None:
    """Codes with a leading zero, times and `on` stay text; only plain numbers, true, false and null do not."""
    file = tmp_path / "pack.yaml"
    file.write_text(f"a: {text}\n", encoding="utf-8")
    assert read_yaml(file).value == {"a": value}


def test_key_written_twice_is_an_error(pack: PackCopy) -> None:
    """The second of two equal keys is refused at its line and the first one's line is named."""
    line = pack.line_of_first("name: CSU de Toulouse")
    pack.change("name: CSU de Toulouse", "name: CSU de Toulouse\n  name: CSU de Blagnac")
    assert [(str(f.place), f"line {line}" in f.en) for f in pack.errors()] == [
        (f"{pack.folder / 'city.yaml'}:{line + 1}", True)
    ]


def test_syntax_error_names_its_line(pack: PackCopy) -> None:
    """A file that is not YAML is refused at the line where the parser stopped."""
    file = pack.write("more.yaml", "streets:\n  - id: a\n name: b\n")
    assert f"{file}:3" in [str(finding.place) for finding in pack.errors()]


def test_bytes_that_are_not_utf8_are_an_error(pack: PackCopy) -> None:
    """A file saved in another encoding is refused with a word on UTF-8, not a traceback."""
    (pack.folder / "more.yaml").write_bytes("name: Métropole".encode("latin-1"))
    assert ["UTF-8" in finding.en for finding in pack.errors()] == [True]


def test_anchor_that_contains_itself_is_an_error(pack: PackCopy) -> None:
    """A circular anchor ends in an error instead of an endless loop."""
    pack.write("more.yaml", "streets: &s\n  - *s\n")
    assert any("contains itself" in finding.en for finding in pack.errors())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("street:\n  - id: a\n", 'unknown part "street"'),
        ("- id: a\n", "must begin with the name of a part"),
        ("streets: {id: a}\n", "must be a list"),
        ("streets: [a]\n", "must be made of"),
        ("centre: Toulouse\n", "must be made of"),
    ],
)
def test_shape_of_a_file_is_checked(pack: PackCopy, text: str, words: str) -> None:
    """A file that does not hold parts made of entries is refused with what it should hold."""
    file = pack.write("more.yaml", text)
    assert [(finding.place.file, words in finding.en) for finding in pack.errors()] == [(file, True)]
