"""Words for signals: which device sent it, what it does to an earlier one, and how it ended."""

from schemas.vocabulary.word import Word

SYNTHETIC_DEVICE = "vigie:synthetic"
"""Whom the synthetic SOS comes from."""


class DeviceKind(Word):
    """Families of devices; each has an adapter of its own in ingest."""

    PANEL = "panel"
    KIOSK = "kiosk"
    APP = "app"
    CAMERA = "camera"
    SENSOR = "sensor"
    CONSOLE = "console"
    TABLET = "tablet"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class DeviceAuth(Word):
    """How a device proves at ingest's HTTP door that a message is its own; the city pack says it for each device.

    `none`: not at all. `hmac`: signed with its own key. `mtls`: over TLS with its own certificate.
    """

    NONE = "none"
    HMAC = "hmac"
    MTLS = "mtls"


class Phase(Word):
    """What a signal does: raise something new, or annotate what was raised before."""

    RAISE = "raise"
    UPDATE = "update"
    CANCEL = "cancel"
    RESTORE = "restore"
    WITHDRAW = "withdraw"
    HEARTBEAT = "heartbeat"

    @property
    def annotates(self) -> bool:
        """True for phases that only ever annotate the card of their first signal."""
        return self in {Phase.UPDATE, Phase.CANCEL, Phase.RESTORE, Phase.WITHDRAW}


class Flag(Word):
    """A doubt that travels with a signal and is shown to the operator; it never drops the signal."""

    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_ZONE = "unknown_zone"
    UNKNOWN_CODE = "unknown_code"
    WRONG_CLOCK = "wrong_clock"
    STALE = "stale"
    NO_POSITION = "no_position"
    POSITION_INACCURATE = "position_inaccurate"
    BAD_LENGTH = "bad_length"
    NO_PACK = "no_pack"
    MALFORMED = "malformed"
    """A part of the message could not be read; its bytes are kept on `signals.dead`."""
    POSITION_DOUBTFUL = "position_doubtful"
    """The coordinates were read the other way round, since only so they lie in the city."""
    UNVERIFIED = "unverified"
    """We lack the key of a device that signs: an urgent message is taken all the same."""


class Outcome(Word):
    """How a signal ended; exactly one for each signal."""

    ALARM = "alarm"
    UPDATE = "update"
    REPEAT = "repeat"
    FOLDED = "folded"
    SILENCED = "silenced"
    REFUSED = "refused"
    SUPERVISION = "supervision"
    FAULT = "fault"
    DEAD = "dead"


class ScreeningReason(Word):
    """Why screening gave an outcome."""

    NEW = "new"
    URGENT = "urgent"
    SAME_MARK = "same_mark"
    CHATTER = "chatter"
    SILENCED = "silenced"
    SITE_UNDER_TEST = "site_under_test"
    URGENT_UNDER_SILENCE = "urgent_under_silence"
    NO_LEGAL_BASIS = "no_legal_basis"
    LEGAL_BASIS_EXPIRED = "legal_basis_expired"
    UNKNOWN_USE_CASE = "unknown_use_case"
    UNKNOWN_CODE = "unknown_code"
    HEARTBEAT = "heartbeat"
    FAULT_REPORTED = "fault_reported"
    FAULT_RESTORED = "fault_restored"
    FOLLOWS_EARLIER = "follows_earlier"
    FOLLOWS_REFUSED = "follows_refused"
    FIRST_UNKNOWN = "first_unknown"
    UNREADABLE = "unreadable"


class MatchReason(Word):
    """Why correlation put an alarm into a situation."""

    FIRST = "first"
    SAME_SUBJECT = "same_subject"
    SAME_DEVICE = "same_device"
    SAME_SITE_AND_NATURE = "same_site_and_nature"
    NEAR_AND_COMPATIBLE = "near_and_compatible"
    ACCESS_CALL_ALONE = "access_call_alone"
    NO_POSITION = "no_position"
