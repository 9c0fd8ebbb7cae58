"""A case: one incident with its tasks, assignments, hand-overs and work orders, loaded under lock and written back.

Actions change the case in memory and record what they decided; everything reaches PostgreSQL in one flush.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Table, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from schemas.vocabulary.dispatching import IncidentEvent
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.attention import more_serious
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.task import HandOver, Task, WorkOrder
from services.dispatch.packs import Book
from services.dispatch.store import mapping, tables
from services.dispatch.store.pipeline import Row, Sent, Statement
from services.dispatch.store.work import Work

SYSTEM = "system"
V = TypeVar("V", Task, Assignment, HandOver, WorkOrder)


@dataclass
class Recorded:
    """One decision of this transaction, with the incident as it was after it."""

    version: int
    event: IncidentEvent
    reason: str
    actor: str
    state: dict[str, Any]
    inputs: dict[str, Any]
    detail: dict[str, Any]


@dataclass
class Case:
    """The aggregate. `changed` holds the ids of parts that differ from what is stored."""

    incident: Incident
    book: Book
    tasks: dict[str, Task] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    hand_overs: dict[str, HandOver] = field(default_factory=dict)
    orders: dict[str, WorkOrder] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    touched: bool = False
    quiet: set[str] = field(default_factory=set)
    """Those among `changed` whose change concerns neither tablet nor topic."""
    alarms: list[str] | None = None
    """The ids of its alarms where they are known without asking: those of a fresh incident."""

    @property
    def engaged(self) -> bool:
        """True if a unit, an agency or a crew is bound by it."""
        asked = [h.state.open for h in self.hand_overs.values()] + [o.state.open for o in self.orders.values()]
        return any(a.state.active for a in self.assignments.values()) or any(asked)

    def amend(self, **changes: Any) -> None:
        """Changes fields of the incident."""
        self.incident = replace(self.incident, **changes)
        self.touched = True

    def put(self, part: Task | Assignment | HandOver | WorkOrder) -> None:
        """Adds or replaces a part."""
        match part:
            case Task():
                self.tasks[part.id] = part
            case Assignment():
                self.assignments[part.id] = part
            case HandOver():
                self.hand_overs[part.id] = part
            case WorkOrder():
                self.orders[part.id] = part
        self.changed.add(part.id)
        self.quiet.discard(part.id)

    def put_quietly(self, assignment: Assignment) -> None:
        """Replaces an assignment whose state is the same: it is written, and neither shown nor published again."""
        told = assignment.id in self.changed - self.quiet
        self.put(assignment)
        if not told:
            self.quiet.add(assignment.id)

    def ask_attention(self, attention: str) -> None:
        """Calls for an operator's attention, unless something more serious is shown."""
        self.amend(attention=more_serious(self.incident.attention, attention))

    def record(
        self,
        event: IncidentEvent,
        reason: str,
        *,
        actor: str = SYSTEM,
        inputs: dict[str, Any] | None = None,
        detail: dict[str, Any] | None = None,
    ) -> None:
        """Records a decision; the incident's version grows by one."""
        self.amend(version=self.incident.version + 1)
        state = self.snapshot()
        self.recorded.append(Recorded(self.incident.version, event, reason, actor, state, inputs or {}, detail or {}))

    def of_task(self, task: Task) -> list[Assignment]:
        """All assignments of a task, also the ended ones."""
        return [known for known in self.assignments.values() if known.task_id == task.id]

    def changed_of(self, parts: dict[str, V]) -> list[V]:
        """The parts among `parts` that this transaction changed."""
        return [part for part in parts.values() if part.id in self.changed]

    def snapshot(self) -> dict[str, Any]:
        """The incident as recorded with each event: ids, enums and times, no text."""
        incident = self.incident
        return {
            "state": incident.state,
            "nature": incident.nature,
            "priority": incident.priority,
            "revision": incident.revision,
            "run_card": incident.run_card,
            "pack_version": incident.pack_version,
            "acknowledged": incident.acknowledged_at is not None,
            "verification": incident.verification,
            "attention": incident.attention,
            "sources": incident.sources,
            "signals": incident.signals,
            "escalation": incident.escalation,
            "linked_to": incident.linked_to,
            "merged_into": incident.merged_into,
            "tasks": [
                {"task_id": t.id, "kind": t.kind, "state": t.state, "slots": t.slots, "agency": t.agency}
                for t in self.tasks.values()
            ],
            "assignments": [
                {"assignment_id": a.id, "unit": a.unit, "slot": a.slot, "epoch": a.epoch, "state": a.state}
                for a in self.assignments.values()
            ],
            "hand_overs": [
                {"hand_over_id": h.id, "agency": h.agency, "state": h.state} for h in self.hand_overs.values()
            ],
            "work_orders": [{"order_id": o.id, "state": o.state} for o in self.orders.values()],
        }


async def load_free(work: Work, ids: Collection[str]) -> list[Case]:
    """The cases of these incidents, locked in id order; those that somebody else holds are passed over."""
    unseen = sorted(known for known in ids if known not in work.cases)
    if unseen:
        [rows] = await work.ask((_FREE, {"ids": unseen}))
        if rows:
            asked = {"ids": [row["id"] for row in rows]}
            _fill(work, [await _bare(work, row) for row in rows], await work.ask(*((part, asked) for part in _PARTS)))
        work.hindered |= len(rows) < len(unseen)
    return [work.cases[known] for known in sorted(ids) if known in work.cases]


async def load(work: Work, incident_id: str, *, wait: bool = True, lock: bool = True) -> Case | None:
    """The case, with its incident row locked until the transaction ends; None if there is none.

    Within one transaction an incident is one case, however often it is loaded. With `wait` false, None also where
    somebody else holds its lock: for taking a second incident while units are locked, against the usual order.
    Without `lock` it is only for looking at.
    """
    if incident_id in work.cases:
        held: Case = work.cases[incident_id]
        return held
    first = (_WAITED_FOR if wait else _FREE) if lock else _SEEN
    asked = {"ids": [incident_id]}
    found, *parts = await work.ask((first, asked), *((part, asked) for part in _PARTS))
    if not found:
        work.hindered |= not wait
        return None
    case = await _bare(work, found[0])
    _fill(work, [case], parts)
    return case


async def _bare(work: Work, row: Row) -> Case:
    incident = mapping.incident_of(row)
    book = await work.library.version(work.conn, incident.centre, incident.pack_version)
    if book is None:
        raise LookupError(f"pack {incident.pack_version} of incident {incident.id} is not stored")
    return Case(incident, book)


def _fill(work: Work, cases: list[Case], parts: list[list[Row]]) -> None:
    """Gives the cases their parts, rows as `_PARTS` asks for them; from now on they are this transaction's."""
    work.cases |= {case.incident.id: case for case in cases}
    for part in _values(*parts):
        work.cases[part.incident_id].put(part)
    for case in cases:
        case.changed.clear()


def _values(
    tasks: list[Row], assignments: list[Row], hand_overs: list[Row], orders: list[Row]
) -> Iterator[Task | Assignment | HandOver | WorkOrder]:
    yield from map(mapping.task_of, tasks)
    yield from map(mapping.assignment_of, assignments)
    yield from map(mapping.hand_over_of, hand_overs)
    yield from map(mapping.work_order_of, orders)


_IDS = bindparam("ids", type_=ARRAY(Text))
_INCIDENTS = select(tables.incidents).where(tables.incidents.c.id == any_(_IDS)).order_by(tables.incidents.c.id)
_WAITED_FOR, _FREE = (Statement(_INCIDENTS.with_for_update(skip_locked=skip)) for skip in (False, True))
_SEEN = Statement(_INCIDENTS)


def _of_incidents(table: Table, *order: str) -> Statement:
    return Statement(
        select(table).where(table.c.incident_id == any_(_IDS)).order_by(*(table.c[name] for name in order))
    )


# The card's own tasks before those of a level: where one of a kind is looked for, it is the card's.
_PARTS = (
    _of_incidents(tables.tasks, "created_at", "id"),
    _of_incidents(tables.assignments, "offered_at", "id"),
    _of_incidents(tables.hand_overs),
    _of_incidents(tables.work_orders),
)


def write_ended(case: Case, work: Work) -> None:
    """Puts off the assignments that ended: units and slots are free before any case of the transaction takes them."""
    ended = [known for known in case.changed_of(case.assignments) if not known.state.active]
    _put_off(work, tables.assignments, [mapping.assignment_values(known) for known in ended])


def write(case: Case, work: Work) -> None:
    """Puts off incident, changed parts and events. `write_ended` of all cases comes first."""
    _put_off(work, tables.incidents, [mapping.incident_values(case.incident)])
    _put_off(work, tables.tasks, [mapping.task_values(task) for task in case.changed_of(case.tasks)])
    begun = [known for known in case.changed_of(case.assignments) if known.state.active]
    _put_off(work, tables.assignments, [mapping.assignment_values(known) for known in begun])
    _put_off(work, tables.hand_overs, [mapping.plain_values(h) for h in case.changed_of(case.hand_overs)])
    _put_off(work, tables.work_orders, [mapping.plain_values(o) for o in case.changed_of(case.orders)])
    events = [
        {
            "incident_id": case.incident.id,
            "version": known.version,
            "event": known.event,
            "reason": known.reason,
            "actor": known.actor,
            "at": work.now,
            "state": known.state,
            "inputs": known.inputs,
            "detail": known.detail,
        }
        for known in case.recorded
    ]
    work.later(_EVENT, events)


def _put_off(work: Work, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        work.later(_upsert_into(table, tuple(rows[0])), rows)


def incident_row(incident: Incident) -> Sent:
    """Writes the incident's row, for rows that refer to it."""
    values = mapping.incident_values(incident)
    return _upsert_into(tables.incidents, tuple(values)), values


@cache
def _upsert_into(table: Table, columns: tuple[str, ...]) -> Statement:
    """Inserts a row, or replaces the one with the same primary key. Only id-keyed tables."""
    keys = {column.name for column in table.primary_key}
    statement = insert(table).values({name: bindparam(name) for name in columns})
    changes = {name: statement.excluded[name] for name in columns if name not in keys}
    return Statement(statement.on_conflict_do_update(index_elements=sorted(keys), set_=changes))


_EVENT = Statement(insert(tables.events).values({column.name: bindparam(column.name) for column in tables.events.c}))
