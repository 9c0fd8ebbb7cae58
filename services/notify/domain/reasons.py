"""Why somebody was told or not, and how an attempt ended: one word in log, metric, audit and API."""

from enum import StrEnum


class NotifyReason(StrEnum):
    """First why a recipient is told or not, then how one attempt to tell them ended."""

    HAND_OVER_TO_AGENCY = "hand_over_to_agency"
    WORK_ORDER_TO_CONTRACTOR = "work_order_to_contractor"
    NO_UNIT_LEFT = "no_unit_left"
    URGENT_TASK_WAITS = "urgent_task_waits"
    HAND_OVER_WITHDRAWN = "hand_over_withdrawn"
    HAND_OVER_REFUSED = "hand_over_refused"
    HAND_OVER_UNANSWERED = "hand_over_unanswered"
    URGENT_UNACKNOWLEDGED = "urgent_unacknowledged"
    NOTIFICATION_FAILED = "notification_failed"

    NOT_FOR_ANYONE = "not_for_anyone"
    NO_SHIFT_LEAD = "no_shift_lead"
    SHIFT_LEAD_UNREACHED = "shift_lead_unreached"
    OWN_CREW = "own_crew"
    NO_LONGER_NEEDED = "no_longer_needed"

    AGENCY_NOT_NAMED = "agency_not_named"
    UNKNOWN_AGENCY = "unknown_agency"
    NO_CHANNEL = "no_channel"

    DELIVERED = "delivered"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    GATEWAY_FAILED = "gateway_failed"
    SECRET_MISSING = "secret_missing"
    ADDRESS_INVALID = "address_invalid"


RETRYABLE = frozenset(
    {
        NotifyReason.UNKNOWN_AGENCY,  # the pack that names it may be on its way
        NotifyReason.THROTTLED,
        NotifyReason.SERVER_ERROR,
        NotifyReason.UNREACHABLE,
        NotifyReason.TIMED_OUT,
        NotifyReason.GATEWAY_FAILED,
        NotifyReason.SECRET_MISSING,  # a file may be put in place while we run
    }
)
"""Ends of an attempt after which another one may succeed; every other failure is permanent."""
