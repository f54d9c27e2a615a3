"""The demonstration's certificates: an authority of its own, one good leaf, one bad one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: the authority's certificate, and for each server its chain with its key."""

    authority: Path
    good: Path
    bad: Path


def make(folder: Path, good_name: str, bad_name: str) -> Certificates:
    """Write the files. The bad leaf expired ten days ago, signs itself and has an RSA key of 1024 bits."""
    now = datetime.now(UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root_name = _name("示例演示根证书 Demo Root")
    root = _certificate(
        root_name, root_name, root_key, root_key, (), now - timedelta(days=30), now + timedelta(days=300)
    )
    good_key = ec.generate_private_key(ec.SECP256R1())
    good = _certificate(
        _name(good_name),
        root_name,
        good_key,
        root_key,
        (good_name,),
        now - timedelta(days=20),
        now + timedelta(days=160),
    )
    bad_key = rsa.generate_private_key(65537, 1024)  # noqa: S505 (a bad example is the purpose)
    bad = _certificate(
        _name(bad_name),
        _name(bad_name),
        bad_key,
        bad_key,
        (bad_name,),
        now - timedelta(days=375),
        now - timedelta(days=10),
    )
    authority = folder / "authority.pem"
    authority.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    return Certificates(
        authority, _write(folder / "good.pem", good, good_key, root), _write(folder / "bad.pem", bad, bad_key)
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    signer: PrivateKey,
    names: tuple[str, ...],
    start: datetime,
    end: datetime,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
    return builder.sign(signer, hashes.SHA256())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _write(path: Path, leaf: x509.Certificate, key: PrivateKey, *more: x509.Certificate) -> Path:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (leaf, *more))
    path.write_bytes(chain + pem)
    return path
