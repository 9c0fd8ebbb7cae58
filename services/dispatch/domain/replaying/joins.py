"""Which incident an alarm joined, asked again."""

from services.dispatch.domain.arriving import from_inputs, place
from services.dispatch.domain.replaying.findings import Aspect, Difference, differing
from services.dispatch.domain.replaying.record import Json


def compare(inputs: Json) -> tuple[Difference, ...]:
    """Raises as `arriving.from_inputs`. `inputs`: the part `joining` of an event's."""
    again = place(from_inputs(inputs))
    return (
        *differing(Aspect.JOINED, inputs["into"], again.into),
        *differing(Aspect.JOINED_BECAUSE, inputs["reason"], again.reason.value),
    )
