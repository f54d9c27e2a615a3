"""A file's signature beside it (FILE.sig): Ed25519 over its bytes (RFC 8032). It does not say whose key is trusted."""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scanner.sealing import fingerprint

SUFFIX = ".sig"
SCHEMA = "yuanjian/signature/1"
MOST_BYTES = 4096


def sign(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signature file: {"schema", "public", "signature"}, key and signature in base64."""
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    body = {"schema": SCHEMA, "public": _text(public), "signature": _text(key.sign(content))}
    return json.dumps(body, indent=1).encode() + b"\n"


def signer(content: bytes, signature: bytes) -> str | None:
    """The fingerprint of the key that signed these bytes; None where the signature does not fit, or is none."""
    try:
        body: Any = json.loads(signature[:MOST_BYTES])
        if body["schema"] != SCHEMA:
            return None
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(body["public"], validate=True))
        key.verify(base64.b64decode(body["signature"], validate=True), content)
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature):
        return None
    return fingerprint(key)


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")
