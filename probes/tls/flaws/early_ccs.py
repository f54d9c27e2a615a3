"""Early ChangeCipherSpec (CVE-2014-0224): one sent before any key is agreed. It must be refused.

A server that takes it derives keys from an empty secret, and decrypts with them what follows. A second record in the
clear is then answered by bad_record_mac or decryption_failed; unexpected_message says that the first was refused. A
control without the early message tells apart servers that call everything a bad record. Where the server only closes
after the second record, a handshake is finished under keys of the empty secret: its ChangeCipherSpec proves it.
"""

from dataclasses import dataclass

from probes.tls.flaws.client_key import exchange
from probes.tls.flaws.ground import Ground, find, offer
from probes.tls.flaws.protection import KINDS, pair
from probes.tls.flaws.secrets import finished, master
from probes.tls.flaws.session import CLIENT_KEY_EXCHANGE, FINISHED, completes
from probes.tls.flaws.talk import CLOSED, ENDED, HelloRefused, Talk, Word, talking
from probes.tls.hello import SSL3, TLS12
from probes.tls.record import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, message
from probes.tls.where import wants
from scanner.model.errors import TimedOut
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

BAD_RECORD_MAC, DECRYPTION_FAILED = 20, 21
SECONDS_ALONE = 1.0
"""How long the early message stands alone. Too short a wait changes nothing: the alert that comes tells by itself."""
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class EarlyCcsFacts:
    """`legacy`: TLS up to 1.2 is spoken at all. `accepted`: the early message was taken, in two connections."""

    legacy: bool
    accepted: bool | None = False
    answer: str = ""


async def observe(target: Target, net: Network) -> Seen[EarlyCcsFacts]:
    """Ask; where it was taken ask again, and then ask the control."""
    ground = await find(net, target)
    if ground is None:
        return Seen(EarlyCcsFacts(False))
    accepted, said = await _once(net, target, ground)
    reason = Reason.REFUSED
    if said == CLOSED and not await completes(net, target, ground.version):
        accepted, said = None, f"{CLOSED}, and so was an ordinary handshake"
    if accepted:
        again, said_again = await _once(net, target, ground)
        control = await _control(net, target, ground)
        said = f"{said}; asked again: {said_again}; without it: {control}"
        if not again or control in (f"alert {BAD_RECORD_MAC}", f"alert {DECRYPTION_FAILED}"):
            accepted, reason = None, Reason.MALFORMED
    gaps = {"accepted": reason} if accepted is None else {}
    evidence = Evidence(f"ChangeCipherSpec before any key: {said}", about="accepted")
    return Seen(EarlyCcsFacts(True, accepted, said), gaps, (evidence,))


async def _once(net: Network, target: Target, ground: Ground) -> tuple[bool | None, str]:
    async with talking(net, target, offer(ground.version), version=ground.version) as talk:
        await talk.send(CHANGE_CIPHER_SPEC, b"\x01")
        try:
            word = await _answer(talk, SECONDS_ALONE)
        except TimedOut:
            await talk.send(CHANGE_CIPHER_SPEC, b"\x01")
            word = await _answer(talk)
            if word.kind == ENDED:
                return await _finished(net, target, ground)
        return word.alert in (BAD_RECORD_MAC, DECRYPTION_FAILED), word.said


async def _finished(net: Network, target: Target, ground: Ground) -> tuple[bool | None, str]:
    """Whether a handshake ends well under keys of an empty secret; None where that cannot be asked or told."""
    offered = tuple(code for code, kind in KINDS.items() if ground.version >= TLS12 or not kind.gcm)
    untold = None, "closed after the record that followed"
    try:
        async with talking(net, target, offered, version=ground.version) as talk:
            hello = talk.heard.hello
            if hello is None or hello.suite not in KINDS or talk.version == SSL3 or talk.heard.asks_certificate:
                return untold
            kind = KINDS[hello.suite]
            ours, _ = pair(talk.version, kind, b"", talk.random, hello.random)
            premaster, body = exchange(talk.heard, ground.version)
            key = message(CLIENT_KEY_EXCHANGE, body)
            secret = master(talk.version, kind.digest, premaster, talk.random, hello.random)
            verify = finished(talk.version, kind.digest, secret, b"client finished", talk.spoken + key)
            await talk.send(CHANGE_CIPHER_SPEC, b"\x01")
            await talk.send(HANDSHAKE, ours.seal(HANDSHAKE, key))
            await talk.send(HANDSHAKE, ours.seal(HANDSHAKE, message(FINISHED, verify)))
            for _ in range(MOST_WORDS):
                word = await _answer(talk)
                if word.kind == CHANGE_CIPHER_SPEC:
                    return True, "a handshake was finished under keys of an empty secret"
                if word.kind != HANDSHAKE:
                    return None, f"{untold[1]}; {word.said} to a handshake under keys of an empty secret"
    except HelloRefused:
        return untold
    return untold


async def _control(net: Network, target: Target, ground: Ground) -> str:
    """What a record that has no place there is called where no early message came before it."""
    async with talking(net, target, offer(ground.version), version=ground.version) as talk:
        await talk.send(APPLICATION_DATA, b"\x00")
        return (await _answer(talk)).said


async def _answer(talk: Talk, seconds: float = 10.0) -> Word:
    """The alert that ends the connection, its end, or anything else but a warning."""
    for _ in range(MOST_WORDS):
        word = await talk.next(seconds)
        if word.kind != ALERT or word.alert is not None:
            return word
    return word


PROBE = Probe(
    "tls.early-ccs",
    TargetKind.SERVICE,
    Impact.MARKED,
    EarlyCcsFacts,
    observe,
    cost=Cost(connections=11, requests=0, seconds=180),
    profile=Profile.THOROUGH,
    wants=wants,
)
