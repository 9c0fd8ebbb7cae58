"""Text from devices without the characters that deceive a reader or that a database cannot hold. Pure."""

import re
from collections.abc import Mapping
from typing import overload

from services.ingest.domain.signal import Attribute

DECEIVING = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls: NUL is refused by PostgreSQL, the others by ids
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction: `fire\u202eelif` would be read as another word
    "\ud800-\udfff]"  # half of a pair: no UTF-8
)
MARK = "\ufffd"


@overload
def plain(text: str) -> str: ...
@overload
def plain(text: None) -> None: ...
def plain(text: str | None) -> str | None:
    """The text with each such character shown as U+FFFD; its length stays."""
    return None if text is None else DECEIVING.sub(MARK, text)


def plain_attributes(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """Names and texts made plain."""
    return {plain(name): plain(value) if isinstance(value, str) else value for name, value in attributes.items()}
