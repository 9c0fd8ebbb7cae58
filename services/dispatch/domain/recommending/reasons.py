"""Why: one closed list each for the rule that ranked, the place of a unit, and its refusal."""

from enum import StrEnum


class Rule(StrEnum):
    """Which rule put the first unit first."""

    FASTEST = "fastest"
    FASTEST_DIVERTED = "fastest_diverted"
    LEAST_LOSS_OF_COVERAGE = "least_loss_of_coverage"
    CLOSEST_HIGH_UTILISATION = "closest_high_utilisation"
    CLOSEST_NONE_WITHIN_TARGET = "closest_none_within_target"
    CLOSEST_WITHOUT_COVERAGE_MODEL = "closest_without_coverage_model"
    ONLY_DECLINED_LEFT = "only_declined_left"
    SENT_BLINDLY = "sent_blindly"
    NO_UNIT = "no_unit"


class Reason(StrEnum):
    """Why a unit stands where it stands among those that may be sent; `matched` with the others of a backlog,
    `relieves` one on its way that would be there later."""

    FASTEST = "fastest"
    DIVERTED = "diverted"
    MATCHED = "matched"
    RELIEVES = "relieves"
    KEEPS_COVERAGE = "keeps_coverage"
    WITHIN_TARGET = "within_target"
    SLOWER = "slower"
    DECLINED_BEFORE = "declined_before"
    POSITION_STALE = "position_stale"
    POSITION_UNKNOWN = "position_unknown"


class Refusal(StrEnum):
    """Why a unit is not proposed. An operator may still choose it, with a reason."""

    RETIRING = "retiring"
    OFF_DUTY = "off_duty"
    UNAVAILABLE = "unavailable"
    RESTING = "resting"
    DUTY_ENDS = "duty_ends"
    LACKS_CAPABILITY = "lacks_capability"
    CALLS_FOR_HELP = "calls_for_help"
    ASKED_LATELY = "asked_lately"
    OCCUPIED = "occupied"
    DIVERTED_BEFORE = "diverted_before"
    GAIN_TOO_SMALL = "gain_too_small"
    POSITION_STALE = "position_stale"
    POSITION_UNKNOWN = "position_unknown"
    UNREACHABLE = "unreachable"
