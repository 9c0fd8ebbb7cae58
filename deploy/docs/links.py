"""What a built page leads to: each page, anchor, picture, style and script must be in the site, and none elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("img", "src"), ("script", "src"), ("link", "href"), ("source", "src"), ("iframe", "src")}
"""What a browser fetches by itself: on a closed network it must be here."""


@dataclass
class Page(HTMLParser):
    """Anchors and links of one page, and what it loads."""

    anchors: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by `feed`."""
        for name, value in attrs:
            if value is None:
                continue
            if name == "id":
                self.anchors.add(value)
            elif (tag, name) in LOADED:
                self.loaded.add(value)
            elif (tag, name) == ("a", "href"):
                self.links.add(value)


def faults(site: Path) -> list[str]:
    """One line a fault: the page, and what it leads to that is not there. Empty: all is well."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {wrong}"
        for path, page in pages.items()
        if path.name != "404.html"  # its addresses begin at the server's root
        for wrong in _faults_of(path, page, pages)
    ]


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    return page


def _faults_of(path: Path, page: Page, pages: dict[Path, Page]) -> list[str]:
    found = [f"{target} is loaded from elsewhere" for target in sorted(page.loaded) if urlsplit(target).netloc]
    for target in sorted(page.links | page.loaded):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if not file.is_file():
            found.append(f"{target} is not there")
        elif parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].anchors:
            found.append(f"{target} has no such anchor")
    return found
