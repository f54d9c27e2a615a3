"""Names of the scope: what they resolve to, where they lead, and private addresses among them."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from probes.domain import names
from probes.domain.public_suffix import is_public, registrable, up_to_registrable
from probes.domain.special_address import is_private
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.errors import NetworkError, TimedOut
from scanner.model.network import Resolution
from scanner.model.observation import Observation
from scanner.model.target import TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.unit.fake_dns import ZONE, FakeDns, FakeNetwork, Said, message


def observed(
    *resolutions: Resolution | tuple[str, NetworkError], looks: dict[tuple[str, str], Said] | None = None
) -> Observation:
    known = {one.name if isinstance(one, Resolution) else one[0]: one for one in resolutions}
    answers = {name: one if isinstance(one, Resolution) else one[1] for name, one in known.items()}
    net = FakeNetwork(FakeDns(looks, resolutions=answers), names=tuple(answers))
    seen = asyncio.run(names.observe(ZONE, net))  # type: ignore[arg-type]
    facts = json.loads(json.dumps(asdict(seen.facts)))
    return Observation("domain.names", ZONE, datetime.now(UTC), facts, dict(seen.gaps), seen.evidence)


def verdicts(*resolutions: Resolution | tuple[str, NetworkError]) -> dict[str, tuple[Verdict, Reason | None]]:
    check = load().checks["dns.private-address"]
    judgements = judge(check, ZONE, {"domain.names": observed(*resolutions)}, {})
    return {one.discriminator: (one.verdict, one.reason) for one in judgements}


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.31.0.1", "192.168.1.1", "127.0.0.1", "169.254.0.9", "::1", "fe80::1", "::ffff:10.0.0.1"],
)
def test_a_public_name_with_a_private_address_fails(address: str) -> None:
    found = verdicts(Resolution("oa.example.com", (address,), exists=True))
    assert found == {"oa.example.com": (Verdict.FAIL, None)}


@pytest.mark.parametrize("address", ["203.0.113.5", "172.32.0.1", "100.64.0.1", "fd00::1", "2001:db8::1", "11.0.0.1"])
def test_a_public_name_with_another_address_passes(address: str) -> None:
    assert verdicts(Resolution("oa.example.com", (address,), exists=True))["oa.example.com"][0] is Verdict.PASS


@pytest.mark.parametrize(
    "name",
    ["a.test", "a.local", "a.internal", "nas.lan", "x.home.arpa", "a.example", "a.localhost", "a.onion", "a.corp"],
)
def test_a_name_that_is_not_public_may_have_a_private_address(name: str) -> None:
    assert verdicts(Resolution(name, ("10.0.0.1",), exists=True))[name][0] is Verdict.NOT_APPLICABLE


def test_a_name_that_does_not_exist_passes() -> None:
    assert verdicts(Resolution("oa.example.com", exists=False))["oa.example.com"][0] is Verdict.PASS


def test_a_name_that_could_not_be_resolved_is_not_tested_and_disturbs_no_other() -> None:
    found = verdicts(("a.example.com", TimedOut()), Resolution("b.example.com", ("10.0.0.1",), exists=True))
    assert found["a.example.com"] == (Verdict.NOT_TESTED, Reason.TIMED_OUT)
    assert found["b.example.com"] == (Verdict.FAIL, None)


def test_a_private_address_counts_even_where_the_other_family_could_not_be_told() -> None:
    half = Resolution("a.example.com", ("10.0.0.1",), exists=True, reason=Reason.UNREACHABLE)
    assert verdicts(half)["a.example.com"][0] is Verdict.FAIL


def test_a_public_address_proves_nothing_where_the_other_family_could_not_be_told() -> None:
    half = Resolution("a.example.com", ("203.0.113.5",), exists=True, reason=Reason.UNREACHABLE)
    assert verdicts(half)["a.example.com"] == (Verdict.NOT_TESTED, Reason.UNREACHABLE)


def test_a_private_address_that_only_a_fresh_look_shows_counts() -> None:
    looks: dict[tuple[str, str], Said] = {("a.example.com", "A"): message("a.example.com", "A", "A 10.0.0.1")}
    found = observed(Resolution("a.example.com", exists=True), looks=looks)
    assert found.facts["names"][0]["private"] == ["10.0.0.1"]


def test_no_private_address_is_told_only_where_both_families_were() -> None:
    looks: dict[tuple[str, str], Said] = {("a.example.com", "AAAA"): TimedOut()}
    (one,) = observed(Resolution("a.example.com", ("203.0.113.5",), exists=True), looks=looks).facts["names"]
    assert one["private"] is None and one["reason"] == "timed-out" and one["addresses"] == ["203.0.113.5"]


def test_an_interruption_ends_the_observation() -> None:
    with pytest.raises(NetworkError):
        observed(("a.example.com", NetworkError("", Reason.INTERRUPTED)))


def test_addresses_lead_to_hosts_and_to_services_by_name() -> None:
    observation = observed(Resolution("www.example.com", ("192.0.2.1", "2001:db8::1"), ("cdn.example.net",), True))
    leads = list(names.leads(ZONE, observation.facts))
    assert [lead.address for lead in leads if lead.kind is TargetKind.HOST] == ["192.0.2.1", "2001:db8::1"]
    services = [(lead.name, lead.address, lead.port) for lead in leads if lead.kind is TargetKind.SERVICE]
    assert services == [("www.example.com", a, p) for a in ("192.0.2.1", "2001:db8::1") for p in (80, 443)]


def test_a_zone_cannot_send_us_to_more_than_a_handful_of_addresses() -> None:
    many = tuple(f"192.0.2.{number}" for number in range(200))
    leads = list(names.leads(ZONE, observed(Resolution("a.example.com", many, exists=True)).facts))
    assert sum(lead.kind is TargetKind.HOST for lead in leads) == names.MOST_LEADS


def test_the_finding_brings_its_own_evidence_and_no_other() -> None:
    observation = observed(
        Resolution("a.example.com", ("10.0.0.1",), exists=True), Resolution("b.example.com", ("10.0.0.2",), exists=True)
    )
    judgements = judge(load().checks["dns.private-address"], ZONE, {"domain.names": observation}, {})
    assert [one.evidence[0].content for one in judgements] == [b"a.example.com: 10.0.0.1", b"b.example.com: 10.0.0.2"]
    assert all(len(one.evidence) == 1 for one in judgements)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("www.example.edu.cn", "example.edu.cn"),
        ("example.edu.cn", "example.edu.cn"),
        ("a.b.xn--fsqu00a.xn--fiqs8s", "xn--fsqu00a.xn--fiqs8s"),
        ("a.b.test", "b.test"),
        ("localhost", "localhost"),
        ("com", "com"),
    ],
)
def test_the_registrable_domain_is_one_label_more_than_the_suffix(name: str, wanted: str) -> None:
    assert registrable(name) == wanted
    assert up_to_registrable(name)[0] == name and up_to_registrable(name)[-1] == wanted


def test_public_names_lie_under_a_listed_suffix() -> None:
    assert is_public("example.edu.cn") and is_public("a.xn--fsqu00a.xn--fiqs8s") and not is_public("edu.cn")
    assert is_private("127.31.0.1") and not is_private("8.8.8.8")
