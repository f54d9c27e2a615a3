"""Zone transfers: given, refused, and not to be told."""

import asyncio
import json
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from probes.domain import transfer
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.judging.judgement import Judgement
from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, TimedOut, Unreachable
from scanner.model.network import Server
from scanner.model.observation import Observation
from scanner.model.verdict import Reason, Verdict
from tests.unit.fake_dns import SOA, ZONE, FakeDns, FakeNetwork, Said, message

NS = message("example.com", "NS", "NS ns1.example.com.", "NS NS2.example.com.")
PLACED = (Server("ns1.example.com", "192.0.2.1"), Server("ns2.example.com", "192.0.2.2"))
GIVEN = (9, ("example.com", "a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com"))
REFUSED = Malformed("REFUSED")
HAS_SOA = message("example.com", "SOA", SOA)
Given = tuple[int, tuple[str, ...]] | NetworkError


def judgements(
    transfers: dict[str, Given],
    *,
    foreign: tuple[str, ...] = (),
    placed: tuple[Server, ...] = PLACED,
    soa: Said = HAS_SOA,
) -> list[Judgement]:
    asks: dict[tuple[str, str], Said] = {("example.com", "SOA"): soa}
    dns = FakeDns({("example.com", "NS"): NS}, placed=placed, transfers=transfers, asks=asks)
    seen = asyncio.run(transfer.observe(ZONE, FakeNetwork(dns, foreign=foreign)))  # type: ignore[arg-type]
    facts = json.loads(json.dumps(asdict(seen.facts)))
    observation = Observation("domain.transfer", ZONE, datetime.now(UTC), facts, dict(seen.gaps), seen.evidence)
    return judge(load().checks["dns.zone-transfer-open"], ZONE, {"domain.transfer": observation}, {})


def verdicts(transfers: dict[str, Given], **more: object) -> dict[str, tuple[Verdict, Reason | None]]:
    found = judgements(transfers, **more)  # type: ignore[arg-type]
    return {one.discriminator: (one.verdict, one.reason) for one in found}


def test_the_server_that_gives_the_zone_fails_and_its_neighbour_passes() -> None:
    assert verdicts({"192.0.2.1": GIVEN, "192.0.2.2": REFUSED}) == {
        "ns1.example.com": (Verdict.FAIL, None),
        "ns2.example.com": (Verdict.PASS, None),
    }


def test_the_evidence_is_soa_count_and_five_names_at_most() -> None:
    (failed, _) = judgements({"192.0.2.1": GIVEN, "192.0.2.2": REFUSED})
    (evidence,) = failed.evidence
    lines = evidence.content.decode().splitlines()
    assert lines[0].startswith("SOA ns1.example.com.") and lines[1] == "records 9" and len(lines) == 2 + 5


@pytest.mark.parametrize("said", ["REFUSED", "NOTAUTH", "NOTIMP"])
def test_a_refusal_by_dns_means_passes(said: str) -> None:
    assert verdicts({"192.0.2.1": Malformed(said), "192.0.2.2": REFUSED})["ns1.example.com"][0] is Verdict.PASS


def test_a_reset_of_tcp_passes_for_nothing_is_given_there() -> None:
    assert verdicts({"192.0.2.1": ConnectionRefused(), "192.0.2.2": REFUSED})["ns1.example.com"][0] is Verdict.PASS


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimedOut(), Reason.TIMED_OUT),
        (Malformed("the stream ended"), Reason.MALFORMED),
        (Malformed("SERVFAIL"), Reason.MALFORMED),
        (Malformed("NOERROR without a record"), Reason.MALFORMED),
        (Unreachable(), Reason.UNREACHABLE),
    ],
)
def test_what_is_no_answer_is_not_tested(error: NetworkError, reason: Reason) -> None:
    found = verdicts({"192.0.2.1": error, "192.0.2.2": REFUSED})
    assert found["ns1.example.com"] == (Verdict.NOT_TESTED, reason)


@pytest.mark.parametrize(
    "given", [(1, ("example.com",)), (64, ("a.other.org",)), (64, ("a.example.com",)), (64, ("example.com", "x.org"))]
)
def test_records_that_are_no_zone_are_no_transfer(given: tuple[int, tuple[str, ...]]) -> None:
    found = verdicts({"192.0.2.1": given, "192.0.2.2": REFUSED})
    assert found["ns1.example.com"] == (Verdict.NOT_TESTED, Reason.MALFORMED)


@pytest.mark.parametrize(
    ("soa", "reason"),
    [(message("example.com", "SOA", "A 192.0.2.1"), Reason.MALFORMED), (TimedOut(), Reason.TIMED_OUT)],
)
def test_a_server_that_has_no_soa_for_the_zone_gave_no_zone(soa: Said, reason: Reason) -> None:
    found = verdicts({"192.0.2.1": GIVEN, "192.0.2.2": REFUSED}, soa=soa)
    assert found["ns1.example.com"] == (Verdict.NOT_TESTED, reason)


def test_a_foreign_server_is_not_asked() -> None:
    found = verdicts({"192.0.2.2": REFUSED}, foreign=("192.0.2.1",))
    assert found["ns1.example.com"] == (Verdict.NOT_TESTED, Reason.NOT_CONFIRMED)


def test_a_server_without_an_address_is_not_tested() -> None:
    found = verdicts({"192.0.2.2": REFUSED}, placed=PLACED[1:])
    assert found["ns1.example.com"] == (Verdict.NOT_TESTED, Reason.UNREACHABLE)


def test_one_address_that_gives_is_enough_and_makes_one_finding() -> None:
    both = (*PLACED, Server("ns1.example.com", "2001:db8::1"))
    found = verdicts({"192.0.2.1": REFUSED, "192.0.2.2": REFUSED, "2001:db8::1": GIVEN}, placed=both)
    assert found["ns1.example.com"] == (Verdict.FAIL, None) and len(found) == 2


def test_a_silent_address_keeps_a_refusing_one_from_passing() -> None:
    both = (*PLACED, Server("ns1.example.com", "2001:db8::1"))
    found = verdicts({"192.0.2.1": REFUSED, "192.0.2.2": REFUSED, "2001:db8::1": TimedOut()}, placed=both)
    assert found["ns1.example.com"] == (Verdict.NOT_TESTED, Reason.TIMED_OUT)


def test_a_name_without_name_servers_of_its_own_is_not_judged() -> None:
    seen = asyncio.run(transfer.observe(ZONE, FakeNetwork(FakeDns())))  # type: ignore[arg-type]
    observation = Observation("domain.transfer", ZONE, datetime.now(UTC), asdict(seen.facts), dict(seen.gaps))
    (only,) = judge(load().checks["dns.zone-transfer-open"], ZONE, {"domain.transfer": observation}, {})
    assert only.verdict is Verdict.NOT_APPLICABLE
