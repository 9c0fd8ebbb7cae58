"""How long each stretch of the way took, as the clients at its two ends saw it."""

from dataclasses import dataclass

from demo.ledger import Ledger, Way
from demo.measure.latency import alarm_to_tablet, percentiles


@dataclass(frozen=True)
class Hop:
    """One line: a stretch of the way, how often, and its median and worst in milliseconds."""

    name: str
    count: int
    p50: float | None
    p99: float | None


def hops(ledger: Ledger) -> list[Hop]:
    """From the device's send to those who answer."""
    return [
        _hop("HTTP → 202", _acknowledged(ledger, Way.HTTP)),
        _hop("DC-09 → ACK", _acknowledged(ledger, Way.DC09)),
        _hop("alarme → tablette", alarm_to_tablet(ledger).measured_ms),
        _hop("fiche → partenaire", _told(ledger)),
    ]


def _hop(name: str, values: list[float]) -> Hop:
    figures = percentiles(values)
    return Hop(name, len(values), figures["p50"], figures["p99"])


def _acknowledged(ledger: Ledger, way: Way) -> list[float]:
    known = (sent for sent in ledger.sent if sent.way is way and sent.acknowledged_at is not None)
    return [(sent.acknowledged_at - sent.sent_at) * 1000 for sent in known if sent.acknowledged_at is not None]


def _told(ledger: Ledger) -> list[float]:
    """Hand-overs of incidents that the console saw open: from there to the partner's receipt."""
    return [
        max(0.0, letter.received_at - ledger.first_shown[letter.incident_id]) * 1000
        for letter in ledger.told
        if letter.hand_over_id and letter.incident_id in ledger.first_shown
    ]
