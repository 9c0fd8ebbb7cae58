"""Words for what people handle: incidents, tasks, units, assignments, hand-overs, work orders, kiosk calls."""

from schemas.vocabulary.word import Word


class IncidentState(Word):
    """open → in_progress → resolved → closed; or dismissed; or merged."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    MERGED = "merged"


class DeclineReason(Word):
    """Why a unit does not take an offer. A list, so that no free text travels on a topic."""

    BUSY = "busy"
    TOO_FAR = "too_far"
    VEHICLE = "vehicle"
    NOT_EQUIPPED = "not_equipped"
    END_OF_SHIFT = "end_of_shift"
    OTHER = "other"


class IncidentEvent(Word):
    """What happened to an incident, in the past tense; one word in log, metric, audit and API."""

    OPENED = "opened"
    SIGNAL_LINKED = "signal_linked"
    SIGNAL_ANNOTATED = "signal_annotated"
    PRIORITY_RAISED = "priority_raised"
    CARD_APPLIED = "card_applied"
    ACKNOWLEDGED = "acknowledged"
    VERIFIED = "verified"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    STARTED = "started"
    RESOLVED = "resolved"
    CLOSED = "closed"
    MERGED = "merged"
    UNMERGED = "unmerged"
    SPLIT = "split"
    MERGE_PROPOSED = "merge_proposed"
    ATTENTION_ASKED = "attention_asked"
    NOTED = "noted"
    BACKUP_REQUESTED = "backup_requested"
    TASK_ADDED = "task_added"
    TASK_CLOSED = "task_closed"
    TASK_WAITING = "task_waiting"
    NO_UNIT_LEFT = "no_unit_left"
    UNIT_OFFERED = "unit_offered"
    ASSIGNMENT_CHANGED = "assignment_changed"
    LATE_REPORT = "late_report"
    HAND_OVER_SENT = "hand_over_sent"
    HAND_OVER_CHANGED = "hand_over_changed"
    WORK_ORDER_CREATED = "work_order_created"
    WORK_ORDER_CHANGED = "work_order_changed"
    KIOSK_CALL_CHANGED = "kiosk_call_changed"
    ESCALATED = "escalated"
    RELIEVED = "relieved"
    DUPLICATES_SUSPECTED = "duplicates_suspected"
    DUPLICATE_REJECTED = "duplicate_rejected"
    WELFARE_ASKED = "welfare_asked"
    WELFARE_ANSWERED = "welfare_answered"
    NOTIFICATION_FAILED = "notification_failed"
    NOTIFICATION_SENT = "notification_sent"


class ResponderKind(Word):
    """Who must come; one task per kind."""

    PATROL = "patrol"
    FIREFIGHTERS = "firefighters"
    NATIONAL_POLICE = "national_police"
    MAINTENANCE = "maintenance"

    @property
    def is_partner(self) -> bool:
        """True where the task is a hand-over to an agency that decides for itself."""
        return self in {ResponderKind.FIREFIGHTERS, ResponderKind.NATIONAL_POLICE}


class Engagement(Word):
    """Whether a run card engages by itself or waits for the operator."""

    AUTOMATIC = "automatic"
    OPERATOR_CONFIRMED = "operator_confirmed"


class TaskState(Word):
    """pending: waits for the operator; waiting: waits for a free unit; engaged; done; cancelled."""

    PENDING = "pending"
    WAITING = "waiting"
    ENGAGED = "engaged"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def finished(self) -> bool:
        """True when nothing more is expected of the task."""
        return self in {TaskState.DONE, TaskState.CANCELLED}


class AssignmentState(Word):
    """offered → accepted → en_route → on_scene → cleared; or declined, expired, diverted, cancelled."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    DECLINED = "declined"
    EXPIRED = "expired"
    DIVERTED = "diverted"
    CANCELLED = "cancelled"

    @property
    def active(self) -> bool:
        """True while the unit is bound by it (offered … on_scene)."""
        return self in ACTIVE_ASSIGNMENT


ACTIVE_ASSIGNMENT = frozenset(
    {AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE}
)


class UnitState(Word):
    """What a unit is doing, as the room sees it."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    UNAVAILABLE = "unavailable"
    OFF_DUTY = "off_duty"


class HandOverState(Word):
    """sent → acknowledged → completed, or refused; or withdrawn by us."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def open(self) -> bool:
        """True while the agency is held by it, or is yet to answer."""
        return self in {HandOverState.SENT, HandOverState.ACKNOWLEDGED}


class WorkOrderState(Word):
    """ordered → taken → started → completed, or already_fixed; a crew may start without taking first."""

    ORDERED = "ordered"
    TAKEN = "taken"
    STARTED = "started"
    COMPLETED = "completed"
    ALREADY_FIXED = "already_fixed"

    @property
    def open(self) -> bool:
        """True while a crew is expected, or at work."""
        return self not in {WorkOrderState.COMPLETED, WorkOrderState.ALREADY_FIXED}


class KioskCallState(Word):
    """waiting → answered → opened or refused; or turned into an SOS."""

    WAITING = "waiting"
    ANSWERED = "answered"
    OPENED = "opened"
    REFUSED = "refused"
    SOS = "sos"


class NotifyOutcome(Word):
    """What notify decided or did for one recipient."""

    SENT = "sent"
    RETRYING = "retrying"
    FAILED = "failed"
    SKIPPED = "skipped"


class RosterKind(Word):
    """What a line of the roster says of a unit: on duty, on call (*astreinte*), or at rest."""

    DUTY = "duty"
    ON_CALL = "on_call"
    REST = "rest"


class Wanted(Word):
    """What a broadcast description is about."""

    WANTED_PERSON = "wanted_person"
    MISSING_PERSON = "missing_person"
    VEHICLE = "vehicle"
    OTHER = "other"
