"""The situations of one partition of `alarms`, kept in memory and built from answers alone."""

from collections.abc import Iterable

from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.answer import Answer
from services.triage.correlation.domain.correlate import joined, opened
from services.triage.correlation.domain.group import Group
from services.triage.correlation.domain.match import best_match
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.domain.situation import OpenSituation


class Correlator:
    """`answer` decides and changes nothing; `take` makes an answer part of the past. Time is the alarms' own.

    Of a situation that takes no more alarms only the ids are kept, until its answers need no longer be known.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._open: dict[str, Group] = {}
        self._all: dict[str, OpenSituation] = {}
        self._answers = 0

    @property
    def open_count(self) -> int:
        """Situations that may still take an alarm."""
        return sum(len(group) for group in self._open.values())

    @property
    def answer_count(self) -> int:
        """Alarms that are remembered."""
        return self._answers

    def restore(self, answers: Iterable[Answer]) -> None:
        """Takes all answers of a table, in any order."""
        by_situation: dict[str, list[Answer]] = {}
        for answer in answers:
            by_situation.setdefault(answer.situation_id, []).append(answer)
        for situation in sorted((OpenSituation.of(g) for g in by_situation.values()), key=lambda s: s.head.last_at):
            self._keep(situation)
            self._answers += len(situation.alarm_ids)
        newest: dict[str, float] = {}
        for situation in self._all.values():
            head = situation.head
            newest[head.filed] = max(head.last_at, newest.get(head.filed, head.last_at))
        for filed, at in newest.items():
            self._close(filed, at)

    def answer(self, alarm: AlarmSeen) -> Answer:
        """What is to be said about an alarm that no answer is known for."""
        self._close(alarm.filed, alarm.at)
        group = self._open.get(alarm.filed)
        match = best_match(alarm, group.near(alarm) if group else (), self._reach)
        return opened(alarm) if match is None else joined(alarm, match)

    def take(self, answer: Answer) -> OpenSituation:
        """The situation with this answer in it; an answer that is in it already changes nothing."""
        situation = self._all.get(answer.situation_id)
        if situation is None:
            situation = OpenSituation.of([answer])
            self._answers += 1
        elif answer.revision > situation.head.revision:
            situation.add(answer)
            self._answers += 1
        else:
            return situation
        self._keep(situation)
        return situation

    def forget(self, before: float, limit: int) -> list[str]:
        """The ids of about `limit` alarms whose situation has been silent since `before`; they are forgotten.

        `before` counts from the alarm in hand: one device's clock far ahead must not empty the memory for long.
        """
        gone: list[str] = []
        while self._all and len(gone) < limit:
            eldest = next(iter(self._all))
            situation = self._all[eldest]
            if situation.head.last_at >= before:
                break
            gone += situation.alarm_ids
            self._answers -= len(situation.alarm_ids)
            del self._all[eldest]
            if group := self._open.get(situation.head.filed):
                group.remove(eldest)
        return gone

    def _keep(self, situation: OpenSituation) -> None:
        head = situation.head
        self._all.pop(head.situation_id, None)
        self._all[head.situation_id] = situation
        if head.filed not in self._open:
            self._open[head.filed] = Group(self._reach)
        self._open[head.filed].put(situation)

    def _close(self, filed: str, at: float) -> None:
        group = self._open.get(filed)
        if group is None:
            return
        # Twice the window: an alarm that comes late may still belong to what others have left behind.
        before = at - 2 * self._reach.within_s
        for name in group.silent_since(before):
            if situation := group.remove(name):
                situation.close()
        if not group:
            del self._open[filed]
