"""A whole handshake up to TLS 1.2 by hand, so that what a library would not say can be said within it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from probes.tls.flaws.client_key import exchange
from probes.tls.flaws.protection import KINDS, Protection, pair
from probes.tls.flaws.secrets import finished, master
from probes.tls.flaws.talk import ENDED, HelloRefused, Talk, Word, talking
from probes.tls.hello import TLS12
from probes.tls.record import ALERT, CHANGE_CIPHER_SPEC, HANDSHAKE, message, messages
from scanner.model.errors import Blocked, Malformed, NetworkError, NotAdmitted
from scanner.model.network import Network
from scanner.model.target import Target

CERTIFICATE, CLIENT_KEY_EXCHANGE, FINISHED, NEW_SESSION_TICKET = 11, 16, 20, 4
MOST_WORDS = 64


@dataclass
class Session:
    """A completed handshake: `ours` seals, `theirs` opens; `verify` is what our Finished said; `ticket` the server's."""

    talk: Talk
    ours: Protection
    theirs: Protection
    verify: bytes
    ticket: bytes = b""

    async def send(self, kind: int, plain: bytes) -> None:
        """One record under the session's keys."""
        await self.talk.send(kind, self.ours.seal(kind, plain))

    async def next(self, seconds: float = 10.0) -> Word:
        """The next record, opened; an alert in the clear, or the end, as it is."""
        word = await self.talk.next(seconds)
        if word.kind == ENDED or word.alert is not None:
            return word
        return Word(word.kind, self.theirs.open(word.kind, word.payload))


@asynccontextmanager
async def session(
    net: Network, target: Target, *, version: int = TLS12, extensions: tuple[tuple[int, bytes], ...] = ()
) -> AsyncIterator[Session]:
    """Complete a handshake with the suites of `protection.KINDS`; HelloRefused where the server has none of them."""
    offered = tuple(code for code, kind in KINDS.items() if version >= TLS12 or not kind.gcm)
    async with talking(net, target, offered, version=version, extensions=extensions) as talk:
        heard = talk.heard
        if heard.hello is None or heard.hello.suite not in KINDS or not heard.done:
            raise Malformed("TLS: a first flight that was not asked for")
        kind = KINDS[heard.hello.suite]
        empty = message(CERTIFICATE, bytes(3)) if heard.asks_certificate else b""
        premaster, body = exchange(heard, version)
        said = empty + message(CLIENT_KEY_EXCHANGE, body)
        talk.spoken += said
        secret = master(talk.version, kind.digest, premaster, talk.random, heard.hello.random)
        ours, theirs = pair(talk.version, kind, secret, talk.random, heard.hello.random)
        verify = finished(talk.version, kind.digest, secret, b"client finished", talk.spoken)
        await talk.send(HANDSHAKE, said)
        await talk.send(CHANGE_CIPHER_SPEC, b"\x01")
        made = Session(talk, ours, theirs, verify)
        await made.send(HANDSHAKE, message(FINISHED, verify))
        await _their_end(made)
        yield made


async def completes(net: Network, target: Target, version: int) -> bool:
    """Whether an ordinary handshake ends well: the control where a server said no more to an odd one than to close."""
    try:
        async with session(net, target, version=version):
            return True
    except (NotAdmitted, Blocked):
        raise
    except NetworkError:
        return False


async def _their_end(made: Session) -> None:
    """NewSessionTicket in the clear where there is one, ChangeCipherSpec, Finished."""
    said, changed = b"", False
    for _ in range(MOST_WORDS):
        word = await (made.next() if changed else made.talk.next())
        if word.kind == ENDED or word.alert is not None:
            raise HelloRefused(word.alert)
        if word.kind == CHANGE_CIPHER_SPEC:
            changed = True
        elif word.kind == HANDSHAKE:
            said += word.payload
            told = dict(messages(said))
            made.ticket = told.get(NEW_SESSION_TICKET, b"")[6:]
            if changed and FINISHED in told:
                return
        elif word.kind != ALERT:
            raise Malformed(f"TLS: {word.said} within a handshake")
    raise Malformed("TLS: a handshake without an end")
