"""Whether a CoAP node tells strangers which resources it has. Which they are is not looked at."""

import secrets
from dataclasses import dataclass

from probes.services.coap_message import code_of, core
from probes.services.datagram import Asked
from probes.services.telling import Ended, settled
from probes.services.where import answering
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class CoapFacts:
    """`open`: /.well-known/core was given. `code` is the answer's, as CoAP writes it ("2.05"); "" without one."""

    open: bool | None
    code: str = ""


async def observe(target: Target, net: Network) -> Seen[CoapFacts]:
    """One question, repeated where it is answered; where it is not, a ping."""
    return describe(await settled(target, net, question, lambda code: int(code) == 2))


def question() -> Asked[float]:
    """Message and token are random."""
    number, token = secrets.token_bytes(2), secrets.token_bytes(4)
    return Asked(core(number, token), lambda data: code_of(data, number, token))


def describe(ended: Ended[float]) -> Seen[CoapFacts]:
    """The facts of an end."""
    code = f"{ended.told:.2f}" if ended.told else ""
    gaps = {} if ended.granted is not None else {"open": ended.reason or Reason.MALFORMED}
    evidence = Evidence(f"GET coap /.well-known/core: {code}, twice; 16 bytes asked for", about="open")
    return Seen(CoapFacts(ended.granted, code), gaps, (evidence,) if ended.granted else ())


def wants(target: Target) -> bool:
    return answering(target, "coap")


PROBE = Probe(
    "services.coap",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    CoapFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    wants=wants,
    address_bound=True,
)
