"""One rule for all parts: a name that refers to another entry must exist, and close spellings are offered."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from schemas.pack.entries import Entry
from schemas.pack.findings import Finding, error


def refers(entry: Entry, path: tuple[str | int, ...], name: str | None, known: Collection[str]) -> Iterator[Finding]:
    """An error if `name` is given and not among `known`."""
    if name is None or name in known:
        return
    close = get_close_matches(name, known, n=1)
    fr = f"; peut-être « {close[0]} »" if close else "; ajoutez-le ou corrigez le nom"
    en = f'; perhaps "{close[0]}"' if close else "; add it or correct the name"
    field = ".".join(str(step) for step in path)
    yield error(
        entry.place(*path),
        f"{entry.part}/{entry.key}, {field} : « {name} » n'existe pas {fr}",
        f'{entry.part}/{entry.key}, {field}: "{name}" does not exist{en}',
    )
