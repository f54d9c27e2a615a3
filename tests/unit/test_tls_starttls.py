"""What is said before a hello, protocol by protocol: pure, and fuzzed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls.starttls.step import End, Reader, Step
from probes.tls.starttls.table import DIALOGUES, before, speaks_tls
from scanner.model.errors import Malformed
from scanner.model.target import Target, TargetKind

MYSQL = b"\x0a5.7.44\0" + bytes(4) + b"12345678\0" + b"\xff\xff" + b"\x21\x02\x00" + bytes(40)
MYSQL_WITHOUT = MYSQL.replace(b"\xff\xff", b"\xff\xf7")


def packet(body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + b"\0" + body


def rdp(told: bytes) -> bytes:
    return b"\x03\x00" + (11 + len(told)).to_bytes(2, "big") + bytes([6 + len(told), 0xD0]) + bytes(5) + told


def ldap(code: int, long: bool = False) -> bytes:
    result = b"\x0a\x01" + bytes([code]) + b"\x04\x00\x04\x00"
    response = b"\x78" + bytes([len(result)]) + result
    message = b"\x02\x01\x01" + response
    return b"\x30" + (b"\x84\x00\x00\x00" if long else b"") + bytes([len(message)]) + message


SPOKEN: dict[str, list[tuple[list[bytes], End]]] = {
    "smtp": [
        ([b"220-a\r\n220 mail ESMTP\r\n", b"250-mail\r\n250-SIZE 1\r\n250 STARTTLS\r\n", b"220 go\r\n"], End.READY),
        ([b"220 mail\r\n", b"250-mail\r\n250 SIZE 1\r\n"], End.NOT_OFFERED),
        ([b"220 mail\r\n", b"502 what\r\n"], End.NOT_OFFERED),
        ([b"421 4.7.0 too many\r\n"], End.NOT_NOW),
        ([b"554 5.7.1 go away\r\n"], End.NOT_NOW),
        ([b"220 mail\r\n", b"421 4.7.0 try later\r\n"], End.NOT_NOW),
        ([b"220 mail\r\n", b"250-m\r\n250-STARTTLS\r\n250 X\r\n", b"454 4.7.0 TLS not available\r\n"], End.NOT_NOW),
        ([b"220 mail\r\n", b"250 STARTTLS\r\n", b"502 5.5.1 not implemented\r\n"], End.NOT_OFFERED),
    ],
    "ftp": [
        ([b"220-Welcome\r\n220 ready\r\n", b"234 go\r\n"], End.READY),
        ([b"220 ready\r\n", b"530 Please login\r\n"], End.NOT_OFFERED),
        ([b"220 ready\r\n", b"431 not now\r\n"], End.NOT_NOW),
        ([b"421 too many\r\n"], End.NOT_NOW),
    ],
    "imap": [
        ([b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n", b"y2 OK begin\r\n"], End.READY),
        ([b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1 STARTTLS\r\ny1 OK\r\n", b"y2 OK\r\n"], End.READY),
        ([b"* OK ready\r\n", b"* CAPABILITY IMAP4rev1\r\ny1 OK done\r\n"], End.NOT_OFFERED),
        ([b"* OK ready\r\n", b"* CAPABILITY STARTTLS\r\ny1 OK\r\n", b"y2 NO [UNAVAILABLE]\r\n"], End.NOT_NOW),
        ([b"* BYE overloaded\r\n"], End.NOT_NOW),
    ],
    "pop3": [
        ([b"+OK hi\r\n", b"+OK\r\nSTLS\r\n.\r\n", b"+OK go\r\n"], End.READY),
        ([b"+OK hi\r\n", b"-ERR what\r\n", b"+OK go\r\n"], End.READY),
        ([b"+OK hi\r\n", b"+OK\r\nUSER\r\n.\r\n"], End.NOT_OFFERED),
        ([b"+OK hi\r\n", b"-ERR what\r\n", b"-ERR unknown\r\n"], End.NOT_OFFERED),
        ([b"+OK hi\r\n", b"-ERR what\r\n", b"-ERR [SYS/TEMP] later\r\n"], End.NOT_NOW),
        ([b"-ERR busy\r\n"], End.NOT_NOW),
    ],
    "sieve": [
        ([b'"IMPLEMENTATION" "x"\r\n"STARTTLS"\r\nOK "ready"\r\n', b'OK "go"\r\n'], End.READY),
        ([b'"IMPLEMENTATION" "x"\r\nOK\r\n'], End.NOT_OFFERED),
        ([b'BYE (TRYLATER) "busy"\r\n'], End.NOT_NOW),
    ],
    "nntp": [
        ([b"200 hello\r\n", b"382 go\r\n"], End.READY),
        ([b"201 hello\r\n", b"500 what\r\n"], End.NOT_OFFERED),
        ([b"200 hello\r\n", b"580 cannot\r\n"], End.NOT_NOW),
        ([b"400 later\r\n"], End.NOT_NOW),
    ],
    "irc": [
        ([b":irc NOTICE * :Looking up\r\n:irc CAP * LS :sasl tls\r\n", b":irc 670 * :go\r\n"], End.READY),
        ([b":irc 421 * CAP :Unknown command\r\n", b":irc 670 * :go\r\n"], End.READY),
        ([b":irc CAP * LS :sasl\r\n"], End.NOT_OFFERED),
        ([b":irc 421 * CAP :Unknown\r\n", b":irc 421 * STARTTLS :Unknown command\r\n"], End.NOT_OFFERED),
        ([b":irc CAP * LS :tls\r\n", b":irc 691 * :failed\r\n"], End.NOT_NOW),
        ([b"ERROR :Closing link\r\n"], End.NOT_NOW),
    ],
    "ldap": [
        ([ldap(0)], End.READY),
        ([ldap(0, long=True)], End.READY),
        ([ldap(2)], End.NOT_OFFERED),
        ([ldap(52)], End.NOT_NOW),
    ],
    "xmpp": [
        (
            [
                b"<?xml version='1.0'?><stream:stream><stream:features><starttls "
                b"xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>",
                b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
            ],
            End.READY,
        ),
        ([b"<stream:stream><stream:features><mechanisms/></stream:features>"], End.NOT_OFFERED),
        ([b"<stream:stream><stream:features/>"], End.NOT_OFFERED),
        ([b"<stream:stream><stream:error><host-unknown/></stream:error>"], End.NOT_NOW),
    ],
    "postgresql": [([b"S"], End.READY), ([b"N"], End.NOT_OFFERED), ([b"E\0\0\0\x10SFATAL"], End.NOT_NOW)],
    "mysql": [
        ([packet(MYSQL)], End.READY),
        ([packet(MYSQL_WITHOUT)], End.NOT_OFFERED),
        ([packet(b"\xff\x69\x04Host is blocked")], End.NOT_NOW),
    ],
    "rdp": [
        ([rdp(b"\x02\x00\x08\x00\x01\x00\x00\x00")], End.READY),
        ([rdp(b"\x02\x00\x08\x00\x00\x00\x00\x00")], End.NOT_OFFERED),
        ([rdp(b"\x03\x00\x08\x00\x02\x00\x00\x00")], End.NOT_OFFERED),
        ([rdp(b"\x03\x00\x08\x00\x05\x00\x00\x00")], End.NOT_NOW),
        ([rdp(b"")], End.NOT_OFFERED),
    ],
}
CASES = [(protocol, words, end) for protocol, told in SPOKEN.items() for words, end in told]


def led(protocol: str, words: list[bytes]) -> tuple[Step, int]:
    """The last step, and how many of the server's answers were used."""
    read: Reader | None = DIALOGUES[protocol].listen
    step = Step()
    for number, heard in enumerate(words, 1):
        assert read is not None
        for cut in range(len(heard)):
            early = read(heard[:cut])
            assert early is None or early.end is not End.READY or protocol in ("xmpp", "postgresql"), heard[:cut]
        found = read(heard)
        assert found is not None, heard
        step, read = found, found.then
        if step.end is not None:
            return step, number
    return step, len(words)


@pytest.mark.parametrize(("protocol", "words", "end"), CASES)
def test_each_dialogue_ends_as_its_protocol_says(protocol: str, words: list[bytes], end: End) -> None:
    step, used = led(protocol, words)
    assert (step.end, used) == (end, len(words))


def test_every_protocol_of_the_table_is_held_both_ways() -> None:
    assert set(SPOKEN) == set(DIALOGUES)
    for told in SPOKEN.values():
        assert {End.READY, End.NOT_OFFERED, End.NOT_NOW} == {end for _, end in told}


@pytest.mark.parametrize("protocol", DIALOGUES)
def test_what_the_client_says_first_is_short_and_ends(protocol: str) -> None:
    opening = DIALOGUES[protocol].opening
    if opening is not None:
        assert 0 < len(opening("a.example", 5269)) < 300


READERS: list[tuple[str, Reader, bytes]] = []
for _protocol, _words, _ in CASES:
    _read: Reader | None = DIALOGUES[_protocol].listen
    for _heard in _words:
        if _read is None:
            break
        READERS.append((_protocol, _read, _heard))
        _step = _read(_heard)
        _read = _step.then if _step else None


@settings(max_examples=400)
@given(st.data())
def test_mutated_words_lead_on_or_are_malformed_and_nothing_else(data: st.DataObject) -> None:
    _, read, heard = data.draw(st.sampled_from(READERS))
    octets = bytearray(heard)
    for _ in range(data.draw(st.integers(1, 5))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    _harmless(read, bytes(octets[: data.draw(st.integers(0, len(octets)))]))


@given(st.binary(max_size=600))
def test_words_at_random_are_malformed_or_wait(octets: bytes) -> None:
    for _, read, heard in READERS:
        _harmless(read, octets)
        _harmless(read, heard[:4] + octets)


def _harmless(read: Reader, octets: bytes) -> None:
    try:
        step = read(octets)
    except Malformed:
        return
    assert step is None or (len(step.say) < 200 and (step.end is not None or step.then is not None))


def service(port: int, protocol: str | None, tls: bool | None = None) -> Target:
    return Target(TargetKind.SERVICE, "self", address="127.0.0.1", port=port, protocol=protocol, tls=tls)


def test_a_dialogue_is_chosen_by_protocol_and_by_port_where_nothing_was_recognised() -> None:
    assert before(service(25, "smtp", False)) is DIALOGUES["smtp"]
    assert before(service(2626, "smtp", False)) is DIALOGUES["smtp"]
    assert before(service(389, "unknown")) is DIALOGUES["ldap"]
    assert before(service(465, "smtp", True)) is None and speaks_tls(service(465, "smtp", True))
    assert not speaks_tls(service(80, "http", False))
    assert not speaks_tls(service(389, None)) and not speaks_tls(service(8389, "unknown"))
