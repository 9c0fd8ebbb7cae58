"""Anything happens to the town: alarms in any order, taps late and twice, crashes, time; then the promises hold."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.vocabulary.dispatching import AssignmentState, IncidentState, TaskState, UnitState
from schemas.vocabulary.natures import Nature
from services.dispatch.domain import filling
from services.dispatch.domain.assignment import UNIT_STATE, Step, Verdict, allowed
from services.dispatch.domain.incident import ALLOWED, Action
from services.dispatch.domain.report import Report
from tests.unit.dispatch.builders import report
from tests.unit.dispatch.stateful.town import OFFER, Town

ANY = st.integers(0, 255)
NATURES = (Nature.SOS, Nature.HOLD_UP, Nature.DISTURBANCE, Nature.INTRUSION, Nature.INTRUSION)
WAY = (Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.CLEAR)


class Core(RuleBasedStateMachine):
    """The town, what is under way to it, and what it has heard."""

    @initialize()
    def begins(self) -> None:
        """An empty, quiet town."""
        self.town = Town()
        self.heard: list[Report] = []
        self.taps: list[tuple[str, Step, int]] = []

    @rule(nature=st.sampled_from(NATURES), device=st.integers(0, 12))
    def alarm(self, nature: Nature, device: int) -> None:
        """A device raises an alarm."""
        of = report(nature, signal_id=f"s{len(self.heard)}", device=f"d{device}", site=None, received_at=self.town.now)
        self.heard.append(of)
        self._twice(lambda town: town.receive(of))

    @precondition(lambda self: self.heard)
    @rule(which=ANY)
    def repeat(self, which: int) -> None:
        """An alarm comes again: nothing changes."""
        before = self.town.saved()
        self.town.receive(self.heard[which % len(self.heard)])
        assert self.town == before

    @precondition(lambda self: self.town.active())
    @rule(which=ANY, declines=st.booleans())
    def tap(self, which: int, declines: bool) -> None:
        """An officer goes a step on, or declines where that is possible; the tap may be lost on the way."""
        held = self.town.active()[which % len(self.town.active())]
        steps = allowed(held.state)
        step = Step.DECLINE if declines and Step.DECLINE in steps else next(s for s in WAY if s in steps)
        self.taps.append((held.id, step, held.epoch))
        self._twice(lambda town: town.report(held.id, step, held.epoch))

    @precondition(lambda self: self.taps)
    @rule(which=ANY, epoch=st.integers(-1, 1))
    def late_tap(self, which: int, epoch: int) -> None:
        """An earlier tap comes again, perhaps of another epoch: what it was about is over, so nothing changes."""
        name, step, of = self.taps[which % len(self.taps)]
        before = self.town.saved()
        assert self.town.report(name, step, of + epoch) is not Verdict.APPLIED
        assert self.town == before

    @rule(seconds=st.sampled_from((1, 31, 125)))
    def time_passes(self, seconds: int) -> None:
        """Offers run out, once however often one looks; then waiting tasks are shared out together."""
        self.town.now += timedelta(seconds=seconds)
        self._twice(Town.expire)
        before = self.town.saved()
        self.town.expire()
        assert self.town == before
        self._twice(Town.offer_together)
        self._nobody_waits_beside_a_free_unit()

    @precondition(lambda self: self.town.incidents)
    @rule(which=ANY, action=st.sampled_from((Action.ASSIGN, Action.ASSIGN, Action.DISMISS, Action.REOPEN)))
    def order(self, which: int, action: Action) -> None:
        """An operator does what the state allows."""
        possible = [known for known in self.town.incidents.values() if action in ALLOWED[known.state]]
        if action is Action.ASSIGN:
            possible = [known for known in possible if self.town.tasks[known.id].state is TaskState.PENDING]
        if not possible:
            return
        of = possible[which % len(possible)].id
        if action is Action.DISMISS:
            self._twice(lambda town: town.dismiss(of))
        elif action is Action.REOPEN and self.town.incidents[of].state is IncidentState.DISMISSED:
            self._twice(lambda town: town.reopen(of))
        elif action is Action.ASSIGN:
            self._twice(lambda town: town.offer(of))

    def _twice(self, act: Callable[[Town], object]) -> None:
        """It crashes before it is kept and is done again from what was kept: the same comes out."""
        lost = self.town.saved()
        act(lost)
        act(self.town)
        assert self.town == lost

    @invariant()
    def nobody_is_bound_twice(self) -> None:
        """One active assignment a unit and a slot, epochs without gaps, and the unit does what its assignment says."""
        active = self.town.active()
        by_unit, slots = Counter(a.unit for a in active), Counter((a.task_id, a.slot) for a in active)
        assert all(count == 1 for count in (*by_unit.values(), *slots.values()))
        for unit, (state, epoch) in self.town.units.items():
            mine = [known for known in self.town.assignments.values() if known.unit == unit]
            assert sorted(known.epoch for known in mine) == list(range(1, epoch + 1))
            held = [known for known in mine if known.state.active]
            assert state is (UNIT_STATE[held[0].state] if held else UnitState.AVAILABLE)

    @invariant()
    def no_task_is_forgotten(self) -> None:
        """Engaged: somebody is on every slot; waiting: a slot is free; pending or finished: nobody is bound."""
        for task in self.town.tasks.values():
            mine = self.town.of(task.id)
            active, free = any(known.state.active for known in mine), filling.free_slots(task, mine)
            assert self.town.incidents[task.id].unfinished is not task.state.finished
            if task.state is TaskState.ENGAGED:
                assert active
                assert not free
            elif task.state is TaskState.WAITING:
                assert free
            else:
                assert not active

    @invariant()
    def one_unit_at_most_is_diverted(self) -> None:
        """From each incident, and only from what is not a P1."""
        lost = [a.incident_id for a in self.town.assignments.values() if a.state is AssignmentState.DIVERTED]
        assert all(count == 1 for count in Counter(lost).values())
        assert all(self.town.incidents[of].priority.rank > 1 for of in lost)

    @invariant()
    def every_alarm_is_on_one_card(self) -> None:
        """Whatever was heard."""
        assert {of.signal_id for of in self.heard} == set(self.town.linked)

    def _nobody_waits_beside_a_free_unit(self) -> None:
        free = {unit for unit, (state, _) in self.town.units.items() if state is UnitState.AVAILABLE}
        for task in self.town.tasks.values():
            if task.state is TaskState.WAITING:
                assert free <= filling.lapsed(self.town.of(task.id)), (task, free)

    def teardown(self) -> None:
        """Everything comes to an end: units go on, operators engage what waits for them."""
        if not hasattr(self, "town"):
            return
        for _ in range(200):
            if not [known for known in self.town.incidents.values() if known.unfinished]:
                break
            for held in self.town.active():
                step = next(s for s in WAY if s in allowed(self.town.assignments[held.id].state))
                self.town.report(held.id, step, held.epoch)
            for task in list(self.town.tasks.values()):
                if task.state is TaskState.PENDING or (task.state is TaskState.WAITING):
                    self.town.offer(task.id)
            self.town.now += OFFER
        assert not self.town.active()
        assert all(task.state.finished for task in self.town.tasks.values())
