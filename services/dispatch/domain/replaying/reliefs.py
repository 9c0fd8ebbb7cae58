"""Whether a unit that became free relieved the one on its way, asked again."""

from services.dispatch.domain.recommending import relief
from services.dispatch.domain.recommending.recording import from_inputs
from services.dispatch.domain.replaying.asking import Both, under
from services.dispatch.domain.replaying.findings import Aspect, Difference, Reservation, differing
from services.dispatch.domain.replaying.record import Record

Found = tuple[tuple[Difference, ...], tuple[Reservation, ...]]


def compare(record: Record, both: Both | None) -> Found:
    """Raises as `recording.from_inputs`. `both`: what run cards ask of the incident, None where they are the same."""
    recorded = from_inputs(record.inputs["situation"])
    situation, missing = under(recorded, both)
    sent: str = record.inputs["recommended"]
    again = relief(situation, record.inputs["on_its_way"])
    differences = (
        *differing(Aspect.UNIT, sent, again.send if again else None),
        *differing(Aspect.SECONDS, recorded.seconds[sent], again.seconds if again else None),
    )
    return differences, missing
