"""Services are recognised by their words, and by nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.services.dialogue import Dialogue
from probes.services.dialogues import dns, gearman, memcached_binary, mongodb, mssql, nfs, oracle, rdp, smb, tls
from probes.services.dialogues.reply_220 import greeting, told_apart
from probes.services.dialogues.table import (
    DIALOGUES,
    ELSEWHERE,
    always_greets,
    expects_tls,
    gathered,
    greets,
    next_questions,
    questions,
    questions_by_name,
    questions_inside_tls,
    recognised,
)
from probes.services.hearing import Heard
from probes.services.identity import Identity
from scanner.model.verdict import Reason
from tests.unit import replies

BY_NAME = {dialogue.protocol: dialogue for dialogue in DIALOGUES}
MYSQL = b"\x0a8.0.36-0ubuntu0.22.04.1\x00\x08\x00\x00\x00abcdefgh\x00\xff\xff\xff\x02\x00" + bytes(30)
MARIADB = b"\x0a5.5.5-10.11.6-MariaDB-0+deb12u1\x00\x08\x00\x00\x00abcdefgh\x00\xfe\xf7\x2d\x02\x00" + bytes(30)
NOT_ALLOWED = b"\xff\x6a\x04Host '203.0.113.9' is not allowed to connect to this MariaDB server"
PRELOGIN = b"\x00\x00\x06\x00\x06\xff\x10\x00\x10\xa1\x00\x00"


def mysql(body: bytes) -> bytes:
    return len(body).to_bytes(3, "little") + b"\x00" + body


SAID = [
    # what came, unasked or to anything; protocol, product, version, whether the version is given away
    (b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", "ssh", "OpenSSH", "9.2p1", False),
    (b"SSH-2.0-dropbear_2022.83\r\n\x00\x00\x01", "ssh", "dropbear", "2022.83", False),
    (b"SSH-1.99-Cisco-1.25\r\n", "ssh", "Cisco", "1.25", False),
    (b"Welcome\r\nSSH-2.0-libssh_0.9.6\r\n", "ssh", "libssh", "0.9.6", False),
    (b"220 (vsFTPd 3.0.3)\r\n", "ftp", "vsFTPd", "3.0.3", True),
    (b"220 ProFTPD Server ready.\r\n", "ftp", "ProFTPD", "", False),
    (b"220-FileZilla Server 0.9.60 beta\r\n220 hello\r\n", "ftp", "FileZilla Server", "0.9.60", True),
    (b"220 mail.example ESMTP Postfix (Debian/GNU)\r\n", "smtp", "Postfix", "", False),
    (b"220 mail.example ESMTP Exim 4.94.2 Tue, 1 Jan 2026 00:00:00 +0800\r\n", "smtp", "Exim", "4.94.2", True),
    (b"421 4.7.0 mail.example ESMTP too many connections\r\n", "smtp", "", "", False),
    (b"421 mail.example Service not available, closing transmission channel\r\n", "smtp", "", "", False),
    (b"* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.\r\n", "imap", "Dovecot", "", False),
    (b"* OK server Cyrus IMAP v2.4.17 server ready\r\n", "imap", "Cyrus IMAP", "2.4.17", True),
    (b"+OK Dovecot ready.\r\n", "pop3", "Dovecot", "", False),
    (b"+OK late\r\n-ERR Unknown command.\r\n", "pop3", "", "", False),
    (b"RFB 003.008\n", "vnc", "", "", False),
    (replies.NATS, "nats", "NATS", "2.9.10", False),
    (
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nServer: GStreamer RTSP server\r\n\r\n",
        "rtsp",
        "GStreamer RTSP server",
        "",
        False,
    ),
    (b"RTSP/1.0 400 Bad Request\r\nServer: Hipcam RealServer/V1.0\r\n\r\n", "rtsp", "Hipcam RealServer", "1.0", True),
    (b"@RSYNCD: 31.0 sha512 sha256\n", "rsync", "rsync", "", False),
    (b"\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27", "telnet", "", "", False),
    (b"\xff\xfb\x01\xff\xfb\x03\r\nUbuntu 22.04.3 LTS\r\nhost login: ", "telnet", "Ubuntu", "22.04.3", True),
    (b"\r\nUser Access Verification\r\n\r\nUsername: ", "telnet", "", "", False),
    (mysql(MYSQL), "mysql", "MySQL", "8.0.36", False),
    (mysql(MARIADB), "mysql", "MariaDB", "10.11.6", False),
    (mysql(NOT_ALLOWED), "mysql", "MariaDB", "", False),
    (b"+PONG\r\n", "redis", "Redis", "", False),
    (b"-NOAUTH Authentication required.\r\n", "redis", "Redis", "", False),
    (b"-DENIED Redis is running in protected mode because" + b" x" * 700 + b"\r\n", "redis", "Redis", "", False),
    (b"-ERR wrong number of arguments for 'get' command\r\n", "redis", "Redis", "", False),
    (b"VERSION 1.6.18\r\n", "memcached", "memcached", "1.6.18", False),
    (b"CLIENT_ERROR unauthenticated\r\n", "memcached", "memcached", "", False),
    (b"HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n", "http", "nginx", "1.22.1", True),
    (b"HTTP/1.1 404 Not Found\r\nDate: x\r\nServer: Apache\r\n\r\nServer: no\r\n", "http", "Apache", "", False),
    (b"HTTP/1.0 302 Found\r\n\r\n", "http", "", "", False),
    (
        b"HTTP/1.0 200 OK\r\n\r\nIt looks like you are trying to access MongoDB over HTTP on",
        "mongodb",
        "MongoDB",
        "",
        False,
    ),
    (b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03", "tls", "", "", False),
    (b"\x15\x03\x01\x00\x02\x02\x28", "tls", "", "", False),
    (b"\x03\x00\x00\x13\x0e\xd0\x00\x00\x124\x00\x02\x1f\x08\x00\x02\x00\x00\x00", "rdp", "", "", False),
    (b"\x00\x00\x00\x40\xfeSMB" + bytes(12) + b"\x01" + bytes(47), "smb", "", "", False),
    (b"\x00\x00\x00\x40\xffSMB\x72" + bytes(4) + b"\x98" + bytes(54), "smb", "", "", False),
]
"""Greetings as the products write them; made by hand after their documentation."""


@pytest.mark.parametrize(("said", "protocol", "product", "version", "discloses"), SAID)
def test_words_name_their_protocol_product_and_version(
    said: bytes, protocol: str, product: str, version: str, discloses: bool
) -> None:
    identity = recognised(said)
    assert identity is not None
    assert (identity.protocol, identity.product, identity.version) == (protocol, product, version)
    assert identity.discloses_version is discloses
    assert identity.banner


ANSWERED = [
    ("postgresql", b"S"),
    ("postgresql", b"N"),
    ("postgresql", b"E\x00\x00\x00\x85SFATAL\x00VFATAL\x00C0A000\x00"),
    ("mssql", b"\x04\x01\x00\x14\x00\x00\x01\x00" + PRELOGIN),
    ("oracle", b"\x00\x0c\x00\x00\x04\x00\x00\x00\x22\x00\x00\x00"),
    ("mongodb", replies.mongodb({"ok": 1.0, "maxWireVersion": 17})),
    ("cassandra", replies.cassandra(0x06, b"\x00\x01\x00\x0bCQL_VERSION\x00\x01\x00\x053.4.5")),
    ("cassandra", replies.cassandra(0x00, b"\x00\x00\x00\x0a\x00\x1bunsupported protocol version")),
    ("kafka", replies.kafka_versions({3: (0, 12), 17: (0, 1), 18: (0, 3)})),
    ("mqtt", b"\x20\x02\x00\x00"),
    ("mqtt", b"\x20\x02\x00\x05"),
    ("zookeeper", b"Zookeeper version: 3.8.0-1, built on 2022\nLatency min/avg/max: 0/0/0\nNode count: 5\n"),
    ("zookeeper", b"srvr is not executed because it is not in the whitelist.\n"),
    ("amqp", replies.amqp_start(product=b"RabbitMQ", version=b"3.10.8")),
    ("amqp", b"AMQP\x03\x01\x00\x00"),
    ("beanstalkd", b'OK 60\r\n---\ncurrent-jobs-urgent: 0\nversion: "1.12"\n\r\n'),
    ("gearman", gearman.packet(b"RES", gearman.ECHO_RESPONSE)),
    ("jdwp", b"JDWP-Handshake"),
    ("java-rmi", b"\x4e\x00\x09127.0.0.1\x00\x00\xc3\x50"),
    ("ajp", b"AB\x00\x01\x09"),
    ("weblogic-t3", b"HELO:12.2.1.3.0.false\nAS:2048\nHL:19\nMS:10000000\nPN:DOMAIN\n\n"),
    ("dubbo", replies.dubbo_heartbeat()),
    ("dubbo", b"\r\ndubbo>"),
    ("dicom", replies.dicom_accepted()),
    ("dicom", b"\x03\x00\x00\x00\x00\x04\x00\x01\x01\x07"),
    ("nfs", b"\x80\x00\x00\x18" + nfs.TRANSACTION + b"\0\0\0\x01" + bytes(16)),
    ("afp", b"\x01\x03\x00\x01" + bytes(4) + b"\x00\x00\x00\x0a" + bytes(4) + bytes(10)),
    ("dns", b"\x00\x0c" + dns.IDENTITY + b"\x80\x05\x00\x00" + bytes(6)),
    ("winrm", b"HTTP/1.1 405 \r\nAllow: POST\r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n"),
]


@pytest.mark.parametrize(("protocol", "reply"), ANSWERED)
def test_a_reply_to_its_own_question_names_the_protocol(protocol: str, reply: bytes) -> None:
    identity = recognised(reply, BY_NAME[protocol])
    assert identity is not None
    assert identity.protocol == protocol


@pytest.mark.parametrize("reply", [b"S", b"N", b"E\x00\x00\x00\x85SFATAL\x00"])
def test_a_single_letter_means_nothing_but_after_its_question(reply: bytes) -> None:
    assert recognised(reply) is None


def test_a_plain_microsoft_server_is_no_winrm() -> None:
    reply = b"HTTP/1.1 404 Not Found\r\nServer: Microsoft-HTTPAPI/2.0\r\n\r\n"
    identity = recognised(reply, BY_NAME["winrm"])
    assert identity is not None
    assert identity.protocol == "http"


def test_sasl_only_memcached_is_known_by_its_header() -> None:
    reply = b"\x81\x0b" + bytes(6) + b"\x00\x00\x00\x06" + bytes(12) + b"1.6.18"
    identity = memcached_binary.recognise(reply)
    assert identity is not None
    assert (identity.protocol, identity.version) == ("memcached", "1.6.18")


@pytest.mark.parametrize(
    "said",
    [
        b"+OK\r\n+PONG\r\n200 OK\r\n",
        b"",
        b"hello\r\n",
        b"220 ready\r\n",
        b"220",
        b"\x00" * 64,
        b"SSH",
        b"ERROR\r\n",
        b"-ERR\r\n",
        b"I am not SSH-2.0-OpenSSH_9.2\r\n",
        mysql(b"\x0a" + b"A" * 40),
        mysql(b"\x0a\x00" + bytes(40)),
        b"\x15\x03\x01\x00\x05\x02\x28\x00\x00\x00",
    ],
)
def test_what_is_no_protocols_word_is_nobody(said: bytes) -> None:
    assert recognised(said) is None


def test_a_bare_220_is_told_apart_by_noop() -> None:
    first = b"220 ready\r\n"
    assert greeting(first) == "ready"
    assert (smtp := told_apart(first, b"250 2.0.0 Ok\r\n")) is not None and smtp.protocol == "smtp"
    assert (ftp := told_apart(first, b"530 Please login with USER and PASS.\r\n")) is not None
    assert ftp.protocol == "ftp"
    assert told_apart(first, b"500 what?\r\n") is None


def test_mysql_version_is_demanded_and_its_salt_is_not_kept() -> None:
    identity = recognised(mysql(MYSQL))
    assert identity is not None
    assert "abcdefgh" not in identity.banner


SAYS_THE_SAME = ("echo", "jdwp")
"""Their answer is the question; `services.jdwp` looks closer (tests/hostile/test_services.py)."""


@pytest.mark.parametrize(
    "dialogue",
    [one for one in DIALOGUES if one.question and one.protocol not in SAYS_THE_SAME],
    ids=lambda one: str(one.protocol),
)
def test_an_echo_is_no_answer(dialogue: Dialogue) -> None:
    assert dialogue.question is not None
    assert recognised(dialogue.question("192.0.2.1"), dialogue) is None


def read_by(dialogue: Dialogue, said: bytes) -> None:
    """All that a dialogue does with a stranger's bytes."""
    identity = dialogue.recognise(said)
    assert identity is None or len(identity.banner) <= 200
    if dialogue.complete is not None:
        dialogue.complete(said)
    if dialogue.suspects is not None:
        dialogue.suspects(Heard(said))
    if dialogue.further is not None:
        dialogue.further.complete(said)
        known = dialogue.further.read(Identity(dialogue.protocol), said)
        assert known.protocol == dialogue.protocol
        assert len(known.version) <= 200 and len(known.product) <= 200


@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_a_fault(said: bytes) -> None:
    for dialogue in DIALOGUES:
        read_by(dialogue, said)


@given(st.sampled_from([row[0] for row in SAID] + [row[1] for row in ANSWERED]), st.data())
def test_bent_and_cut_words_are_read_without_a_fault(said: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(said) - 1))
    bent = said[:at] + data.draw(st.binary(max_size=8)) + said[at + data.draw(st.integers(0, 4)) :]
    for words in (bent, said[:at], bent * 50):
        for dialogue in DIALOGUES:
            read_by(dialogue, words)
        recognised(words)


@pytest.mark.parametrize("said", [b"220-" + b"x" * 2_000_000, b"\xff" * 1_000_000, b"a" * 1_000_000 + b"login:"])
def test_a_million_bytes_cost_little(said: bytes) -> None:
    for dialogue in DIALOGUES:
        read_by(dialogue, said)


def test_questions_have_the_lengths_that_they_tell() -> None:
    assert int.from_bytes(tls.question("a.example")[3:5], "big") == len(tls.question("a.example")) - 5
    assert int.from_bytes(mssql.question("")[2:4], "big") == len(mssql.question(""))
    assert int.from_bytes(oracle.question("")[:2], "big") == len(oracle.question(""))
    assert oracle.question("")[58:] == oracle.DATA
    assert int.from_bytes(mongodb.question("")[:4], "little") == len(mongodb.question(""))
    assert int.from_bytes(smb.question("")[1:4], "big") == len(smb.question("")) - 4
    assert int.from_bytes(rdp.question("")[2:4], "big") == len(rdp.question(""))
    assert int.from_bytes(nfs.question("")[1:4], "big") == len(nfs.question("")) - 4
    assert int.from_bytes(dns.question("")[:2], "big") == len(dns.question("")) - 2


def test_only_a_name_goes_into_sni() -> None:
    assert b"a.example" in tls.question("a.example")
    assert len(tls.question("")) < len(tls.question("a.example"))


def test_the_likeliest_question_comes_first_and_none_twice() -> None:
    assert questions(6379)[0].protocol == "redis"
    assert questions(80)[0].protocol == "http"
    assert questions(443)[0].protocol == "tls"
    assert questions(5985)[0].protocol == "winrm"
    assert questions(12345) == ELSEWHERE
    assert [dialogue.protocol for dialogue in ELSEWHERE[:3]] == ["http", "tls", "redis"]
    for port in (1, 22, 80, 443, 3306, 11211):
        assert len(set(questions(port))) == len(questions(port))


def test_by_name_only_tls_and_http_are_asked() -> None:
    for port in (80, 443, 8080, 6379):
        assert {dialogue.protocol for dialogue in questions_by_name(port)} == {"tls", "http"}


def test_a_mail_host_that_is_asked_by_name_is_only_listened_to() -> None:
    assert [(one.protocol, one.question) for one in questions_by_name(25)] == [("smtp", None)]


def test_ports_of_tls_are_known_for_it() -> None:
    assert expects_tls(443) and expects_tls(993) and not expects_tls(80)
    assert questions_inside_tls(443)[0].protocol == "http"
    assert questions_inside_tls(6380)[0].protocol == "redis"
    assert always_greets("ssh") and not always_greets("http")


def test_two_dialogues_for_one_protocol_refuse_to_start_but_for_forms_of_it() -> None:
    one, twin = Dialogue("x", lambda data: None), Dialogue("x", lambda data: None, ports=(1,))
    with pytest.raises(RuntimeError, match="two dialogues for x"):
        gathered([one, twin])
    assert len(gathered([one, Dialogue("x", lambda data: None, form="binary")])) == 2


def test_what_a_service_says_chooses_the_next_question() -> None:
    left = next_questions(questions(4567)[1:], Heard(b"ERROR\r\n"), [questions(4567)[0]])
    assert left[0].protocol == "memcached"
    assert next_questions(questions(4567)[1:], Heard(closed=True), [])[0].protocol == "redis"
    assert next_questions(questions(4567)[1:], Heard(reason=Reason.TIMED_OUT), [])[0].protocol == "dns"
    assert next_questions(questions(4567)[1:], Heard(b"hello"), [])[0].protocol == "tls"
    abort = b"\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00"
    assert next_questions(questions(4567)[1:], Heard(abort), [])[0].protocol == "dicom"
    tunnel = b"HTTP/1.0 405 Method Not Allowed\r\nServer: GStreamer RTSP server\r\n\r\n"
    assert recognised(tunnel) is None
    assert next_questions(questions(4567)[1:], Heard(tunnel), [])[0].protocol == "rtsp"
    assert questions(4567)[0] not in left
    assert len(set(left)) == len(left)
    assert next_questions(left, Heard(), [])[0] is left[0]


def test_a_port_greets_only_where_all_that_lives_there_does() -> None:
    assert greets(22) is True
    assert greets(80) is False
    assert greets(12345) is None
