"""Facts of the suites that a service accepts: by kind, and what their order says. Pure."""

from collections.abc import Iterable
from typing import Any

from probes.tls import hello, sslv2, suites
from probes.tls.elimination import Accepted
from probes.tls.told import DESCENDING, Versions
from probes.tls.traits import HEARD_TWICE, SSLV3_CBC, kinds, traits
from scanner.model.verdict import Reason

FACTS = {kind: f"{kind}_suites" for kind in (*HEARD_TWICE, "block64")}
Described = tuple[dict[str, Any], dict[str, Reason]]
"""Facts, and why those that are None are missing where that is not the usual reason."""


def by_kind(versions: Versions) -> Described:
    """What is accepted of each kind. Nothing is clear of a kind before everything was asked."""
    heard: dict[str, list[str]] = {kind: [] for kind in FACTS}
    static: list[str] = []
    for _, answer in versions.seen:
        suite = suites.table().get(answer.suite)
        for kind in kinds(suite):
            heard[kind].append(suites.name(answer.suite))
        if suite is not None and not suite.ephemeral:
            static.append(suite.name)
    for cipher in old_ciphers(versions):
        static.append(cipher)
        for kind in sslv2.KINDS[cipher]:
            heard[kind] += [cipher, cipher]  # both connections named it
    told: dict[str, Any] = {"static_suites": _once(static) if static or versions.whole else None}
    gaps: dict[str, Reason] = {}
    for kind, fact in FACTS.items():
        told[fact] = _once(heard[kind]) if heard[kind] or versions.whole else None
        if len(heard[kind]) == 1 and kind in HEARD_TWICE:
            told[fact], gaps[fact] = None, Reason.MALFORMED  # the second connection did not say so
    return told, gaps


def old_ciphers(versions: Versions) -> tuple[str, ...]:
    """What an SSL 2.0 server named on two connections; all of it has the certificate's key encrypt the session's."""
    told = versions.of[sslv2.VERSION]
    return told.answer.ciphers if told.spoken and told.answer is not None else ()


def sslv3_cbc(versions: Versions) -> Described:
    """CBC suites in SSL 3.0, heard twice."""
    fact = "sslv3_cbc_suites"
    told = versions.of[hello.SSL3]
    if told.spoken is None:
        return {fact: None}, {fact: told.reason}
    found = [answer.suite for version, answer in versions.seen if SSLV3_CBC in traits(version, answer)]
    gap = told.accepted.gap if told.accepted is not None else None
    if len(found) == 1 or (not found and gap is not None):
        return {fact: None}, {fact: gap or Reason.MALFORMED}
    return {fact: named(found)}, {}


def order(versions: Versions) -> Described:
    """Who chooses, and whether ephemeral exchanges come first, over the versions up to TLS 1.2."""
    lower = [told.accepted for version in versions.lower if (told := versions.of[version]).accepted is not None]
    chooses = [None if one.server_chooses is None and len(one.suites) != 1 else one.server_chooses for one in lower]
    undecided = [one for one, chosen in zip(lower, chooses, strict=True) if chosen is None and len(one.suites) != 1]
    whole = all(versions.of[version].spoken is not None for version in DESCENDING) and not undecided
    alone = bool(old_ciphers(versions)) and not lower and not versions.of[hello.TLS13].spoken
    known = bool(lower or versions.of[hello.TLS13].spoken) and whole
    preferences: list[str | None] = ["absent"] if alone else [_preference(one) for one in lower]
    return {
        "client_chooses": True if False in chooses else False if known else None,
        "forward_secrecy": _secrecy(preferences, versions, known or (alone and whole)),
    }, {}


def _preference(accepted: Accepted) -> str | None:
    """One version's: absent, preferred, not-preferred, left-to-client; None where that could not be told."""
    ephemeral = [_ephemeral(code) for code in accepted.suites]
    if not any(ephemeral):
        return "absent" if accepted.gap is None and accepted.suites else None
    if accepted.server_chooses is None:
        return "preferred" if all(ephemeral) and accepted.gap is None else None
    if not accepted.server_chooses:
        return "left-to-client"
    return "preferred" if ephemeral[0] else "not-preferred"


def _secrecy(preferences: list[str | None], versions: Versions, known: bool) -> str | None:
    """Over all versions: absent only where it is absent everywhere; TLS 1.3 always has it."""
    modern = versions.of[hello.TLS13].spoken
    if "not-preferred" in preferences or ("absent" in preferences and modern):
        return "not-preferred"
    if not known or None in preferences:
        return None
    if "absent" in preferences:
        return "absent" if set(preferences) == {"absent"} else "not-preferred"
    return "left-to-client" if "left-to-client" in preferences else "preferred"


def _ephemeral(code: int) -> bool:
    suite = suites.table().get(code)
    return suite is not None and suite.ephemeral


def named(codes: Iterable[int]) -> tuple[str, ...]:
    """Each once, by name."""
    return _once(suites.name(code) for code in codes)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
