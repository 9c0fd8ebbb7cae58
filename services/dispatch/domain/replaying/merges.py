"""Whether two incidents were merged or proposed, and which was kept, asked again."""

from collections.abc import Mapping
from dataclasses import replace

from services.dispatch.domain.merging import Merge, Pair, Side, from_inputs, kept, settle
from services.dispatch.domain.replaying.asking import Both
from services.dispatch.domain.replaying.findings import Aspect, Difference, differing
from services.dispatch.domain.replaying.record import Json


def compare(inputs: Json, asked: Mapping[str, Both]) -> tuple[Difference, ...]:
    """With the priorities that changed run cards would have given. Raises as `merging.from_inputs`."""
    pair = from_inputs(inputs)
    again = replace(pair, first=_under(pair.first, asked), second=_under(pair.second, asked))
    return (
        *differing(Aspect.MERGE, inputs["merge"], settle(again).value),
        *differing(Aspect.KEPT, _kept(pair, Merge(inputs["merge"])), kept(again)),
    )


def _kept(pair: Pair, merge: Merge) -> str | None:
    return {Merge.KEEPS_FIRST: pair.first.id, Merge.KEEPS_SECOND: pair.second.id}.get(merge)


def _under(side: Side, asked: Mapping[str, Both]) -> Side:
    both = asked.get(side.id)
    if both is None or both.before.priority is both.after.priority:
        return side
    return replace(side, priority=both.after.priority)
