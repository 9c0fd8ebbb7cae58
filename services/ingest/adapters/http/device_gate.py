"""Asks a request at the HTTP door for the proof that its device's pack entry demands."""

from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID
from fastapi import Request

from schemas.vocabulary.signals import DeviceAuth
from services.chassis import logs
from services.chassis.clock import Clock
from services.chassis.problems import Problem
from services.chassis.secret_references import SecretMissing, resolve
from services.ingest import metrics
from services.ingest.adapters.http import signing
from services.ingest.adapters.http.seen_signatures import SeenSignatures
from services.ingest.adapters.http.signing import Signed
from services.ingest.directory import KnownDevice
from services.ingest.domain.proving import Evidence, ProofReason, Signature, Verdict, judge

log = logs.get(__name__)
CHALLENGE = {"WWW-Authenticate": 'Vigie-HMAC-SHA256 realm="ingest"'}
SENTENCES: dict[ProofReason, str] = {
    ProofReason.NOT_SIGNED: "Cet appareil doit signer ses messages. / This device must sign its messages.",
    ProofReason.HEADERS_MALFORMED: (
        "Il faut X-Vigie-Device, X-Vigie-Id, X-Vigie-Time (secondes Unix) et X-Vigie-Signature (v1=…). "
        "/ All four headers are needed, in their form."
    ),
    ProofReason.OTHER_DEVICE: "Signé par un autre appareil que celui qui parle. / Signed by another device.",
    ProofReason.WRONG_SIGNATURE: "La signature ne correspond pas. / The signature does not match.",
    ProofReason.OUTSIDE_WINDOW: "Mettez votre horloge à l'heure (champ « time »). / Set your clock by `time`.",
    ProofReason.REPLAYED: "Déjà reçu : signez à nouveau. / Received before: sign anew.",
    ProofReason.NO_CERTIFICATE: "Cet appareil doit présenter son certificat. / This device must show its certificate.",
    ProofReason.OTHER_CERTIFICATE: "Ce certificat est celui d'un autre appareil. / Another device's certificate.",
    ProofReason.OUR_KEY_MISSING: "La clé manque chez nous, répétez. / We lack the key, repeat.",
}


class DeviceGate:
    """Used on one event loop. `secrets_dir`: where `file:` references lead."""

    def __init__(self, secrets_dir: Path | None, seen: SeenSignatures, clock: Clock) -> None:
        self._secrets_dir, self._seen, self._clock = secrets_dir, seen, clock

    async def ask(self, request: Request, known: KnownDevice | None, device: str, urgent: bool) -> Verdict:
        """The verdict on one message of this request that claims to be `device`'s. A device in no pack is not asked."""
        auth = DeviceAuth.NONE if known is None else known.device.auth
        evidence = Evidence()
        if auth is DeviceAuth.HMAC and known is not None:
            evidence = self._signature(request, await request.body(), known)
        elif auth is DeviceAuth.MTLS:
            evidence = Evidence(certificate=certificate_name(request))
        verdict = judge(auth, device, evidence, urgent, self._clock.now())
        if auth is not DeviceAuth.NONE:
            metrics.DEVICE_PROOFS.labels(verdict.reason.value).inc()
        if not verdict.taken:
            log.warning("device_not_proved", device=device, reason=verdict.reason.value)
        return verdict

    def refusal(self, verdict: Verdict) -> Problem:
        """401 with the reason in words and our time; 503 where the fault is ours."""
        title = "Appareil non reconnu / device not recognised"
        now = int(self._clock.now().timestamp())
        kind = verdict.reason.value.replace("_", "-")
        sentence = SENTENCES[verdict.reason]
        if verdict.reason is ProofReason.OUR_KEY_MISSING:
            return Problem(503, kind, title, sentence, {"Retry-After": "30"}, reason=verdict.reason.value)
        return Problem(401, kind, title, sentence, CHALLENGE, reason=verdict.reason.value, time=str(now))

    def stored(self, request: Request, urgent: bool) -> None:
        """Notes the request's signature, once what it said is durable. One that was not verified is never noted."""
        if getattr(request.state, "signature_right", False):
            signed = signing.headers_of(request.headers)
            assert isinstance(signed, Signed), "a right signature was well formed"
            self._seen.note(signed.digest, self._clock.now(), urgent)

    def _signature(self, request: Request, body: bytes, known: KnownDevice) -> Evidence:
        signed = signing.headers_of(request.headers)
        if isinstance(signed, Signature):
            return Evidence(signed)
        if signed.device != known.device.id:
            return Evidence(Signature.OTHER_DEVICE)
        key = self._key(known)
        if key is None:
            return Evidence(Signature.NO_KEY)
        raw_path = request.scope.get("raw_path") or request.url.path.encode()
        path = raw_path.split(b"?")[0].decode("latin-1")
        if not signing.verify(signed, key, request.method, path, body):
            return Evidence(Signature.WRONG)
        request.state.signature_right = True
        return Evidence(Signature.RIGHT, signed.at, self._seen.seen_at(signed.digest))

    def _key(self, known: KnownDevice) -> bytes | None:
        try:
            return resolve(known.device.auth_key_ref or "", self._secrets_dir).get_secret_value().encode() or None
        except SecretMissing:
            log.error("device_key_missing", device=known.device.id, reference=known.device.auth_key_ref)
            return None


def message_id(request: Request) -> str | None:
    """The signed id of a verified request: its mark, where the body has none. Idempotency-Key is not signed."""
    if not getattr(request.state, "signature_right", False):
        return None
    signed = signing.headers_of(request.headers)
    return signed.id if isinstance(signed, Signed) else None


def certificate_name(request: Request) -> str | None:
    """The common name of the certificate that the peer proved to hold (ASGI's TLS extension), or None."""
    tls = request.scope.get("extensions", {}).get("tls", {})
    subject = tls.get("client_cert_name")
    if not subject:
        return None
    names = x509.Name.from_rfc4514_string(subject).get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if len(names) == 1 else None
