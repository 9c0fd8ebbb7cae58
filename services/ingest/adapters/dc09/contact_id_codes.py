"""Ademco Contact ID (SIA DC-05) event codes and what each means to a control room.

The qualifier in front says what happens: 1 a new event or an opening, 3 restored or closed, 6 still present.
"""

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.ingest.adapters.dc09.meaning import STATUS, UNKNOWN, Meaning, alarm, fault

_LISTED: dict[Meaning, str] = {
    alarm(Nature.MEDICAL): "100-102",
    # 113 is the water flow of a sprinkler, 158 heat: both belong to fire.
    alarm(Nature.FIRE): "110-118 158",
    alarm(Nature.PANIC): "120 123 129",
    alarm(Nature.HOLD_UP): "121 122 124-126 146",
    alarm(Nature.INTRUSION): "130-136 138-140 155 374 423 427 428",
    alarm(Nature.TAMPER): "137 144 145 341 383",
    alarm(Nature.GAS): "151 162",
    alarm(Nature.WATER): "154",
    alarm(Nature.UNKNOWN_ALARM): "150 654",
    alarm(Nature.INTRUSION, Phase.CANCEL): "406",
    fault(Nature.POWER_FAULT): "301 302 308 309 311-314 319 337 338 342 384",
    fault(Nature.TECHNICAL_FAULT): (
        "141-143 147 152 153 156 157 159 161 163 168-170 200-206 300 303 304 307 310 315-318 320-327 330-336 339 "
        "343-346 350-361 370-373 375-382 385-393 426"
    ),
    STATUS: (
        "305 306 400-405 407-416 421 422 424 425 429-434 441 442 450-459 461-466 470 471 473 501 503 520-532 "
        "551-553 570-580 601-609 611-616 621-632 641 642 651-653 700-705 750-789 900-917 961-966"
    ),
}


def _expand(codes: str) -> list[str]:
    """`110-112 120` → 110, 111, 112, 120."""
    found: list[str] = []
    for part in codes.split():
        first, _, last = part.partition("-")
        found.extend(str(number) for number in range(int(first), int(last or first) + 1))
    return found


CONTACT_ID_CODES: dict[str, Meaning] = {code: meaning for meaning, codes in _LISTED.items() for code in _expand(codes)}
NEW, RESTORED, STILL_PRESENT = "1", "3", "6"


def contact_id_meaning(qualifier: str | None, code: str) -> Meaning:
    """What qualifier and code mean together; UNKNOWN where either is not in the standard.

    “Still present” raises: its first message may never have reached us, and dispatch joins what is already open.
    """
    meaning = CONTACT_ID_CODES.get(code)
    if meaning is None or qualifier not in {NEW, RESTORED, STILL_PRESENT}:
        return UNKNOWN
    if qualifier == RESTORED and meaning.phase is Phase.RAISE:
        return meaning.restored()
    return meaning
