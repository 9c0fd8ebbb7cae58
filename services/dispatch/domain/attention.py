"""Which call for an operator's attention an incident shows: it has one place for it."""

WELFARE_CHECK, WELFARE_UNANSWERED = "welfare_check", "welfare_unanswered"
_RANK = {WELFARE_CHECK: 0, WELFARE_UNANSWERED: 2}
_USUAL = 1


def more_serious(held: str | None, new: str) -> str:
    """The one that is shown. An officer who does not answer is hidden by nothing, one who is asked hides nothing.

    Among the others the newest is shown.
    """
    if held is not None and _RANK.get(held, _USUAL) > _RANK.get(new, _USUAL):
        return held
    return new
