"""What a DNS server lets strangers have: version, recursion, and what its silence leaves open."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.services import dns as dns_service
from probes.services.dns_reply import is_reply, question
from probes.services.dns_version import MOST, discloses, texts
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.check import Confidence
from scanner.model.errors import TimedOut
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.unit.fake_dns import AUTHORITATIVE, RECURSION, FakeDns, FakeNetwork, Said, message

HOST = Target(TargetKind.HOST, "self", address="192.0.2.53")
SERVICE = Target(TargetKind.SERVICE, "self", address="192.0.2.53", port=53, transport="udp", protocol="dns", tls=False)
KNOWN = "www.iana.org"
REFUSED = message("version.bind", "TXT", rcode="REFUSED", klass="CH")
ANSWERED = message(KNOWN, "A", "A 192.0.2.80", flags=RECURSION)
Asks = dict[tuple[str, str], Said]


def asks(version: Said = REFUSED, recursion: Said = REFUSED) -> Asks:
    return {("version.bind", "TXT"): version, ("version.server", "TXT"): REFUSED, (KNOWN, "A"): recursion}


def judged(check: str, answers: Asks, known: str | None = KNOWN, declared: dict[str, Any] | None = None):  # type: ignore[no-untyped-def]
    seen = asyncio.run(dns_service.observe(SERVICE, FakeNetwork(FakeDns(asks=answers, known=known))))  # type: ignore[arg-type]
    facts = json.loads(json.dumps(asdict(seen.facts)))
    observation = Observation("services.dns", SERVICE, datetime.now(UTC), facts, dict(seen.gaps), seen.evidence)
    (judgement,) = judge(load().checks[check], SERVICE, {"services.dns": observation}, declared or {})
    return judgement


def test_a_version_is_disclosed_and_shown() -> None:
    shown = message("version.bind", "TXT", 'TXT "9.18.1-Debian"', klass="CH")
    found = judged("dns.version-disclosed", asks(version=shown))
    assert found.verdict is Verdict.FAIL and found.evidence[0].content == b"9.18.1-Debian"


@pytest.mark.parametrize("rcode", ["REFUSED", "NXDOMAIN", "NOTIMP", "SERVFAIL", "NOERROR"])
def test_a_server_that_keeps_its_version_to_itself_passes(rcode: str) -> None:
    kept = message("version.bind", "TXT", rcode=rcode, klass="CH")
    assert judged("dns.version-disclosed", asks(version=kept)).verdict is Verdict.PASS


@pytest.mark.parametrize("text", ["none", "unknown", "not currently available", "[SECURED]", "go away"])
def test_a_word_in_place_of_a_version_passes(text: str) -> None:
    shown = message("version.bind", "TXT", f'TXT "{text}"', klass="CH")
    assert judged("dns.version-disclosed", asks(version=shown)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text", ["9.11.4-P2-RedHat-9.11.4-26.P2.el7", "dnsmasq-2.80", "unbound 1.13.1", "PowerDNS", "Microsoft DNS 10.0"]
)
def test_versions_and_products_are_known(text: str) -> None:
    assert discloses(text)


def test_a_silent_version_question_is_not_tested() -> None:
    found = judged("dns.version-disclosed", asks(version=TimedOut()))
    assert (found.verdict, found.reason) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)


def test_recursion_seen_twice_fails() -> None:
    found = judged("dns.open-recursion", asks(recursion=ANSWERED))
    assert found.verdict is Verdict.FAIL and found.confidence is Confidence.CONFIRMED
    assert found.seen["answer"] == ["192.0.2.80"]


def test_recursion_of_a_unit_that_is_filed_for_domain_services_waits_for_confirmation() -> None:
    found = judged("dns.open-recursion", asks(recursion=ANSWERED), declared={"service_types": ["dns"]})
    assert found.verdict is Verdict.FAIL and found.confidence is Confidence.INFERRED


def test_recursion_seen_only_once_is_not_believed() -> None:
    found = judged("dns.open-recursion", asks(recursion=[ANSWERED, TimedOut()]))
    assert (found.verdict, found.reason) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)


@pytest.mark.parametrize(
    "said",
    [
        message(KNOWN, "A", rcode="REFUSED"),
        message(KNOWN, "A", rcode="REFUSED", flags=RECURSION),
        message(KNOWN, "A"),
        message(KNOWN, "A", "A 192.0.2.80", flags=AUTHORITATIVE),
    ],
)
def test_a_server_that_does_not_recurse_passes(said: dns.message.Message) -> None:
    assert judged("dns.open-recursion", asks(recursion=said)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (TimedOut(), Reason.TIMED_OUT),
        (message(KNOWN, "A", rcode="SERVFAIL", flags=RECURSION), Reason.UNREACHABLE),
        (message(KNOWN, "A", rcode="SERVFAIL"), Reason.MALFORMED),
        (message(KNOWN, "A", rcode="NXDOMAIN", flags=RECURSION), Reason.MALFORMED),
        (message(KNOWN, "A", "A 192.0.2.80", flags=RECURSION | AUTHORITATIVE), Reason.NO_VANTAGE),
    ],
)
def test_what_shows_neither_is_not_tested(said: Said, reason: Reason) -> None:
    found = judged("dns.open-recursion", asks(recursion=said))
    assert (found.verdict, found.reason) == (Verdict.NOT_TESTED, reason)


def test_without_a_name_of_ones_own_recursion_has_no_vantage() -> None:
    found = judged("dns.open-recursion", asks(recursion=ANSWERED), known=None)
    assert (found.verdict, found.reason) == (Verdict.NOT_TESTED, Reason.NO_VANTAGE)


def test_a_reply_answers_our_question_by_number_and_name() -> None:
    reply = dns.message.make_response(dns.message.from_wire(question(7))).to_wire()
    assert is_reply(reply, 7) and not is_reply(reply, 8)
    assert not is_reply(question(7), 7)
    other = dns.message.make_response(dns.message.make_query("example.com", "SOA", id=7)).to_wire()
    assert not is_reply(other, 7)


@given(st.binary(max_size=4096), st.integers(0, 65535))
def test_no_datagram_breaks_the_reading(datagram: bytes, identity: int) -> None:
    assert is_reply(datagram, identity) in (True, False)
    if is_reply(datagram, identity):
        assert datagram[:2] == identity.to_bytes(2, "big")


@given(st.lists(st.binary(min_size=1, max_size=255), min_size=1, max_size=8))
def test_version_texts_are_printable_and_bounded(strings: list[bytes]) -> None:
    quoted = " ".join('"' + "".join(f"\\{byte:03}" for byte in string) + '"' for string in strings)
    (text,) = texts(message("version.bind", "TXT", f"TXT {quoted}", klass="CH"))
    assert text.isascii() and text.isprintable() and len(text) <= 4 * MOST
