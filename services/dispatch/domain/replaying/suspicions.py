"""Which other incidents an incident may be, asked again."""

from services.dispatch.domain.duplicates import again
from services.dispatch.domain.replaying.findings import Aspect, Difference, differing
from services.dispatch.domain.replaying.record import Record


def compare(record: Record) -> tuple[Difference, ...]:
    """Of those that were named: which would be named again, and with which score. Raises as `duplicates.again`."""
    found = {known.candidate.incident: known for known in again(record.inputs)}
    told: list[str] = record.detail["suspected"]
    still = [known for known in told if known in found and found[known].suspected]
    scores = {str(known["incident"]): known["score"] for known in record.inputs["candidates"]}
    changed = [known for known in told if known in found and found[known].score != scores[known]]
    return (
        *differing(Aspect.SUSPECTED, ", ".join(told), ", ".join(still)),
        *(Difference(Aspect.SCORE, scores[known], found[known].score) for known in changed),
    )
