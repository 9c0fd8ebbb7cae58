"""Acknowledged signals that ended nowhere."""

from demo.ledger import Ledger, Sent, Way


def lost(ledger: Ledger) -> list[Sent]:
    """Acknowledged signals without an outcome.

    A camera's PUBACK comes from the MQTT broker, not from Vigie, so a camera's event counts as acknowledged only
    once its outcome is seen (`acknowledge_cameras`); it can therefore not be lost in this sense.
    """
    return [sent for sent in ledger.sent if sent.acknowledged_at is not None and not _ended(ledger, sent)]


def acknowledge_cameras(ledger: Ledger) -> None:
    """Marks camera events whose outcome was seen as acknowledged."""
    for sent in ledger.sent:
        if sent.way is Way.MQTT and sent.acknowledged_at is None and ledger.signal_of(sent) is not None:
            sent.acknowledged_at = sent.sent_at


def unknown_ids(ledger: Ledger) -> list[str]:
    """Ids whose end is not known yet: to be asked for one by one."""
    return [sent.signal_id for sent in lost(ledger) if sent.signal_id]


def _ended(ledger: Ledger, sent: Sent) -> bool:
    signal = ledger.signal_of(sent)
    if signal is None:
        return False
    card = ledger.signal_cards.get(signal)
    return signal in ledger.outcomes or (card is not None and card.get("outcome") is not None)
