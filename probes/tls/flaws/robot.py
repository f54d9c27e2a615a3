"""ROBOT: whether a server tells malformed RSA key exchanges from good ones (Bleichenbacher's oracle of 1998).

After Böck, Somorovsky and Young, "Return Of Bleichenbacher's Oracle Threat", USENIX Security 2018, section 3. Five
premaster secrets are sent, one well padded and four not. RFC 5246 section 7.4.7.1 wants one answer to them all. What is
sent after them is the same for all and never right, so that no handshake is completed and no secret is attacked.
Answers are compared by what came and whether it came before or after our last words, never by how long it took.
"""

import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from probes.tls.flaws.client_key import rsa_key
from probes.tls.flaws.ground import Ground, find, rsa_exchange
from probes.tls.flaws.session import completes
from probes.tls.flaws.talk import CLOSED, ENDED, Talk, talking
from probes.tls.hello import SSL3, vector
from probes.tls.record import ALERT, CHANGE_CIPHER_SPEC, HANDSHAKE, message
from probes.tls.where import wants
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

CLIENT_KEY_EXCHANGE = 16
FORMS = ("well padded", "wrong beginning", "zero too early", "no zero", "wrong version")
"""PKCS #1 version 1.5 (RFC 8017 section 7.2.1): 00 02, non-zero padding, 00, and 48 octets that begin with a version."""
FINISHED = bytes(range(64))
"""Stands where Finished would: a length that every cipher takes, and content that no key makes."""
SECONDS_EARLY, FLIGHTS_EARLY = 1.0, 4
"""How long the key exchange stands alone in the second way of asking: seconds, or times the first flight's."""
AGAIN = {False: 1, True: 2}
"""How often different answers are asked for again: once more where only their order to our last words differs."""
MOST_WORDS = 4
NONE, WEAK, STRONG = "none", "weak", "strong"


@dataclass(frozen=True, slots=True)
class RobotFacts:
    """`rsa_exchange`: RSA key exchange is taken at all. `oracle` is "none", "weak" or "strong".

    Strong: it also tells apart keys that begin alike, or those that begin well from those that do not. Weak: only a
    key in which everything is right stands out. `answers` are those of one way of asking, in the order of FORMS.
    """

    rsa_exchange: bool
    oracle: str | None = NONE
    answers: tuple[str, ...] = ()


async def observe(target: Target, net: Network) -> Seen[RobotFacts]:
    """Ask in whole; where all answers are one, ask once more with the key exchange alone at first."""
    ground = await find(net, target, rsa_exchange())
    if ground is None:
        return Seen(RobotFacts(False))
    key = rsa_key(ground.heard)
    told: tuple[str, ...] = ()
    for alone in (False, True):
        told = await _round(net, target, ground, key, alone)
        if set(told) == {CLOSED} and not await completes(net, target, ground.version):
            return _seen(None, told, Reason.REFUSED)
        if len(set(told)) == 1:
            continue
        for _ in range(AGAIN[alone]):
            if await _round(net, target, ground, key, alone) != told:
                return _seen(None, told)
        return _seen(oracle(told), told)
    return _seen(NONE, told)


async def _round(net: Network, target: Target, ground: Ground, key: RSAPublicKey, alone: bool) -> tuple[str, ...]:
    return tuple([await _once(net, target, ground, key, form, alone) for form in FORMS])


async def _once(net: Network, target: Target, ground: Ground, key: RSAPublicKey, form: str, alone: bool) -> str:
    async with talking(net, target, rsa_exchange(), version=ground.version) as talk:
        sealed = encrypted(padded(form, ground.version, key), key)
        body = sealed if talk.version == SSL3 else vector(2, sealed)
        await talk.send(HANDSHAKE, message(CLIENT_KEY_EXCHANGE, body))
        if alone:
            try:
                patience = max(SECONDS_EARLY, FLIGHTS_EARLY * talk.seconds)
                return f"{await _answer(talk, patience)} before the end"
            except TimedOut:
                pass
        await talk.send(CHANGE_CIPHER_SPEC, b"\x01")
        await talk.send(HANDSHAKE, FINISHED)
        return await _answer(talk)


async def _answer(talk: Talk, seconds: float = 10.0) -> str:
    """All that the server says until it ends the connection or sends what ends it, in a word. TimedOut in silence."""
    said: list[str] = []
    for _ in range(MOST_WORDS):
        try:
            word = await talk.next(seconds)
        except TimedOut:
            if not said:
                raise
            break
        said.append(word.said)
        if word.kind == ENDED or word.kind == ALERT:
            break
    return ", ".join(said)


def padded(form: str, version: int, key: RSAPublicKey) -> bytes:
    """The block to encrypt, as long as the modulus; Malformed where the modulus is too short for one."""
    size = (key.key_size + 7) // 8
    if size < 11 + 48:
        raise Malformed(f"TLS: an RSA key of {key.key_size} bits holds no premaster secret")
    filling = bytes(octet % 255 + 1 for octet in os.urandom(size - 51))
    shown = 0x0202 if form == "wrong version" else version
    secret = shown.to_bytes(2, "big") + bytes(octet % 255 + 1 for octet in os.urandom(46))
    match form:
        case "wrong beginning":
            return b"\x41\x17" + filling + b"\x00" + secret
        case "zero too early":
            return b"\x00\x02" + filling[:-1] + b"\x00" + secret[:1] + secret
        case "no zero":
            return b"\x00\x02" + filling + b"\x11" + secret
        case _:
            return b"\x00\x02" + filling + b"\x00" + secret


def encrypted(block: bytes, key: RSAPublicKey) -> bytes:
    """Raw RSA (RFC 8017 section 5.1.1): a block that is padded by hand."""
    numbers, size = key.public_numbers(), (key.key_size + 7) // 8
    return pow(int.from_bytes(block, "big") % numbers.n, numbers.e, numbers.n).to_bytes(size, "big")


def oracle(answers: tuple[str, ...]) -> str:
    """What five answers, in the order of FORMS, let an attacker tell apart."""
    told = dict(zip(FORMS, answers, strict=True))
    if len(set(answers)) == 1:
        return NONE
    alike = told["wrong beginning"] == told["zero too early"] == told["no zero"]
    return WEAK if alike else STRONG


def _seen(verdict: str | None, answers: tuple[str, ...], untold: Reason = Reason.MALFORMED) -> Seen[RobotFacts]:
    gaps = {"oracle": untold} if verdict is None else {}
    said = "; ".join(f"{form}: {answer}" for form, answer in zip(FORMS, answers, strict=True))
    return Seen(RobotFacts(True, verdict, answers), gaps, (Evidence(said, about="oracle"),))


PROBE = Probe(
    "tls.robot",
    TargetKind.SERVICE,
    Impact.MARKED,
    RobotFacts,
    observe,
    cost=Cost(connections=26, requests=0, seconds=300),
    profile=Profile.THOROUGH,
    wants=wants,
)
