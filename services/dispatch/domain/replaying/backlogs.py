"""Which unit an incident of a backlog was matched with, asked again: once for all events of the matching."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.dispatch.domain.recommending import Backlog, Pair, match
from services.dispatch.domain.recommending.recording_backlog import backlog_from_inputs
from services.dispatch.domain.replaying.asking import Both, under
from services.dispatch.domain.replaying.findings import Aspect, Difference, Reservation, differing
from services.dispatch.domain.replaying.record import Json, Record

Found = tuple[tuple[Difference, ...], tuple[Reservation, ...]]


@dataclass(frozen=True, slots=True)
class Matched:
    """One matching: the pairs by incident as recorded and as evaluated."""

    told: Mapping[str, Json]
    pairs: Mapping[str, Pair]
    reservations: tuple[Reservation, ...]


class Backlogs:
    """Evaluates matchings; holds the last one, since its events follow one another."""

    def __init__(self) -> None:
        self._last: tuple[str, Matched] | None = None

    def compare(self, record: Record, inputs: Json, asked: Mapping[str, Both]) -> Found:
        """`inputs`: those that the events of the matching share. Raises as `backlog_from_inputs`."""
        decision: str = record.inputs["decision"]
        if self._last is None or self._last[0] != decision:
            self._last = decision, _match(inputs, asked)
        matched = self._last[1]
        told, pair = matched.told[record.incident], matched.pairs.get(record.incident)
        differences = (
            *differing(Aspect.UNIT, record.detail["unit"], pair.unit if pair else None),
            *differing(Aspect.SECONDS, told["seconds"], pair.seconds if pair else None),
            *differing(Aspect.DIVERTS, told["diverts"], pair.diverts if pair else None),
        )
        return differences, matched.reservations


def _match(inputs: Json, asked: Mapping[str, Both]) -> Matched:
    backlog = backlog_from_inputs(inputs["backlog"])
    changed = [under(known, asked.get(known.incident.id)) for known in backlog.situations]
    again = match(Backlog(tuple(situation for situation, _ in changed)))
    missing = dict.fromkeys(each for _, found in changed for each in found)
    told = {known["incident"]: known for known in inputs["matching"]["pairs"]}
    return Matched(told, {pair.incident: pair for pair in again.pairs}, tuple(missing))
