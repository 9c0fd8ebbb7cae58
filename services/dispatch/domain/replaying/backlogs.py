"""Which unit an incident of a backlog was matched with, asked again: once for all events of the matching."""

from collections.abc import Mapping

from services.dispatch.domain.recommending import Backlog, Pair, match
from services.dispatch.domain.recommending.recording_backlog import backlog_from_inputs
from services.dispatch.domain.replaying.asking import Both, under
from services.dispatch.domain.replaying.findings import Aspect, Difference, Reservation, differing
from services.dispatch.domain.replaying.record import Json, Record

Found = tuple[tuple[Difference, ...], tuple[Reservation, ...]]
Matched = tuple[Backlog, Mapping[str, Pair], tuple[Reservation, ...]]


class Backlogs:
    """Evaluates matchings; holds the last one, since its events follow one another."""

    def __init__(self) -> None:
        self._decision: str | None = None
        self._matched: Matched = (Backlog(()), {}, ())

    def compare(self, record: Record, inputs: Json, asked: Mapping[str, Both]) -> Found:
        """`inputs`: those that the events of the matching share. Raises as `backlog_from_inputs`."""
        decision = record.inputs["decision"]
        if decision != self._decision:
            self._matched, self._decision = _match(inputs, asked), decision
        backlog, pairs, reservations = self._matched
        unit, pair = record.detail["unit"], pairs.get(record.incident)
        own = {known.incident.id: known for known in backlog.situations}[record.incident]
        differences = (
            *differing(Aspect.UNIT, unit, pair.unit if pair else None),
            *differing(Aspect.SECONDS, own.seconds[unit], pair.seconds if pair else None),
            *differing(Aspect.DIVERTS, record.inputs.get("diverts"), pair.diverts if pair else None),
        )
        return differences, reservations


def _match(inputs: Json, asked: Mapping[str, Both]) -> Matched:
    backlog = backlog_from_inputs(inputs)
    changed = [under(known, asked.get(known.incident.id)) for known in backlog.situations]
    again = Backlog(tuple(situation for situation, _ in changed))
    missing = tuple(dict.fromkeys(each for _, found in changed for each in found))
    return backlog, {pair.incident: pair for pair in match(again).pairs}, missing
