"""One thing we want to send, as the gate is asked about it. It sends nothing."""

from dataclasses import dataclass
from enum import StrEnum


class TrafficClass(StrEnum):
    """R1. Outside the three: nothing, ever."""

    INSPECTED = "inspected"
    INFRASTRUCTURE = "infrastructure"
    OPERATOR = "operator"


class Party(StrEnum):
    """The kinds of infrastructure, each admitted by the file's `third_parties` alone (R1)."""

    DNS = "dns"
    RDAP = "rdap"
    OCSP = "ocsp"  # responders, and where revocation lists are fetched


class Act(StrEnum):
    """What is done on the wire."""

    CONNECT = "connect"
    REQUEST = "request"  # HTTP, on a connection that was admitted before
    DATAGRAM = "datagram"
    QUERY = "query"  # an ordinary DNS question
    RECURSION = "recursion"
    CHAOS = "chaos"
    TRANSFER = "transfer"
    HEARTBEAT = "heartbeat"
    SWEEP = "sweep"
    VERSION = "version"  # another program's dialogue at one port


BOUND_ACTS = frozenset({Act.RECURSION, Act.CHAOS, Act.TRANSFER, Act.SWEEP, Act.DATAGRAM, Act.VERSION})
"""Only where the address is listed or confirmed (R2)."""


ACTS_OF = {
    Party.DNS: frozenset({Act.QUERY}),
    Party.RDAP: frozenset({Act.CONNECT, Act.REQUEST}),
    Party.OCSP: frozenset({Act.CONNECT, Act.REQUEST}),
}
"""What infrastructure may be asked: a protocol's own question and no other (R1)."""


@dataclass(frozen=True, slots=True)
class Question:
    """`name` is by which name the address is asked, `zone` whose data an ordinary DNS question is about.

    `party` says which infrastructure is meant, where the class is that. `opens` says that a connection slot is
    wanted; `bound` that the probe may ask own addresses only; `counted` that the service counts handshakes that are
    left unfinished (R6); `privileged` that it comes from a port below 1024, where the system lets us have one.
    `weight` is how many questions it counts as.
    """

    unit: str
    address: str
    port: int
    act: Act
    probe: str
    transport: str = "tcp"
    name: str | None = None
    zone: str | None = None
    klass: TrafficClass = TrafficClass.INSPECTED
    opens: bool = False
    bound: bool = False
    weight: int = 1
    party: Party = Party.DNS
    counted: bool = False
    privileged: bool = False
