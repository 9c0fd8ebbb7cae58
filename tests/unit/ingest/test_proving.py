"""Devices that must prove themselves: the verdict on each kind of evidence, and the doors that ask for it."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.codec import encode
from schemas.vocabulary.signals import DeviceAuth, DeviceKind, Flag
from services.ingest.adapters.http import signing
from services.ingest.adapters.http.device_gate import DeviceGate
from services.ingest.adapters.http.seen_signatures import SeenSignatures
from services.ingest.domain.proving import Evidence, ProofReason, Signature, Verdict, judge
from tests.unit.ingest.test_http_doors import application
from tests.unit.ingest.world import START, World, device, pack

KEY, PATH = "kiosk-key-0123456789", "/v1/kiosks/signed/calls"
RIGHT = Evidence(Signature.RIGHT, START)
FAR = Evidence(Signature.RIGHT, START - timedelta(minutes=6))
HMAC, MTLS = DeviceAuth.HMAC, DeviceAuth.MTLS


def seen_before(seconds: float) -> Evidence:
    """A right signature that was stored so long ago."""
    return Evidence(Signature.RIGHT, START, START - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("auth", "evidence", "urgent", "verdict"),
    [
        (DeviceAuth.NONE, Evidence(), False, Verdict(True, ProofReason.NOT_ASKED)),
        (HMAC, RIGHT, False, Verdict(True, ProofReason.SIGNED)),
        (HMAC, Evidence(Signature.RIGHT, START + timedelta(minutes=5)), False, Verdict(True, ProofReason.SIGNED)),
        (HMAC, FAR, False, Verdict(False, ProofReason.OUTSIDE_WINDOW)),
        (HMAC, FAR, True, Verdict(True, ProofReason.SOS_WITH_WRONG_CLOCK, (Flag.WRONG_CLOCK,))),
        (HMAC, Evidence(Signature.RIGHT), True, Verdict(True, ProofReason.SOS_WITH_WRONG_CLOCK, (Flag.WRONG_CLOCK,))),
        (HMAC, seen_before(seconds=110), True, Verdict(True, ProofReason.REPEATED)),
        (HMAC, seen_before(seconds=111), True, Verdict(False, ProofReason.REPLAYED)),
        (HMAC, Evidence(), True, Verdict(False, ProofReason.NOT_SIGNED)),
        (HMAC, Evidence(Signature.MALFORMED), True, Verdict(False, ProofReason.HEADERS_MALFORMED)),
        (HMAC, Evidence(Signature.OTHER_DEVICE), True, Verdict(False, ProofReason.OTHER_DEVICE)),
        (HMAC, Evidence(Signature.WRONG), True, Verdict(False, ProofReason.WRONG_SIGNATURE)),
        (HMAC, Evidence(Signature.NO_KEY), True, Verdict(True, ProofReason.OUR_KEY_MISSING, (Flag.UNVERIFIED,))),
        (HMAC, Evidence(Signature.NO_KEY), False, Verdict(False, ProofReason.OUR_KEY_MISSING)),
        (MTLS, RIGHT, True, Verdict(False, ProofReason.NO_CERTIFICATE)),
        (MTLS, Evidence(certificate="d"), False, Verdict(True, ProofReason.CERTIFIED)),
        (MTLS, Evidence(certificate="e"), True, Verdict(False, ProofReason.OTHER_CERTIFICATE)),
    ],
)  # fmt: skip
def test_verdicts(auth: DeviceAuth, evidence: Evidence, urgent: bool, verdict: Verdict) -> None:
    """Each kind of evidence gets its verdict, with the word that answer, log and metric use."""
    assert judge(auth, "d", evidence, urgent, START) == verdict


class SignedKiosk:
    """The small city with a kiosk that signs, through the real application."""

    def __init__(self, folder: Path) -> None:
        self.world, self.file = World(), folder / "seen.sqlite"
        self.world.gate = DeviceGate(None, SeenSignatures(self.file), self.world.clock)
        signs = device("signed", DeviceKind.KIOSK, auth=HMAC, auth_key_ref="env:SIGNED_KIOSK_KEY")
        for part in pack(signs, device("lamp-1", DeviceKind.SENSOR)).parts(START):
            key, value, headers = encode(part, "test")
            self.world.directories.accept(key, value, headers)
        transport = httpx.ASGITransport(application(self.world), raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://ingest")

    async def press(
        self, body: Any, seconds: float = 0, path: str = PATH, changed: dict[str, str] | None = None
    ) -> httpx.Response:
        """A signed request, dated `seconds` from now; `changed` headers after signing (`_` for `-`)."""
        raw = json.dumps(body).encode()
        time = str(int((self.world.clock.now() + timedelta(seconds=seconds)).timestamp()))
        message = signing.canonical("POST", path, "signed", "m-1", time, raw)
        headers = {
            "x-vigie-device": "signed",
            "x-vigie-id": "m-1",
            "x-vigie-time": time,
            "x-vigie-signature": signing.sign(KEY.encode(), message),
        }
        headers |= {name.replace("_", "-"): value for name, value in (changed or {}).items()}
        return await self.client.post(path, content=raw, headers=headers)


@pytest.fixture
async def kiosk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SignedKiosk]:
    """The kiosk, its key in the environment."""
    monkeypatch.setenv("SIGNED_KIOSK_KEY", KEY)
    found = SignedKiosk(tmp_path)
    yield found
    await found.client.aclose()


async def test_signed_press_and_its_repeat(kiosk: SignedKiosk) -> None:
    """A signed press without a mark is stored; the same bytes again are its repeat by the signed id, stored once."""
    first, again = [await kiosk.press({"nature": "sos"}) for _ in range(2)]
    other_key = await kiosk.press({"nature": "sos"}, changed={"idempotency_key": "another"})
    assert [answer.json()[0]["repeat"] for answer in (first, again, other_key)] == [False, True, True]
    assert len(kiosk.world.lanes.signals) == 1
    assert kiosk.world.lanes.signals[0].flags == ()


async def test_replay_after_the_repeat_window(kiosk: SignedKiosk) -> None:
    """The same signed SOS three minutes and a month later is refused, also after a restart; nothing is stored again."""
    await kiosk.press({"nature": "sos"})
    kiosk.world.clock.forward(180)
    assert (await kiosk.press({"nature": "sos"}, seconds=-180)).json()["reason"] == "replayed"
    kiosk.world.gate._seen = SeenSignatures(kiosk.file)
    kiosk.world.clock.forward(29 * 86_400)
    late = await kiosk.press({"nature": "sos"}, seconds=-180 - 29 * 86_400)
    assert (late.status_code, late.json()["reason"]) == (401, "replayed")
    assert len(kiosk.world.lanes.signals) == 1


async def test_sos_with_a_wrong_clock(kiosk: SignedKiosk) -> None:
    """A signed SOS an hour off is taken and flagged; an access call of that kiosk is told our time instead."""
    assert (await kiosk.press({"nature": "sos"}, seconds=-3600)).status_code == 202
    assert kiosk.world.lanes.signals[0].flags == (Flag.WRONG_CLOCK,)
    refused = await kiosk.press({"nature": "access"}, seconds=3600)
    assert (refused.status_code, refused.json()["reason"]) == (401, "outside_window")
    assert refused.json()["time"] == str(int(kiosk.world.clock.now().timestamp()))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"x_vigie_signature": "v1=" + "0" * 64}, "wrong_signature"),
        ({"x_vigie_signature": "sha256=1"}, "headers_malformed"),
        ({"x_vigie_time": "2026-05-04T21:12:03Z"}, "headers_malformed"),
        ({"x_vigie_id": ""}, "headers_malformed"),
        ({"x_vigie_id": "m-2"}, "wrong_signature"),
        ({"x_vigie_device": "lamp-1"}, "other_device"),
    ],
)
async def test_refused_in_words_kept_and_counted(kiosk: SignedKiosk, changed: dict[str, str], reason: str) -> None:
    """What is not rightly signed gets 401 with its reason and a challenge, its bytes are kept, nothing is stored."""
    answer = await kiosk.press({"nature": "sos"}, changed=changed)
    assert (answer.status_code, answer.json()["reason"]) == (401, reason)
    assert answer.headers["www-authenticate"].startswith("Vigie-HMAC-SHA256")
    assert answer.json()["detail"]
    assert [letter.reason for letter in kiosk.world.lanes.dead] == [f"device: {reason}"]
    assert kiosk.world.lanes.signals == []
    metrics = (await kiosk.client.get("/metrics")).text
    assert f'vigie_ingest_device_proofs_total{{reason="{reason}"}}' in metrics


async def test_no_other_door_is_a_way_around(kiosk: SignedKiosk) -> None:
    """The general door asks the same proof in the kiosk's name; in a list only that signal is refused, kept once."""
    forged = {"device": "signed", "nature": "kiosk_sos"}
    alone = await kiosk.client.post("/v1/signals", json=forged)
    several = await kiosk.client.post("/v1/signals", json=[forged, {"device": "lamp-1", "nature": "lamp_out"}, forged])
    signed = await kiosk.press([forged], path="/v1/signals")
    assert [alone.status_code, several.status_code, signed.status_code] == [401, 202, 202]
    assert ["error" in result for result in several.json()] == [True, False, True]
    assert len(kiosk.world.lanes.dead) == 2


async def test_not_stored_is_not_noted(kiosk: SignedKiosk) -> None:
    """A signed SOS that Kafka did not take may be repeated, byte for byte, also minutes later."""
    kiosk.world.lanes.away = True
    assert (await kiosk.press({"nature": "sos"})).status_code == 503
    kiosk.world.lanes.away = False
    kiosk.world.clock.forward(200)
    assert (await kiosk.press({"nature": "sos"}, seconds=-200)).status_code == 202


async def test_our_missing_key_costs_no_sos(kiosk: SignedKiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the key on our side an SOS is taken, flagged; an access call must repeat."""
    monkeypatch.delenv("SIGNED_KIOSK_KEY")
    sos, access = [await kiosk.press({"nature": nature}) for nature in ("sos", "access")]
    assert [sos.status_code, access.status_code] == [202, 503]
    assert kiosk.world.lanes.signals[0].flags == (Flag.UNVERIFIED,)


def test_memory_is_bounded_and_keeps_sos_longest() -> None:
    """Past its bound the memory forgets what runs out first: an SOS is forgotten last."""
    seen = SeenSignatures(None, capacity=10)
    seen.note(b"sos", START, urgent=True)
    for number in range(2000):
        seen.note(number.to_bytes(4, "big"), START + timedelta(milliseconds=number), urgent=False)
    assert seen.seen_at(b"sos") == START
    assert seen.seen_at((0).to_bytes(4, "big")) is None
    assert seen.seen_at((1998).to_bytes(4, "big")) is not None
