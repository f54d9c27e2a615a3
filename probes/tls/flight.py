"""A TLS 1.3 server's first flight, deciphered: certificates, staple, timestamps, ALPN, scheme (RFC 8446 section 7).

The client's half ends here: no Finished is sent and nothing is authenticated; the chain is judged elsewhere.
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import new as digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, SECP384R1, SECP521R1, EllipticCurve
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey as CurvePoint
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_on_curve
from cryptography.hazmat.primitives.asymmetric.x448 import X448PrivateKey, X448PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probes.tls import sm2
from probes.tls.hello import ALPN, SIGNED_TIMESTAMPS, STATUS_REQUEST
from probes.tls.record import ALERT, APPLICATION_DATA, HANDSHAKE, extensions, messages, records
from probes.tls.server_hello import CERTIFICATE, CERTIFICATE_REQUEST, KEY_SHARE, MOST_CERTIFICATES, hear, staple
from probes.tls.sm4 import Sm4Gcm
from scanner.model.errors import Malformed

ENCRYPTED_EXTENSIONS, CERTIFICATE_VERIFY, FINISHED = 8, 15, 20
X25519, P256, P384, P521, X448, SM2 = 29, 23, 24, 25, 30, 41
CURVES: dict[int, EllipticCurve] = {P256: SECP256R1(), P384: SECP384R1(), P521: SECP521R1()}
Cipher = AESGCM | AESCCM | ChaCha20Poly1305 | Sm4Gcm
CIPHERS: dict[int, tuple[str, int, Callable[[bytes], Cipher]]] = {
    0x1301: ("sha256", 16, AESGCM),
    0x1302: ("sha384", 32, AESGCM),
    0x1303: ("sha256", 32, ChaCha20Poly1305),
    0x1304: ("sha256", 16, AESCCM),
    0x1305: ("sha256", 16, lambda key: AESCCM(key, 8)),
    0x00C6: ("sm3", 16, Sm4Gcm),
}
"""Hash, key octets, and the library's cipher, of the suites that can be deciphered here."""


@dataclass(frozen=True, slots=True)
class Share:
    """A key of ours in one group that can be agreed on here; `public` is what the hello shows."""

    group: int
    public: bytes
    agree: "Agree"


class Agree:
    """Our private half. Raises Malformed for what is no key of the group."""

    def __init__(self, group: int) -> None:
        self._group = group
        if group == X25519:
            self._modern: X25519PrivateKey | X448PrivateKey | sm2.Exchange = X25519PrivateKey.generate()
        elif group == SM2:
            self._modern = sm2.Exchange()
        elif group == X448:
            self._modern = X448PrivateKey.generate()
        else:
            self._curve = generate_on_curve(CURVES[group])

    def public(self) -> bytes:
        if self._group in CURVES:
            return self._curve.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        if isinstance(self._modern, sm2.Exchange):
            return self._modern.public()
        return self._modern.public_key().public_bytes_raw()

    def secret(self, theirs: bytes) -> bytes:
        """What both halves know."""
        try:
            if self._group in CURVES:
                point = CurvePoint.from_encoded_point(CURVES[self._group], theirs)
                return self._curve.exchange(ECDH(), point)
            if isinstance(self._modern, sm2.Exchange):
                return self._modern.secret(theirs)
            if isinstance(self._modern, X25519PrivateKey):
                return self._modern.exchange(X25519PublicKey.from_public_bytes(theirs))
            return self._modern.exchange(X448PublicKey.from_public_bytes(theirs))
        except ValueError as error:
            raise Malformed("TLS: a key share that is none") from error


def share(group: int) -> Share:
    """A fresh key; `group` is one of X25519, P256, P384, P521, X448, SM2."""
    agree = Agree(group)
    return Share(group, agree.public(), agree)


@dataclass(frozen=True, slots=True)
class Flight:
    """What has come whole so far; `chain` is None until it did. `scheme` is the one that signed, None until told."""

    extensions: dict[int, bytes] = field(default_factory=dict)
    chain: tuple[bytes, ...] | None = None
    staple: bytes = b""
    timestamps: bytes = b""
    scheme: int | None = None
    asks_certificate: bool = False
    alert: int | None = None
    finished: bool = False

    @property
    def alpn(self) -> str:
        """What was chosen; empty where nothing was."""
        return self.extensions.get(ALPN, b"")[3:].decode("ascii", "replace")


def decipher(hello: bytes, shares: tuple[Share, ...], answer: bytes) -> Flight:
    """Read the flight so far. `hello` is our first record as sent, `answer` all that came.

    Malformed where it cannot be deciphered or adds up to nothing.
    """
    heard = hear(answer).hello
    chosen = next((one for one in shares if heard is not None and one.group == heard.group), None)
    if heard is None or heard.retry or chosen is None or heard.suite not in CIPHERS:
        raise Malformed("TLS: no answer that can be deciphered")
    name, octets, cipher = CIPHERS[heard.suite]
    theirs = heard.extensions[KEY_SHARE]
    secret = chosen.agree.secret(theirs[4 : 4 + int.from_bytes(theirs[2:4], "big")])
    spoken = digest(name, hello[5:] + _server_hello(answer)).digest()
    traffic = _traffic(name, secret, spoken)
    key, start = _expand(name, traffic, b"key", b"", octets), _expand(name, traffic, b"iv", b"", 12)
    return _flight(_opened(cipher(key), start, answer))


def _flight(content: tuple[bytes, int | None]) -> Flight:
    said, alert = content
    bodies: dict[int, bytes] = {}
    for kind, body in messages(said):
        bodies.setdefault(kind, body)
    chain, stapled, timestamps = _certificates(bodies[CERTIFICATE]) if CERTIFICATE in bodies else (None, b"", b"")
    scheme = bodies.get(CERTIFICATE_VERIFY, b"")[:2]
    return Flight(
        extensions(bodies[ENCRYPTED_EXTENSIONS]) if ENCRYPTED_EXTENSIONS in bodies else {},
        chain,
        stapled,
        timestamps,
        int.from_bytes(scheme, "big") if len(scheme) == 2 else None,
        CERTIFICATE_REQUEST in bodies,
        alert,
        FINISHED in bodies,
    )


def _certificates(body: bytes) -> tuple[tuple[bytes, ...], bytes, bytes]:
    """RFC 8446 section 4.4.2: the chain; and, of the leaf, the OCSP answer and the timestamps."""
    at = 1 + body[0] if body else 0
    end = at + 3 + int.from_bytes(body[at : at + 3], "big")
    at += 3
    chain: list[bytes] = []
    leaf: dict[int, bytes] = {}
    while at + 3 <= min(end, len(body)):
        length = int.from_bytes(body[at : at + 3], "big")
        after = at + 3 + length
        more = int.from_bytes(body[after : after + 2], "big")
        if after + 2 + more > len(body) or len(chain) == MOST_CERTIFICATES:
            raise Malformed("TLS: a certificate list that does not add up")
        if not chain:
            leaf = extensions(body[after : after + 2 + more])
        chain.append(body[at + 3 : after])
        at = after + 2 + more
    return tuple(chain), staple(leaf.get(STATUS_REQUEST, b"")), leaf.get(SIGNED_TIMESTAMPS, b"")


def _opened(cipher: Cipher, start: bytes, answer: bytes) -> tuple[bytes, int | None]:
    """The handshake messages of all whole records, and the alert that ended them, if one did."""
    said, first = bytearray(), int.from_bytes(start, "big")
    for number, sealed in enumerate(_sealed(answer)):
        nonce = (first ^ number).to_bytes(12, "big")
        header = bytes([APPLICATION_DATA, 3, 3]) + len(sealed).to_bytes(2, "big")
        try:
            inner = cipher.decrypt(nonce, sealed, header).rstrip(b"\x00")
        except (InvalidTag, ValueError) as error:
            raise Malformed("TLS: a record that cannot be deciphered") from error
        if inner[-1:] == bytes([ALERT]):
            return bytes(said), inner[1] if len(inner) > 2 else None
        if inner[-1:] != bytes([HANDSHAKE]):
            break
        said += inner[:-1]
    return bytes(said), None


def _sealed(answer: bytes) -> Iterator[bytes]:
    return (payload for kind, payload in records(answer) if kind == APPLICATION_DATA)


def _server_hello(answer: bytes) -> bytes:
    """The ServerHello message as it was sent."""
    said = b"".join(payload for kind, payload in records(answer) if kind == HANDSHAKE)
    return said[: 4 + int.from_bytes(said[1:4], "big")]


def _traffic(name: str, secret: bytes, spoken: bytes) -> bytes:
    """server_handshake_traffic_secret (RFC 8446 section 7.1)."""
    size = digest(name).digest_size
    early = hmac.digest(bytes(size), bytes(size), name)
    derived = _expand(name, early, b"derived", digest(name).digest(), size)
    return _expand(name, hmac.digest(derived, secret, name), b"s hs traffic", spoken, size)


def _expand(name: str, secret: bytes, label: bytes, context: bytes, octets: int) -> bytes:
    """HKDF-Expand-Label; one block is enough for every length used here."""
    label = b"tls13 " + label
    info = octets.to_bytes(2, "big") + bytes([len(label)]) + label + bytes([len(context)]) + context
    return hmac.digest(secret, info + b"\x01", name)[:octets]
