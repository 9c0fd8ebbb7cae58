"""The guides of docs/fr and docs/en as tests read them: pages, and the commands in them with what they must print."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

from deploy.local.layout import REPOSITORY

DOCS = REPOSITORY / "docs"
LANGUAGES = ("fr", "en")
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w+)(?: title=\"(?P<title>[^\"]+)\")?\n(?P<body>.*?)\n(?P=indent)```$", re.M | re.S
)


@dataclass(frozen=True)
class Commands:
    """A block `sh`. `title` says why it is not run by the flow test; `printed`: lines of the block `text` after it."""

    page: str
    body: str
    title: str | None
    printed: tuple[str, ...]


def pages(language: str) -> list[str]:
    """Names of a language's pages within its folder, in the order of the site (zensical.toml)."""
    site = (REPOSITORY / "zensical.toml").read_text("utf-8")
    return re.findall(rf'"{language}/([^"]+\.md)"', site)


def written(language: str, page: str) -> str:
    """The page's text."""
    return (DOCS / language / page).read_text("utf-8")


def without_blocks(text: str) -> str:
    """A page's text without its fenced blocks."""
    return FENCE.sub("", text)


def commands(language: str) -> list[Commands]:
    """All blocks `sh` of a language, page by page."""
    return [block for page in pages(language) for block in _commands_of(page, written(language, page))]


def _commands_of(page: str, text: str) -> list[Commands]:
    fences = list(FENCE.finditer(text))
    found = []
    for at, fence in enumerate(fences):
        if fence["kind"] != "sh":
            continue
        following = fences[at + 1] if at + 1 < len(fences) else None
        printed: tuple[str, ...] = ()
        if following is not None and following["kind"] == "text" and not text[fence.end() : following.start()].strip():
            printed = tuple(_body(following).splitlines())
        found.append(Commands(page, _body(fence), fence["title"], printed))
    return found


def _body(fence: re.Match[str]) -> str:
    return textwrap.dedent(fence["indent"] + fence["body"])


def markdown_files(folder: Path = DOCS) -> list[Path]:
    """Every page of the site."""
    return sorted(folder.rglob("*.md"))
