"""Whether a management controller tells strangers how to log in (IPMI over LAN). Nobody logs in, no session is begun."""

import secrets
from dataclasses import dataclass

from probes.services.datagram import Asked
from probes.services.ipmi_message import Capabilities, capabilities, told
from probes.services.telling import Ended, settled
from probes.services.where import answering
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class IpmiFacts:
    """`answers`: the capabilities were told. `version` is the protocol's ("2.0"). `weak` names what the controller
    allows beside passwords: "no authentication", "anonymous log-in", "nameless user"."""

    answers: bool | None
    version: str = ""
    weak: tuple[str, ...] = ()


async def observe(target: Target, net: Network) -> Seen[IpmiFacts]:
    """One question, repeated where it is answered; where it is not, a presence ping."""
    return describe(await settled(target, net, question, lambda answer: isinstance(answer, Capabilities)))


def question() -> Asked[Capabilities | int]:
    """The request's sequence number is random."""
    sequence = secrets.randbelow(64)
    return Asked(capabilities(sequence), lambda data: told(data, sequence))


def describe(ended: Ended[Capabilities | int]) -> Seen[IpmiFacts]:
    """The facts of an end; a refusal by completion code is no capabilities told."""
    gaps = {} if ended.granted is not None else {"answers": ended.reason or Reason.MALFORMED}
    if not isinstance(ended.told, Capabilities):
        return Seen(IpmiFacts(ended.granted), gaps)
    allowed = (
        ("no authentication", ended.told.no_authentication),
        ("anonymous log-in", ended.told.anonymous),
        ("nameless user", ended.told.nameless),
    )
    facts = IpmiFacts(ended.granted, ended.told.version, tuple(word for word, is_so in allowed if is_so))
    shown = f"IPMI {facts.version} channel authentication capabilities, twice; allows: {', '.join(facts.weak) or '-'}"
    return Seen(facts, gaps, (Evidence(shown, about="answers"),) if ended.granted else ())


def wants(target: Target) -> bool:
    return answering(target, "ipmi")


PROBE = Probe(
    "services.ipmi",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    IpmiFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    wants=wants,
    address_bound=True,
)
