"""Whether a name server that answers over UDP takes TCP connections too (RFC 7766 section 5)."""

import secrets
from dataclasses import dataclass

from probes.services.dns_reply import is_reply, question
from probes.services.where import answering
from scanner.model.errors import ConnectionRefused, Malformed
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

TRIES = 2
MOST = 4096


@dataclass(frozen=True, slots=True)
class DnsTcpFacts:
    """`refused`: both connections were reset, or closed before a byte of an answer; False where one was answered."""

    refused: bool | None


async def observe(target: Target, net: Network) -> Seen[DnsTcpFacts]:
    """The question that UDP answered; a second connection where the first is reset."""
    for _ in range(TRIES):
        try:
            return Seen(DnsTcpFacts(False)) if await _answers(net) else _malformed()
        except ConnectionRefused:
            continue
        except Malformed:
            return _malformed()
    evidence = Evidence(
        f"TCP {target.port}: reset or closed without an answer, {TRIES} times; UDP {target.port} answers",
        about="refused",
    )
    return Seen(DnsTcpFacts(True), evidence=(evidence,))


async def _answers(net: Network) -> bool:
    identity = secrets.randbelow(1 << 16)
    message = question(identity)
    async with net.connect() as stream:
        await stream.send(len(message).to_bytes(2, "big") + message)
        first = await stream.receive(1)
        if not first:
            raise ConnectionRefused("closed without an answer")
        length = int.from_bytes(first + await stream.receive_exactly(1), "big")
        return is_reply(await stream.receive_exactly(min(length, MOST)), identity)


def _malformed() -> Seen[DnsTcpFacts]:
    return Seen(DnsTcpFacts(None), {"refused": Reason.MALFORMED})


def wants(target: Target) -> bool:
    return answering(target, "dns")


PROBE = Probe(
    "services.dns-tcp",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    DnsTcpFacts,
    observe,
    cost=Cost(connections=2, seconds=60),
    wants=wants,
    address_bound=True,
)
