"""Zones, mail policies and name servers over the real network: BIND well kept, careless, and servers that misbehave."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from probes.domain import names, transfer, zone
from probes.mail import policy
from probes.ports import udp
from probes.services import dns as dns_service
from probes.services import identify
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.lab.servers.bind import bind
from tests.lab.servers.misbehaving_dns import (
    Answering,
    answered,
    catching_all,
    failing,
    garbage,
    misbehaving,
    other_number,
    refusing,
    silent,
    truncating,
)

pytestmark = pytest.mark.lab

ONE, TWO, OPEN = "127.31.1.1", "127.31.2.1", "127.31.3.1"
NAME_SERVERS = (ONE, TWO)
RESOLVER = f"{ONE}:5353"
SERVERS = "@ NS ns1.example.net.\n@ NS ns2.example.net.\n"
KEPT = (
    SERVERS
    + """@ A 203.0.113.5
@ AAAA 2001:db8::5
www CNAME @
@ MX 10 mail
mail A 203.0.113.6
mail MX 10 mail
mail TXT "v=spf1 a -all"
@ TXT "site-verification=1"
@ TXT "v=sp" "f1 mx -all"
_dmarc CNAME _dmarc.example.net.
@ CAA 0 issue "ca.example"
"""
)
CARELESS = """@ NS ns1.example.net.
@ A 203.0.113.7
@ TXT "v=spf10 -all"
* TXT "v=spf1 -all"
_dmarc TXT "v=spf1 -all"
oa A 10.20.30.40
chain CNAME oa.example.org.
gone CNAME nowhere.example.org.
mail A 203.0.113.8
mail MX 10 mail
"""
NET = """@ NS ns1
@ NS ns2
ns1 A 127.31.1.1
ns2 A 127.31.2.1
_dmarc TXT "v=DMARC1; p=reject"
"""
KEPT_ZONE, CARELESS_ZONE, CHINESE_ZONE = "example.edu.cn", "example.org", "xn--fsqu00a.xn--fiqs8s"
ZONES = {
    KEPT_ZONE: KEPT,
    CARELESS_ZONE: CARELESS,
    CHINESE_ZONE: SERVERS + '@ A 203.0.113.9\n@ CAA 0 issue "ca.example"\n',
    "example.net": NET,
    "root-servers.net": "@ NS ns1.example.net.\na A 198.41.0.4\n",
}


@pytest.fixture(scope="module", autouse=True)
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One server that is well kept, one that gives its zones and version away, one that recurses for all."""
    folder = tmp_path_factory.mktemp("bind")
    with (
        bind(folder / "kept", ONE, ZONES, ports=(53, 5353)),
        bind(folder / "careless", TWO, ZONES, ports=(53, 5353), transfers=True, version="9.18.0-lab"),
        bind(folder / "open", OPEN, {}, ports=(53,), recursion=True, version="none of yours", forwarder=(ONE, 5353)),
    ):
        yield


def domain(name: str) -> Target:
    return Target(TargetKind.DOMAIN, "self", name=name)


def service(address: str, port: int = 53) -> Target:
    return Target(TargetKind.SERVICE, "self", address=address, port=port, transport="udp", protocol="dns", tls=False)


def observed(probe: Probe, target: Target, resolver: str = RESOLVER, **more: Any) -> Observation:
    return asyncio.run(ask(probe, target, resolver=resolver, survey=target.kind is TargetKind.DOMAIN, **more))


def verdicts(check: str, observation: Observation) -> dict[str, tuple[Verdict, Reason | None]]:
    judgements = judge(load().checks[check], observation.target, {observation.probe: observation}, {})
    return {one.discriminator: (one.verdict, one.reason) for one in judgements}


FAIL, PASS = (Verdict.FAIL, None), (Verdict.PASS, None)


def test_the_careless_server_gives_the_zone_and_the_kept_one_does_not() -> None:
    observation = observed(transfer.PROBE, domain(KEPT_ZONE), addresses=NAME_SERVERS)
    assert verdicts("dns.zone-transfer-open", observation) == {"ns1.example.net": PASS, "ns2.example.net": FAIL}
    (evidence,) = observation.evidence
    assert b"SOA ns1.example.edu.cn." in evidence.content and len(evidence.content.splitlines()) <= 7


def test_name_servers_that_nobody_listed_are_not_asked_for_the_zone() -> None:
    observation = observed(transfer.PROBE, domain(KEPT_ZONE))
    found = verdicts("dns.zone-transfer-open", observation)
    assert {verdict for verdict, _ in found.values()} == {Verdict.NOT_TESTED}
    assert {reason for _, reason in found.values()} <= {Reason.NOT_CONFIRMED, Reason.OUT_OF_SCOPE}


def test_the_kept_zone_passes_and_the_careless_one_fails() -> None:
    kept, careless = observed(zone.PROBE, domain(KEPT_ZONE)), observed(zone.PROBE, domain(CARELESS_ZONE))
    for check in ("dns.single-nameserver", "dns.caa-missing", "dns.ipv6-missing"):
        assert verdicts(check, kept) == {"": PASS}, check
        assert verdicts(check, careless) == {"": FAIL}, check


def test_a_zone_with_a_chinese_name_is_described_like_any_other() -> None:
    observation = observed(zone.PROBE, domain(CHINESE_ZONE))
    assert verdicts("dns.caa-missing", observation) == {"": PASS}
    assert verdicts("dns.ipv6-missing", observation) == {"": FAIL}


def test_private_addresses_are_found_by_name_and_through_aliases() -> None:
    scope = [f"{label}.{CARELESS_ZONE}" for label in ("oa", "chain", "gone", "mail", "never")]
    observation = observed(names.PROBE, domain(CARELESS_ZONE), names=scope)
    found = verdicts("dns.private-address", observation)
    assert [name for name, verdict in found.items() if verdict == FAIL] == ["chain.example.org", "oa.example.org"]
    assert found["mail.example.org"] == found["never.example.org"] == found["gone.example.org"] == PASS
    leads = list(names.PROBE.leads(observation.target, observation.facts))
    assert ("mail.example.org", "203.0.113.8", 443) in {(lead.name, lead.address, lead.port) for lead in leads}


def test_mail_policies_are_found_where_they_may_stand() -> None:
    scope = [f"{label}.{KEPT_ZONE}" for label in ("mail", "www")]
    observation = observed(policy.PROBE, domain(KEPT_ZONE), names=scope)
    assert verdicts("mail.spf-missing", observation) == {KEPT_ZONE: PASS, f"mail.{KEPT_ZONE}": PASS}
    assert verdicts("mail.dmarc-missing", observation) == {KEPT_ZONE: PASS, f"mail.{KEPT_ZONE}": PASS}


def test_missing_mail_policies_are_told_and_wildcards_do_not_deceive() -> None:
    observation = observed(policy.PROBE, domain(CARELESS_ZONE), names=[f"mail.{CARELESS_ZONE}", f"oa.{CARELESS_ZONE}"])
    assert verdicts("mail.spf-missing", observation) == {CARELESS_ZONE: FAIL, f"mail.{CARELESS_ZONE}": FAIL}
    assert verdicts("mail.dmarc-missing", observation) == {CARELESS_ZONE: FAIL, f"mail.{CARELESS_ZONE}": FAIL}


def test_the_open_resolver_recurses_and_the_kept_server_refuses() -> None:
    assert verdicts("dns.open-recursion", observed(dns_service.PROBE, service(OPEN))) == {"": FAIL}
    assert verdicts("dns.open-recursion", observed(dns_service.PROBE, service(TWO))) == {"": PASS}


def test_a_version_is_told_by_the_careless_server_alone() -> None:
    assert verdicts("dns.version-disclosed", observed(dns_service.PROBE, service(TWO))) == {"": FAIL}
    assert verdicts("dns.version-disclosed", observed(dns_service.PROBE, service(ONE))) == {"": PASS}
    assert verdicts("dns.version-disclosed", observed(dns_service.PROBE, service(OPEN))) == {"": PASS}


def test_a_dns_port_is_found_and_leads_to_its_service() -> None:
    observation = observed(udp.PROBE, Target(TargetKind.HOST, "self", address=ONE), udp_ports=[53])
    (lead,) = udp.PROBE.leads(observation.target, observation.facts)
    told = observed(identify.PROBE, lead)
    assert next(iter(identify.leads(lead, told.facts))) == service(ONE)


def test_a_host_without_dns_leads_nowhere() -> None:
    observation = observed(udp.PROBE, Target(TargetKind.HOST, "self", address="127.31.9.9"), udp_ports=[53])
    assert observation.facts["states"]["closed"] == [[53, 53]] and not observation.facts["answering"]


WAYS = (silent, garbage, other_number, truncating, refusing, failing, catching_all, answered)
PLACES = {way: f"127.31.4.{number}" for number, way in enumerate(WAYS, 1)}
DECEIVED = {
    zone.PROBE: ("dns.single-nameserver", "dns.caa-missing", "dns.ipv6-missing"),
    names.PROBE: ("dns.private-address",),
    transfer.PROBE: ("dns.zone-transfer-open",),
    policy.PROBE: ("mail.spf-missing", "mail.dmarc-missing"),
}
Misbehaviour = dict[tuple[str, str], Observation]


@pytest.fixture(scope="module")
def misbehaviour(laboratory: None, tmp_path_factory: pytest.TempPathFactory) -> Misbehaviour:
    """Every way to misbehave, as resolver, as name server of a zone, and as service: all asked at once."""
    zones = {f"{way.__name__.replace('_', '-')}.example.com": f"@ NS ns\nns A {PLACES[way]}\n" for way in WAYS}
    with contextlib.ExitStack() as servers:
        servers.enter_context(bind(tmp_path_factory.mktemp("parent"), "127.31.5.1", zones))
        for way, address in PLACES.items():
            servers.enter_context(misbehaving(way, address))
            servers.enter_context(misbehaving(way, address, 53))
        return asyncio.run(_misbehaved())


async def _misbehaved() -> Misbehaviour:
    asked = {}
    for way, address in PLACES.items():
        zone_of_its_own = domain(f"{way.__name__.replace('_', '-')}.example.com")
        asked[("server", way.__name__)] = ask(
            transfer.PROBE, zone_of_its_own, resolver="127.31.5.1:5353", addresses=[address], survey=True
        )
        asked[("service", way.__name__)] = ask(dns_service.PROBE, service(address), resolver=RESOLVER)
        for probe in DECEIVED:
            asked[(probe.name, way.__name__)] = ask(
                probe, domain(CARELESS_ZONE), resolver=f"{address}:5353", addresses=[address]
            )
    return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))


@pytest.mark.parametrize("way", [silent, garbage, other_number, truncating, refusing, failing])
@pytest.mark.parametrize("probe", DECEIVED, ids=lambda probe: probe.name)
def test_a_resolver_that_misbehaves_proves_nothing(probe: Probe, way: Answering, misbehaviour: Misbehaviour) -> None:
    for check in DECEIVED[probe]:
        for verdict, reason in verdicts(check, misbehaviour[(probe.name, way.__name__)]).values():
            assert verdict is Verdict.NOT_TESTED and reason is not None, check


@pytest.mark.parametrize("way", [silent, garbage, other_number, truncating])
@pytest.mark.parametrize("check", ["dns.open-recursion", "dns.version-disclosed"])
def test_a_service_that_misbehaves_proves_nothing(check: str, way: Answering, misbehaviour: Misbehaviour) -> None:
    ((verdict, reason),) = verdicts(check, misbehaviour[("service", way.__name__)]).values()
    assert verdict is Verdict.NOT_TESTED and reason is not None


@pytest.mark.parametrize("way", [refusing, failing])
def test_a_service_that_keeps_its_version_to_itself_passes(way: Answering, misbehaviour: Misbehaviour) -> None:
    assert verdicts("dns.version-disclosed", misbehaviour[("service", way.__name__)]) == {"": PASS}


@pytest.mark.parametrize("way", WAYS)
def test_no_misbehaviour_passes_for_a_transfer(way: Answering, misbehaviour: Misbehaviour) -> None:
    ((verdict, _),) = verdicts("dns.zone-transfer-open", misbehaviour[("server", way.__name__)]).values()
    assert verdict is (Verdict.PASS if way is refusing else Verdict.NOT_TESTED)
