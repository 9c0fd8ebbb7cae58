"""Ingest's HTTP door over TLS with certificates made here: who holds a device's certificate may speak in its name."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from schemas.codec import encode
from schemas.vocabulary.signals import DeviceAuth, DeviceKind
from services.chassis.operations import serve
from services.chassis.tls import Tls
from tests.flow.ingest_world import free_port
from tests.unit.ingest.test_http_doors import application
from tests.unit.ingest.world import START, World, device, pack

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Paper:
    """A certificate with its key, and the files of both."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    cert_file: Path
    key_file: Path


def paper(folder: Path, name: str, issuer: Paper | None = None, *, days: int = 1) -> Paper:
    """A certificate of that common name: an authority's own without `issuer`, else signed by it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signer = key if issuer is None else issuer.key
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now + days * DAY)
        .add_extension(x509.BasicConstraints(issuer is None, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return Paper(built, key, cert_file, key_file)


@dataclass
class Door:
    """The served door, its world and its papers."""

    url: str
    world: World
    folder: Path
    authority: Paper

    def client(self, own: Paper | None) -> httpx.AsyncClient:
        """A client that believes the authority and shows its own certificate, if any."""
        context = ssl.create_default_context(cafile=str(self.authority.cert_file))
        if own is not None:
            context.load_cert_chain(own.cert_file, own.key_file)
        return httpx.AsyncClient(base_url=self.url, verify=context, trust_env=False)

    async def press(self, own: Paper | None, kiosk: str = "certified") -> httpx.Response:
        """An SOS press of that kiosk."""
        async with self.client(own) as client:
            return await client.post(f"/v1/kiosks/{kiosk}/calls", json={"nature": "sos"})


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """HTTPS by uvicorn, as the process serves it; one kiosk must show a certificate."""
    world, stop, port = World(), asyncio.Event(), free_port()
    kiosks = [device("certified", DeviceKind.KIOSK, auth=DeviceAuth.MTLS), device("open", DeviceKind.KIOSK)]
    for part in pack(*kiosks).parts(START):
        key, value, headers = encode(part, "test")
        world.directories.accept(key, value, headers)
    authority = paper(tmp_path, "authority")
    own = paper(tmp_path, "server", authority)
    tls = Tls(own.cert_file, own.key_file, authority.cert_file)
    serving = asyncio.create_task(serve(application(world), "127.0.0.1", port, stop, tls=tls))
    found = Door(f"https://127.0.0.1:{port}", world, tmp_path, authority)
    async with found.client(None) as client:
        while True:
            try:
                await client.get("/health/live")
                break
            except httpx.ConnectError:
                assert not serving.done()
                await asyncio.sleep(0.05)
    yield found
    stop.set()
    await serving


async def test_only_its_own_certificate_speaks_for_a_device(door: Door) -> None:
    """The kiosk's certificate is taken; none, and another device's of the same authority, are told why not."""
    right = await door.press(paper(door.folder, "certified", door.authority))
    none = await door.press(None)
    other = await door.press(paper(door.folder, "open", door.authority))
    assert [right.status_code, none.status_code, other.status_code] == [202, 401, 401]
    assert [none.json()["reason"], other.json()["reason"]] == ["no_certificate", "other_certificate"]
    assert len(door.world.lanes.signals) == 1
    assert [letter.reason for letter in door.world.lanes.dead] == [
        "device: no_certificate",
        "device: other_certificate",
    ]


async def test_who_needs_no_certificate_needs_none(door: Door) -> None:
    """A device without `auth: mtls` is heard over the same door without a certificate."""
    assert (await door.press(None, "open")).status_code == 202


@pytest.mark.parametrize("days", [-1, 1])
async def test_a_certificate_that_does_not_hold_ends_the_handshake(door: Door, days: int, tmp_path: Path) -> None:
    """One that has run out, or of an authority that nobody knows here, gets no answer at all."""
    stranger = door.authority if days < 0 else paper(tmp_path, "stranger")
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        await door.press(paper(tmp_path, "certified", stranger, days=days))
    assert door.world.lanes.signals == []
