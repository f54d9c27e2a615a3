"""What the replies of Redis, memcached, FTP and telnet amount to; and what they leave open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.services import ftp, memcached, redis, telnet
from probes.services.ftp_reply import is_last, read_line
from probes.services.negotiation import options, refusal, words
from scanner.model.errors import Malformed
from scanner.model.verdict import Reason


@pytest.mark.parametrize(
    ("reply", "no_auth"),
    [
        (b"+PONG\r\n", True),
        (b"$20\r\n# Server\r\n", True),
        (b"-NOAUTH Authentication required.\r\n", False),
        (b"-DENIED Redis is running in protected mode\r\n", False),
        (b"-ERR operation not permitted\r\n", False),
        (b"-ERR unknown command 'PING'\r\n", None),
        (b"-LOADING Redis is loading the dataset in memory\r\n", None),
        (b"-NOPERM this user has no permissions\r\n", None),
        (b"HTTP/1.1 400 Bad Request\r\n", None),
    ],
)
def test_redis_is_open_only_where_it_obeyed(reply: bytes, no_auth: bool | None) -> None:
    seen = redis.describe(reply)
    assert seen.facts.no_auth is no_auth
    assert ("no_auth" in seen.gaps) is (no_auth is None)


@pytest.mark.parametrize(
    ("version", "statistics", "is_open"),
    [
        (b"VERSION 1.6.18\r\n", b"STAT pid 1\r\n", True),
        (b"VERSION 1.6.18\r\n", b"CLIENT_ERROR unauthenticated\r\n", False),
        (b"CLIENT_ERROR unauthenticated\r\n", b"CLIENT_ERROR unauthenticated\r\n", False),
        (b"VERSION 1.6.18\r\n", b"ERROR\r\n", None),
        (b"ERROR\r\n", b"ERROR\r\n", None),
        (b"HTTP/1.1 400\r\n", b"STAT\r\n", None),
    ],
)
def test_memcached_is_open_only_where_both_commands_were_obeyed(
    version: bytes, statistics: bytes, is_open: bool | None
) -> None:
    seen = memcached.describe(version, statistics)
    assert seen.facts.open is is_open
    assert "pid" not in seen.facts.reply


@pytest.mark.parametrize(("code", "is_open"), [(0, True), (0x20, False), (0x81, None)])
def test_the_binary_protocol_tells_by_its_status(code: int, is_open: bool | None) -> None:
    header = b"\x81\x10" + bytes(4) + code.to_bytes(2, "big") + bytes(16)
    assert memcached.describe_binary(header).facts.open is is_open


@given(st.binary(max_size=64))
def test_any_binary_header_is_read(header: bytes) -> None:
    memcached.describe_binary(header)


@pytest.mark.parametrize(
    ("code", "let_in"), [(230, True), (232, True), (530, False), (332, False), (550, False), (421, None), (331, None)]
)
def test_ftp_lets_in_only_where_it_says_so(code: int, let_in: bool | None) -> None:
    seen = ftp.describe(ftp.Login(code, f"{code} words"), ftp.Offer(True))
    assert seen.facts.anonymous is let_in
    assert ("anonymous" in seen.gaps) is (let_in is None)


def test_a_refusal_of_the_moment_is_not_a_no() -> None:
    seen = ftp.describe(ftp.Login(421, "421 too many connections"), ftp.Offer(None, reason=Reason.TIMED_OUT))
    assert seen.gaps == {"anonymous": Reason.REFUSED, "auth_tls": Reason.TIMED_OUT}


def test_ftp_replies_of_many_lines_end_with_their_own_code() -> None:
    assert read_line(b"220-hello\r\n") == (220, True)
    assert read_line(b"220 hello\r\n") == (220, False)
    assert not is_last(b"221 no\r\n", 220)
    assert is_last(b"220 end\r\n", 220)
    with pytest.raises(Malformed):
        read_line(b"SSH-2.0-x\r\n")


def test_options_are_refused_once_each_and_refusals_are_not_answered() -> None:
    said = b"\xff\xfd\x18\xff\xfd\x18\xff\xfb\x01\xff\xfc\x03\xff\xfe\x05"
    assert refusal(said) == b"\xff\xfc\x18\xff\xfe\x01"
    assert refusal(refusal(said)) == b""


def test_text_is_freed_of_negotiation() -> None:
    assert words(b"\xff\xfd\x18a\xff\xffb\xff\xfa\x18\x01\xff\xf0c") == b"a\xffbc"
    assert options(b"\xff\xfd\x18") == ((253, 24),)


@given(st.binary(max_size=400))
def test_any_negotiation_is_read_and_its_answer_is_short(said: bytes) -> None:
    words(said)
    assert len(refusal(said)) <= 3 * 64
    telnet.describe(said)


def test_telnet_with_a_prompt_and_start_tls_says_so() -> None:
    seen = telnet.describe(b"\xff\xfd\x2eDebian GNU/Linux 12\r\nhost login: ")
    assert (seen.facts.answers, seen.facts.asks_login, seen.facts.encrypts) == (True, True, True)
    assert seen.facts.banner == "Debian GNU/Linux 12 host login:"


def test_telnet_without_a_word_shows_its_negotiation() -> None:
    assert telnet.describe(b"\xff\xfd\x18\xff\xfb\x01").facts.banner == "IAC DO 24, IAC WILL 1"


def test_what_is_no_telnet_is_not_called_so() -> None:
    seen = telnet.describe(b"220 (vsFTPd 3.0.3)\r\n")
    assert seen.facts.answers is None
    assert seen.gaps["answers"] is Reason.MALFORMED
