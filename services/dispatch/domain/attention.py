"""Which call for an operator's attention an incident shows: it has one place for it."""

POSSIBLE_DUPLICATE = "possible_duplicate"
HINTS = frozenset({POSSIBLE_DUPLICATE})
WELFARE_CHECK, WELFARE_UNANSWERED = "welfare_check", "welfare_unanswered"
_RANK = {POSSIBLE_DUPLICATE: -1, WELFARE_CHECK: 0, WELFARE_UNANSWERED: 2}
"""An officer who does not answer is hidden by nothing; a hint, or one who is asked, hides nothing."""
_USUAL = 1


def more_serious(held: str | None, new: str) -> str:
    """The one that is shown; among equals the newest."""
    return held if held is not None and _rank(held) > _rank(new) else new


def louder(shown: str | None, new: str) -> str:
    """The one that is shown; among equals what calls already."""
    return shown if shown is not None and _rank(shown) >= _rank(new) else new


def calls(shown: str | None) -> bool:
    """True if something more than a hint is shown."""
    return shown is not None and _rank(shown) >= 0


def _rank(word: str) -> int:
    return _RANK.get(word, _USUAL)
