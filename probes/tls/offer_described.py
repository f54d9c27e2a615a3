"""From the answers of a course to the facts of an offer: pure. What could not be told is None, with its reason."""

from collections.abc import Iterable
from dataclasses import fields
from hashlib import sha256
from typing import Any

from probes.tls import groups, hello, sslv2, suites, x509
from probes.tls.answer import Answer, Outcome
from probes.tls.course import DESCENDING, HEARD_TWICE, NAMES, Course, kinds, traits
from probes.tls.offer_facts import OfferFacts, PrimeGroup, VersionOffer
from scanner.model.errors import Malformed
from scanner.model.observation import Evidence, Seen
from scanner.model.verdict import Reason

MOST_EVIDENCE = 2
"""Answers kept for one fact: what accuses is heard twice."""
FACT = {"block64": "block64_suites", **{kind: f"{kind}_suites" for kind in HEARD_TWICE}}


def describe(course: Course, responder: bool | None) -> Seen[OfferFacts]:
    """The facts at the end of a course; `responder` is what the certificate says of one."""
    gaps: dict[str, Reason] = {}
    spoken = {NAMES[version]: told.spoken for version, told in course.told.items()}
    told: dict[str, Any] = {"offered": True if course.inquiry.heard else None, **spoken, **_ciphers(course)}
    gaps |= {NAMES[version]: one.reason for version, one in course.told.items() if one.spoken is None}
    if told["offered"] is None:
        gaps["offered"] = gaps.get("tls12", Reason.TIMED_OUT)
    for part in (_suites, _exchange, _hellos):
        facts, missing = part(course)
        told |= facts
        gaps |= missing
    told |= _standing(course, responder)
    if told["stapled"] is None:
        gaps["stapled"] = _stapling_gap(course, responder)
    if responder is None:
        gaps["names_responder"] = Reason.MALFORMED if course.chain else _usual(course)
    seen = OfferFacts(**told)
    silent = {each.name for each in fields(seen) if getattr(seen, each.name) is None} - gaps.keys()
    gaps |= dict.fromkeys(silent, _usual(course))
    return Seen(seen, gaps, tuple(_evidence(course)))


def _usual(course: Course) -> Reason:
    """Why a fact over all versions is missing: as the first version that is."""
    missing = (told.reason for told in course.told.values() if told.spoken is None)
    cut = (told.accepted.gap for told in course.told.values() if told.accepted and told.accepted.gap)
    return next(missing, next(cut, Reason.MALFORMED))


def _ciphers(course: Course) -> dict[str, str]:
    """The suite chosen first in each version that is spoken."""
    found = {}
    for version, told in course.told.items():
        if told.spoken and told.answer is not None:
            first = told.answer.ciphers[0] if told.answer.ciphers else suites.name(told.answer.suite)
            found[f"{NAMES[version]}_cipher"] = first
    return found


def _whole(course: Course) -> bool:
    """Whether every version is told, and every suite of those spoken."""
    return all(told.spoken is not None for told in course.told.values()) and all(
        told.accepted.gap is None for told in course.told.values() if told.accepted
    )


def _seen(course: Course) -> list[tuple[int, Answer]]:
    """Every acceptance with the version that was negotiated."""
    first = [
        (version, answer)
        for version, told in course.told.items()
        if told.spoken and told.accepted
        for answer in told.accepted.answers
    ]
    return first + [(version, answer) for version, answer in course.again if version != sslv2.VERSION]


def _suites(course: Course) -> tuple[dict[str, Any], dict[str, Reason]]:
    by_kind: dict[str, dict[int, int]] = {kind: {} for kind in FACT}
    static: dict[int, None] = {}
    for _, answer in _seen(course):
        suite = suites.table().get(answer.suite)
        for kind in kinds(suite) if suite else ():
            by_kind[kind][answer.suite] = by_kind[kind].get(answer.suite, 0) + 1
        if suite is not None and not suite.ephemeral:
            static[answer.suite] = None
    whole = _whole(course)
    told: dict[str, Any] = {}
    gaps: dict[str, Reason] = {}
    for kind, fact in FACT.items():
        heard = sum(by_kind[kind].values())
        if heard and (heard > 1 or kind not in HEARD_TWICE):
            told[fact] = _names(by_kind[kind])
        elif heard:
            told[fact], gaps[fact] = None, Reason.MALFORMED  # the second connection did not say so
        else:
            told[fact] = () if whole else None
    told["static_suites"] = _names(static) if static or whole else None
    told["sslv3_cbc_suites"], reason = _sslv3_cbc(course)
    if reason is not None:
        gaps["sslv3_cbc_suites"] = reason
    return told, gaps


def _sslv3_cbc(course: Course) -> tuple[tuple[str, ...] | None, Reason | None]:
    told = course.told[hello.SSL3]
    if told.spoken is not True or told.accepted is None:
        return (() if told.spoken is False else None), (None if told.spoken is False else told.reason)
    found = [answer.suite for version, answer in _seen(course) if "sslv3-cbc" in traits(version, answer)]
    if len(found) > 1:
        return _names(dict.fromkeys(found)), None
    return (None, Reason.MALFORMED) if found else ((), None) if told.accepted.gap is None else (None, told.accepted.gap)


def _exchange(course: Course) -> tuple[dict[str, Any], dict[str, Reason]]:
    """Groups of every kind, and what the suites' order says."""
    seen = _seen(course)
    curves: dict[int, int] = {}
    primes: dict[tuple[int, str], list[int]] = {}
    short = [0]
    for _, answer in seen:
        exchange = answer.exchange
        if exchange is None:
            continue
        if exchange.kind == "curve":
            curves[exchange.group or 0] = exchange.bits
        elif exchange.kind == "field":
            primes.setdefault((exchange.bits, exchange.prime), []).append(answer.suite)
        else:
            short.append(exchange.bits)
    by_bits: dict[int, int] = {}
    for (bits, _), used in primes.items():
        by_bits[bits] = by_bits.get(bits, 0) + len(used)
    smallest = min(by_bits, default=0)
    once = by_bits.get(smallest) == 1
    whole = _whole(course)
    groups_whole = whole and all(one.accepted.groups_gap is None for one in course.told.values() if one.accepted)
    least = min((bits for bits in curves.values() if bits), default=0)
    told = {
        "prime_groups": tuple(
            PrimeGroup(bits, prime, _names(dict.fromkeys(used)), len(used)) for (bits, prime), used in primes.items()
        ),
        "smallest_prime_bits": None if once or not (whole or by_bits) else smallest,
        "curves": tuple(groups.name(code) for code in curves),
        "smallest_curve": next((groups.name(code) for code, bits in curves.items() if bits == least), ""),
        "smallest_curve_bits": least if groups_whole or least else None,
        "export_key_bits": max(short),
        **_order(course),
    }
    return told, {"smallest_prime_bits": Reason.MALFORMED} if once else {}


def _order(course: Course) -> dict[str, Any]:
    chosen: list[bool | None] = []
    preferred: list[str] = []
    for version in course.lower:
        accepted = course.told[version].accepted
        first = suites.table().get(accepted.suites[0]) if accepted and accepted.suites else None
        if accepted is None or first is None:
            continue
        any_ephemeral = any(_ephemeral(code) for code in accepted.suites)
        chosen.append(accepted.server_chooses)
        if not any_ephemeral and accepted.gap is None:
            preferred.append("absent")
        elif accepted.server_chooses is not False:
            preferred.append("preferred" if first.ephemeral else "not-preferred")
        else:
            preferred.append("left-to-client")
    if course.told[hello.TLS13].spoken:
        preferred.append("preferred")
    whole = all(course.told[version].spoken is not None for version in DESCENDING)
    return {
        "client_chooses": True if False in chosen else False if whole and preferred else None,
        "forward_secrecy": _secrecy(preferred) if preferred and (whole or "not-preferred" in preferred) else None,
    }


def _secrecy(preferred: list[str]) -> str:
    """Over all versions: absent only where it is absent everywhere."""
    if set(preferred) == {"absent"}:
        return "absent"
    for worst in ("not-preferred", "absent", "left-to-client"):
        if worst in preferred:
            return "not-preferred" if worst == "absent" else worst
    return "preferred"


def _ephemeral(code: int) -> bool:
    suite = suites.table().get(code)
    return suite is not None and suite.ephemeral


def _hellos(course: Course) -> tuple[dict[str, Any], dict[str, Reason]]:
    """What the ServerHellos say beside the suite: by version, and over those up to TLS 1.2."""
    lower = [answer for version, answer in _seen(course) if version in DESCENDING[1:] and answer.hello is not None]
    pressed = sum(bool(answer.hello and answer.hello.compression) for answer in lower)
    secure = [bool(answer.hello and hello.RENEGOTIATION_INFO in answer.hello.extensions) for answer in lower]
    known = all(course.told[version].spoken is not None for version in DESCENDING[1:])
    told: dict[str, Any] = {
        "versions": tuple(_versions(course)),
        "lower_versions": len(course.lower) if known or len(course.lower) > 1 else None,
        "sslv2_ciphers": _sslv2_ciphers(course),
        "compression": None if pressed == 1 or not (lower or known) else pressed > 1,
        "secure_renegotiation": _agreed(secure),
        "fallback_refused": _fallback_refused(course.fallback),
    }
    gaps: dict[str, Reason] = {}
    if told["compression"] is None:
        gaps["compression"] = Reason.MALFORMED if pressed else _usual(course)
    if told["fallback_refused"] is None and course.fallback is not None:
        gaps["fallback_refused"] = course.fallback.reason
    return told, gaps


def _agreed(said: list[bool]) -> bool | None:
    """What every answer says, the accusing one at least twice; None where they differ or none was had."""
    if said and all(said):
        return True
    return False if len(said) > 1 and not any(said) else None


def _fallback_refused(answer: Answer | None) -> bool | None:
    if answer is None or answer.outcome is Outcome.UNTOLD:
        return None
    return answer.outcome is not Outcome.ACCEPTED


def _sslv2_ciphers(course: Course) -> tuple[str, ...]:
    told = course.told[sslv2.VERSION]
    return told.answer.ciphers if told.spoken and told.answer is not None else ()


def _versions(course: Course) -> Iterable[VersionOffer]:
    for version in (*DESCENDING, hello.TLCP):
        told = course.told[version]
        if not told.spoken or told.accepted is None:
            continue
        accepted = told.accepted
        hellos = [answer.hello for answer in accepted.answers if answer.hello is not None]
        schemes = [answer.exchange.scheme for answer in accepted.answers if answer.exchange and answer.exchange.scheme]
        yield VersionOffer(
            NAMES[version],
            tuple(suites.name(code) for code in accepted.suites),
            accepted.gap is None,
            accepted.server_chooses,
            tuple(groups.name(code) for code in accepted.groups),
            accepted.groups_gap is None and version in (hello.TLS13, *course.lower[:1]),
            tuple(f"{scheme:04X}" for scheme in dict.fromkeys(schemes)),
            tuple(sorted({kind for one in hellos for kind in one.extensions})),
            tuple(sorted({one.compression for one in hellos})),
            next((_alpn(one.extensions) for one in hellos if hello.ALPN in one.extensions), ""),
        )


def _alpn(extensions: dict[int, bytes]) -> str:
    return extensions[hello.ALPN][3:20].decode("ascii", "replace")


def _standing(course: Course, responder: bool | None) -> dict[str, Any]:
    """What is said over all versions: post-quantum and SM, the staple, the keys."""
    modern, tlcp = course.told[hello.TLS13], course.told[hello.TLCP]
    hybrids = [
        code for code in (modern.accepted.groups if modern.accepted else ()) if groups.kind(code) == groups.HYBRID
    ]
    complete = modern.spoken is False or (modern.accepted is not None and modern.accepted.groups_gap is None)
    complete = complete and (modern.accepted is None or modern.accepted.gap is None)
    sm = [code for code in (modern.accepted.suites if modern.accepted else ()) if code in suites.TLS13_SM]
    sm += tlcp.accepted.suites if tlcp.spoken and tlcp.accepted else []
    sm_told = modern.spoken is not None and tlcp.spoken is not None
    sm_told = sm_told and (modern.accepted is None or modern.accepted.gap is None)
    chains = {chain for chain in (*(answer.chain for answer in course.answers), *_deciphered(course)) if chain}
    return {
        "hybrid_groups": tuple(groups.name(code) for code in hybrids) if hybrids or complete else None,
        "sm_suites": tuple(suites.name(code) for code in sm) if sm or sm_told else None,
        "names_responder": responder,
        "stapled": _stapled(course, responder),
        "alpn": next((one.alpn for one in _versions(course) if one.alpn), ""),
        "keys": tuple(sorted({key for chain in chains if (key := _key(chain[0])) is not None})),
        "sslv2_keys": _sslv2_keys(course),
        "connections": course.inquiry.asked + len(course.presented),
    }


def _deciphered(course: Course) -> list[tuple[bytes, ...]]:
    return [one.chain for one in course.presented]


def _stapled(course: Course, responder: bool | None) -> bool | None:
    """True where one came; False only where two hellos, a few seconds apart, brought none."""
    if course.stapled:
        return True
    if responder is not True:
        return None
    return False if course.staple_again is not None or len(course.presented) > 1 else None


def _stapling_gap(course: Course, responder: bool | None) -> Reason:
    return Reason.NOT_SELECTED if responder is False else _usual(course)


def _sslv2_keys(course: Course) -> tuple[str, ...]:
    told = course.told[sslv2.VERSION]
    chain = told.answer.chain if told.spoken and told.answer is not None else ()
    key = _key(chain[0]) if chain else None
    return (key,) if key else ()


def _key(der: bytes) -> str | None:
    """SHA-256 of the subject's public key; None where the certificate cannot be read."""
    try:
        return sha256(x509.read(der).spki).hexdigest()
    except Malformed:
        return None


def _names(codes: Iterable[int]) -> tuple[str, ...]:
    return tuple(suites.name(code) for code in codes)


def _evidence(course: Course) -> Iterable[Evidence]:
    """One answer for each version; for what accuses, the answers that do, a few of each."""
    for version, told in course.told.items():
        if told.answer is not None:
            yield Evidence(told.answer.what, told.answer.said, NAMES[version])
    shown: dict[str, int] = {}
    for version, answer in _seen(course):
        for fact in _proves(version, answer):
            shown[fact] = shown.get(fact, 0) + 1
            if shown[fact] <= MOST_EVIDENCE:
                yield Evidence(answer.what, answer.said, fact)
    if course.fallback is not None:
        yield Evidence(f"TLS_FALLBACK_SCSV: {course.fallback.what}", course.fallback.said, "fallback_refused")


def _proves(version: int, answer: Answer) -> Iterable[str]:
    """The facts that an answer proves."""
    suite = suites.table().get(answer.suite)
    yield from (FACT[kind] for kind in (kinds(suite) if suite else ()))
    found = traits(version, answer)
    if "sslv3-cbc" in found:
        yield "sslv3_cbc_suites"
    if "compression" in found:
        yield "compression"
    if suite is not None and not suite.ephemeral:
        yield "static_suites"
    if answer.exchange is not None and answer.exchange.kind == "field":
        yield "smallest_prime_bits"
    if answer.exchange is not None and answer.exchange.kind == "curve":
        yield "smallest_curve_bits"
    unsaid = answer.hello is not None and hello.RENEGOTIATION_INFO not in answer.hello.extensions
    if unsaid and version in DESCENDING[1:]:
        yield "secure_renegotiation"
