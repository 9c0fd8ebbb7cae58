"""The guides are whole: both languages say the same, and what they name exists. `make docs` checks their links."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deploy.docs.links import faults
from deploy.local.layout import REPOSITORY
from tests.guides import DOCS, LANGUAGES, commands, markdown_files, pages, without_blocks, written

IN_SERVICE = ("operators.md", "officers.md", "crews.md")
NOT_HERE = ("docker ", "kubectl ", "apt-get ", "make bundle", "make upgrade-test", "amtool alert add ")
"""What a block with a title may begin with: a cluster, another machine's packages, minutes, its own test."""
SCREEN_WORDS = "\n".join(
    path.read_text("utf-8") for path in sorted((REPOSITORY / "web" / "src").rglob("*.ts")) if "api" not in path.parts
)


def _nav(entries: list[Any]) -> list[str]:
    found = []
    for entry in entries:
        for part in [entry] if isinstance(entry, str) else entry.values():
            found += [part] if isinstance(part, str) else _nav(part)
    return found


def test_every_page_is_in_the_navigation() -> None:
    """Nobody finds a page that no menu names; the page in front of both languages is the site's own beginning."""
    site = tomllib.loads((REPOSITORY / "zensical.toml").read_text("utf-8"))["project"]
    listed = _nav(site["nav"])
    assert len(listed) == len(set(listed))
    assert {*listed, "index.md"} == {str(path.relative_to(DOCS)) for path in markdown_files()}
    assert site["theme"]["font"] is False


@pytest.mark.parametrize("page", pages("fr"))
def test_both_languages_have_the_page_with_the_same_parts(page: str) -> None:
    """The same headings in depth and number, pictures of the same screens, commands and tables of the same length."""
    assert pages("fr") == pages("en")

    def parts(language: str) -> dict[str, Any]:
        text = without_blocks(written(language, page))
        return {
            "headings": re.findall(r"^(#+) ", text, re.M),
            "pictures": [name.replace(f"-{language}.", "-*.") for name in re.findall(r"!\[.*?\]\((.*?)\)", text)],
            "rows": len(re.findall(r"^\|", text, re.M)),
            "steps": re.findall(r"^(\d+)\.", text, re.M),
            "commands": [(block.body, block.title is None) for block in commands(language) if block.page == page],
        }

    assert parts("fr") == parts("en")


@pytest.mark.parametrize("page", IN_SERVICE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_bold_stands_on_the_screens(language: str, page: str) -> None:
    """Guides for those in service call each button, page and state as web/src does, letter by letter."""
    bold = {" ".join(words.split()) for words in re.findall(r"\*\*(.+?)\*\*", written(language, page), re.S)}
    assert bold
    said = {words for words in bold if words not in SCREEN_WORDS}
    assert not said, f"not on any screen: {said}"


def _source(*names: str) -> str:
    return "\n".join((REPOSITORY / "web" / "src" / "console" / name).read_text("utf-8") for name in names)


def _keys_of_the_console(language: str) -> dict[str, str]:
    """Key → what the console calls it: commands, kiosk calls, and `g` with the letter of a page."""
    commands_of = _source("commands.ts", "commands_card.ts", "commands_units.ts")
    verdicts = [(key, name) for name, key in re.findall(r"verdict\('(\w+)', '(\w)'", commands_of)]
    table = re.findall(r"\bkey: '(\w)'.*?\bwords\.(\w+)", commands_of, re.S)
    kiosks = re.findall(r"key\('(F\d)'\).*?\{words\.(\w+)\}", _source("kiosk/KioskButtons.svelte"))
    letters = re.findall(r"id: '(\w+)', letter: '(\w)'", _source("route.svelte.ts"))
    words_of = [
        ("words_actions.ts", [*verdicts, *table]),
        ("kiosk/words.ts", kiosks),
        ("shell_words.ts", [(f"g{letter}", page) for page, letter in letters]),
    ]
    found = {}
    for file, pairs in words_of:
        for key, name in pairs:
            both = re.findall(rf"^    {name}: '([^']+)'", _source(file), re.M)
            if both:  # else its words depend on a number: no line of the guide
                found[key] = both[LANGUAGES.index(language)]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_do_what_the_guide_says(language: str) -> None:
    """Each key of the operators' tables, with the first words that the console itself gives it."""
    console, seen = _keys_of_the_console(language), 0
    for row in re.findall(r"^\| (<kbd>.*) \|$", written(language, "operators.md"), re.M):
        cells = row.split(" | ")
        keys, bold = re.findall(r"<kbd>(\w+)</kbd>", cells[0]), re.findall(r"\*\*(.+?)\*\*", " | ".join(cells[1:]))
        if keys[0] == "g":
            keys = ["".join(keys)]
        assert {key: console[key] for key in keys} == dict(zip(keys, bold, strict=False)), row
        seen += len(keys)
    assert seen > 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_what_cannot_run_here_is_not_run(language: str) -> None:
    """A block with a title is a program that tests cannot have, or a target that .ci/run itself runs."""
    ci = (REPOSITORY / ".ci" / "run").read_text("utf-8")
    for block in commands(language):
        if block.title is None:
            continue
        for line in block.body.splitlines():
            by_ci = line.startswith("make ") and re.search(rf"make --no-print-directory {line[5:]}\b", ci)
            assert line.startswith(NOT_HERE) or (".ci/run" in block.title and by_ci), line


def test_settings_that_the_guides_name_exist() -> None:
    """A variable in a guide is a field of a service's settings, or stands where Vigie is started from."""
    sources = [*REPOSITORY.glob("services/**/*.py"), *REPOSITORY.glob("deploy/local/*.py")]
    sources += [REPOSITORY / name for name in ("docker-compose.yml", "docker-compose.observability.yml", "Makefile")]
    code = "\n".join(path.read_text("utf-8") for path in sources).upper()
    for language in LANGUAGES:
        for page in pages(language):
            for name in re.findall(r"\b[A-Z]{3,}(?:_[A-Z0-9]+)+\b", written(language, page)):
                assert name in code or name.removesuffix("_FILE") in code, (language, page, name)


def test_a_fault_of_the_built_site_is_named(tmp_path: Path) -> None:
    """A dead link, a lost anchor, a picture that is not there and a script of another host: each by its page."""
    (tmp_path / "there.html").write_text(
        '<h1 id="here">x</h1><a href="#here">x</a><a href="https://other.example">x</a>'
    )
    assert faults(tmp_path) == []
    (tmp_path / "wrong.html").write_text(
        '<a href="gone.html">x</a><a href="there.html#nowhere">x</a><img src="gone.webp">'
        '<script src="https://cdn.example/x.js"></script>'
    )
    assert faults(tmp_path) == [
        "wrong.html: https://cdn.example/x.js is loaded from elsewhere",
        "wrong.html: gone.html is not there",
        "wrong.html: gone.webp is not there",
        "wrong.html: there.html#nowhere has no such anchor",
    ]
