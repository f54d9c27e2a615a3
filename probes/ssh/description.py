"""What one conversation with an SSH server told, as facts with their gaps and evidence. It asks nothing."""

from dataclasses import dataclass

from probes.ssh import login
from probes.ssh.host_key import RSA, HostKey
from probes.ssh.kex_init import Identification, KexInit
from probes.ssh.offered import (
    DSS,
    OLD_CIPHER,
    OLD_MAC,
    SHA1_KEX,
    SHA1_RSA,
    SHA2_RSA,
    SIGNALS,
    STRICT,
    matching,
    prefix_truncatable,
)
from scanner.model.observation import Evidence, Seen
from scanner.model.verdict import Reason

OFFERS = ("kex", "kex_sha1", "host_keys", "dss", "offers_rsa", "rsa_sha1_only", "ciphers", "ciphers_old", "macs",
          "macs_old", "compressions", "strict_kex", "truncatable")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SshFacts:
    """`protocol` is as the server wrote it; `offers_1` and `offers_2` what it means (1.99 is both, RFC 4253
    section 5.1). The lists are the server's offers in its order, of both directions.

    `kex_sha1`: those of `kex` that use SHA-1 with group1, group14 or an exchanged group, or RSA of 1024 bits.
    `dss`, `ciphers_old`, `macs_old`: host keys of DSA; RC4, blocks of 64 bits or none; MD5, 96 bits or none.
    `rsa_sha1_only`: RSA signs by SHA-1 and no other way. `truncatable`: what CVE-2023-48795 can cut, where
    `strict_kex` is no. `host_key`, `host_key_bits`: the key that was shown; `rsa_bits` where it is RSA.
    `methods`: how a log-in as `user` may go on, after `none` was refused; `password` whether that is among them.
    `let_in`: `none` was enough.
    """

    protocol: str
    software: str
    offers_1: bool
    offers_2: bool
    kex: tuple[str, ...] | None
    kex_sha1: tuple[str, ...] | None
    host_keys: tuple[str, ...] | None
    dss: tuple[str, ...] | None
    offers_rsa: bool | None
    rsa_sha1_only: bool | None
    ciphers: tuple[str, ...] | None
    ciphers_old: tuple[str, ...] | None
    macs: tuple[str, ...] | None
    macs_old: tuple[str, ...] | None
    compressions: tuple[str, ...] | None
    strict_kex: bool | None
    truncatable: tuple[str, ...] | None
    host_key: str | None = None
    host_key_bits: int | None = None
    rsa_bits: int | None = None
    user: str = login.USER
    methods: tuple[str, ...] | None = None
    password: bool | None = None
    let_in: bool | None = None


@dataclass(slots=True)
class Told:
    """How far the conversation came; what is missing is so for the reason `why`."""

    server: Identification
    offer: KexInit | None = None
    key: HostKey | None = None
    methods: tuple[str, ...] | None = None
    let_in: bool | None = None
    why: Reason = Reason.MALFORMED


def describe(told: Told, *, asked_methods: bool = False) -> Seen[SshFacts]:
    """The facts; what could not be told has its reason."""
    server, offer, key = told.server, told.offer, told.key
    facts = SshFacts(
        protocol=server.protocol,
        software=server.software,
        offers_1=server.protocol.startswith("1."),
        offers_2=offers_2(server),
        **(_offered(offer) if offer else dict.fromkeys(OFFERS)),
        host_key=key.kind if key else None,
        host_key_bits=key.bits if key else None,
        rsa_bits=key.bits if key and key.kind == RSA else None,
        methods=told.methods,
        password="password" in told.methods if told.methods is not None else None,
        let_in=told.let_in,
    )
    return Seen(facts, _gaps(facts, told, asked_methods), _evidence(told, facts))


def _offered(offer: KexInit) -> dict[str, tuple[str, ...] | bool]:
    kex = tuple(name for name in offer.kex if name not in SIGNALS)
    sha1_rsa, sha2_rsa = matching(SHA1_RSA, offer.host_keys), matching(SHA2_RSA, offer.host_keys)
    return {
        "kex": kex,
        "kex_sha1": matching(SHA1_KEX, kex),
        "host_keys": offer.host_keys,
        "dss": matching(DSS, offer.host_keys),
        "offers_rsa": bool(sha1_rsa or sha2_rsa),
        "rsa_sha1_only": bool(sha1_rsa) and not sha2_rsa,
        "ciphers": offer.ciphers,
        "ciphers_old": matching(OLD_CIPHER, offer.ciphers),
        "macs": offer.macs,
        "macs_old": matching(OLD_MAC, offer.macs),
        "compressions": offer.compressions,
        "strict_kex": STRICT in offer.kex,
        "truncatable": prefix_truncatable(offer),
    }


def _gaps(facts: SshFacts, told: Told, asked_methods: bool) -> dict[str, Reason]:
    untold = {name: told.why for name in (*OFFERS, "host_key", "host_key_bits") if getattr(facts, name) is None}
    if facts.rsa_bits is None and facts.offers_rsa is not False:
        untold["rsa_bits"] = told.why
    if facts.methods is None:
        why = told.why if asked_methods else Reason.NOT_SELECTED
        untold |= dict.fromkeys(("methods", "password"), why)
        if facts.let_in is None:
            untold["let_in"] = why
    return untold


def _evidence(told: Told, facts: SshFacts) -> tuple[Evidence, ...]:
    server, offer = told.server, told.offer
    pieces = [Evidence(f"identification string: {server.line[:200]}", server.line.encode()[:256])]
    if offer is not None:
        for about, field, names in (
            ("kex_sha1", "kex_algorithms", offer.kex),
            ("ciphers_old", "encryption_algorithms", offer.ciphers),
            ("macs_old", "mac_algorithms", offer.macs),
            ("dss", "server_host_key_algorithms", offer.host_keys),
            ("truncatable", "encryption_algorithms", offer.ciphers),
            ("truncatable", "kex_algorithms", offer.kex),
        ):
            words = ",".join(names)
            pieces.append(Evidence(f"SSH_MSG_KEXINIT, {field}: {words[:400]}", words.encode()[:4096], about))
    if facts.host_key is not None:
        shown = f"{facts.host_key}, {facts.host_key_bits or '?'} bits"
        pieces.append(Evidence(f"host key of the key exchange's reply: {shown}", shown.encode(), "rsa_bits"))
    if told.methods is not None:
        words = ",".join(told.methods)
        pieces.append(
            Evidence(f"SSH_MSG_USERAUTH_FAILURE for {facts.user}: {words[:400]}", words.encode()[:4096], "password")
        )
    return tuple(pieces)


def offers_2(server: Identification) -> bool:
    """Whether version 2 is spoken: 1.99 is both (RFC 4253 section 5.1)."""
    return server.protocol == "1.99" or server.protocol.startswith("2.")
