"""SIA event codes (ANSI/SIA DC-03, used by DC-04 and DC-09) and what each means to a control room.

Families are regular (`BA` alarm, `BH`/`BR` restored, `BT` trouble, `BJ` trouble restored …); what is not regular
is listed by meaning below. A code found nowhere here is unknown and raises a flagged alarm that an operator verifies.
"""

from collections.abc import Iterator

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.ingest.adapters.dc09.meaning import STATUS, UNKNOWN, Meaning, alarm, fault

_R, _C = Phase.RESTORE, Phase.CANCEL

ZONE_FAMILIES: dict[str, Nature] = {
    "B": Nature.INTRUSION,
    "F": Nature.FIRE,
    "G": Nature.GAS,
    "H": Nature.HOLD_UP,
    "K": Nature.FIRE,
    "M": Nature.MEDICAL,
    "P": Nature.PANIC,
    "Q": Nature.MEDICAL,
    "S": Nature.FIRE,
    "T": Nature.TAMPER,
    "U": Nature.UNKNOWN_ALARM,
    "W": Nature.WATER,
}
"""First letter of a zone's codes: burglary, fire, gas, hold-up, heat, medical, panic, emergency assistance,
sprinkler, tamper, untyped zone, water. An untyped zone's alarm is a known code for something that nobody typed: an
operator verifies it, and no flag is needed."""

_FAULT_FAMILIES: dict[str, Nature] = {"Z": Nature.TECHNICAL_FAULT}
"""Freeze: frost in a building is a matter for maintenance."""

_LISTED: dict[Meaning, str] = {
    alarm(Nature.INTRUSION): "BM BV CM DF DL EA EZ XM",
    alarm(Nature.INTRUSION, _R): "DH DR",
    alarm(Nature.INTRUSION, _C): "BC OC OR",
    alarm(Nature.FIRE): "FM",
    alarm(Nature.FIRE, _C): "FC",
    alarm(Nature.TAMPER): "JA XS",
    alarm(Nature.TAMPER, _R): "JC XJ",
    alarm(Nature.UNKNOWN_ALARM): "JK NA UX UZ YN YO",
    alarm(Nature.UNKNOWN_ALARM, _R): "NS",
    fault(Nature.POWER_FAULT): "AT XT YI YM YP YT",
    fault(Nature.POWER_FAULT, _R): "AR RR XR YJ YQ YR",
    fault(Nature.TECHNICAL_FAULT): (
        "AS BD BZ DJ DM DT ET FY FZ IA LT NC NT RT UY VO VT VZ XE XF XL XQ XX YA YC YD YF YS YW YX"
    ),
    fault(Nature.TECHNICAL_FAULT, _R): "AN BE ER IR LR NR VI VR VY XH YE YH YK YZ",
    STATUS: (
        "CA CB CD CE CF CG CI CJ CK CL CP CQ CR CS CT CW CZ "
        "DA DB DC DD DE DG DK DN DO DP DQ DS DU DV DW DX DY DZ EE EX FI FK JD JH JL JO JP JR JS JT JV JX JY JZ "
        "L_ LB LD LE LF LS LU LX NF NL OA OB OG OH OI OJ OK OL OP OQ OS OT OZ "
        "RA RB RC RD RN RO RP RS RU RX RY TC TE TP TS TX VX XA XI XW YB YG YY"
    ),
}


def _regular() -> Iterator[tuple[str, Meaning]]:
    """The codes that every zone family has."""
    for letter, nature in ZONE_FAMILIES.items():
        yield from ((letter + "A", alarm(nature)), (letter + "H", alarm(nature, _R)), (letter + "R", alarm(nature, _R)))
    for letter, nature in _FAULT_FAMILIES.items():
        yield from ((letter + "A", fault(nature)), (letter + "H", fault(nature, _R)), (letter + "R", fault(nature, _R)))
    for letter in (*ZONE_FAMILIES, *_FAULT_FAMILIES):
        trouble = fault(Nature.TECHNICAL_FAULT)
        yield from ((letter + "T", trouble), (letter + "S", trouble), (letter + "J", trouble.restored()))
        # Bypassed, unbypassed, tested: someone did that on purpose.
        yield from ((letter + suffix, STATUS) for suffix in "BUX")


def _table() -> dict[str, Meaning]:
    table = dict(_regular())
    table.update((code, meaning) for meaning, codes in _LISTED.items() for code in codes.split())
    return table


SIA_CODES = _table()


def sia_meaning(code: str) -> Meaning:
    """What the two letters mean; UNKNOWN for letters that DC-03 does not give or that we do not know."""
    return SIA_CODES.get(code, UNKNOWN)
