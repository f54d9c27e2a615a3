"""The chain that a server presents, and what it sends along: out of one hand-made hello. Not described here."""

import os
from dataclasses import dataclass
from datetime import datetime

from probes.tls import flight, hello, server_hello, suites
from probes.tls.conversation import NotNow, NotOffered, say
from probes.tls.starttls.table import before
from scanner.model.errors import Blocked, NetworkError, NotAdmitted, TimedOut
from scanner.model.network import Network
from scanner.model.target import Target
from scanner.model.verdict import Reason

SHARED = (flight.X25519, flight.P256)
"""Groups that the first hello brings a key for; another one costs a second connection."""
DECIPHERED = tuple(code for code in suites.TLS13 if code in flight.CIPHERS and code not in suites.TLS13_SM)
MODERN = (hello.TLS13, hello.TLS12, hello.TLS11, hello.TLS10)
LONG, SHORT, OLD, TLCP, SM = "long", "short", "old", "tlcp", "sm"
FORMS = (LONG, SHORT, OLD)
"""Of the hello: all there is; what fits 256 octets; SSL 3.0 without extensions."""
SM_FORMS = (TLCP, SM)
"""For who refuses all those: GB/T 38636 (two certificates), and TLS 1.3 with SM suites alone (RFC 8998)."""
ASKING = (LONG, SM)
"""Those that ask for what comes beside the certificate."""
SM2_SCHEME = 0x0708
MOST_HELLOS = 3
COUNTED = ("mysql",)
"""Where every unfinished handshake counts against us (R6): one hello, whatever comes of it."""


class TurnedAway(NetworkError):
    """Every hello was answered, and none with a certificate: by alerts, closes or resets alone.

    So does who authenticates by PSK only or not at all, and who serves nobody without a name (SNI). What the library
    makes of such an alert says no more than that.
    """

    reason = Reason.REFUSED


@dataclass(frozen=True, slots=True)
class Presented:
    """DER, leaf first, as sent; when (UTC); and how it was got.

    `staple` is the DER of the OCSP answer that came along, `timestamps` the content of the SCT extension (RFC 6962
    section 3.3); empty where none came. `version` is the one negotiated, 0 where it was the library's handshake.
    `beside` says that staple and timestamps were asked for.
    """

    chain: tuple[bytes, ...]
    at: datetime
    how: str
    staple: bytes = b""
    timestamps: bytes = b""
    version: int = 0
    beside: bool = False


async def present(net: Network, target: Target) -> Presented:
    """The chain, over STARTTLS where that comes first: as a client of today gets it, up to TLS 1.3.

    Where the server cannot take that hello, by smaller and older ones, and by the library's handshake at last. Raises
    the weightiest error where none brings a chain; NotOffered where the server says that it has no TLS here.
    """
    dialogue = before(target)
    counted = dialogue is not None and dialogue.protocol in COUNTED
    failure: NetworkError = TurnedAway("each hello that asks for a certificate was refused")
    groups: tuple[int, ...] = SHARED
    forms = [LONG] if counted else list(FORMS)
    asked, most, refused = 0, MOST_HELLOS, False
    while forms and asked < most:
        asked += 1
        try:
            found = await _ask(net, target, forms[0], groups)
            refused = refused or found is None
        except (NotAdmitted, Blocked, NotOffered, NotNow, TimedOut):
            raise
        except NetworkError as error:
            failure = _weightier(failure, error)
            found = None
        if isinstance(found, Presented):
            return found
        if isinstance(found, int) and groups == SHARED and found in (*flight.CURVES, flight.X448):
            groups = (found,)  # the server wants a key in this group: the same hello again, with it
        else:
            forms.pop(0)
            if refused and forms == [OLD]:
                forms += SM_FORMS
                most += len(SM_FORMS)
    if dialogue is None:
        handshake = await _by_library(net, target, failure)
        if handshake is not None:
            return handshake
    raise failure


async def _ask(net: Network, target: Target, form: str, groups: tuple[int, ...]) -> Presented | int | None:
    """One hello: what it brought; the group that the server wants a key for; or None where it refused."""
    shares = tuple(
        flight.share(group) for group in ((flight.SM2,) if form == SM else () if form in (OLD, TLCP) else groups)
    )
    words = _hello(form, target.name, shares)

    def enough(data: bytes) -> bool:
        heard = server_hello.hear(data)
        if heard.hello is None or heard.alert is not None or heard.done:
            return heard.alert is not None or heard.done
        if heard.hello.version != hello.TLS13:
            return heard.certificates is not None and _stapled(heard)
        if heard.hello.retry:
            return True
        told = flight.decipher(words, shares, data)
        return told.scheme is not None or told.finished or told.alert is not None

    reply = await say(net, target, words, enough)
    heard = server_hello.hear(reply)
    if heard.hello is None:
        return None
    version = heard.hello.version
    how = f"version 0x{version:04X}, {suites.name(heard.hello.suite)}"
    if version != hello.TLS13:
        stamps = heard.hello.extensions.get(hello.SIGNED_TIMESTAMPS, b"")
        chain = heard.certificates or ()
        staple = heard.staple or b""
        return Presented(chain, net.now(), how, staple, stamps, version, form in ASKING) if chain else None
    if heard.hello.retry:
        return heard.hello.group
    told = flight.decipher(words, shares, reply)
    if not told.chain:
        return None
    return Presented(told.chain, net.now(), how, told.staple, told.timestamps, version, form in ASKING)


def _stapled(heard: server_hello.Heard) -> bool:
    """Whether the staple that the ServerHello announces has come: it follows the certificates."""
    announced = heard.hello is not None and hello.STATUS_REQUEST in heard.hello.extensions
    return heard.staple is not None or heard.key_exchange is not None or not announced


def _hello(form: str, name: str | None, shares: tuple[flight.Share, ...]) -> bytes:
    public = tuple((share.group, share.public) for share in shares)
    random, session = os.urandom(32), os.urandom(32)
    along = (hello.status_request(), (hello.SIGNED_TIMESTAMPS, b""))
    match form:
        case "tlcp":
            return hello.ClientHello(hello.TLCP, suites.TLCP, random, name, plain=True).to_bytes()
        case "sm":
            return hello.ClientHello(
                hello.TLS12,
                tuple(code for code in suites.TLS13_SM if code in flight.CIPHERS),
                random,
                name,
                groups=(flight.SM2,),
                signatures=(SM2_SCHEME,),
                key_shares=public,
                session=session,
                versions=(hello.TLS13,),
                extensions=along,
            ).to_bytes()
        case "old":
            offer = suites.with_certificate(suites.few(hello.SSL3))
            return hello.ClientHello(hello.SSL3, offer, random).to_bytes()
        case "short":
            offer = (*DECIPHERED[:3], *suites.with_certificate(suites.few(hello.TLS12)))
            return hello.ClientHello(
                hello.TLS12,
                offer[3:],
                random,
                name,
                groups=hello.FEW_GROUPS,
                signatures=hello.FEW_SIGNATURES,
            ).to_bytes()
        case _:
            offer = (*DECIPHERED, *suites.with_certificate(suites.every(hello.TLS12)))
            groups = (*(share.group for share in shares), *(g for g in hello.EVERY_GROUP if g in GROUPS))
            return hello.ClientHello(
                hello.TLS12,
                offer,
                random,
                name,
                groups=tuple(dict.fromkeys(groups)),
                key_shares=public,
                session=session,
                versions=MODERN,
                extensions=along,
            ).to_bytes()


GROUPS = frozenset(group for group in hello.EVERY_GROUP if group < 256 and group != 41)
"""Curves; of those that a key here cannot be agreed on, servers of TLS 1.2 may choose one all the same."""


async def _by_library(net: Network, target: Target, failure: NetworkError) -> Presented | None:
    """A full handshake with the library's most permissive settings, where TLS begins at once."""
    try:
        handshake = await net.handshake(name=target.name)
    except (NotAdmitted, Blocked):
        raise
    except NetworkError as error:
        raise (failure if isinstance(failure, TurnedAway) else _weightier(failure, error)) from error
    if not handshake.chain:
        return None
    return Presented(handshake.chain, handshake.at, f"{handshake.version} {handshake.cipher}")


def _weightier(first: NetworkError, second: NetworkError) -> NetworkError:
    """An answer past its budget says more than what another hello met, and any answer more than a refusal."""
    return first if first.reason is Reason.BUDGET or second.reason is Reason.REFUSED else second
