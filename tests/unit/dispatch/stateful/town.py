"""A town in memory: what the core decides is done, nothing else. Values are frozen, so a copy is a saved state."""

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from schemas.vocabulary.dispatching import AssignmentState as State
from schemas.vocabulary.dispatching import (
    Engagement,
    IncidentState,
    ResponderKind,
    TaskState,
    UnitState,
)
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.actions.choosing import after_binding
from services.dispatch.domain import filling
from services.dispatch.domain.assignment import REACHES, UNIT_STATE, Assignment, Step, Verdict, judge, moved
from services.dispatch.domain.incident import Incident, resolved
from services.dispatch.domain.joining import join
from services.dispatch.domain.recommending import Backlog, IncidentView, Situation, UnitView, Work, match, recommend
from services.dispatch.domain.report import Report
from services.dispatch.domain.run_card import Card, Need, choose, plan
from services.dispatch.domain.task import Task, all_finished
from tests.unit.dispatch.builders import NOON, card, facts, incident

OFFER = timedelta(seconds=30)
TWO = (Need(ResponderKind.PATROL, 2),)
CARDS: tuple[Card, ...] = (
    card("alone", Nature.SOS, Nature.PANIC),
    card("hold-up", Nature.HOLD_UP, needs=TWO),
    card("seen", Nature.DISTURBANCE, priority=Priority.P3),
    card(
        "intrusion",
        Nature.INTRUSION,
        priority=Priority.P2,
        needs=TWO,
        verify_first=True,
        engagement=Engagement.OPERATOR_CONFIRMED,
    ),
)
UNITS = ("pm-1", "pm-2", "pm-3", "pm-4")


@dataclass
class Town:
    """`units`: state and epoch of each. One patrol task an incident, of the same id."""

    now: datetime = NOON
    incidents: dict[str, Incident] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    units: dict[str, tuple[UnitState, int]] = field(
        default_factory=lambda: dict.fromkeys(UNITS, (UnitState.AVAILABLE, 0))
    )
    linked: dict[str, str] = field(default_factory=dict)

    def saved(self) -> "Town":
        """As it stands now."""
        made = copy(self)
        for name in ("incidents", "tasks", "assignments", "units", "linked"):
            setattr(made, name, dict(getattr(self, name)))
        return made

    def of(self, task: str) -> list[Assignment]:
        """All assignments of a task."""
        return [known for known in self.assignments.values() if known.task_id == task]

    def active(self) -> list[Assignment]:
        """Those that bind a unit."""
        return [known for known in self.assignments.values() if known.state.active]

    def receive(self, report: Report) -> None:
        """An alarm joins an incident or opens one, which its card may engage; the same id again changes nothing."""
        if report.signal_id in self.linked:
            return
        found, _ = join(report, [known for known in self.incidents.values() if known.unfinished])
        if found is None:
            decided = plan(choose(CARDS, facts(report.nature)), report.nature, silenced=False)
            found = incident(
                f"i{len(self.incidents)}",
                nature=report.nature,
                priority=decided.card.priority,
                opened_at=self.now,
                site=report.site,
                device=report.device,
                subject=report.subject,
            )
            self.incidents[found.id] = found
            slots = decided.card.needs[0].count
            state = TaskState.WAITING if decided.automatic else TaskState.PENDING
            self.tasks[found.id] = Task(found.id, found.id, ResponderKind.PATROL, state, slots)
            if decided.automatic:
                self.offer(found.id)
        self.linked[report.signal_id] = found.id

    def offer(self, of: str) -> None:
        """Each free slot goes to the recommended unit; an incident that loses its unit is dispatched again."""
        task, lost = self.tasks[of], []
        situation = self.situation(of)
        resting = filling.resting(self.of(of), self.now, OFFER)
        for slot in filling.free_slots(task, self.of(of)):
            chosen = next((known for known in recommend(situation).ranked if known.unit not in resting), None)
            if chosen is None:
                self.tasks[of] = replace(task, state=TaskState.WAITING)
                break
            if chosen.diverts is not None:
                lost.append(chosen.diverts)
                self._end(self._of_unit(chosen.unit), State.DIVERTED)
            self.bind(of, slot, chosen.unit)
            situation = after_binding(situation, chosen.unit)
        else:
            self.tasks[of] = replace(task, state=TaskState.ENGAGED)
        for other in dict.fromkeys(lost):
            self.offer(other)

    def offer_together(self) -> None:
        """Waiting incidents are matched with units all at once, one slot each, until nobody is matched any more."""
        while True:
            waiting = [task.id for task in self.tasks.values() if task.state is TaskState.WAITING]
            pairs = match(Backlog(tuple(self.situation(of) for of in sorted(waiting)))).pairs if waiting else ()
            for pair in pairs:
                if pair.diverts is not None:
                    self._end(self._of_unit(pair.unit), State.DIVERTED)
                    self.tasks[pair.diverts] = replace(self.tasks[pair.diverts], state=TaskState.WAITING)
                self.bind(
                    pair.incident, filling.free_slots(self.tasks[pair.incident], self.of(pair.incident))[0], pair.unit
                )
                if not filling.free_slots(self.tasks[pair.incident], self.of(pair.incident)):
                    self.tasks[pair.incident] = replace(self.tasks[pair.incident], state=TaskState.ENGAGED)
            if not pairs:
                return

    def bind(self, of: str, slot: int, unit: str) -> None:
        """A unit is offered a slot under its next epoch."""
        epoch = self.units[unit][1] + 1
        name = f"{unit}:{epoch}"
        due = self.now + OFFER
        self.assignments[name] = Assignment(name, of, of, slot, unit, epoch, State.OFFERED, self.now, due_at=due)
        self.units[unit] = (UnitState.ASSIGNED, epoch)

    def report(self, name: str, step: Step, epoch: int) -> Verdict:
        """A tablet's word about an assignment."""
        held = self.assignments[name]
        verdict = judge(held, step, epoch)
        if verdict is not Verdict.APPLIED:
            return verdict
        self._end(held, REACHES[step], step)
        after = self.assignments[name]
        if after.state is State.DECLINED:
            self.offer(after.task_id)
        elif after.state is State.CLEARED and filling.done(self.tasks[after.task_id], self.of(after.task_id)):
            self._close(after.task_id)
        return verdict

    def expire(self) -> None:
        """What was not answered in time goes to the next unit."""
        due = [a for a in self.active() if a.state is State.OFFERED and a.due_at is not None and a.due_at <= self.now]
        for held in sorted(due, key=lambda known: known.id):
            if self.assignments[held.id].state is State.OFFERED:
                self._end(held, State.EXPIRED)
                self.offer(held.task_id)

    def situation(self, of: str) -> Situation:
        """All inputs of a decision; every unit is somewhere else for every incident."""
        known = self.incidents[of]
        asked = filling.lapsed(self.of(of))
        place = int(of[1:])
        view = IncidentView(of, known.priority, known.opened_at, 600.0, declined=asked, diversions=self._lost(of))
        seconds = {unit: 60.0 + 50.0 * ((number * 3 + place) % 7) for number, unit in enumerate(UNITS)}
        return Situation(view, tuple(self._view(unit) for unit in UNITS), seconds, self.now)

    def _view(self, unit: str) -> UnitView:
        held = self._of_unit(unit) if any(known.unit == unit for known in self.active()) else None
        bound = None
        if held is not None:
            priority = self.incidents[held.incident_id].priority
            on_scene = held.state is State.ON_SCENE
            bound = Work(held.incident_id, priority, held.offered_at, on_scene, self._lost(held.incident_id))
        return UnitView(unit, self.units[unit][0], position_at=self.now, work=bound)

    def _lost(self, of: str) -> int:
        return sum(1 for known in self.of(of) if known.state is State.DIVERTED)

    def _of_unit(self, unit: str) -> Assignment:
        return next(known for known in self.active() if known.unit == unit)

    def _end(self, held: Assignment, state: State, reason: str = "") -> None:
        self.assignments[held.id] = moved(held, state, reason or state, self.now)
        self.units[held.unit] = (UNIT_STATE.get(state, UnitState.AVAILABLE), self.units[held.unit][1])

    def _close(self, of: str) -> None:
        self.tasks[of] = replace(self.tasks[of], state=TaskState.DONE, closed_at=self.now)
        if all_finished([self.tasks[of]]):
            self.incidents[of] = resolved(self.incidents[of], self.now)

    def dismiss(self, of: str) -> None:
        """Everybody on it stands down."""
        for held in [known for known in self.of(of) if known.state.active]:
            self._end(held, State.CANCELLED)
        self.tasks[of] = replace(self.tasks[of], state=TaskState.CANCELLED)
        self.incidents[of] = replace(self.incidents[of], state=IncidentState.DISMISSED)

    def reopen(self, of: str) -> None:
        """What was cancelled waits for the operator."""
        self.tasks[of] = replace(self.tasks[of], state=TaskState.PENDING)
        self.incidents[of] = replace(self.incidents[of], state=IncidentState.OPEN)
