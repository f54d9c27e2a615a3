"""What telnet offers before a login: its options and its prompt. Nobody logs in."""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.dialogues.telnet import PROMPT, recognise
from probes.services.hearing import hear
from probes.services.negotiation import START_TLS, negotiated, options, refusal, words
from probes.services.where import spoken_or_silent
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (23, 992, 2323)
PATIENCE = 10.0
FOR_PROMPT = 5.0
TURNS = 3
MOST_KEPT = 512


@dataclass(frozen=True, slots=True)
class TelnetFacts:
    """`answers`: telnet's negotiation or a prompt for a login came. `asks_login`: a prompt was seen; None where
    the text ended before one. `encrypts`: START_TLS was offered, or TLS is spoken. `banner` is masked."""

    answers: bool | None
    asks_login: bool | None
    encrypts: bool | None
    banner: str = ""


async def observe(target: Target, net: Network) -> Seen[TelnetFacts]:
    """One connection: refuse every option, and read up to the prompt."""
    async with net.connect(tls=target.tls is True) as stream:
        data, reason = await _listen(stream)
    return describe(data, reason, tls=target.tls is True)


async def _listen(stream: Stream) -> tuple[bytes, Reason | None]:
    heard = await hear(stream, PATIENCE)
    data = heard.data
    for _ in range(TURNS):
        if heard.closed or not heard.data or PROMPT.search(words(data).decode("utf-8", "replace")):
            break
        if answer := refusal(heard.data):
            await stream.send(answer)
        heard = await hear(stream, FOR_PROMPT)
        data += heard.data
    return data, None if data else heard.reason or Reason.MALFORMED


def describe(data: bytes, reason: Reason | None = None, *, tls: bool = False) -> Seen[TelnetFacts]:
    """The facts of all that came."""
    text = words(data).decode("utf-8", "replace")
    if recognise(data) is None:
        why = reason or Reason.MALFORMED
        return Seen(TelnetFacts(None, None, None), {"answers": why, "asks_login": why, "encrypts": why})
    told = options(data)
    asks = True if PROMPT.search(text) else None
    banner = printable(text) or negotiated(data)
    facts = TelnetFacts(True, asks, tls or any(option == START_TLS for _, option in told), banner)
    evidence = Evidence(
        f"telnet, {negotiated(data) or 'no negotiation'}: {banner}", banner.encode()[:MOST_KEPT], "answers"
    )
    return Seen(facts, {} if asks else {"asks_login": Reason.TIMED_OUT}, (evidence,))


def wants(target: Target) -> bool:
    """Telnet; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "telnet", PORTS)


PROBE = Probe(
    "services.telnet",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    TelnetFacts,
    observe,
    cost=Cost(connections=1, seconds=60),
    profile=Profile.QUICK,
    wants=wants,
    address_bound=True,
)
