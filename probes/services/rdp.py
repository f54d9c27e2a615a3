"""Whether Remote Desktop wants network level authentication (MS-RDPBCGR sections 2.2.1.1, 2.2.1.2). No session."""

from dataclasses import dataclass

from probes.services.twice import asked_twice
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (3389,)
STANDARD, TLS = 0, 1
LAYERS = {0: "standard RDP security", 1: "TLS", 2: "CredSSP", 4: "RDSTLS", 8: "CredSSP with early user authorisation"}
FAILURES = {1: "TLS required", 2: "TLS not allowed", 3: "no TLS certificate", 4: "inconsistent flags",
            5: "network level authentication required", 6: "TLS with user authentication required"}  # fmt: skip
WITHOUT_TLS = (2, 3)
NLA_REQUIRED = 5
CONFIRM, RESPONSE, FAILURE = 0xD0, 2, 3
MOST = 64


@dataclass(frozen=True, slots=True)
class RdpFacts:
    """`without_nla`: a session is accepted whose log-in screen the server draws. `layer` is what it agreed to,
    `refusal` why it did not."""

    without_nla: bool | None
    layer: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`selected` is the layer agreed to (0 where the server negotiates nothing), else `failure` says why not."""

    selected: int | None
    failure: int | None
    raw: bytes


async def observe(target: Target, net: Network) -> Seen[RdpFacts]:
    """Ask for TLS without CredSSP; where the server has no TLS, for the old layer. What is accepted, twice."""

    async def ask(layer: int) -> Answer:
        async with net.connect() as stream:
            await stream.send(request(layer))
            return await _answer(stream)

    def accepts(answer: Answer) -> bool:
        return answer.selected in (STANDARD, TLS)

    told = await asked_twice(lambda: ask(TLS), accepts)
    if told.answer is not None and told.answer.failure in WITHOUT_TLS:
        told = await asked_twice(lambda: ask(STANDARD), accepts)
    return describe(told.answer, told.reason)


def request(layer: int) -> bytes:
    """TPKT, X.224 connection request, negotiation request for one layer and nothing more."""
    return bytes.fromhex("030000130ee00000000000") + b"\x01\x00\x08\x00" + layer.to_bytes(4, "little")


async def _answer(stream: Stream) -> Answer:
    head = await stream.receive_exactly(4)
    length = int.from_bytes(head[2:4], "big")
    if head[:2] != b"\x03\x00" or not 11 <= length <= MOST:
        raise Malformed("not a packet of RDP")
    return read(head + await stream.receive_exactly(length - 4))


def read(packet: bytes) -> Answer:
    """A connection confirm: with a negotiation response, a failure, or (Windows 2003 and before) neither."""
    if len(packet) < 11 or packet[5] != CONFIRM:
        raise Malformed("not a connection confirm of X.224")
    more = packet[11:]
    if not more:
        return Answer(STANDARD, None, packet)
    if len(more) < 8 or int.from_bytes(more[2:4], "little") != 8:
        raise Malformed("a negotiation of RDP that is bent")
    number = int.from_bytes(more[4:8], "little")
    if more[0] == RESPONSE:
        return Answer(number, None, packet)
    if more[0] == FAILURE:
        return Answer(None, number, packet)
    raise Malformed("neither response nor failure")


def describe(answer: Answer | None, reason: Reason | None) -> Seen[RdpFacts]:
    """The facts of the last answer."""
    if answer is None:
        return Seen(RdpFacts(None), {"without_nla": reason or Reason.MALFORMED})
    evidence = (Evidence(f"RDP negotiation, answer {answer.raw.hex()}", answer.raw, "without_nla"),)
    if answer.selected in (STANDARD, TLS):
        return Seen(RdpFacts(True, LAYERS[answer.selected]), evidence=evidence)
    if answer.failure == NLA_REQUIRED:
        return Seen(RdpFacts(False, refusal=FAILURES[NLA_REQUIRED]), evidence=evidence)
    refusal = FAILURES.get(answer.failure or 0, "")
    return Seen(RdpFacts(None, refusal=refusal), {"without_nla": Reason.MALFORMED}, evidence)


def wants(target: Target) -> bool:
    """RDP; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "rdp", PORTS)


PROBE = Probe(
    "services.rdp",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    RdpFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    wants=wants,
    address_bound=True,
)
