"""docs/devices.md and its test vectors say what the code does, to those who write devices from them alone."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest

from deploy.local.layout import REPOSITORY
from services.ingest.adapters.http import signing
from services.ingest.adapters.http.signing import Signed

DOCUMENT = (REPOSITORY / "docs" / "devices.md").read_text("utf-8")
VECTORS: list[dict[str, Any]] = json.loads((REPOSITORY / "docs" / "device-signing-vectors.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_each_vector(vector: dict[str, Any]) -> None:
    """Message and signature of each vector come out of the code, and the code accepts them, and no changed byte."""
    body, key = vector["body"].encode(), vector["secret"].encode()
    parts = (vector["method"], vector["path"], vector["device"], vector["id"], vector["time"])
    message = signing.canonical(*parts, body)
    assert message.hex() == vector["message_hex"]
    assert vector["signature"] == "v1=" + hmac.new(key, message, hashlib.sha256).hexdigest()
    headers = {
        "x-vigie-device": vector["device"].encode().decode("latin-1"),
        "x-vigie-id": vector["id"],
        "x-vigie-time": vector["time"],
        "x-vigie-signature": vector["signature"],
    }
    signed = signing.headers_of(headers)
    assert isinstance(signed, Signed)
    assert signing.verify(signed, key, vector["method"], vector["path"], body)
    assert not signing.verify(signed, key, vector["method"], vector["path"], body + b" ")
    assert not signing.verify(signed, key, vector["method"], vector["path"] + "x", body)


def test_worked_example() -> None:
    """The document's own example is its first vector."""
    first = VECTORS[0]
    message = re.search(r"^message +(.+)$", DOCUMENT, re.MULTILINE)
    signature = re.search(r"^signature +(v1=\S+)$", DOCUMENT, re.MULTILINE)
    secret = re.search(r"^secret +(\S+)$", DOCUMENT, re.MULTILINE)
    assert message and signature and secret
    assert message[1].replace("\\n", "\n").encode().hex() == first["message_hex"]
    assert (signature[1], secret[1]) == (first["signature"], first["secret"])
