"""Reading answers: what proves presence, what proves absence, and what proves nothing."""

import asyncio

import dns.exception
import dns.message
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.domain.answer import LONGEST_CHAIN, read
from probes.domain.lookup import look_up
from scanner.model.errors import NetworkError, TimedOut
from scanner.model.verdict import Reason
from tests.unit.fake_dns import TRUNCATED, FakeDns, FakeNetwork, Said, message, nodata

REFERRAL = message("www.example.com", "A")
REFERRAL.authority.append(dns.rrset.from_text("example.com.", 60, "IN", "NS", "ns1.example.com."))


def looked_up(said: Said, name: str = "www.example.com", kind: str = "A"):  # type: ignore[no-untyped-def]
    return asyncio.run(look_up(FakeNetwork(FakeDns({(name, kind): said})), name, kind))  # type: ignore[arg-type]


def test_nodata_with_the_zones_soa_is_absence_and_the_name_exists() -> None:
    answer = read(nodata("www.example.com", "A"), "www.example.com", "A")
    assert answer.absent and answer.exists is True


def test_nxdomain_is_absence_and_the_name_does_not_exist() -> None:
    answer = read(message("www.example.com", "A", rcode="NXDOMAIN"), "www.example.com", "A")
    assert answer.absent and answer.exists is False


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (message("www.example.com", "A", rcode="SERVFAIL"), Reason.UNREACHABLE),
        (message("www.example.com", "A", rcode="REFUSED"), Reason.REFUSED),
        (message("www.example.com", "A", rcode="FORMERR"), Reason.MALFORMED),
        (message("www.example.com", "A", "A 192.0.2.1", flags=TRUNCATED), Reason.MALFORMED),
        (nodata("www.example.com", "A", soa="example.org."), Reason.MALFORMED),
        (message("www.example.com", "A", "other.example.com. A 192.0.2.1"), Reason.MALFORMED),
        (REFERRAL, Reason.MALFORMED),
    ],
)
def test_what_is_no_answer_proves_nothing(sent: dns.message.Message, reason: Reason) -> None:
    answer = read(sent, "www.example.com", "A")
    assert answer.records is None and answer.exists is None and answer.reason is reason


def test_a_chain_of_aliases_is_followed_within_the_answer() -> None:
    sent = message(
        "www.example.com",
        "A",
        "CNAME a.example.net.",
        "a.example.net. CNAME b.example.net.",
        "b.example.net. A 192.0.2.1",
    )
    answer = read(sent, "www.example.com", "A")
    assert answer.texts == ("192.0.2.1",) and answer.aliases == ("a.example.net", "b.example.net")
    assert answer.own == ()


def test_an_alias_without_its_target_is_asked_on() -> None:
    dns = FakeDns(
        {
            ("www.example.com", "A"): message("www.example.com", "A", "CNAME a.example.net."),
            ("a.example.net", "A"): message("a.example.net", "A", "A 192.0.2.1"),
        }
    )
    answer = asyncio.run(look_up(FakeNetwork(dns), "www.example.com", "A"))  # type: ignore[arg-type]
    assert answer.texts == ("192.0.2.1",) and answer.aliases == ("a.example.net",)


def test_an_alias_to_a_name_that_is_not_there_leaves_the_alias_in_existence() -> None:
    answer = read(message("www.example.com", "A", "CNAME gone.example.net.", rcode="NXDOMAIN"), "www.example.com", "A")
    assert answer.absent and answer.exists is True


def test_a_loop_of_aliases_ends_as_malformed() -> None:
    sent = message("www.example.com", "A", "CNAME www.example.com.")
    assert read(sent, "www.example.com", "A").reason is Reason.MALFORMED


def test_an_endless_chain_over_many_answers_ends_as_malformed() -> None:
    looks: dict[tuple[str, str], Said] = {
        (f"a{number}.example.com", "A"): message(f"a{number}.example.com", "A", f"CNAME a{number + 1}.example.com.")
        for number in range(50)
    }
    dns = FakeDns(looks)
    answer = asyncio.run(look_up(FakeNetwork(dns), "a0.example.com", "A"))  # type: ignore[arg-type]
    assert answer.reason is Reason.MALFORMED and len(dns.asked) <= LONGEST_CHAIN + 2


def test_absence_is_looked_at_twice_and_records_in_the_second_look_count() -> None:
    assert looked_up([nodata("www.example.com", "A"), message("www.example.com", "A", "A 192.0.2.1")]).texts == (
        "192.0.2.1",
    )


def test_absence_is_not_believed_where_the_second_look_finds_nothing_out() -> None:
    answer = looked_up([nodata("www.example.com", "A"), TimedOut()])
    assert answer.records is None and answer.reason is Reason.TIMED_OUT


def test_a_time_out_is_never_absence() -> None:
    assert looked_up(TimedOut()).records is None


def test_an_interruption_passes_through_so_that_it_is_asked_again() -> None:
    with pytest.raises(NetworkError):
        looked_up(NetworkError("window closed", Reason.INTERRUPTED))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_bytes_of_a_stranger_break_the_reading_or_pass_for_absence(data: st.DataObject) -> None:
    wire = bytearray(
        message("www.example.com", "TXT", 'TXT "v=spf1 -all"', "CNAME a.example.com.", soa="example.com.").to_wire()
    )
    for place, byte in data.draw(st.lists(st.tuples(st.integers(0, len(wire) - 1), st.integers(0, 255)), max_size=8)):
        wire[place] = byte
    wire = wire[: data.draw(st.integers(12, len(wire)))]
    try:
        sent = dns.message.from_wire(bytes(wire), ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return
    answer = read(sent, "www.example.com", "TXT")
    assert (answer.records is None) == (answer.reason is not None or answer.onward is not None)
    assert all(text.isascii() and text.isprintable() for text in answer.texts)
