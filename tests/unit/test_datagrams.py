"""Each UDP protocol's question and answer: known by its own words, and by nothing bent, cut, random or sent back."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.services import (
    ber,
    coap_message,
    dns_reply,
    ipmi_message,
    ntp_message,
    rpc,
    rpc_programs,
    snmp_message,
    stun_message,
)
from probes.services.datagram import Asked
from probes.services.datagrams import netbios
from probes.services.datagrams.table import DATAGRAMS
from probes.services.identity import Identity
from probes.services.small_talk import is_daytime, is_quote, is_ring
from scanner.catalogue.loader import load
from scanner.catalogue.ports import load_ports
from scanner.model.errors import Malformed

NUMBER = 0x1234
STAMP = b"\x01\x02\x03\x04\x05\x06\x07\x08"
TRANSACTION = bytes(range(12))
CALL = b"\x00\x00\x12\x34"


def asked(port: int, place: int = 0) -> Asked[Identity]:
    return DATAGRAMS[port].questions[place]()


def dns_answer(query: bytes) -> bytes:
    return query[:2] + b"\x81\x80" + query[4:]


def ntp_answer(query: bytes) -> bytes:
    return b"\x24\x03" + bytes(22) + query[40:48] + bytes(16)


def snmp_report(query: bytes) -> bytes:
    """After RFC 3414: the question's own numbers, an engine's id of Net-SNMP's, a report."""
    _, content, _ = ber.element(query)
    parts = list(ber.elements(content))
    engine = ber.pack(ber.OCTETS, b"\x80\x00\x1f\x88\x80" + b"hostname")
    empty = ber.pack(ber.OCTETS)
    security = ber.pack(ber.SEQUENCE, engine, ber.integer(1), ber.integer(9), empty, empty, empty)
    report = ber.pack(0xA8, ber.integer(1), ber.integer(0), ber.integer(0), ber.pack(ber.SEQUENCE))
    scoped = ber.pack(ber.SEQUENCE, engine, empty, report)
    return ber.pack(ber.SEQUENCE, ber.pack(*parts[0]), ber.pack(*parts[1]), ber.pack(ber.OCTETS, security), scoped)


def capabilities(query: bytes) -> bytes:
    """After IPMI 2.0, section 22.13: MD5 and passwords, version 2.0."""
    rest = bytes([0x20, query[18], 0x38, 0, 1, 0x94, 0x04, 0x02, 0, 0, 0, 0])
    message = b"\x81\x1c\x63" + rest + bytes([-sum(rest) & 0xFF])
    return query[:13] + bytes([len(message)]) + message


def node_status(query: bytes) -> bytes:
    name = b"\x20CK" + b"A" * 30 + b"\x00\x00\x21\x00\x01"
    return query[:2] + b"\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00" + name + bytes(6) + b"\x02" + bytes(2 * 18 + 46)


def rpc_reply(query: bytes) -> bytes:
    return query[:4] + bytes.fromhex("00000001") + bytes(16)


ANSWERS: dict[tuple[int, int], tuple[Callable[[bytes], bytes], str]] = {
    (7, 0): (lambda query: query, "echo"),
    (13, 0): (lambda _: b"Wed Nov 25 22:09:00 2026\r\n", "daytime"),
    (17, 0): (lambda _: b"Well begun is half done.\r\n", "qotd"),
    (19, 0): (lambda _: bytes(range(0x21, 0x21 + 72)) + b"\r\n", "chargen"),
    (53, 0): (dns_answer, "dns"),
    (69, 0): (lambda _: b"\x00\x05\x00\x01File not found\x00", "tftp"),
    (111, 0): (rpc_reply, "rpcbind"),
    (123, 0): (ntp_answer, "ntp"),
    (137, 0): (node_status, "netbios"),
    (161, 0): (snmp_report, "snmp"),
    (623, 0): (capabilities, "ipmi"),
    (623, 1): (lambda query: query[:8] + b"\x40" + query[9:10] + b"\x00\x10" + bytes(16), "ipmi"),
    (1900, 0): (lambda _: b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nSERVER: Linux UPnP/1.1 Tiny/2.3\r\n\r\n", "ssdp"),
    (3478, 0): (lambda query: b"\x01\x01\x00\x00" + query[4:], "stun"),
    (5683, 0): (lambda query: b"\x70\x00" + query[2:4], "coap"),
    (5683, 1): (lambda query: b"\x64\x45" + query[2:8] + b"\xffx", "coap"),
    (11211, 0): (lambda query: query[:8] + b"VERSION 1.6.18\r\n", "memcached"),
}


@pytest.mark.parametrize("place", ANSWERS, ids=str)
def test_a_protocol_is_known_by_the_answer_to_its_question(place: tuple[int, int]) -> None:
    answer, protocol = ANSWERS[place]
    question = asked(*place)
    told = question.recognise(answer(question.payload))
    assert told is not None and told.protocol == protocol == DATAGRAMS[place[0]].protocol


NUMBERLESS = {13, 17, 19, 69, 1900}
"""Protocols whose answers give no number back: they count from the connected port, or TFTP's fresh one."""


@pytest.mark.parametrize("place", [place for place in ANSWERS if place[0] not in NUMBERLESS], ids=str)
def test_an_answer_to_another_question_is_none(place: tuple[int, int]) -> None:
    answer, _ = ANSWERS[place]
    first = asked(*place)
    other = asked(*place)
    while other.payload == first.payload:
        other = asked(*place)
    assert first.recognise(answer(other.payload)) is None


@pytest.mark.parametrize("port", DATAGRAMS)
def test_our_own_bytes_are_no_answer_but_of_an_echo(port: int) -> None:
    for make in DATAGRAMS[port].questions:
        question = make()
        assert (question.recognise(question.payload) is None) is (port != 7)


@pytest.mark.parametrize("place", ANSWERS, ids=str)
@given(cut=st.integers(0, 200), at=st.integers(0, 400), value=st.integers(0, 255), tail=st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_bent_and_cut_answers_are_read_without_a_fault(
    place: tuple[int, int], cut: int, at: int, value: int, tail: bytes
) -> None:
    question = asked(*place)
    answer = bytearray(ANSWERS[place][0](question.payload) + tail)
    if at < len(answer):
        answer[at] = value
    told = question.recognise(bytes(answer[: max(0, len(answer) - cut)]))
    assert told is None or (told.protocol == DATAGRAMS[place[0]].protocol and len(told.banner) <= 200)


@pytest.mark.parametrize("port", DATAGRAMS)
@given(data=st.binary(max_size=1500))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_read_without_a_fault(port: int, data: bytes) -> None:
    for make in DATAGRAMS[port].questions:
        told = make().recognise(data)
        assert told is None or told.banner.isprintable()


def test_every_udp_check_has_its_dialogue_and_none_of_them_a_port_that_nobody_speaks_to() -> None:
    asked_for = {port for check in load().checks.values() for port in check.udp_ports}
    assert asked_for == set(DATAGRAMS)
    assert asked_for.isdisjoint(load_ports().never_spoken_to)


READERS: dict[str, Callable[[bytes], Any]] = {
    "ntp variables": lambda data: ntp_message.variables(data, NUMBER),
    "ntp list": ntp_message.listed,
    "snmp report": lambda data: snmp_message.engine_of(data, NUMBER),
    "snmp object": lambda data: snmp_message.given(data, NUMBER),
    "coap": lambda data: coap_message.code_of(data, b"\x12\x34", b"abcd"),
    "stun": lambda data: stun_message.reply(data, stun_message.ALLOCATE, TRANSACTION),
    "ipmi": lambda data: ipmi_message.told(data, 7),
    "rpc": lambda data: rpc.reply(data, CALL),
    "programs": rpc_programs.programs,
    "exports": rpc_programs.exports,
    "port": rpc_programs.port,
    "netbios": lambda data: netbios.names_in(data, b"\x12\x34"),
    "dns": lambda data: dns_reply.answer(data, dns_reply.small("big.example", "ANY", recursive=False)),
    "dns message": dns_reply.read,
    "daytime": is_daytime,
    "ring": is_ring,
    "quote": is_quote,
}
HEADS = (
    b"", b"\x16\x82\x12\x34" + bytes(6), b"\xd7\x00\x03\x2a", b"\x30\x82\xff\xff\x02\x01\x03", b"\x30\x80",
    b"\x60\x45\x12\x34", b"\x01\x03\xff\xfc\x21\x12\xa4\x42" + TRANSACTION, b"\x06\x00\xff\x07" + bytes(9) + b"\xff",
    CALL + bytes.fromhex("00000001") + bytes(16), b"\x00\x00\x00\x01", b"\x00\x00\x00\x01\xff\xff\xff\xff",
    b"\x12\x34\x84\x00", snmp_message.asked_for("public", NUMBER), b"\x30\x84\x7f\xff\xff\xff",
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@given(head=st.sampled_from(HEADS), data=st.binary(max_size=600), cut=st.integers(0, 60))
@settings(max_examples=150, deadline=None)
def test_no_reader_faults_on_what_a_stranger_sends(reader: str, head: bytes, data: bytes, cut: int) -> None:
    whole = head + data
    READERS[reader](whole[: len(whole) - cut] if cut < len(whole) else whole)


@given(data=st.binary(max_size=400))
def test_ber_ends_or_says_that_it_is_malformed(data: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert sum(len(content) + 2 for _, content in ber.elements(data)) <= len(data)


def test_a_list_that_never_ends_is_no_list() -> None:
    entry = b"\x00\x00\x00\x01" + bytes(16)
    assert rpc_programs.programs(entry * 2) is None
    many = b"".join(b"\x00\x00\x00\x01" + n.to_bytes(4, "big") + bytes(12) for n in range(600)) + bytes(4)
    assert rpc_programs.programs(many) is None
    export = b"\x00\x00\x00\x01\x00\x00\x00\x04/abc" + bytes(4)
    assert rpc_programs.exports(export * 600 + bytes(4)) is None


@pytest.mark.parametrize(
    ("groups", "world"),
    [([], True), (["*"], True), (["10.0.0.0/24"], False), (["10.0.0.0/24", "(everyone)"], True), (["trusted"], False)],
)
def test_an_export_is_everyones_where_nobody_or_everyone_is_named(groups: list[str], world: bool) -> None:
    def opaque(text: str) -> bytes:
        raw = text.encode()
        return len(raw).to_bytes(4, "big") + raw + bytes(-len(raw) % 4)

    body = b"\x00\x00\x00\x01" + opaque("/srv/data")
    body += b"".join(b"\x00\x00\x00\x01" + opaque(group) for group in groups) + bytes(4) + bytes(4)
    assert rpc_programs.exports(body) == (rpc_programs.Export("/srv/data", world),)


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("Linux SECRETHOST 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC x86_64", ("Linux", "6.1.0-18-amd64")),
        ("Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 15.0(2)SE11, RELEASE", ("Cisco IOS", "15.0(2)SE11")),
        ("Huawei Versatile Routing Platform Software VRP (R) software, Version 8.180 (CE6850)", ("Versatile Routing Platform", "8.180")),
        ("H3C Comware Platform Software, Software Version 7.1.070, Release 6607", ("Comware", "7.1.070")),
        ("RouterOS RB750Gr3", ("RouterOS", "")),
        ("Hardware: Intel64 - Software: Windows Version 6.3 (Build 17763)", ("Windows", "6.3")),
        ("HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT", ("", "")),
    ],
)  # fmt: skip
def test_of_a_description_the_product_alone_is_kept(text: str, product: tuple[str, str]) -> None:
    assert snmp_message.product_of(text) == product


@pytest.mark.parametrize(
    "line",
    [
        b"Wed Nov 25 22:09:00 2026\r\n", b"Wednesday, November 25, 2026 22:09:00-UTC\r\n", b"25 NOV 2026 22:09:00 CST\r\n",
        b"2026-11-25 22:09:00\r\n", b"22:09:00 2026/11/25\n", b"Wed, 25 Nov 2026 22:09:00 +0800\r\n",
    ],
)  # fmt: skip
def test_a_date_is_a_date_however_it_is_written(line: bytes) -> None:
    assert is_daytime(line)


@pytest.mark.parametrize(
    "line", [b"", b"220 ready\r\n", b"login: ", b"SSH-2.0-OpenSSH_9.2\r\n", b"Nov 25", b"\x00" * 40]
)
def test_other_lines_are_no_date(line: bytes) -> None:
    assert not is_daytime(line)
