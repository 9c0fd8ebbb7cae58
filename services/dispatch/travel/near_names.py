"""Names that somebody who mistyped a street may have meant."""

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

OFFERED = 5
CLOSE = 0.6


def near_names(wanted: str, known: Iterable[str]) -> list[str]:
    """At most five known names that look like `wanted`, the nearest first; case and accents do not count."""
    plain: dict[str, str] = {}
    for name in known:
        plain.setdefault(_plain(name), name)
    return [plain[found] for found in get_close_matches(_plain(wanted), plain, OFFERED, CLOSE)]


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
