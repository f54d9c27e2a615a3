"""Facts of the groups that keys were agreed in: primes, curves, short export keys, post-quantum hybrids. Pure."""

from typing import Any

from probes.tls import groups, hello, suites
from probes.tls.offer_facts import PrimeGroup
from probes.tls.offer_suites import Described, named
from probes.tls.told import Versions
from scanner.model.verdict import Reason


def primes(versions: Versions) -> Described:
    """Finite fields; the smallest counts once two connections used it."""
    used: dict[tuple[int, str], list[int]] = {}
    for _, answer in versions.seen:
        if answer.exchange is not None and answer.exchange.kind == "field":
            used.setdefault((answer.exchange.bits, answer.exchange.prime), []).append(answer.suite)
    smallest = min((bits for bits, _ in used), default=0)
    once = sum(len(seen) for (bits, _), seen in used.items() if bits == smallest) == 1
    certified = [bits for (bits, _), seen in used.items() if suites.with_certificate(tuple(seen))]
    told = {
        "prime_groups": tuple(PrimeGroup(bits, prime, named(seen), len(seen)) for (bits, prime), seen in used.items()),
        "smallest_prime_bits": None if once else smallest,
        "smallest_certified_prime_bits": min(certified, default=0),
        "primes_whole": True if versions.whole else None,
    }
    return told, {"smallest_prime_bits": Reason.MALFORMED} if once else {}


def curves(versions: Versions) -> Described:
    """Curves up to TLS 1.2, and the temporary keys of export suites."""
    used = {
        exchange.group or 0: exchange.bits
        for _, answer in versions.seen
        if (exchange := answer.exchange) is not None and exchange.kind == "curve"
    }
    short = [answer.exchange.bits for _, answer in versions.seen if answer.exchange and answer.exchange.kind == "rsa"]
    least = min((bits for bits in used.values() if bits), default=0)
    asked = versions.of[versions.lower[0]].accepted if versions.lower else None
    whole = versions.whole and (asked is None or asked.groups_gap is None)
    return {
        "curves": tuple(groups.name(code) for code in used),
        "smallest_curve": next((groups.name(code) for code, bits in used.items() if bits == least), ""),
        "smallest_curve_bits": least,
        "curves_whole": True if whole else None,
        "export_key_bits": max(short, default=0),
    }, {} if whole or asked is None or asked.groups_gap is None else {"curves_whole": asked.groups_gap}


def hybrids(versions: Versions) -> Described:
    """Hybrids of TLS 1.3. That there is none is told only where all groups were asked."""
    told = versions.of[hello.TLS13]
    found = [code for code in (told.accepted.groups if told.accepted else ()) if groups.kind(code) == groups.HYBRID]
    gap = (told.accepted.groups_gap or told.accepted.gap) if told.accepted is not None else None
    fact: dict[str, Any] = {"hybrid_groups": tuple(groups.name(code) for code in found)}
    if found or (told.spoken is not None and gap is None):
        return fact, {}
    return {"hybrid_groups": None}, {"hybrid_groups": gap or told.reason}
