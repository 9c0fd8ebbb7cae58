"""Evaluates recorded decisions again, in their order: events in, findings out. Keeps what changed run cards ask.

An event may carry several decisions (an alarm opened an incident: it joined none, and a run card was taken).
"""

from collections.abc import Callable, Iterator, Mapping

from schemas.vocabulary.dispatching import IncidentEvent
from services.dispatch.domain.recommending.recording import UnknownForm
from services.dispatch.domain.replaying import backlogs, cards, joins, levels, merges, reliefs, suspicions, units
from services.dispatch.domain.replaying.asking import Both, grown
from services.dispatch.domain.replaying.cards import Answers, Cards
from services.dispatch.domain.replaying.findings import Difference, Finding, Kind, Obstacle, Reservation
from services.dispatch.domain.replaying.record import Record

Found = tuple[tuple[Difference, ...], tuple[Reservation, ...]]
DAMAGE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What reading a record raises where a part is missing or is something else than it should be."""
UNITS = frozenset({IncidentEvent.UNIT_OFFERED, IncidentEvent.TASK_WAITING, IncidentEvent.NO_UNIT_LEFT})
EXPECTED: Mapping[str, Kind] = {
    IncidentEvent.OPENED: Kind.RUN_CARD,
    IncidentEvent.PRIORITY_RAISED: Kind.RUN_CARD,
    IncidentEvent.SIGNAL_LINKED: Kind.JOINING,
    IncidentEvent.MERGE_PROPOSED: Kind.MERGING,
    IncidentEvent.RELIEVED: Kind.RELIEF,
    IncidentEvent.ESCALATED: Kind.ESCALATION,
    IncidentEvent.DUPLICATES_SUSPECTED: Kind.DUPLICATES,
    **dict.fromkeys(UNITS, Kind.UNIT),
}
"""Events that always stand for a decision: without its inputs they were recorded by an earlier version."""
KNOWN = frozenset({"clock", "pack_version", "travel", "recommended", "relieved_in_version", "due_at"})
"""Parts of inputs that are no decision by themselves."""


class NotStored(Exception):
    """What the record refers to is not there any more."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class Replaying:
    """One period, evaluated with the `stored` run cards by pack version, or with `changed` ones by version replaced.

    Records must come in the order of their times. Memory grows with the incidents that changed run cards concern and
    that are not closed, not with the period.
    """

    def __init__(self, stored: Mapping[str, Cards], changed: Mapping[str, Cards] | None = None) -> None:
        self._stored, self._changed = stored, changed or {}
        self._asked: dict[str, Both] = {}
        self._backlogs = backlogs.Backlogs()

    def take(self, record: Record) -> Iterator[Finding]:
        """The findings of one event; none where it was no decision of Vigie's own."""
        found = False
        for kind, evaluate in self._decisions(record):
            found = True
            yield _finding(kind, record, evaluate)
        expected = _expected(record)
        if not found and expected is not None:
            yield Finding(expected, record, obstacle=Obstacle.NO_INPUTS)
        elif not found and record.inputs.keys() - KNOWN:
            yield Finding(Kind.OTHER, record, obstacle=Obstacle.UNKNOWN_FORM)
        if record.event == IncidentEvent.CLOSED:
            self._asked.pop(record.incident, None)

    def recall(self, record: Record) -> None:
        """A run card's decision from before the period, for the decisions in it that rest on it. Never raises."""
        if "facts" in record.inputs:
            _finding(Kind.RUN_CARD, record, self._card)

    def _decisions(self, record: Record) -> Iterator[tuple[Kind, Callable[[Record], Found]]]:
        inputs = record.inputs
        if "joining" in inputs:
            yield Kind.JOINING, _join
        if "merging" in inputs:
            yield Kind.MERGING, self._merge
        if "facts" in inputs:
            yield Kind.RUN_CARD, self._card
        if record.event == IncidentEvent.ESCALATED and "reached" in inputs:
            yield Kind.ESCALATION, self._level
        elif record.event == IncidentEvent.RELIEVED and "situation" in inputs:
            yield Kind.RELIEF, self._relief
        elif record.event == IncidentEvent.DUPLICATES_SUSPECTED and "candidates" in inputs:
            yield Kind.DUPLICATES, _suspicion
        elif record.event in UNITS and "situation" in inputs:
            yield Kind.UNIT, self._unit
        elif record.event in UNITS and "decision" in inputs:
            yield Kind.BACKLOG, self._backlog

    def _card(self, record: Record) -> Found:
        stored, changed = self._cards(record)
        found = cards.answers(record.inputs, stored, changed)
        if changed is not None:
            self._note(record.incident, found)
        return cards.compare(record.inputs, found), ()

    def _level(self, record: Record) -> Found:
        found = levels.compare(record, *self._cards(record), self._asked.get(record.incident))
        return found, self._unknown(record)

    def _cards(self, record: Record) -> tuple[Cards, Cards | None]:
        """The recorded version's run cards, and those that replace them."""
        version = record.inputs["pack_version"]
        if version not in self._stored:
            raise NotStored(Obstacle.PACK_NOT_STORED)
        return self._stored[version], self._changed.get(version)

    def _note(self, incident: str, found: Answers) -> None:
        held = self._asked.get(incident)
        before, after = (held.before, held.after) if held else (None, None)
        self._asked[incident] = Both(grown(before, found.before, found.nature), grown(after, found.after, found.nature))

    def _merge(self, record: Record) -> Found:
        return merges.compare(record.inputs["merging"], self._asked), ()

    def _unit(self, record: Record) -> Found:
        both = self._asked.get(record.incident)
        differences, reservations = units.compare(record, both)
        return differences, reservations + self._unknown(record)

    def _relief(self, record: Record) -> Found:
        differences, reservations = reliefs.compare(record, self._asked.get(record.incident))
        return differences, reservations + self._unknown(record)

    def _backlog(self, record: Record) -> Found:
        if record.decision is None:
            raise NotStored(Obstacle.DECISION_NOT_STORED)
        differences, reservations = self._backlogs.compare(record, record.decision, self._asked)
        return differences, reservations + self._unknown(record)

    def _unknown(self, record: Record) -> tuple[Reservation, ...]:
        concerned = record.inputs.get("pack_version") in self._changed
        return (Reservation.CARD_UNKNOWN,) if concerned and record.incident not in self._asked else ()


def _join(record: Record) -> Found:
    return joins.compare(record.inputs["joining"]), ()


def _suspicion(record: Record) -> Found:
    return suspicions.compare(record), ()


def _expected(record: Record) -> Kind | None:
    """A merge stands on both cards; on the one that was kept it is a decision, and says what it `merged`.

    The offer that follows a relief rests on the relief, which is evaluated.
    """
    if "relieved_in_version" in record.inputs:
        return None
    if record.event == IncidentEvent.MERGED and "merged" in record.detail:
        return Kind.MERGING
    return EXPECTED.get(record.event)


def _finding(kind: Kind, record: Record, evaluate: Callable[[Record], Found]) -> Finding:
    try:
        differences, reservations = evaluate(record)
    except NotStored as missing:
        return Finding(kind, record, obstacle=missing.obstacle)
    except UnknownForm:
        return Finding(kind, record, obstacle=Obstacle.UNKNOWN_FORM)
    except DAMAGE:
        return Finding(kind, record, obstacle=Obstacle.DAMAGED)
    return Finding(kind, record, differences, None, reservations)
