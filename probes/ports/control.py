"""Whether an industrial control port accepts a connect, once more and beside unused ports: no byte is sent (R6)."""

from dataclasses import dataclass

from probes.ports.tcp import SILENT
from scanner.catalogue.ports import load_ports
from scanner.model.network import Network, PortState, Sweep
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class ControlFacts:
    """`accepts`: the port accepted, and the unused ports beside it did not all do so. `usual` is what usually
    lives there, by number alone: what it speaks was not asked."""

    accepts: bool | None
    port: int
    usual: str


async def observe(target: Target, net: Network) -> Seen[ControlFacts]:
    """One more sweep of this port alone, with its canaries."""
    port = target.port or 0
    return describe(port, await net.sweep([port]))


def describe(port: int, swept: Sweep) -> Seen[ControlFacts]:
    """The facts of the sweep; a middlebox that answers for every port says nothing of this one."""
    usual = load_ports().control.get(port, "")
    match swept.states.get(port, PortState.UNTOLD):
        case PortState.OPEN:
            evidence = Evidence(f"TCP connect to port {port}: accepted, nothing was sent", about="accepts")
            return Seen(ControlFacts(True, port, usual), evidence=(evidence,))
        case PortState.CLOSED:
            return Seen(ControlFacts(False, port, usual))
        case PortState.FILTERED:
            return Seen(ControlFacts(None, port, usual), {"accepts": Reason.TIMED_OUT})
        case PortState.UNTOLD:
            return Seen(ControlFacts(None, port, usual), {"accepts": swept.stopped or Reason.TIMED_OUT})


def wants(target: Target) -> bool:
    """An open port that nobody speaks to, and that is no printer's."""
    return target.protocol == SILENT and target.transport == "tcp" and target.port in load_ports().industrial


PROBE = Probe(
    "ports.control",
    TargetKind.SERVICE,
    Impact.MARKED,
    ControlFacts,
    observe,
    cost=Cost(connections=8, seconds=120),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
