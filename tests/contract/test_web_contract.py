"""What the pages' types are generated from is committed as it is. (`make check` compares the types with it.)"""

from deploy.web.contract import contract, drift


def test_the_pages_contract_is_up_to_date() -> None:
    """No route, answer or message differs from web/contract; if one does: make types."""
    assert drift() == []


def test_it_holds_every_message_and_every_event_of_the_stream() -> None:
    """Messages keep their names, references lead somewhere, and no schema lost its own definitions."""
    [dispatch, messages] = sorted(contract().items())
    assert (dispatch[0].name, messages[0].name) == ("dispatch.json", "messages.json")
    assert '"StreamIncident"' in dispatch[1]
    assert "#/$defs/" not in messages[1]
    assert '"SignalReceived"' in messages[1] or '"Signal"' in messages[1]
