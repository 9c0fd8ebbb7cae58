"""No task is forgotten: whoever is needed is asked for, and whoever is asked for is on the way or waited for."""

from schemas.vocabulary.dispatching import (
    Engagement,
    HandOverState,
    ResponderKind,
    TaskState,
    WorkOrderState,
)
from schemas.vocabulary.natures import Nature
from services.dispatch.cards import card_of
from services.dispatch.domain.run_card import Facts, Need, choose
from tests.flow.dispatch.builders import city
from tests.flow.dispatch.stateful.seen import UNFINISHED, Row, Seen

CARDS = tuple(card_of(card) for card in city().run_cards)
OPEN_ORDERS = {WorkOrderState.ORDERED, WorkOrderState.TAKEN, WorkOrderState.STARTED}
UNDER_WAY = {HandOverState.SENT, HandOverState.ACKNOWLEDGED}
TAKEN_BACK = {"reopened", "unmerged", "split", "hand_over_changed"}
"""After these an operator looks at what is pending, also where the card engages by itself."""


def check(now: Seen) -> None:
    """For every incident."""
    for incident in now.incidents:
        tasks = now.tasks_of(incident["id"])
        if incident["state"] in UNFINISHED:
            _everybody_needed_is_asked_for(now, incident, tasks)
            _somebody_will_go_on(now, incident, tasks)
            for task in tasks:
                _is_kept(now, incident, task)
        else:
            for task in tasks:
                assert TaskState(task["state"]).finished, (incident, task)
                assert not [known for known in now.on_task(task) if known["active"]], (incident, task)


def _needs(nature: str) -> tuple[Need, ...]:
    return choose(CARDS, Facts(Nature(nature), 1, None, None, night=False, protected=False)).needs


def _everybody_needed_is_asked_for(now: Seen, incident: Row, tasks: list[Row]) -> None:
    """What each alarm's own card asks for is among the tasks of the incident."""
    held = {task["kind"]: task for task in tasks}
    for known in now.signals:
        if known["role"] == "alarm" and now.root(known["incident_id"]) == incident["id"]:
            for need in _needs(known["nature"]):
                task = held.get(need.kind)
                assert task is not None, (incident, known["nature"], need)
                assert task["slots"] >= need.count, (incident, known["nature"], need)


def _somebody_will_go_on(now: Seen, incident: Row, tasks: list[Row]) -> None:
    """An incident whose tasks are all finished is unfinished only because an operator reopened it."""
    if not all(TaskState(task["state"]).finished for task in tasks):
        return
    assert "reopened" in {known["event"] for known in now.events_of(incident["id"])}, (incident, tasks)


def _is_kept(now: Seen, incident: Row, task: Row) -> None:
    state = TaskState(task["state"])
    assert state is not TaskState.CANCELLED, (incident, task)
    active = [known for known in now.on_task(task) if known["active"]]
    told = {known["event"] for known in now.events_of(incident["id"])}
    if state is TaskState.PENDING:
        assert not active, (incident, task, active)
        waits = incident["engagement"] == Engagement.OPERATOR_CONFIRMED
        assert waits or told & TAKEN_BACK, (incident, task)
    elif state is TaskState.WAITING:
        assert task["kind"] == ResponderKind.PATROL, task
        assert now.free_slots(task), (incident, task)
    elif state is TaskState.ENGAGED:
        _is_engaged(now, incident, task, active)
    if ResponderKind(task["kind"]).is_partner and state is not TaskState.DONE and "reopened" not in told:
        # Reopened: an operator decides anew, whoever was on the way when it was dismissed.
        answers = {h["state"] for h in now.hand_overs if h["task_id"] == task["id"]}
        assert state is TaskState.ENGAGED or HandOverState.ACKNOWLEDGED not in answers, (incident, task, answers)


def _is_engaged(now: Seen, incident: Row, task: Row, active: list[Row]) -> None:
    """Somebody is on it."""
    if task["kind"] == ResponderKind.PATROL:
        assert active, (incident, task, now.on_task(task))
        assert not now.free_slots(task), (incident, task, now.on_task(task))
    elif ResponderKind(task["kind"]).is_partner:
        mine = [known for known in now.hand_overs if known["task_id"] == task["id"]]
        going = [h for h in mine if h["state"] in UNDER_WAY and (h["due_at"] or h["acknowledged_at"])]
        assert going, (incident, task, mine)
    else:
        mine = [known for known in now.orders if known["task_id"] == task["id"]]
        assert [o for o in mine if o["state"] in OPEN_ORDERS], (incident, task)
