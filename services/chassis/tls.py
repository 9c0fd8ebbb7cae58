"""TLS of an HTTP door: its certificate, and the client's as ASGI's TLS extension says it.

Standard: ASGI TLS extension 0.2 (`scope["extensions"]["tls"]`), RFC 4514 for names. uvicorn asks for the certificate
but does not hand it on.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files. `client_ca`: whose certificates are asked for and believed; none is required of a client."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    def options(self) -> dict[str, Any]:
        """What uvicorn is told."""
        asked = ssl.CERT_NONE if self.client_ca is None else ssl.CERT_OPTIONAL
        return {
            "ssl_certfile": str(self.certificate),
            "ssl_keyfile": str(self.key),
            "ssl_ca_certs": None if self.client_ca is None else str(self.client_ca),
            "ssl_cert_reqs": asked,
        }


class TlsProtocol(HttpToolsProtocol):
    """HTTP/1.1 with the extension on each request of a TLS connection."""

    def on_headers_complete(self) -> None:
        """Puts the extension into the scope before the application sees it."""
        connection = self.transport.get_extra_info("ssl_object")
        if connection is not None:
            # uvicorn's type of a scope knows no content of an extension.
            self.scope["extensions"] = cast(Any, {"tls": described(connection.getpeercert(binary_form=True))})
        super().on_headers_complete()


def described(der: bytes | None) -> dict[str, Any]:
    """The extension's content for a verified client certificate, or for none."""
    if der is None:
        return {"client_cert_chain": [], "client_cert_name": None, "client_cert_error": None}
    certificate = x509.load_der_x509_certificate(der)
    return {
        "client_cert_chain": [ssl.DER_cert_to_PEM_cert(der)],
        "client_cert_name": certificate.subject.rfc4514_string(),
        "client_cert_error": None,
    }
