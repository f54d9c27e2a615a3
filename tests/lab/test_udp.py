"""Every check of services over UDP at real servers, their well-kept twins, and peers that misbehave.

One whole inspection in a namespace of its own, of servers in another one (udp_in_namespace.py). What Debian does
not have is faked after the specification (servers/far_fakes.py).
"""

from typing import Any

import pytest

from tests.lab.server import needs
from tests.lab.servers.far_fakes import PEERS
from tests.lab.test_proof import story

pytestmark = [pytest.mark.lab, pytest.mark.namespace]

PROGRAMS = (
    "snmpd", "ntpd", "miniupnpd", "nmbd", "in.tftpd", "coap-server-notls", "turnserver", "ipmi_sim", "memcached",
    "rpcbind", "ganesha.nfsd", "inetd", "in.fingerd", "finger", "named",
)  # fmt: skip
QUESTIONS = {
    "coap.open": 5683, "ipmi.exposed": 623, "memcached.udp-open": 11211, "netbios.exposed": 137, "ntp.mode6": 123,
    "ntp.monlist": 123, "rpcbind.exposed": 111, "snmp.public": 161, "ssdp.exposed": 1900, "stun.open-relay": 3478,
    "tftp.open": 69,
}  # fmt: skip
SMALL = (7, 13, 17, 19)
Told = dict[str, Any]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    needs(*PROGRAMS)
    found = story("all", tmp_path_factory.mktemp("udp"), 240, "tests.lab.udp_in_namespace")
    assert "verdicts" in found, found
    return found


def verdict(told: Told, check: str, place: str) -> tuple[str, str | None]:
    """Of one check at transport/address:port."""
    verdict, reason = told["verdicts"][f"{check} {place}"]
    return verdict, reason


@pytest.mark.parametrize(
    ("check", "place", "words"),
    [
        ("snmp.public", "udp/10.53.1.1:161", "(Linux "),
        ("snmp.public", "udp/10.53.1.20:161", "Cisco IOS 15.0(2)SE11"),
        ("ntp.mode6", "udp/10.53.1.2:123", "ntpsec 1."),
        ("ntp.monlist", "udp/10.53.1.21:123", "6 clients"),
        ("ssdp.exposed", "udp/10.53.0.2:1900", "MiniUPnPd/"),
        ("netbios.exposed", "udp/10.53.1.5:137", "names"),
        ("tftp.open", "udp/10.53.1.6:69", "error 1"),
        ("coap.open", "udp/10.53.1.7:5683", "2.05"),
        ("stun.open-relay", "udp/10.53.1.8:3478", "released at once, which the server confirmed"),
        ("ipmi.exposed", "udp/10.53.1.9:623", "IPMI 2.0; weak ways that it allows: no authentication"),
        ("memcached.udp-open", "udp/10.53.1.10:11211", "VERSION 1."),
        ("rpcbind.exposed", "udp/10.53.1.11:111", "portmapper, nfs, mountd"),
        ("rpcbind.exposed", "tcp/10.53.1.11:111", "portmapper, nfs, mountd"),
        ("nfs.export-world", "tcp/10.53.1.11:2049", "/world"),
        ("legacy.small-services", "udp/10.53.1.22:17", "qotd"),
        ("legacy.small-services", "udp/10.53.1.12:7", "echo"),
        ("legacy.small-services", "udp/10.53.1.12:13", "daytime"),
        ("legacy.small-services", "udp/10.53.1.12:19", "chargen"),
        ("legacy.small-services", "tcp/10.53.1.12:7", "echo"),
        ("legacy.small-services", "tcp/10.53.1.12:9", "discard"),
        ("legacy.small-services", "tcp/10.53.1.12:13", "daytime"),
        ("legacy.small-services", "tcp/10.53.1.12:17", "qotd"),
        ("legacy.small-services", "tcp/10.53.1.12:19", "chargen"),
        ("legacy.small-services", "tcp/10.53.1.12:79", "finger"),
        ("dns.amplification", "udp/10.53.1.13:53", "big.example ANY"),
        ("dns.amplification", "udp/10.53.1.14:53", ". DNSKEY"),
        ("dns.tcp-refused", "udp/10.53.2.13:53", "reset two TCP connections"),
    ],
)
def test_a_careless_server_fails_in_its_own_words(told: Told, check: str, place: str, words: str) -> None:
    assert verdict(told, check, place) == ("fail", None)
    seen, _ = told["findings"][f"{check} {place}"]
    assert words in seen


@pytest.mark.parametrize(
    ("check", "place"),
    [
        ("snmp.public", "udp/10.53.2.1:161"),  # a version 3 user alone; the engine answers
        ("ntp.mode6", "udp/10.53.2.2:123"),  # noquery; the time is given
        ("ntp.monlist", "udp/10.53.2.2:123"),
        ("ntp.monlist", "udp/10.53.1.2:123"),  # NTPsec has no mode 7
        ("ntp.mode6", "udp/10.53.1.21:123"),
        ("stun.open-relay", "udp/10.53.2.8:3478"),  # 401
        ("memcached.udp-open", "udp/10.53.2.10:11211"),  # -U 0: closed
        ("nfs.export-world", "tcp/10.53.2.11:2049"),  # exports to others alone
        ("coap.open", "udp/10.53.2.20:5683"),  # pings alone
        ("ipmi.exposed", "udp/10.53.2.20:623"),
        ("rpcbind.exposed", "udp/10.53.2.20:111"),  # keeps its list to itself
        ("dns.amplification", "udp/10.53.2.13:53"),  # minimal-any
        ("dns.tcp-refused", "udp/10.53.1.13:53"),
    ],
)
def test_a_well_kept_server_passes(told: Told, check: str, place: str) -> None:
    assert verdict(told, check, place) == ("pass", None)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.53.3.1", "timed-out"),  # silent
        ("10.53.3.2", "malformed"),  # garbage
        ("10.53.3.3", "malformed"),  # our own bytes
        ("10.53.3.4", "timed-out"),  # right answers from a port that nobody asked
        ("10.53.3.5", "malformed"),  # 60,000 bytes
        ("10.53.3.6", "budget"),  # datagrams without end
        ("10.53.3.10", "timed-out"),  # dropped by a firewall
        ("10.53.3.11", "unreachable"),  # forbidden by a firewall, by ICMP
    ],
)
def test_what_misbehaves_is_not_tested(told: Told, address: str, expected: str) -> None:
    places = {f"{check} udp/{address}:{port}" for check, port in QUESTIONS.items()}
    places |= {f"legacy.small-services udp/{address}:{port}" for port in SMALL}
    ends = {place: tuple(told["verdicts"][place]) for place in places}
    if address == "10.53.3.3":  # what sends everything back is an echo, where echo lives
        assert ends.pop(f"legacy.small-services udp/{address}:7") == ("fail", None)
    assert set(ends.values()) == {("not-tested", expected)}


def test_a_full_relay_refuses_nobody_in_particular(told: Told) -> None:
    assert verdict(told, "stun.open-relay", "udp/10.53.3.8:3478") == ("not-tested", "refused")


@pytest.mark.parametrize("address", ["10.54.0.2", "10.53.3.9"])
def test_a_port_that_is_refused_passes_even_where_icmp_is_limited(told: Told, address: str) -> None:
    """10.54.0.2 sends one ICMP message a second after the first few, as Linux does."""
    ends = {check: verdict(told, check, f"udp/{address}:{port}") for check, port in QUESTIONS.items()}
    ends |= {str(port): verdict(told, "legacy.small-services", f"udp/{address}:{port}") for port in SMALL}
    assert set(ends.values()) == {("pass", None)}


@pytest.mark.parametrize(
    ("check", "port"),
    [
        ("rpcbind.exposed", 111),
        ("nfs.export-world", 2049),
        *(("legacy.small-services", port) for port in (7, 9, 13, 17, 19, 79)),
    ],
)
def test_a_closed_tcp_port_of_theirs_passes_too(told: Told, check: str, port: int) -> None:
    assert verdict(told, check, f"tcp/10.54.0.2:{port}") == ("pass", None)


def test_what_answers_stands_in_the_inventory_with_what_it_says(told: Told) -> None:
    services = told["services"]
    assert services["udp/10.53.0.2:1900"][:2] == ["ssdp", "MiniUPnPd"]
    assert services["udp/10.53.1.2:123"][:2] == ["ntp", "ntpsec"]
    assert services["udp/10.53.1.8:3478"][:2] == ["stun", "Coturn"]
    assert services["udp/10.53.1.9:623"] == ["ipmi", "", "2.0"]
    assert services["udp/10.53.1.1:161"][0] == "snmp"
    assert services["udp/10.53.1.20:161"] == ["snmp", "Cisco IOS", "15.0(2)SE11"]
    assert not {place for place in services if place.startswith("udp/10.53.3.1:")}


def test_discard_is_inferred_and_the_others_are_seen(told: Told) -> None:
    confidence = {place: how for place, (_, how) in told["findings"].items()}
    assert confidence.pop("legacy.small-services tcp/10.53.1.12:9") == "inferred"
    assert set(confidence.values()) == {"confirmed"}


def test_the_community_is_tried_once_and_nothing_goes_to_ports_that_nobody_speaks_to(told: Told) -> None:
    for place, datagrams in told["heard"].items():
        tried = [one for one in datagrams if b"public".hex() in one]
        assert len(tried) <= place.endswith(":161"), place
    assert len([one for one in told["heard"]["10.53.1.20:161"] if b"public".hex() in one]) == 1
    assert told["packets"]["unspoken"] == 0
    assert told["packets"]["datagrams"] > 500, "the counter counts"


def test_a_silent_port_hears_two_datagrams_of_a_protocol_and_no_more(told: Told) -> None:
    for port in (*SMALL, 69, 111, 123, 137, 623, 1900, 3478, 5683, 11211):
        assert len(told["heard"][f"10.53.3.1:{port}"]) == 2
    assert len(told["heard"]["10.53.3.1:161"]) == 3
    assert all(len(told["heard"][f"{address}:{port}"]) <= 4 for address in PEERS for port in SMALL)


def test_names_that_servers_told_are_nowhere_in_the_results(told: Told) -> None:
    assert told["secret"] is False
    assert told["errors"] == []
