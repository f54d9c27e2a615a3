"""Facts of what ServerHellos say beside suite and group: extensions, compression, renegotiation, fallback. Pure."""

from collections.abc import Iterator

from probes.tls import groups, hello, suites
from probes.tls.answer import Answer, Outcome
from probes.tls.offer_facts import VersionOffer
from probes.tls.offer_suites import Described
from probes.tls.told import DESCENDING, LOWER, NAMES, Versions
from scanner.model.verdict import Reason


def by_version(versions: Versions) -> Iterator[VersionOffer]:
    """Each version that is spoken, as a whole."""
    for version in (*DESCENDING, hello.TLCP):
        accepted = versions.of[version].accepted
        if not versions.of[version].spoken or accepted is None:
            continue
        hellos = [answer.hello for answer in accepted.answers if answer.hello is not None]
        schemes = [answer.exchange.scheme for answer in accepted.answers if answer.exchange and answer.exchange.scheme]
        yield VersionOffer(
            NAMES[version],
            tuple(suites.name(code) for code in accepted.suites),
            accepted.gap is None,
            accepted.server_chooses,
            tuple(groups.name(code) for code in accepted.groups),
            accepted.groups_gap is None and version in (hello.TLS13, *versions.lower[:1]),
            tuple(f"{scheme:04X}" for scheme in dict.fromkeys(schemes)),
            tuple(sorted({kind for one in hellos for kind in one.extensions})),
            tuple(sorted({one.compression for one in hellos})),
            next((_alpn(one.extensions) for one in hellos if hello.ALPN in one.extensions), ""),
        )


def over_lower_versions(versions: Versions, fallback: Answer | None) -> Described:
    """What is asked of the versions up to TLS 1.2 together."""
    hellos = [answer.hello for version, answer in versions.seen if version in LOWER and answer.hello is not None]
    pressed = sum(bool(one.compression) for one in hellos)
    known = all(versions.of[version].spoken is not None for version in LOWER)
    told = {
        "lower_versions": len(versions.lower) if known or len(versions.lower) > 1 else None,
        "compression": None if pressed == 1 or not (hellos or known) else pressed > 1,
        "secure_renegotiation": _agreed([hello.RENEGOTIATION_INFO in one.extensions for one in hellos]),
        "fallback_refused": _refused(fallback),
    }
    gaps = {"compression": Reason.MALFORMED} if pressed == 1 else {}
    if told["fallback_refused"] is None and fallback is not None:
        gaps["fallback_refused"] = fallback.reason
    return told, gaps


def _agreed(said: list[bool]) -> bool | None:
    """What every answer says, the accusing one at least twice; None where they differ or none was had."""
    if said and all(said):
        return True
    return False if len(said) > 1 and not any(said) else None


def _refused(answer: Answer | None) -> bool | None:
    """A mere close may be meant for us."""
    if answer is None or answer.outcome is Outcome.UNTOLD:
        return None
    return False if answer.outcome is Outcome.ACCEPTED else True if answer.alert is not None else None


def _alpn(extensions: dict[int, bytes]) -> str:
    return extensions[hello.ALPN][3:20].decode("ascii", "replace")
