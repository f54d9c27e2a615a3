"""The zone as the resolver shows it: name servers, CAA, IPv6, and how each is judged."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.domain import zone
from probes.domain.name_server import NameServer, apart
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.errors import TimedOut
from scanner.model.observation import Observation, Seen
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.unit.fake_dns import ZONE, FakeDns, FakeNetwork, Said, message

TWO = message("example.com", "NS", "NS ns1.example.com.", "NS ns2.example.net.")
Looks = dict[tuple[str, str], Said]


def addressed(one: str = "192.0.2.1", two: str = "198.51.100.1") -> Looks:
    return {
        ("example.com", "NS"): TWO,
        ("ns1.example.com", "A"): message("ns1.example.com", "A", f"A {one}"),
        ("ns2.example.net", "A"): message("ns2.example.net", "A", f"A {two}"),
    }


def seen(looks: Looks, target: Target = ZONE, names: tuple[str, ...] = ()) -> Seen[Any]:
    return asyncio.run(zone.observe(target, FakeNetwork(FakeDns(looks), names=names)))  # type: ignore[arg-type]


def judged(check: str, looks: Looks, target: Target = ZONE) -> tuple[Verdict, Reason | None]:

    found = seen(looks, target)
    observation = Observation(
        "domain.zone", target, datetime.now(UTC), asdict(found.facts), dict(found.gaps), found.evidence
    )
    (judgement,) = judge(load().checks[check], target, {"domain.zone": observation}, {})
    return judgement.verdict, judgement.reason


def test_two_servers_in_two_networks_pass() -> None:
    assert judged("dns.single-nameserver", addressed()) == (Verdict.PASS, None)


@pytest.mark.parametrize(("one", "two"), [("192.0.2.1", "192.0.2.1"), ("192.0.2.1", "192.0.2.254")])
def test_servers_on_one_address_or_one_24_are_single(one: str, two: str) -> None:
    assert judged("dns.single-nameserver", addressed(one, two))[0] is Verdict.FAIL


def test_a_single_server_fails() -> None:
    looks = {**addressed(), ("example.com", "NS"): message("example.com", "NS", "NS ns1.example.com.")}
    assert judged("dns.single-nameserver", looks)[0] is Verdict.FAIL


def test_a_name_server_without_an_address_is_none() -> None:
    looks = {**addressed(), ("ns2.example.net", "A"): message("ns2.example.net", "A", rcode="NXDOMAIN")}
    assert judged("dns.single-nameserver", looks)[0] is Verdict.FAIL


def test_a_server_whose_address_could_not_be_told_leaves_the_question_open() -> None:
    looks = {**addressed(), ("ns2.example.net", "A"): message("ns2.example.net", "A", rcode="SERVFAIL")}
    assert judged("dns.single-nameserver", looks) == (Verdict.NOT_TESTED, Reason.UNREACHABLE)


@pytest.mark.parametrize("check", ["dns.single-nameserver", "dns.caa-missing", "dns.ipv6-missing"])
def test_silence_leaves_every_question_open(check: str) -> None:
    kinds = ("NS", "SOA", "CAA", "A", "AAAA")
    looks: Looks = {(name, kind): TimedOut() for name in ("example.com", "www.example.com") for kind in kinds}
    assert judged(check, looks) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)


@pytest.mark.parametrize("check", ["dns.single-nameserver", "dns.caa-missing", "dns.ipv6-missing"])
def test_a_domain_that_does_not_exist_is_not_judged(check: str) -> None:
    looks: Looks = {
        ("example.com", kind): message("example.com", kind, rcode="NXDOMAIN") for kind in ("NS", "SOA", "CAA")
    }
    assert judged(check, looks)[0] is Verdict.NOT_APPLICABLE


def test_a_name_that_is_an_alias_has_no_name_servers_of_its_own() -> None:
    alias = message("example.com", "NS", "CNAME a.example.net.", "a.example.net. NS ns.example.net.")
    found = seen({("example.com", "NS"): alias})
    assert found.facts.delegated is False and found.facts.name_servers == ()


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([("192.0.2.1", "2001:db8:1::1"), ("192.0.2.2", "2001:db8:1::2")], False),
        ([("192.0.2.1", "2001:db8:1::1"), ("192.0.2.2", "2001:db8:2::2")], True),
        ([("192.0.2.1",), ("2001:db8::1",)], True),
        ([("192.0.2.1",), ("192.0.2.2", "2001:db8::1")], False),
        ([("2001:db8:0:1::1",), ("2001:db8:0:2::1",)], False),
        ([("192.0.2.1", "198.51.100.1")], False),
        ([], False),
    ],
)
def test_servers_stand_apart_where_their_networks_do(pairs: list[tuple[str, ...]], wanted: bool) -> None:
    assert apart(NameServer(f"ns{number}", addresses, None) for number, addresses in enumerate(pairs)) is wanted


def test_caa_is_looked_for_up_to_the_registrable_domain() -> None:
    below = Target(TargetKind.DOMAIN, "self", name="a.b.example.edu.cn")
    looks: Looks = {("example.edu.cn", "CAA"): message("example.edu.cn", "CAA", 'CAA 0 issue "ca.example"')}
    assert judged("dns.caa-missing", looks, below)[0] is Verdict.PASS
    assert seen(looks, below).facts.caa_names == ("a.b.example.edu.cn", "b.example.edu.cn", "example.edu.cn")


def test_caa_at_the_public_suffix_does_not_count() -> None:
    looks: Looks = {("com", "CAA"): message("com", "CAA", 'CAA 0 issue "ca.example"')}
    assert judged("dns.caa-missing", looks)[0] is Verdict.FAIL


def test_caa_behind_an_alias_counts() -> None:
    sent = message("example.com", "CAA", "CNAME a.example.net.", 'a.example.net. CAA 0 issue "ca.example"')
    assert judged("dns.caa-missing", {("example.com", "CAA"): sent})[0] is Verdict.PASS


def test_a_failure_on_the_way_up_is_not_absence_of_caa() -> None:
    below = Target(TargetKind.DOMAIN, "self", name="b.example.com")
    looks: Looks = {("b.example.com", "CAA"): message("b.example.com", "CAA", rcode="SERVFAIL")}
    assert judged("dns.caa-missing", looks, below) == (Verdict.NOT_TESTED, Reason.UNREACHABLE)


def test_no_aaaa_anywhere_is_told() -> None:
    assert judged("dns.ipv6-missing", addressed())[0] is Verdict.FAIL


@pytest.mark.parametrize("name", ["ns1.example.com", "example.com", "www.example.com"])
def test_one_aaaa_of_server_or_site_suffices(name: str) -> None:
    looks = {**addressed(), (name, "AAAA"): message(name, "AAAA", "AAAA 2001:db8::1")}
    assert judged("dns.ipv6-missing", looks)[0] is Verdict.PASS


def test_a_name_of_the_scope_counts_as_the_site() -> None:
    looks = {**addressed(), ("oa.example.com", "AAAA"): message("oa.example.com", "AAAA", "AAAA 2001:db8::1")}
    assert seen(looks, names=("oa.example.com",)).facts.ipv6 is True


def test_an_aaaa_that_could_not_be_asked_leaves_ipv6_open() -> None:
    looks = {**addressed(), ("www.example.com", "AAAA"): message("www.example.com", "AAAA", rcode="SERVFAIL")}
    assert judged("dns.ipv6-missing", looks) == (Verdict.NOT_TESTED, Reason.UNREACHABLE)


def test_names_in_chinese_are_asked_by_their_a_labels() -> None:
    target = Target(TargetKind.DOMAIN, "self", name="xn--fsqu00a.xn--fiqs8s")
    looks: Looks = {(target.name or "", "NS"): message(target.name or "", "NS", "NS ns.xn--fsqu00a.xn--fiqs8s.")}
    found = seen(looks, target)
    assert found.facts.name_server_names == ("ns.xn--fsqu00a.xn--fiqs8s",)
    assert found.facts.caa_names == ("xn--fsqu00a.xn--fiqs8s",)
