"""What is wrong with requests at the HTTP doors. `{n}` in a body is replaced, so that each press is another one."""

from schemas.vocabulary.natures import Nature
from tests.flow.bad_input.case import Case, flags

DEEP = b"[" * 10_000 + b"]" * 10_000
MANY = b"1" * 400
TOO_LARGE = b'{"nature":"sos","x":"' + b"x" * 2_000_000 + b'"}'
SOS, PRESS, UNKNOWN = Nature.SOS, Nature.KIOSK_SOS, Nature.UNKNOWN_ALARM
BODY = "body: no JSON object"


def _sos(what: str, sent: bytes, kept: str | None, *named: str) -> Case:
    return Case(what, sent, "202", kept, SOS, flags(*named))


APP_SOS = (
    _sos("empty", b"", BODY, "malformed", "no_position"),
    _sos("truncated", b'{"lat":43.1,"lo', BODY, "malformed", "no_position"),
    _sos("not UTF-8", b'{"kind":"\xff\xfe"}', BODY, "malformed", "no_position"),
    Case("2 MB", TOO_LARGE, "413"),
    _sos("nested 10,000 deep", DEEP, BODY, "malformed", "no_position"),
    _sos("a name twice", b'{"lat":1,"lat":43.1,"lon":4.1}', "a name twice", "malformed"),
    _sos("NaN", b'{"lat":NaN,"lon":4.1}', None, "no_position"),
    _sos("Infinity", b'{"lat":43.1,"lon":4.1,"accuracy_m":Infinity}', None),
    _sos("coordinates swapped", b'{"lat":4.1,"lon":43.1}', None, "position_doubtful"),
    _sos("(0, 0)", b'{"lat":0,"lon":0}', None, "no_position"),
    _sos("400-digit number", b'{"lat":43.1,"lon":4.1,"accuracy_m":' + MANY + b"}", "accuracy_m", "malformed"),
    _sos("4,400-digit number", b'{"lat":' + MANY * 11 + b"}", BODY, "malformed", "no_position"),
    _sos("NUL", b'{"lat":43.1,"lon":4.1,"sos_id":"a\\u0000b"}', "sos_id", "malformed"),
    _sos("right-to-left mark", '{"lat":43.1,"lon":4.1,"sos_id":"a\u202eb{n}"}'.encode(), None),
    _sos("unknown word", b'{"lat":43.1,"lon":4.1,"kind":"<b>"}', "kind", "malformed"),
    _sos("year 9999", b'{"lat":43.1,"lon":4.1,"at":"9999-12-31T23:59:59-10:00"}', None, "wrong_clock"),
    _sos("negative time", b'{"lat":43.1,"lon":4.1,"at":-99999999999}', None, "wrong_clock"),
    _sos("no time at all", b'{"lat":43.1,"lon":4.1,"at":"soon"}', "at", "malformed"),
    _sos("hour of the clock change, no offset: UTC", b'{"lat":43.1,"lon":4.1,"at":"2026-10-25T02:30:00"}', None),
    _sos("text for a number", b'{"lat":"north","lon":4.1}', "lat", "malformed", "no_position"),
)

KIOSK = (
    Case("empty", b"", "202", BODY, UNKNOWN, flags("malformed", "unknown_code")),
    Case("truncated", b'{"nature":"so', "202", BODY, UNKNOWN, flags("malformed", "unknown_code")),
    Case("not UTF-8", b'{"nature":"\xff"}', "202", BODY, UNKNOWN, flags("malformed", "unknown_code")),
    Case("2 MB", TOO_LARGE, "413"),
    Case("nested 10,000 deep", DEEP, "202", BODY, UNKNOWN, flags("malformed")),
    Case("unknown code", b'{"nature":"help"}', "202", "nature", UNKNOWN, flags("malformed", "unknown_code")),
    Case("a name twice", b'{"nature":"access","nature":"sos"}', "202", "a name twice", PRESS, flags("malformed")),
    Case("NUL in the id", b'{"nature":"sos","call_id":"a\\u0000"}', "202", "call_id", PRESS, flags("malformed")),
    Case("400-digit number", b'{"nature":"sos","call_id":' + MANY + b"}", "202", "call_id", PRESS, flags("malformed")),
    Case("year 9999", b'{"nature":"sos","at":"9999-12-31T23:59:59-10:00"}', "202", None, PRESS, flags("wrong_clock")),
    Case("negative time", b'{"nature":"sos","at":-1}', "202", None, PRESS, flags("wrong_clock")),
)


def _alarm(more: str) -> bytes:
    return ('{"device":"fi-kiosk","nature":"panic","phase":"raise"' + more + "}").encode()


SEVENTY = ',"attributes":{' + ",".join(f'"a{number}":1' for number in range(70)) + "}"
GENERIC = (
    Case("empty", b"", "422", "JSON"),
    Case("truncated", b'[{"device":"fi-kiosk","nat', "422", "JSON"),
    Case("not UTF-8", b'{"device":"\xff","nature":"panic"}', "422", "JSON"),
    Case("2 MB", TOO_LARGE, "413"),
    Case("nested 10,000 deep", DEEP, "422", "JSON"),
    Case("NaN", _alarm(',"lat":NaN'), "202", "lat", Nature.PANIC, flags("malformed")),
    Case("Infinity", _alarm(',"accuracy_m":Infinity'), "202", "accuracy_m", Nature.PANIC, flags("malformed")),
    Case("400-digit number", _alarm(',"lat":' + MANY.decode()), "202", "lat", Nature.PANIC, flags("malformed")),
    Case("4,400-digit number", _alarm(',"lat":' + MANY.decode() * 11), "422", "JSON"),
    Case("a name twice: the last counts", _alarm(',"nature":"panic"').replace(b"panic", b"fire", 1), "202", None,
         Nature.PANIC),
    Case("latitude 900", _alarm(',"lat":900,"lon":4.1'), "202", "lat", Nature.PANIC, flags("malformed")),
    Case("swapped", _alarm(',"lat":4.1,"lon":43.1'), "202", None, Nature.PANIC, flags("position_doubtful")),
    Case("(0, 0)", _alarm(',"lat":0,"lon":0'), "202", None, Nature.PANIC, flags("no_position")),
    Case("NUL in an attribute", _alarm(',"attributes":{"a\\u0000":"b\\u0000"}'), "202", None, Nature.PANIC),
    Case("right-to-left mark", _alarm(',"attributes":{"t":"a\u202eb"}'), "202", None, Nature.PANIC),
    Case("70 attributes", _alarm(SEVENTY), "202", "attributes", Nature.PANIC, flags("malformed")),
    Case("a link to an internal address", _alarm(',"attributes":{"snapshot_url":"http://169.254.169.254/x"}'), "202",
         "attributes", Nature.PANIC, flags("malformed")),
    Case("unknown code", b'{"device":"fi-kiosk","nature":"volcano"}', "422", "nature"),
    Case("year 9999", _alarm(',"at":"9999-12-31T23:59:59-10:00"'), "202", None, Nature.PANIC, flags("wrong_clock")),
    Case("negative time", _alarm(',"at":-99999999999'), "202", None, Nature.PANIC, flags("wrong_clock")),
    Case("a fault with a wrong field", b'{"device":"fi-kiosk","nature":"lamp_out","lat":900}', "422", "lat"),
    Case("no device", b'{"nature":"panic"}', "422", "device"),
    Case("the name of an app's SOS", b'{"device":"sos:1","nature":"panic"}', "202", None, Nature.PANIC,
         flags("unknown_device")),
)  # fmt: skip
