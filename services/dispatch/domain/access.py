"""Who may do what: roles, the one table of doors, and what is a person's own. Decided without a database."""

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.signals import SYNTHETIC_DEVICE


class Role(StrEnum):
    """What somebody is here to do."""

    OPERATOR = "operator"
    SHIFT_LEAD = "shift_lead"
    PATROL = "patrol"
    CREW = "crew"
    AUDITOR = "auditor"
    PARTNER = "partner"
    SERVICE = "service"


class Own(StrEnum):
    """Whose a door's object is, for those who may only touch their own."""

    UNIT = "unit"
    ASSIGNMENT = "assignment"
    HAND_OVER = "hand_over"
    INCIDENT = "incident"
    """The unit has, or had, an assignment or work order there."""
    NAMED = "named"
    """The unit that the body names."""


class Refusal(StrEnum):
    """Why somebody is not let in; also the label of the metric."""

    NOT_SIGNED_IN = "not_signed_in"
    NOT_FOR_ROLE = "not_for_role"
    NOT_OWN = "not_own"
    OTHER_ORIGIN = "other_origin"
    REVOKED = "revoked"
    """His badge was taken back: the page forgets what it holds."""


class Doubt(StrEnum):
    """About who calls for help where nobody is refused: a flag of the card, a call for attention, a line of the log."""

    REVOKED = "sender_revoked"
    """His badge was taken back: a lost tablet, or the right officer with the wrong revocation."""
    OTHER = "sender_not_own"
    """Somebody known, but not this unit."""
    UNKNOWN = "sender_unknown"
    """No badge, or none that we issued."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in. `account` is pseudonymous and stands in the log as the actor."""

    account: str
    name: str
    role: Role
    unit: str | None = None
    agency: str | None = None

    @property
    def own(self) -> str | None:
        """The unit or agency that this person speaks for."""
        return self.unit or self.agency


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may use a door. `own`: those bound to a unit or agency only for what is theirs.

    `never_refused`: it opens for everybody; why he would not have been let in is told with what he sends (`Doubt`).
    """

    roles: frozenset[Role]
    own: Own | None = None
    never_refused: bool = False


BOUND: Set[Role] = frozenset({Role.PATROL, Role.CREW, Role.PARTNER})
"""Roles that speak for one unit or agency."""
_ROOM = (Role.OPERATOR, Role.SHIFT_LEAD)
_READERS = (*_ROOM, Role.AUDITOR)


def _rule(*roles: Role, own: Own | None = None) -> Rule:
    return Rule(frozenset(roles), own)


_UNIT = _rule(*_ROOM, Role.PATROL, Role.CREW, own=Own.UNIT)
_DECIDE = _rule(*_ROOM)
_READ = _rule(*_READERS)
_PEOPLE = _rule(*_READERS, Role.PATROL, Role.CREW)
_DISTRESS = Rule(_UNIT.roles, Own.UNIT, never_refused=True)
_LEAD = _rule(Role.SHIFT_LEAD)
_THERE = _rule(*_ROOM, Role.PATROL, Role.CREW, own=Own.INCIDENT)
RULES: dict[str, Rule] = {
    "GET /v1/access-register": _rule(Role.AUDITOR),
    "GET /v1/alarm-load": _READ,
    "GET /v1/attachments/*": _READ,
    "GET /v1/broadcasts": _rule(*_READERS, Role.PATROL, own=Own.UNIT),
    "POST /v1/broadcasts": _DECIDE,
    "POST /v1/broadcasts/{broadcast_id}/read": _rule(*_ROOM, Role.PATROL, own=Own.NAMED),
    "DELETE /v1/broadcasts/*": _DECIDE,
    "GET /v1/coverage": _READ,
    "GET /v1/legal-holds": _rule(Role.SHIFT_LEAD, Role.AUDITOR),
    "POST /v1/legal-holds": _LEAD,
    "POST /v1/legal-holds/*": _LEAD,
    "GET /v1/log": _READ,
    "GET /v1/log.csv": _READ,
    "GET /v1/map/*": _PEOPLE,
    "GET /v1/move-ups": _READ,
    "POST /v1/move-ups": _DECIDE,
    "DELETE /v1/move-ups/*": _DECIDE,
    "POST /v1/positions/*": _rule(Role.SERVICE),
    "GET /v1/positions/*": _rule(Role.SERVICE),
    "PUT /v1/presence": _READ,
    "GET /v1/protected-addresses": _DECIDE,
    "POST /v1/protected-addresses": _LEAD,
    "DELETE /v1/protected-addresses/*": _LEAD,
    "GET /v1/revocations": _rule(Role.SHIFT_LEAD, Role.AUDITOR),
    "POST /v1/revocations": _LEAD,
    "POST /v1/revocations/*": _LEAD,
    "GET /v1/roster": _READ,
    "POST /v1/roster": _LEAD,
    "PUT /v1/roster/*": _LEAD,
    "DELETE /v1/roster/*": _LEAD,
    "GET /v1/shift-summary": _READ,
    "GET /v1/streets": _READ,
    "GET /v1/street-changes": _rule(*_READERS, Role.PATROL),
    "POST /v1/street-changes": _DECIDE,
    "DELETE /v1/street-changes/*": _DECIDE,
    "GET /v1/system": _READ,
    "POST /v1/incidents/{incident_id}/attachments": _THERE,
    "POST /v1/incidents/{incident_id}/backup": _THERE,
    "GET /v1/incidents": _READ,
    "GET /v1/incidents/*": _READ,
    "POST /v1/incidents/*": _DECIDE,
    "POST /v1/calls": _DECIDE,
    "GET /v1/kiosk-calls": _READ,
    "POST /v1/kiosk-calls/*": _DECIDE,
    "GET /v1/units": _READ,
    "PUT /v1/units/*": _UNIT,
    "POST /v1/units/{unit}/distress": _DISTRESS,
    "POST /v1/units/*": _UNIT,
    "GET /v1/assignments": _rule(*_READERS, Role.PATROL, Role.CREW, own=Own.UNIT),
    "POST /v1/assignments/*": _rule(*_ROOM, Role.PATROL, Role.CREW, own=Own.ASSIGNMENT),
    "POST /v1/hand-overs/*": _rule(*_ROOM, Role.PARTNER, own=Own.HAND_OVER),
    "GET /v1/work-orders": _rule(*_READERS, Role.CREW),
    "POST /v1/work-orders/*": _rule(*_ROOM, Role.CREW),
    "GET /v1/silences": _READ,
    "POST /v1/silences": _LEAD,
    "DELETE /v1/silences/*": _LEAD,
    "GET /v1/signals": _READ,
    "GET /v1/signals/*": _rule(*_READERS, Role.SERVICE),
    "GET /v1/tiles/*": _PEOPLE,
    "POST /v1/urgent": _rule(Role.SERVICE),
    "PUT /v1/packs/*": _rule(Role.SHIFT_LEAD, Role.SERVICE),
    "GET /v1/packs": _rule(*_READERS, Role.SERVICE),
    "GET /v1/packs/*": _rule(*_READERS, Role.SERVICE),
    "GET /v1/stream": _rule(*_READERS, Role.PATROL, Role.CREW, Role.SERVICE),
}
"""Every door by method and path; `*` stands for the rest of the path, the longest such entry counts.

A door that is not listed is closed to all: a test names it.
"""


def rule_of(method: str, path: str) -> Rule | None:
    """The rule of a route by its path as it is declared, `/v1/incidents/{incident_id}`."""
    exact = RULES.get(f"{method} {path}")
    if exact is not None:
        return exact
    folder = path
    while "/" in folder.strip("/"):
        folder = folder.rpartition("/")[0]
        rule = RULES.get(f"{method} {folder}/*")
        if rule is not None:
            return rule
    return None


def refusal(person: Person | None, rule: Rule | None, whose: str | None) -> Refusal | None:
    """Why this person may not; None if he may. `whose`: the unit or agency that the object belongs to."""
    if person is None:
        return Refusal.NOT_SIGNED_IN
    if rule is None or person.role not in rule.roles:
        return Refusal.NOT_FOR_ROLE
    if rule.own is not None and person.role in BOUND and (whose is None or whose != person.own):
        return Refusal.NOT_OWN
    return None


def doubt_of(why: str) -> Doubt:
    """What is told of somebody who would have been refused for that reason."""
    known = {Refusal.REVOKED: Doubt.REVOKED, Refusal.NOT_OWN: Doubt.OTHER, Refusal.NOT_FOR_ROLE: Doubt.OTHER}
    return known.get(Refusal(why), Doubt.UNKNOWN) if why in set(Refusal) else Doubt.UNKNOWN


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the live stream somebody gets: one unit's part, some kinds of event, or everything (both None)."""

    unit: str | None = None
    kinds: frozenset[str] | None = None

    def shows(self, kind: str, unit: str | None, audience: Set[str] = frozenset()) -> bool:
        """True if an event is for these eyes; `audience`: units that it is for beside `unit`."""
        if self.kinds is not None and kind in self.kinds:
            return True
        if self.unit is not None:
            return unit == self.unit or self.unit in audience
        return self.kinds is None and unit != SYNTHETIC_DEVICE


ORDERS = frozenset({"work_order"})


def sight(person: Person | None, wanted: str | None) -> Sight | Refusal:
    """What the stream shows this person, who may have asked for one unit; None: nobody is asked who he is.

    Our own processes get the synthetic tablet's part, and nothing of anybody else.
    """
    if person is not None and person.role is Role.SERVICE:
        return Sight(wanted) if wanted == SYNTHETIC_DEVICE else Refusal.NOT_OWN
    if person is None or person.role not in BOUND:
        return Sight(wanted)
    # Without a unit of his own nothing is his: a sight without a unit would be everything.
    if person.unit is None or (wanted is not None and wanted != person.unit):
        return Refusal.NOT_OWN
    return Sight(person.unit, ORDERS if person.role is Role.CREW else None)
