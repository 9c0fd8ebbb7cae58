"""The synthetic SOS: told apart from everything in the field, and shown to nobody."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import SYNTHETIC_DEVICE, DeviceKind, Phase
from services.dispatch.domain.access import Person, Refusal, Role, Sight, sight
from services.dispatch.domain.probing import Probe, as_real, failed_in_a_row, is_probe
from services.dispatch.domain.report import Place, Report
from services.ingest.adapters.synthetic.routes import SyntheticSos, understand
from services.ingest.directory import Directory

PROBE = Report(
    signal_id="s-1",
    centre="57463",
    device=SYNTHETIC_DEVICE,
    device_kind=DeviceKind.SYSTEM,
    nature=Nature.SOS,
    phase=Phase.HEARTBEAT,
    received_at=datetime(2026, 11, 22, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "changes",
    [
        {"phase": Phase.RAISE},
        {"device_kind": DeviceKind.UNKNOWN},
        {"device_kind": DeviceKind.APP},
        {"device": "kiosk"},
        {"nature": Nature.FIRE},
    ],
)
def test_no_signal_of_the_field_is_taken_for_a_probe(changes: dict[str, object]) -> None:
    """What differs in one mark is a real alarm: it would otherwise be swallowed."""
    assert is_probe(PROBE)
    assert not is_probe(replace(PROBE, **changes))  # type: ignore[arg-type]


def test_what_ingest_sends_is_what_dispatch_takes_for_a_probe() -> None:
    """Both ends agree on the marks, and it takes both lanes as an SOS does."""
    sent = understand(SyntheticSos(probe="1"), Directory({}, "57463"))
    report = replace(PROBE, device=sent.device, device_kind=sent.device_kind, nature=sent.nature, phase=sent.phase)
    assert is_probe(report)
    assert sent.takes_urgent_lane
    assert not sent.proves_life


def test_it_is_decided_about_as_a_real_sos() -> None:
    """The trial raises, at a place of the city, and belongs to no other SOS."""
    real = as_real(PROBE, Place(49.1, 6.1))
    assert (real.phase, real.place, real.subject, real.urgent) == (Phase.RAISE, Place(49.1, 6.1), "probe:s-1", True)


def test_nobody_but_our_own_processes_sees_it() -> None:
    """Consoles, which see everything, do not; our processes see it and nothing else."""
    assert not Sight().shows("synthetic_sos", SYNTHETIC_DEVICE)
    assert Sight().shows("assignment", "pm-1")
    service = Person("service", "dispatch", Role.SERVICE)
    assert sight(service, SYNTHETIC_DEVICE) == Sight(SYNTHETIC_DEVICE)
    assert sight(service, None) is Refusal.NOT_OWN
    assert sight(service, "pm-1") is Refusal.NOT_OWN
    patrol = Person("p", "p", Role.PATROL, unit="pm-1")
    assert sight(patrol, SYNTHETIC_DEVICE) is Refusal.NOT_OWN


def test_failures_count_only_in_a_row() -> None:
    """One that arrives begins the count anew."""
    assert failed_in_a_row(0, Probe.LATE) == 1
    assert failed_in_a_row(1, Probe.REFUSED) == 2
    assert failed_in_a_row(7, Probe.ARRIVED) == 0
