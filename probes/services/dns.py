"""What a DNS server lets strangers have: its version, and recursion. Described, not judged."""

from dataclasses import dataclass

import dns.flags
import dns.message

from probes.services.dns_recursion import Shown, describe
from probes.services.dns_version import NAMES, discloses, texts
from scanner.model.errors import NetworkError
from scanner.model.network import Network, Server
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

KIND = "A"


@dataclass(frozen=True, slots=True)
class DnsFacts:
    """`versions` are the texts that tell product or version, () where none does. `recursive` says whether it
    resolves a stranger's question (`asked` is the name, `answer` what came back)."""

    versions: tuple[str, ...] | None
    recursive: bool | None
    asked: str = ""
    answer: tuple[str, ...] = ()


async def observe(target: Target, net: Network) -> Seen[DnsFacts]:
    """Two questions for the version; one for recursion, repeated where it is answered."""
    address = target.address or ""
    server = Server(address, address, target.port or 53)
    versions, version_reason = await _versions(net, server)
    asked = await net.dns.known_name()
    shown = Shown(None, Reason.NO_VANTAGE) if asked is None else await _recursion(net, server, asked)
    gaps = {}
    if versions is None:
        gaps["versions"] = version_reason or Reason.MALFORMED
    if shown.recursive is None:
        gaps["recursive"] = shown.reason or Reason.MALFORMED
    facts = DnsFacts(versions, shown.recursive, asked or "", shown.records)
    return Seen(facts, gaps, _evidence(facts))


async def _versions(net: Network, server: Server) -> tuple[tuple[str, ...] | None, Reason | None]:
    """A text given to one question counts, whatever became of the other; none only where both were answered."""
    found: list[str] = []
    untold: Reason | None = None
    for name in NAMES:
        message = await _answer(net, server, name, "TXT", klass="CH")
        if isinstance(message, Reason):
            untold = message
        elif message.flags & dns.flags.TC:
            untold = Reason.MALFORMED
        else:
            found += [text for text in texts(message) if discloses(text)]
    return (tuple(dict.fromkeys(found)), None) if found or untold is None else (None, untold)


async def _recursion(net: Network, server: Server, asked: str) -> Shown:
    """Believed only when it was seen twice."""
    shown = await _shown(net, server, asked)
    return await _shown(net, server, asked) if shown.recursive else shown


async def _shown(net: Network, server: Server, asked: str) -> Shown:
    message = await _answer(net, server, asked, KIND, recursive=True)
    return Shown(None, message) if isinstance(message, Reason) else describe(message, asked, KIND)


async def _answer(
    net: Network, server: Server, name: str, kind: str, *, klass: str = "IN", recursive: bool = False
) -> dns.message.Message | Reason:
    try:
        return await net.dns.ask(server, name, kind, klass=klass, recursive=recursive)
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        return error.reason


def _evidence(facts: DnsFacts) -> tuple[Evidence, ...]:
    found = []
    if facts.versions:
        found.append(Evidence("CH TXT version", "\n".join(facts.versions).encode()[:4096], about="versions"))
    if facts.recursive:
        content = "\n".join(facts.answer).encode()[:4096]
        found.append(
            Evidence(f"{facts.asked} {KIND}, RD: RA, {len(facts.answer)} records, twice", content, "recursive")
        )
    return tuple(found)


def _is_dns(target: Target) -> bool:
    return target.protocol == "dns" and target.transport == "udp"


PROBE = Probe(
    "services.dns",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    DnsFacts,
    observe,
    Cost(4, 0, 90),
    Profile.QUICK,
    wants=_is_dns,
    address_bound=True,
)
