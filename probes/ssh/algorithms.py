"""What an SSH server offers before any login: one exchange of versions and its key exchange offer. Nothing is agreed."""

import re
from dataclasses import dataclass

from probes.ssh.kex_init import Identification, KexInit, identification, kex_init, packet_length
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

OWN_VERSION = b"SSH-2.0-Yuanjian\r\n"
USUAL_PORT = 22
MOST_LINES = 20
MOST_MESSAGES = 4
STRICT = "kex-strict-s-v00@openssh.com"
SHA1_KEX = re.compile(
    r"diffie-hellman-group(?:1|14|-exchange)-sha1|gss-(?:group1|group14|gex)-sha1-.*|rsa1024-sha1(?:@.*)?"
)
"""SHA-1 over a group of 1024 or 2048 bits or an exchanged one, and RSA keys of 1024 bits (RFC 9142, RFC 4432)."""
SIGNALS = frozenset({STRICT, "ext-info-s", "kexguess2@matt.ucc.asn.au"})
"""Names that stand among the key exchanges and are none."""
LISTS = ("kex", "kex_sha1", "host_keys", "ciphers", "macs", "compressions", "strict_kex")


@dataclass(frozen=True, slots=True)
class SshFacts:
    """`protocol` is as the server wrote it; `offers_1` and `offers_2` what it means (1.99 is both, RFC 4253
    section 5.1). The lists are the server's offers in its order; `kex_sha1` those of `kex` that use SHA-1 with
    group1, group14 or an exchanged group, or RSA of 1024 bits. `strict_kex`: the countermeasure to CVE-2023-48795.
    """

    protocol: str
    software: str
    offers_1: bool
    offers_2: bool
    kex: tuple[str, ...] | None
    kex_sha1: tuple[str, ...] | None
    host_keys: tuple[str, ...] | None
    ciphers: tuple[str, ...] | None
    macs: tuple[str, ...] | None
    compressions: tuple[str, ...] | None
    strict_kex: bool | None


async def observe(target: Target, net: Network) -> Seen[SshFacts]:
    """Exchange versions and read the offer, on one connection."""
    async with net.connect(tls=target.tls is True) as stream:
        server = await _identification(stream)
        if not _offers_2(server):
            return describe(server, None, Reason.MALFORMED)
        try:
            await stream.send(OWN_VERSION)
            return describe(server, await _offer(stream), Reason.MALFORMED)
        except NetworkError as error:
            if error.reason in (Reason.INTERRUPTED, Reason.BLOCKED):
                raise
            return describe(server, None, error.reason)


async def _identification(stream: Stream) -> Identification:
    for _ in range(MOST_LINES):
        found = identification(await stream.receive_until(b"\n", 1024))
        if found is not None:
            return found
    raise Malformed(f"no identification string in {MOST_LINES} lines")


async def _offer(stream: Stream) -> KexInit:
    for _ in range(MOST_MESSAGES):
        length = packet_length(await stream.receive_exactly(4))
        offer = kex_init(await stream.receive_exactly(length))
        if offer is not None:
            return offer
    raise Malformed("no key exchange offer among the first messages")


def describe(server: Identification, offer: KexInit | None, why: Reason) -> Seen[SshFacts]:
    """The facts; where there was no offer, its lists are untold for the reason `why`."""
    kex = tuple(name for name in offer.kex if name not in SIGNALS) if offer else None
    facts = SshFacts(
        protocol=server.protocol,
        software=server.software,
        offers_1=server.protocol.startswith("1."),
        offers_2=_offers_2(server),
        kex=kex,
        kex_sha1=tuple(name for name in kex if SHA1_KEX.fullmatch(name)) if kex is not None else None,
        host_keys=offer.host_keys if offer else None,
        ciphers=offer.ciphers if offer else None,
        macs=offer.macs if offer else None,
        compressions=offer.compressions if offer else None,
        strict_kex=STRICT in offer.kex if offer else None,
    )
    return Seen(facts, {} if offer else dict.fromkeys(LISTS, why), _evidence(server, offer))


def _evidence(server: Identification, offer: KexInit | None) -> tuple[Evidence, ...]:
    pieces = [Evidence(f"identification string: {server.line[:200]}", server.line.encode()[:256])]
    if offer is not None:
        words = ",".join(offer.kex)
        pieces.append(Evidence(f"SSH_MSG_KEXINIT, kex_algorithms: {words[:400]}", words.encode()[:4096], "kex_sha1"))
    return tuple(pieces)


def _offers_2(server: Identification) -> bool:
    return server.protocol == "1.99" or server.protocol.startswith("2.")


def wants(target: Target) -> bool:
    """SSH, and what says nothing where SSH usually lives; by name only TLS and HTTP are asked (R2)."""
    silent = target.protocol == "unknown" and target.port == USUAL_PORT and target.transport == "tcp"
    return (target.protocol == "ssh" or silent) and target.name is None


PROBE = Probe(
    "ssh.algorithms",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    SshFacts,
    observe,
    cost=Cost(connections=1, seconds=60),
    wants=wants,
    address_bound=True,
)
