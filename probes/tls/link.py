"""One certificate of a chain as facts: who, by whom, until when, how strong. The same for a leaf and what stands above it."""

from dataclasses import dataclass
from hashlib import sha256

from probes.tls.x509 import Certificate

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Link:
    """`role` is its place in the chain (`arrangement.Role`), "unreadable" where it is no certificate.

    `key_sha256` is of the whole SubjectPublicKeyInfo: equal where two certificates have one key. `stores` are those
    that hold just this certificate as a root. Moments are UTC, ISO 8601; what could not be read is None.
    """

    role: str
    sha256: str
    subject: str | None = None
    issuer: str | None = None
    serial: str = ""
    not_before: str | None = None
    not_after: str | None = None
    key_type: str | None = None
    key_bits: int | None = None
    curve: str | None = None
    signature: str | None = None
    signature_hash: str | None = None
    key_sha256: str = ""
    stores: tuple[str, ...] = ()


def link(certificate: Certificate, role: str, stores: tuple[str, ...]) -> Link:
    """Describe one certificate."""
    key = certificate.key
    return Link(
        role=role,
        sha256=sha256(certificate.raw).hexdigest(),
        subject=certificate.subject.text if certificate.subject else None,
        issuer=certificate.issuer.text if certificate.issuer else None,
        serial=certificate.serial[:64].hex(),
        not_before=certificate.not_before.isoformat() if certificate.not_before else None,
        not_after=certificate.not_after.isoformat() if certificate.not_after else None,
        key_type=key.type if key else None,
        key_bits=key.bits if key else None,
        curve=key.curve if key else None,
        signature=certificate.algorithm.family,
        signature_hash=certificate.algorithm.hash,
        key_sha256=sha256(certificate.spki).hexdigest(),
        stores=stores,
    )


def unreadable(data: bytes) -> Link:
    """What was sent in a certificate's place."""
    return Link(UNREADABLE, sha256(data).hexdigest())
