"""Hand-made hellos, and the words of servers: pure, and fuzzed."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.tls import hello, server_hello, sslv2, suites
from probes.tls.elimination import offered
from probes.tls.wish import Form, Wish, cut
from probes.tls.wish import words as asking
from scanner.model.errors import Malformed, OverBudget


def hello_for(version: int, name: str | None, form: Form) -> bytes:
    return asking(cut(Wish(version, offered(version)), form), name, "http")


def record(kind: int, payload: bytes, version: int = 0x0303) -> bytes:
    return bytes([kind]) + version.to_bytes(2, "big") + len(payload).to_bytes(2, "big") + payload


def handshake(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def server_words(
    version: int = 0x0303, suite: int = 0xC02F, extensions: bytes = b"", random: bytes = bytes(32)
) -> bytes:
    tail = len(extensions).to_bytes(2, "big") + extensions if extensions else b""
    body = version.to_bytes(2, "big") + random + b"\x02ab" + suite.to_bytes(2, "big") + b"\x00" + tail
    return record(22, handshake(2, body))


def certificate_words(*chain: bytes) -> bytes:
    entries = b"".join(len(each).to_bytes(3, "big") + each for each in chain)
    return record(22, handshake(11, len(entries).to_bytes(3, "big") + entries))


@pytest.mark.parametrize("version", [hello.SSL3, hello.TLS10, hello.TLS11, hello.TLS12, hello.TLS13, 0x0101])
@pytest.mark.parametrize("form", Form)
def test_every_length_in_a_hello_adds_up(version: int, form: Form) -> None:
    words = hello_for(version, None if version == hello.SSL3 else "www.a.example", form)
    assert words[:2] == b"\x16\x03" or version == 0x0101
    assert int.from_bytes(words[3:5], "big") == len(words) - 5
    assert int.from_bytes(words[6:9], "big") == len(words) - 9
    body = words[9:]
    at = 35 + body[34]
    offered = int.from_bytes(body[at : at + 2], "big")
    at += 2 + offered
    at += 1 + body[at]
    rest = int.from_bytes(body[at : at + 2], "big") if at < len(body) else -2
    assert at + 2 + rest == len(body)


def test_a_full_hello_offers_all_that_exist_and_a_small_one_stays_small() -> None:
    assert set(suites.every(hello.TLS10)) >= set(suites.table()) - set(suites.TLS13)
    assert len(set(suites.every(hello.TLS12))) == len(suites.every(hello.TLS12))
    assert len(hello_for(hello.TLS12, "www.a.example", Form.SMALL)) < 256
    assert len(hello_for(hello.TLS13, "www.a.example", Form.SMALL)) < 256


@pytest.mark.parametrize("suites_offered", range(1, 230, 7))
def test_no_hello_has_a_length_at_which_old_load_balancers_hang(suites_offered: int) -> None:
    offer = tuple(suites.table())[:suites_offered]
    for version in (hello.TLS10, hello.TLS12, hello.TLS13):
        sent = asking(Wish(version, offer), "www.a.example", "http")
        assert not 255 < len(sent) - 5 < 512
        assert int.from_bytes(sent[6:9], "big") == len(sent) - 9


def test_an_ssl_3_hello_has_no_extensions() -> None:
    words = hello_for(hello.SSL3, "www.a.example", Form.FULL)
    assert words[1:3] == b"\x03\x00" and words[9:11] == b"\x03\x00"
    assert b"www.a.example" not in words


def test_suites_without_a_certificate_are_not_offered_to_see_one() -> None:
    offer = suites.with_certificate(suites.every(hello.TLS12))
    assert 0x0018 not in offer and 0xC018 not in offer and 0x008C not in offer
    assert 0xC02F in offer and 0x0001 in offer


def test_the_version_negotiated_is_the_extension_where_it_is_there() -> None:
    plain = server_hello.hear(server_words(0x0303)).hello
    modern = server_hello.hear(server_words(0x0303, 0x1301, bytes.fromhex("002b00020304"))).hello
    assert plain is not None and (plain.version, plain.suite) == (0x0303, 0xC02F)
    assert modern is not None and (modern.version, modern.suite, modern.retry) == (0x0304, 0x1301, False)


def test_a_hello_retry_request_is_known_by_its_random() -> None:
    words = server_words(0x0303, 0x1301, bytes.fromhex("002b00020304"), server_hello.RETRY_RANDOM)
    heard = server_hello.hear(words).hello
    assert heard is not None and heard.retry and heard.version == 0x0304


def test_a_warning_is_passed_over_and_a_fatal_alert_is_heard() -> None:
    warned = server_hello.hear(record(21, b"\x01\x70") + server_words())
    assert warned.alert is None and warned.hello is not None
    assert server_hello.hear(record(21, b"\x02\x46")).alert == server_hello.Alert(True, 70)
    assert server_hello.hear(record(21, b"\x01\x00")).alert == server_hello.Alert(True, 0)


def test_a_certificate_spread_over_many_records_is_put_together() -> None:
    whole = certificate_words(b"leaf" * 10, b"ca")[5:]
    words = server_words() + b"".join(record(22, whole[at : at + 7]) for at in range(0, len(whole), 7))
    assert server_hello.hear(words).certificates == (b"leaf" * 10, b"ca")
    assert server_hello.hear(words[:-3]).certificates is None


@pytest.mark.parametrize(
    "words",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"SSH-2.0-x\r\n",
        b"220 mail ESMTP\r\n",
        b"\x16\x03\x03\xff\xff",
        server_words()[:5] + b"\x02\x00\x00\x02\x03\x03" + bytes(60),
    ],
)
def test_what_is_no_tls_is_malformed(words: bytes) -> None:
    with pytest.raises(Malformed):
        server_hello.hear(words)


def test_a_message_that_announces_megabytes_is_over_budget() -> None:
    with pytest.raises(OverBudget):
        server_hello.hear(record(22, b"\x0b\xff\xff\xff\x00"))


SSLV2_ANSWER = bytes.fromhex("802704000100020000000600100700c0010080") + bytes(range(16))
SSLV2_ANSWER = bytes([0x80, len(SSLV2_ANSWER) - 2]) + SSLV2_ANSWER[2:]


def test_the_sslv2_hello_follows_its_specification() -> None:
    words = sslv2.hello(bytes(16))
    assert int.from_bytes(words[:2], "big") == 0x8000 | (len(words) - 2)
    assert words[2:5] == b"\x01\x00\x02"
    assert int.from_bytes(words[5:7], "big") == 3 * len(sslv2.CIPHERS)


def test_an_sslv2_answer_names_the_ciphers_in_common() -> None:
    answer = sslv2.hear(SSLV2_ANSWER)
    assert answer is not None
    assert answer.ciphers == ("SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "SSL_CK_RC4_128_WITH_MD5")
    assert sslv2.hear(SSLV2_ANSWER[:-1]) is None


def test_an_sslv2_error_and_an_answer_without_cipher_refuse() -> None:
    assert sslv2.hear(b"\x80\x03\x00\x00\x01") == sslv2.Answer()
    empty = b"\x80\x1b\x04\x00\x01\x00\x02\x00\x00\x00\x00\x00\x10" + bytes(16)
    assert sslv2.hear(empty) == sslv2.Answer()


WHOLE: dict[Callable[[bytes], object], tuple[bytes, ...]] = {
    server_hello.hear: (server_words() + certificate_words(b"a" * 30, b"b"), record(21, b"\x02\x28")),
    sslv2.hear: (SSLV2_ANSWER,),
}


def test_no_beginning_of_a_good_answer_is_malformed() -> None:
    for reader, answers in WHOLE.items():
        for words in answers:
            for end in range(len(words)):
                heard = reader(words[:end])
                assert heard is None or isinstance(heard, server_hello.Heard)


@settings(max_examples=300)
@given(st.data())
def test_mutated_answers_are_read_or_malformed_and_nothing_else(data: st.DataObject) -> None:
    reader = data.draw(st.sampled_from(list(WHOLE)))
    octets = bytearray(data.draw(st.sampled_from(WHOLE[reader])))
    for _ in range(data.draw(st.integers(1, 5))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        heard = reader(bytes(octets[: data.draw(st.integers(0, len(octets)))]))
    except (Malformed, OverBudget) as error:
        assert str(error).startswith(("TLS", "SSL"))
    else:
        assert heard is None or isinstance(heard, server_hello.Heard | sslv2.Answer)


@given(st.binary(max_size=2000))
def test_octets_at_random_end_in_an_answer_or_malformed(octets: bytes) -> None:
    for prefix in (b"", b"\x16\x03\x01\x01\x00", b"\x80\x20\x04"):
        for reader in (server_hello.hear, sslv2.hear):
            try:
                heard: object = reader(prefix + octets)
            except (Malformed, OverBudget):
                continue
            assert heard is None or isinstance(heard, server_hello.Heard | sslv2.Answer)


def test_a_huge_answer_is_cut_off_at_its_first_impossible_length() -> None:
    endless = server_words() + record(22, b"\x0b\x01\xff\xff" + bytes(16000)) + record(22, bytes(16000)) * 6
    heard = server_hello.hear(endless)
    assert heard.hello is not None and heard.certificates is None
    with pytest.raises(OverBudget):
        server_hello.hear(server_words() + record(22, b"\x0b\x7f\xff\xff" + bytes(16000)) * 10)
