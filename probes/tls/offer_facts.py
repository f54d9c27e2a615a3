"""The facts of what a TLS service offers. None of them is a judgement."""

from dataclasses import dataclass

from probes.tls.certificate_facts import CertificateFacts


@dataclass(frozen=True, slots=True)
class VersionOffer:
    """One version. `suites` in the order in which they were chosen; `complete` says that all others were refused.

    `server_chooses` is None where there was nothing to choose, or it could not be told. `groups` are those agreed on (up to TLS 1.2, such as TLS 1.3 agreed on are not asked for again; none was left out
    where `groups_complete`),
    `schemes` those that signed a key exchange (code points as four hex digits), `extensions` the kinds of extension in
    its hellos, `compressions` the methods chosen.
    """

    version: str
    suites: tuple[str, ...]
    complete: bool
    server_chooses: bool | None
    groups: tuple[str, ...]
    groups_complete: bool
    schemes: tuple[str, ...]
    extensions: tuple[int, ...]
    compressions: tuple[int, ...]
    alpn: str


@dataclass(frozen=True, slots=True)
class PrimeGroup:
    """A finite field that was used: size and SHA-256 of its prime, with which suites, on how many connections."""

    bits: int
    prime: str
    suites: tuple[str, ...]
    seen: int


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """`offered` is False where the service has no TLS at all; `opportunistic` is True between mail servers. Each version is True, False or None.

    `lower_versions` counts those from SSL 3.0 to TLS 1.2. The `…_suites` are what is accepted of each kind, in any
    version; `static_suites` have no ephemeral key exchange. `forward_secrecy` is "absent", "not-preferred" (in some
    version the server puts a suite without it first, or has no other), "preferred", or "left-to-client".
    `client_chooses` says that in some version up to TLS 1.2 the client's order decides. `smallest_prime_bits` and
    `smallest_curve_bits` are 0 where none is used, `smallest_certified_prime_bits` where no suite with a certificate
    uses any; `primes_whole` and `curves_whole` are True where no smaller one can
    have been missed, else None. `secure_renegotiation` is RFC 5746's extension, `fallback_refused`
    what RFC 7507 wants. `names_responder` is what the certificate says, `stapled` whether an OCSP answer came along.
    `hybrid_groups` are post-quantum hybrids in TLS 1.3, `sm_suites` those of TLCP and of RFC 8998. `keys` and
    `sslv2_keys` are SHA-256 digests of the public keys presented. `certificates` are described where the suites or
    versions brought more than one: a server with RSA and ECDSA, one with TLCP beside TLS.
    """

    offered: bool | None = None
    opportunistic: bool = False
    sslv2: bool | None = None
    sslv3: bool | None = None
    tls10: bool | None = None
    tls11: bool | None = None
    tls12: bool | None = None
    tls13: bool | None = None
    tlcp: bool | None = None
    sslv2_cipher: str = ""
    sslv3_cipher: str = ""
    tls10_cipher: str = ""
    tls11_cipher: str = ""
    tls12_cipher: str = ""
    tls13_cipher: str = ""
    tlcp_cipher: str = ""
    lower_versions: int | None = None
    versions: tuple[VersionOffer, ...] = ()
    sslv2_ciphers: tuple[str, ...] = ()
    null_suites: tuple[str, ...] | None = None
    anonymous_suites: tuple[str, ...] | None = None
    export_suites: tuple[str, ...] | None = None
    des_suites: tuple[str, ...] | None = None
    rc4_suites: tuple[str, ...] | None = None
    block64_suites: tuple[str, ...] | None = None
    sslv3_cbc_suites: tuple[str, ...] | None = None
    static_suites: tuple[str, ...] | None = None
    forward_secrecy: str | None = None
    client_chooses: bool | None = None
    prime_groups: tuple[PrimeGroup, ...] = ()
    smallest_prime_bits: int | None = None
    smallest_certified_prime_bits: int | None = None
    primes_whole: bool | None = None
    curves: tuple[str, ...] = ()
    smallest_curve: str = ""
    smallest_curve_bits: int | None = None
    curves_whole: bool | None = None
    export_key_bits: int = 0
    compression: bool | None = None
    secure_renegotiation: bool | None = None
    fallback_refused: bool | None = None
    names_responder: bool | None = None
    stapled: bool | None = None
    hybrid_groups: tuple[str, ...] | None = None
    sm_suites: tuple[str, ...] | None = None
    alpn: str = ""
    keys: tuple[str, ...] = ()
    sslv2_keys: tuple[str, ...] = ()
    certificates: tuple[CertificateFacts, ...] = ()
    connections: int = 0
