"""Events in a frame's data and what their codes mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.ingest.adapters.dc09.contact_id_codes import contact_id_meaning
from services.ingest.adapters.dc09.event_data import contact_id_event, sia_events
from services.ingest.adapters.dc09.meaning import EventClass
from services.ingest.adapters.dc09.sia_codes import sia_meaning


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("#571001|Nri1/BA1234", [("BA", "1234", "1", None)]),
        ("|Nri1/CL501", [("CL", "501", "1", None)]),
        ("Nri1/WA000", [("WA", None, "1", None)]),
        ("#12345A|NFA129", [("FA", "129", None, None)]),
        ("#123456|Nri1CL0^VX FRONTE ^", [("CL", None, "1", "VX FRONTE")]),
        ("#006969|Nri04/OP001NM", [("OP", "1", "4", None)]),
        ("#1|Nri1/BA1", [("BA", "1", "1", None)]),
        ("#571001|Nri1/BA01/BA02", [("BA", "1", "1", None), ("BA", "2", "1", None)]),
        ("#571001|Nri1/BA01/ri2/FA03", [("BA", "1", "1", None), ("FA", "3", "2", None)]),
        ("#571001|Nri1/BA01|Nri2/FA03^Attic^", [("BA", "1", "1", None), ("FA", "3", "2", "Attic")]),
        ("#571001|Nti14:12/ri1/id007/pi010/OP7", [("OP", "7", "1", None)]),
        ("#571001|Nri1/BA0A", [("BA", "A", "1", None)]),
    ],
)
def test_sia_data(data: str, expected: list[tuple[str | None, str | None, str | None, str | None]]) -> None:
    """Every form of SIA data that real panels send gives its events with zone, area and text."""
    assert [(event.code, event.zone, event.area, event.text) for event in sia_events(data)] == expected


@pytest.mark.parametrize("data", ["", "#571001|", "#571001|garbage", "?", "|||", "^only text^"])
def test_unreadable_sia_data_is_one_event_without_code(data: str) -> None:
    """Data that holds no event is one event that nobody understood, never none."""
    assert [event.code for event in sia_events(data)] == [None]


@given(st.text(max_size=200))
def test_any_data_gives_events(data: str) -> None:
    """Any text gives between 1 and 64 events, and nothing is raised."""
    assert 1 <= len(sia_events(data)) <= 64
    assert contact_id_event(data) is not None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("#12345A|1110 00 129", ("110", "1", "129", None)),
        ("#4F39|3401 01 057", ("401", "3", "57", "1")),
        ("1131 01 015", ("131", "1", "15", "1")),
        ("#1111|1 131 01 015", ("131", "1", "15", "1")),
        ("#1111|garbage", (None, None, None, None)),
    ],
)
def test_contact_id_data(data: str, expected: tuple[str | None, str | None, str | None, str | None]) -> None:
    """Contact ID data gives code, qualifier, zone and group."""
    event = contact_id_event(data)
    assert (event.code, event.qualifier, event.zone, event.area) == expected


@pytest.mark.parametrize(
    ("code", "nature", "phase"),
    [
        ("BA", Nature.INTRUSION, Phase.RAISE),
        ("BH", Nature.INTRUSION, Phase.RESTORE),
        ("BC", Nature.INTRUSION, Phase.CANCEL),
        ("FA", Nature.FIRE, Phase.RAISE),
        ("KR", Nature.FIRE, Phase.RESTORE),
        ("HA", Nature.HOLD_UP, Phase.RAISE),
        ("PA", Nature.PANIC, Phase.RAISE),
        ("MA", Nature.MEDICAL, Phase.RAISE),
        ("GA", Nature.GAS, Phase.RAISE),
        ("TA", Nature.TAMPER, Phase.RAISE),
        ("WA", Nature.WATER, Phase.RAISE),
        ("AT", Nature.POWER_FAULT, Phase.RAISE),
        ("AR", Nature.POWER_FAULT, Phase.RESTORE),
        ("YT", Nature.POWER_FAULT, Phase.RAISE),
        ("FT", Nature.TECHNICAL_FAULT, Phase.RAISE),
        ("FJ", Nature.TECHNICAL_FAULT, Phase.RESTORE),
    ],
)
def test_sia_codes(code: str, nature: Nature, phase: Phase) -> None:
    """The codes a control room lives by mean what DC-03 says."""
    meaning = sia_meaning(code)
    assert (meaning.nature, meaning.phase) == (nature, phase)


@pytest.mark.parametrize("code", ["RP", "RX", "OP", "CL", "BB", "BU", "FX", "TS", "TE"])
def test_status_codes_raise_nothing(code: str) -> None:
    """Tests, openings, closings and bypasses are proof of life, never an alarm."""
    assert (sia_meaning(code).kind, sia_meaning(code).phase) == (EventClass.STATUS, Phase.HEARTBEAT)


@pytest.mark.parametrize(
    ("qualifier", "code", "nature", "phase"),
    [
        ("1", "110", Nature.FIRE, Phase.RAISE),
        ("3", "110", Nature.FIRE, Phase.RESTORE),
        ("6", "110", Nature.FIRE, Phase.RAISE),
        ("1", "131", Nature.INTRUSION, Phase.RAISE),
        ("1", "120", Nature.PANIC, Phase.RAISE),
        ("1", "301", Nature.POWER_FAULT, Phase.RAISE),
        ("3", "301", Nature.POWER_FAULT, Phase.RESTORE),
        ("1", "406", Nature.INTRUSION, Phase.CANCEL),
        ("3", "401", Nature.SUPERVISION_LOST, Phase.HEARTBEAT),
        ("1", "602", Nature.SUPERVISION_LOST, Phase.HEARTBEAT),
        ("1", "999", Nature.UNKNOWN_ALARM, Phase.RAISE),
        ("3", "999", Nature.UNKNOWN_ALARM, Phase.RAISE),
        ("9", "110", Nature.UNKNOWN_ALARM, Phase.RAISE),
    ],
)
def test_contact_id_codes(qualifier: str, code: str, nature: Nature, phase: Phase) -> None:
    """Contact ID events mean what DC-05 says, with their qualifier; what it does not hold is unknown."""
    meaning = contact_id_meaning(qualifier, code)
    assert (meaning.nature, meaning.phase) == (nature, phase)
