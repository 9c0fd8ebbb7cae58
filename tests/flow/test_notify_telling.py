"""Partners are told once, by real HTTP, of what dispatch publishes on real Kafka."""

import socket
import threading
from pathlib import Path

import pytest

from schemas.vocabulary.dispatching import IncidentEvent, NotifyOutcome
from tests.flow.notify_world import SECRET, TRACE, NotifyWorld, agency, settled
from tests.unit.notify.receiver import Received, receiver

FAILED, RETRYING, SENT, SKIPPED = (
    NotifyOutcome.FAILED,
    NotifyOutcome.RETRYING,
    NotifyOutcome.SENT,
    NotifyOutcome.SKIPPED,
)


@pytest.fixture
def world(kafka: str, postgres: str, tmp_path: Path) -> NotifyWorld:
    """A centre of its own, with an empty sent log."""
    return NotifyWorld(kafka, postgres, tmp_path)


def test_a_hand_over_reaches_its_agency_once_signed_and_in_one_trace(world: NotifyWorld) -> None:
    """The same event read twice makes one POST; its signature holds; decide and send continue the record's trace."""
    with receiver() as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify():
            first = world.hand_over("sdis")
            world.publish(first)
            last = world.hand_over("sdis")
            reports = world.reports(lambda found: len(found) == 2)
        received = partner.received
    assert [report.outcome for report in reports] == [SENT, SENT]
    assert {report.caused_by for report in reports} == {first.id, last.id}
    assert sorted(item.key for item in received) == sorted(report.key for report in reports)
    assert all(item.signed_with(SECRET) for item in received)
    assert all(item.headers["traceparent"].split("-")[1] == TRACE for item in received)
    keys = {report.key for report in reports}
    decided, sent = (
        [span for span in world.spans(name) if span["attributes"]["key"] in keys]
        for name in ("notify.decide", "notify.send")
    )
    assert {span["trace_id"] for span in [*decided, *sent]} == {TRACE}
    parents = {span["parent_id"] for span in sent}
    assert len(parents) == 2
    assert parents < {span["span_id"] for span in decided}


def test_a_partner_who_is_down_is_tried_again_and_holds_up_no_other(world: NotifyWorld) -> None:
    """While one partner answers 503 the other is told at once; each attempt is reported."""
    up = threading.Event()
    with receiver(lambda _: 204 if up.is_set() else 503) as down, receiver() as other:
        world.apply(agency("down", down.address), agency("other", other.address))
        with world.notify():
            for _ in range(6):
                world.hand_over("down")
            world.hand_over("other")
            other.wait(lambda received: len(received) == 1, seconds=5)
            assert not up.is_set()
            down.wait(lambda received: len(received) >= 8)
            up.set()
            reports = world.reports(lambda found: sum(r.outcome is SENT for r in found) == 7)
    one = [r for r in reports if r.key == next(r.key for r in reports if r.recipient == "down")]
    assert [report.attempt for report in one] == list(range(1, len(one) + 1))
    assert [report.outcome for report in one] == [RETRYING] * (len(one) - 1) + [SENT]
    assert {report.reason for report in one[:-1]} == {"server_error"}


def test_an_unreachable_partner_is_a_failure_after_the_limit(world: NotifyWorld) -> None:
    """After the limit the outcome is `failed`, with the reason that dispatch shows on the incident."""
    world.env["NOTIFY_RETRY_LIMIT_S"] = "1"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        world.apply(agency("gone", f"127.0.0.1:{closed.getsockname()[1]}"))
        with world.notify():
            world.hand_over("gone")
            reports = world.reports(settled)
    assert [report.outcome for report in reports[-1:]] == [FAILED]
    assert {report.reason for report in reports} == {"unreachable"}
    assert len(reports) > 2


def test_a_refusal_and_an_unknown_agency_fail_at_once(world: NotifyWorld) -> None:
    """What cannot succeed is not tried again."""
    with receiver(lambda _: 403) as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify():
            world.hand_over("sdis")
            world.hand_over("nobody-knows")
            reports = world.reports(lambda found: len(found) == 2)
        assert len(partner.received) == 1
    assert {(r.recipient, r.outcome, r.reason, r.attempt) for r in reports} == {
        ("sdis", FAILED, "rejected", 1),
        ("nobody-knows", FAILED, "unknown_agency", 0),
    }


def test_an_answered_hand_over_is_not_told_any_more(world: NotifyWorld) -> None:
    """A partner who was down and acknowledged by another way gets no late message."""
    with receiver(lambda _: 503) as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify():
            sent = world.hand_over("sdis")
            partner.wait(lambda received: len(received) >= 1)
            detail = {"hand_over_id": sent.detail["hand_over_id"], "state": "acknowledged"}
            world.happen(IncidentEvent.HAND_OVER_CHANGED, detail)
            reports = world.reports(settled)
            told = len(partner.received)
    assert (reports[-1].outcome, reports[-1].reason) == (SKIPPED, "no_longer_needed")
    assert told == len(reports) - 1


def test_a_partner_learns_that_its_hand_over_was_withdrawn(world: NotifyWorld) -> None:
    """One who has the request gets a second letter about the same hand-over, without a door to answer; once."""
    with receiver() as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify():
            sent = world.hand_over("sdis")
            partner.wait(lambda received: len(received) == 1)
            detail = {"hand_over_id": sent.detail["hand_over_id"], "agency": "sdis", "state": "withdrawn"}
            gone = world.happen(IncidentEvent.HAND_OVER_CHANGED, detail, reason="dismissed")
            world.publish(gone)
            reports = world.reports(lambda found: sum(report.outcome is SENT for report in found) == 2)
        asked, taken_back = [item.json for item in partner.received]
    assert [report.caused_by for report in reports] == [sent.id, gone.id]
    assert (asked["reason"], taken_back["reason"]) == ("hand_over_to_agency", "hand_over_withdrawn")
    assert asked["hand_over_id"] == taken_back["hand_over_id"]
    assert (taken_back["because"], "acknowledge" in taken_back["links"]) == ("dismissed", False)


def test_a_withdrawal_stops_the_request_that_was_not_delivered(world: NotifyWorld) -> None:
    """A partner who was down gets the withdrawal once it is up, and the request no more."""
    up = threading.Event()
    with receiver(lambda _: 204 if up.is_set() else 503) as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify():
            sent = world.hand_over("sdis")
            partner.wait(lambda received: len(received) >= 1)
            detail = {"hand_over_id": sent.detail["hand_over_id"], "agency": "sdis", "state": "withdrawn"}
            world.happen(IncidentEvent.HAND_OVER_CHANGED, detail, reason="dismissed")
            world.reports(lambda found: any(report.outcome is SKIPPED for report in found))
            up.set()
            reports = world.reports(lambda found: any(report.outcome is SENT for report in found))
        last = partner.received[-1].json
    assert [r.reason for r in reports if r.outcome is SKIPPED] == ["no_longer_needed"]
    assert {r.caused_by for r in reports if r.outcome is SKIPPED} == {sent.id}
    assert last["reason"] == "hand_over_withdrawn"


def test_the_shift_lead_is_told_of_a_refusal(world: NotifyWorld) -> None:
    """The letter about a refused hand-over is not withdrawn together with the request that was refused."""
    with receiver() as partner, receiver(lambda _: 200) as gateway:
        world.env |= {"SHIFT_LEAD_APPRISE_REF": "env:LEAD", "LEAD": f"json://{gateway.address}/"}
        world.apply(agency("sdis", partner.address))
        with world.notify():
            sent = world.hand_over("sdis")
            partner.wait(lambda received: len(received) == 1)
            detail = {"hand_over_id": sent.detail["hand_over_id"], "agency": "sdis", "state": "refused"}
            refused = world.happen(IncidentEvent.HAND_OVER_CHANGED, detail, reason="refuse")
            reports = world.reports(lambda found: any(report.caused_by == refused.id for report in found))
    [told] = [report for report in reports if report.caused_by == refused.id]
    assert (told.recipient, told.outcome) == ("shift_lead", SENT)


def test_the_shift_lead_is_told_of_a_task_without_a_unit(world: NotifyWorld) -> None:
    """The room's lead gets a message through the gateway that the reference names."""
    with receiver(lambda _: 200) as gateway:
        world.env |= {"SHIFT_LEAD_APPRISE_REF": "env:LEAD", "LEAD": f"json://{gateway.address}/"}
        world.apply()
        with world.notify():
            world.happen(IncidentEvent.NO_UNIT_LEFT, {"task_id": "t"})
            reports = world.reports(settled)

        def ours(received: list[Received]) -> bool:
            return any(world.incident in item.json["message"] for item in received)

        gateway.wait(ours, seconds=1)
    assert (reports[0].recipient, reports[0].channel, reports[0].outcome) == ("shift_lead", "apprise", SENT)


def test_an_unreadable_record_is_kept_aside_and_reading_goes_on(world: NotifyWorld) -> None:
    """Garbage ends on the dead-letter topic with its bytes, and the event behind it is told."""
    import base64

    rubbish = f"rubbish of {world.incident}".encode()
    with receiver() as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify():
            world.put(world.incident.encode(), rubbish, [("ce_type", b"vigie.incident.changed.v1")])
            world.hand_over("sdis")
            assert world.reports(settled)[0].outcome is SENT
            world.read(
                "dispatch.events.dead", lambda raw, _: base64.b64encode(rubbish).decode() in (raw or b"").decode()
            )
