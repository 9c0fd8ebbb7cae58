"""What is wrong with requests at dispatch's doors: an operator's call, a position, and a call for help."""

from dataclasses import dataclass

from tests.flow.bad_input.http_cases import DEEP, MANY

TOO_LARGE = b'{"nature":"panic","text":"' + b"x" * 17_000_000 + b'"}'


@dataclass(frozen=True)
class Bad:
    """One request. `answer`: status; `reason`: what the problem document, or the answer, holds."""

    what: str
    sent: bytes
    answer: int
    reason: str = ""


def _call(more: str) -> bytes:
    return ('{"nature":"panic","lat":49.1,"lon":6.1' + more + "}").encode()


CALL = (
    Bad("empty", b"", 422, "body"),
    Bad("truncated", b'{"nature":"pan', 422, "JSON"),
    Bad("not UTF-8", b'{"nature":"\xff"}', 422, "illisible"),
    Bad("17 MB", TOO_LARGE, 413, "too large"),
    Bad("nested 10,000 deep", DEEP, 422, "illisible"),
    Bad("a name twice: the last counts", _call(',"lat":49.2'), 201),
    Bad("NaN", _call(',"lat":NaN'), 422, "body.lat"),
    Bad("Infinity", _call(',"lon":Infinity'), 422, "body.lon"),
    Bad("400-digit number", _call(',"lat":' + MANY.decode()), 422, "body.lat"),
    Bad("4,400-digit number", _call(',"lat":' + MANY.decode() * 11), 422, "illisible"),
    Bad("unknown code", b'{"nature":"volcano"}', 422, "body.nature"),
    Bad("NUL", _call(',"text":"a\\u0000b"'), 422),
    Bad("`__faust` type tag", _call(',"__faust":{"ns":"os.system"}'), 422, "__faust"),
    Bad("a list", b"[]", 422, "body"),
)

POSITION = (
    Bad("year 9999", b'{"lat":49.1,"lon":6.1,"at":"9999-12-31T23:59:59-10:00"}', 200, '"applied":true'),
    Bad("negative time", b'{"lat":49.1,"lon":6.1,"at":-1}', 200, '"applied":'),
    Bad("time without offset", b'{"lat":49.1,"lon":6.1,"at":"2026-10-25T02:30:00"}', 422, "body.at"),
    Bad("(0, 0)", b'{"lat":0,"lon":0,"at":"2026-05-04T21:12:03Z"}', 200, '"applied":false'),
    Bad("coordinates out of the world", b'{"lat":900,"lon":6.1,"at":"2026-05-04T21:12:03Z"}', 422, "body.lat"),
)
