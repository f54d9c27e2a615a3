"""Whether FTP lets anybody in, and whether it offers TLS. Nothing is listed or fetched."""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.ftp_reply import reply
from probes.services.where import spoken_or_silent
from scanner.model.errors import NetworkError
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (21, 990)
USER = b"USER anonymous\r\n"
PASSWORD = b"PASS guest@\r\n"
LET_IN = (230, 232)
WANTS_PASSWORD = 331
WANTS_ACCOUNT = 332
TLS_ACCEPTED = 234


@dataclass(frozen=True, slots=True)
class FtpFacts:
    """`anonymous`: the user anonymous is let in. `auth_tls`: AUTH TLS is accepted (True inside TLS).

    `reply` is the reply that told of the login, `auth_reply` the one to AUTH TLS, both masked.
    """

    anonymous: bool | None
    auth_tls: bool | None
    reply: str = ""
    auth_reply: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Whether AUTH TLS is accepted, and the reply that said so; or why that is not known."""

    accepted: bool | None
    line: str = ""
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """How a login as anonymous ended: the code and the line of the reply, or why there was none."""

    code: int = 0
    line: str = ""
    reason: Reason | None = None

    @property
    def let_in(self) -> bool | None:
        """None for a refusal that may be of the moment (4yz), and for what is no end of a login."""
        if self.code in LET_IN:
            return True
        return False if 500 <= self.code < 600 or self.code == WANTS_ACCOUNT else None


async def observe(target: Target, net: Network) -> Seen[FtpFacts]:
    """AUTH TLS on a connection of its own; the login on another, and on a second one before it is believed."""
    offer = Offer(True) if target.tls else await _auth_tls(net)
    first = await _login(target, net)
    login = await _login(target, net) if first.let_in else first
    return describe(login, offer)


def describe(login: Login, offer: Offer) -> Seen[FtpFacts]:
    """The facts of both conversations."""
    facts = FtpFacts(login.let_in, offer.accepted, printable(login.line), printable(offer.line))
    gaps = {}
    if facts.anonymous is None:
        gaps["anonymous"] = login.reason or (Reason.REFUSED if 400 <= login.code < 500 else Reason.MALFORMED)
    if facts.auth_tls is None:
        gaps["auth_tls"] = offer.reason or Reason.MALFORMED
    pieces = []
    if facts.anonymous is not None:
        pieces.append(Evidence(f"USER anonymous: {facts.reply}", facts.reply.encode(), "anonymous"))
    if facts.auth_reply and facts.auth_tls is not None:
        pieces.append(Evidence(f"AUTH TLS: {facts.auth_reply}", facts.auth_reply.encode(), "auth_tls"))
    return Seen(facts, gaps, tuple(pieces))


async def _auth_tls(net: Network) -> Offer:
    """RFC 4217 section 4; after 234 a handshake is due, so the connection ends there."""
    try:
        async with net.connect() as stream:
            await _greeted(stream)
            await stream.send(b"AUTH TLS\r\n")
            code, line = await reply(stream)
            if code == TLS_ACCEPTED:
                return Offer(True, line)
            await _leave(stream)
            return Offer(False, line) if 500 <= code < 600 else Offer(None, line, Reason.REFUSED)
    except NetworkError as error:
        return Offer(None, reason=_own(error))


async def _login(target: Target, net: Network) -> Login:
    try:
        async with net.connect(tls=target.tls is True) as stream:
            await _greeted(stream)
            await stream.send(USER)
            code, line = await reply(stream)
            if code == WANTS_PASSWORD:
                await stream.send(PASSWORD)
                code, line = await reply(stream)
            await _leave(stream)
            return Login(code, line)
    except NetworkError as error:
        return Login(reason=_own(error))


async def _greeted(stream: Stream) -> None:
    """120 announces a wait; anything but 220 is no invitation."""
    code, line = await reply(stream)
    if code == 120:
        code, line = await reply(stream)
    if code != 220:
        raise NetworkError(printable(line), Reason.REFUSED if 400 <= code < 600 else Reason.MALFORMED)


async def _leave(stream: Stream) -> None:
    await stream.send(b"QUIT\r\n")


def _own(error: NetworkError) -> Reason:
    """A stop of ours ends the observation; the service's ends are facts of it."""
    if error.reason in (Reason.INTERRUPTED, Reason.BLOCKED, Reason.OWN_LAG):
        raise error
    return error.reason


def wants(target: Target) -> bool:
    """FTP; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "ftp", PORTS)


PROBE = Probe(
    "services.ftp",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    FtpFacts,
    observe,
    cost=Cost(connections=3, seconds=90),
    wants=wants,
    address_bound=True,
)
