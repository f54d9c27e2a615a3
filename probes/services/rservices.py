"""Whether one of BSD's remote services answers: rexec, rlogin, rsh. Nobody logs in and nothing is run.

rsh speaks to clients on privileged ports alone: without root it closes without a word, and nothing is told.
"""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.dialogues import rexec, rlogin
from probes.services.hearing import hear
from probes.services.twice import asked_twice
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

RSH = 514
PORTS = (512, 513, RSH)
DIALOGUES = {"rexec": rexec.DIALOGUE, "rlogin": rlogin.DIALOGUE}
LONG_NAMES = b"\0" + rexec.TOO_LONG + b"\0" + rexec.TOO_LONG + b"\0\0"
"""What rsh is asked: no port for errors, names too long for anybody, no command."""
PATIENCE = 8.0


@dataclass(frozen=True, slots=True)
class RservicesFacts:
    """`answers`: the service said words of its protocol, twice. `service` is which of the three, `reply` its words."""

    answers: bool | None
    service: str = ""
    reply: str = ""


async def observe(target: Target, net: Network) -> Seen[RservicesFacts]:
    """The protocol's own first words, on two connections."""
    service = target.protocol if target.protocol in DIALOGUES else _usual(target.port or 0)

    async def ask() -> str:
        async with net.connect(privileged=service == "rsh") as stream:
            await stream.send(_question(service))
            heard = await hear(stream, PATIENCE)
        found = said(service, heard.data)
        if found is None:
            raise Malformed("no words of a remote service") if heard.reason is None else _ended(heard.reason)
        return found

    told = await asked_twice(ask, lambda words: True)
    return describe(service, told.answer, told.reason)


def said(service: str, data: bytes) -> str | None:
    """The words of one of the services, printable; rsh refuses as rexec does."""
    if DIALOGUES.get(service, rexec.DIALOGUE).recognise(data) is None:
        return None
    return printable(data[1:]) or "it goes on"


def describe(service: str, words: str | None, reason: Reason | None) -> Seen[RservicesFacts]:
    """The facts of two answers."""
    if words is None:
        return Seen(RservicesFacts(None, service), {"answers": reason or Reason.MALFORMED})
    evidence = Evidence(f"{service}: {words}", words.encode(), "answers")
    return Seen(RservicesFacts(True, service, words), evidence=(evidence,))


def _question(service: str) -> bytes:
    dialogue = DIALOGUES.get(service)
    return dialogue.question("") if dialogue is not None and dialogue.question is not None else LONG_NAMES


def _usual(port: int) -> str:
    return {512: "rexec", 513: "rlogin"}.get(port, "rsh")


def _ended(reason: Reason) -> NetworkError:
    return NetworkError("the remote service said nothing", reason)


def wants(target: Target) -> bool:
    """rexec and rlogin; and what says nothing where one of the three usually lives."""
    return any(spoken_or_silent(target, protocol, PORTS) for protocol in DIALOGUES)


PROBE = Probe(
    "services.rservices",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    RservicesFacts,
    observe,
    cost=Cost(connections=2, seconds=60),
    wants=wants,
    address_bound=True,
)
