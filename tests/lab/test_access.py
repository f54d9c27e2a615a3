"""Remote access, file sharing and directories: every check at a real server both ways, and where nothing can be told."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.model.check import Severity
from scanner.model.verdict import Reason
from tests.hostile import servers as hostile
from tests.hostile.servers import Conversation, Visit, answer, answering, serving
from tests.lab.certificates import issue
from tests.lab.servers.display import free_display
from tests.lab.servers.freerdp import freerdp
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.rservices import PORTS, rservice
from tests.lab.servers.rsyncd import rsyncd
from tests.lab.servers.samba import samba
from tests.lab.servers.slapd import slapd
from tests.lab.servers.telnetd import telnetd
from tests.lab.servers.vsftpd import vsftpd
from tests.lab.servers.xrdp import xrdp
from tests.lab.servers.xvfb import xvfb
from tests.lab.servers.xvnc import xvnc
from tests.lab.service_inspection import inspect, inspected

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return issue("remote.example").write(tmp_path_factory.mktemp("remote"))


@pytest.fixture(scope="module")
def bundle(certificate: tuple[Path, Path]) -> Path:
    """Chain and key in one file."""
    both = certificate[0].with_suffix(".pem")
    both.write_bytes(b"".join(part.read_bytes() for part in certificate))
    return both


@pytest.fixture(scope="module")
def file_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("smb")
    with (
        samba(folder / "kept", "127.32.18.1", signing="mandatory", restrict_anonymous=2),
        samba(folder / "careless", "127.32.18.2", smb1=True),
    ):
        yield


@pytest.mark.usefixtures("file_servers")
def test_a_well_kept_samba_passes() -> None:
    found = inspect("127.32.18.1", 445)
    assert found.passed >= {"smb.v1", "smb.signing-optional", "smb.null-session"}
    assert found.failed == {"port.file-share-exposed"}
    assert found.identity["product"] == "Samba"
    assert found.observations["smb.null-session"].facts["denial"] == "STATUS_ACCESS_DENIED"


@pytest.mark.usefixtures("file_servers")
def test_a_careless_samba_fails_each_check() -> None:
    found = inspect("127.32.18.2", 445)
    assert found.failed >= {"smb.v1", "smb.signing-optional", "smb.null-session"}
    assert found.judgements["smb.v1"].severity is Severity.HIGH
    assert found.observations["smb.dialects"].facts["dialect"] == "3.1.1"


@pytest.mark.parametrize("layer", ["tls", "rdp"])
def test_xrdp_accepts_a_session_without_nla(tmp_path: Path, layer: str, certificate: tuple[Path, Path]) -> None:
    with xrdp(tmp_path, "127.32.18.3", layer=layer, certificate=certificate[0], key=certificate[1]):
        found = inspect("127.32.18.3", 3389)
    assert found.judgements["rdp.no-nla"].severity is Severity.HIGH
    assert found.observations["services.rdp"].facts["layer"] == {"tls": "TLS", "rdp": "standard RDP security"}[layer]


def test_freerdp_with_nla_passes(tmp_path: Path) -> None:
    with freerdp(tmp_path, "127.32.18.4", security="nla"):
        found = inspect("127.32.18.4", 3389)
    assert "rdp.no-nla" in found.passed


def test_freerdp_with_the_old_layer_alone_fails(tmp_path: Path) -> None:
    with freerdp(tmp_path, "127.32.18.4", security="rdp"):
        found = inspect("127.32.18.4", 3389)
    assert "rdp.no-nla" in found.failed


@pytest.mark.parametrize(
    ("security", "fails"),
    [("None", True), ("VncAuth,None", True), ("TLSNone", True), ("VncAuth", False), ("TLSVnc,VncAuth", False)],
)
def test_vnc_fails_where_none_is_offered(tmp_path: Path, security: str, fails: bool) -> None:
    with xvnc(tmp_path, "127.32.18.5", security=security):
        found = inspect("127.32.18.5", 5900)
    assert ("vnc.no-auth" in found.failed) is fails
    assert ("vnc.no-auth" in found.passed) is not fails
    assert "port.remote-admin-exposed" in found.failed


def test_vnc_of_version_3_3_decides_for_itself() -> None:
    """**Fake**, after RFC 6143 section 7.1.2: servers of that age are not packaged any more."""

    async def old(visit: Visit) -> None:
        await visit.send(b"RFB 003.003\n")
        assert await visit.reader.readexactly(12) == b"RFB 003.003\n"
        await visit.send(b"\x00\x00\x00\x01")
        await visit.reader.read()

    async def asked() -> None:
        async with serving(old, "127.32.18.6", 5900):
            found = await inspected("127.32.18.6", 5900)
        assert found.judgements["vnc.no-auth"].severity is Severity.CRITICAL

    asyncio.run(asked())


@pytest.mark.parametrize("open_to_all", [True, False])
def test_x11_fails_where_no_cookie_is_wanted(tmp_path: Path, open_to_all: bool) -> None:
    with xvfb(tmp_path, display=free_display(1, 9), open_to_all=open_to_all) as port:
        found = inspect("127.32.18.7", port)
    assert found.identity["protocol"] == "x11"
    assert ("x11.open" in found.failed) is open_to_all
    assert ("x11.open" in found.passed) is not open_to_all


@pytest.mark.parametrize(
    ("access", "binds", "fails"), [("open", True, True), ("kept", True, False), ("kept", False, False)]
)
def test_ldap_fails_where_nobody_reads_an_entry(tmp_path: Path, access: str, binds: bool, fails: bool) -> None:
    with slapd(tmp_path, "127.32.18.8", access=access, binds=binds):
        found = inspect("127.32.18.8", 389)
    assert ("ldap.anonymous" in found.failed) is fails
    assert ("ldap.anonymous" in found.passed) is not fails
    if fails:
        facts = found.observations["ldap.anonymous"].facts
        assert (facts["entry"], facts["attributes"]) == ("ou=***,dc=***,dc=***", ["objectClass", "ou"])
        assert found.identity["product"] == "OpenLDAP"


def test_rsync_fails_at_the_module_that_admits_anybody(tmp_path: Path) -> None:
    modules = {"hidden": ("list = no",), "kept": ("auth users = backup",), "public": ()}
    with rsyncd(tmp_path, "127.32.18.9", modules):
        found = inspect("127.32.18.9", 873)
    assert "rsync.open-module" in found.failed
    facts = found.observations["services.rsync"].facts
    assert (facts["module"], facts["modules"]) == ("public", ["kept", "public"])


def test_rsync_passes_with_passwords_and_lists_of_hosts(tmp_path: Path) -> None:
    modules = {"hidden": ("list = no",), "kept": ("auth users = backup",), "hosts": ("hosts allow = 192.0.2.1",)}
    with rsyncd(tmp_path, "127.32.18.9", modules):
        found = inspect("127.32.18.9", 873)
    assert "rsync.open-module" in found.passed


@pytest.mark.parametrize("service", PORTS)
def test_a_remote_service_that_answers_fails(service: str) -> None:
    """rsh speaks to privileged ports alone: the laboratory runs as root, or does without it."""
    if service == "rsh" and os.geteuid() != 0:
        pytest.skip("laboratory: root is needed for a privileged port")
    with rservice(service, "127.32.18.10"):
        found = inspect("127.32.18.10", PORTS[service])
    assert "rservices.open" in found.failed
    assert ("service.cleartext-login" in found.failed) is (service == "rlogin")
    assert found.observations["services.rservices"].facts["service"] == service


@pytest.mark.parametrize("tls", [True, False])
def test_vsftpd_fails_without_tls(tmp_path: Path, tls: bool, bundle: Path) -> None:
    with vsftpd(tmp_path, "127.32.18.11", certificate=bundle if tls else None):
        found = inspect("127.32.18.11", 21)
    checks = {"ftp.no-tls", "service.cleartext-login"}
    assert checks <= (found.passed if tls else found.failed)
    assert "ftp.anonymous" in found.passed


def test_telnet_asks_for_a_password_in_the_clear(tmp_path: Path) -> None:
    with telnetd(tmp_path, "127.32.18.13"):
        found = inspect("127.32.18.13", 23)
    assert {"telnet.open", "service.cleartext-login", "port.remote-admin-exposed"} <= found.failed


def test_basic_over_http_fails_and_a_page_without_does_not(tmp_path: Path) -> None:
    """nginx asks for Basic on one port and for nothing on the other."""
    here, empty = "127.32.18.14", tmp_path / "passwords"
    empty.touch()
    basic = f"location / {{ auth_basic laboratory; auth_basic_user_file {empty}; }}"
    servers = (server(here, basic), server(here, "location / { return 200 hello; }", port=8080))
    with nginx(tmp_path / "nginx", here, *servers, ports=(80, 8080)):
        assert "service.cleartext-login" in inspect(here, 80).failed
        assert "service.cleartext-login" in inspect(here, 8080).passed


def test_bearer_over_http_is_no_password() -> None:
    async def asked() -> None:
        refusal = answering(lambda head: answer("401 Unauthorized", b"", 'WWW-Authenticate: Bearer realm="basic"'))
        async with serving(refusal, "127.32.18.15", 80):
            found = await inspected("127.32.18.15", 80)
        assert "service.cleartext-login" in found.passed

    asyncio.run(asked())


def after(greeting: bytes, then: Callable[[bytes], bytes]) -> Conversation:
    """Greets as its protocol does, says nonsense to what it hears, and ends there."""

    async def converse(visit: Visit) -> None:
        await visit.send(greeting)
        if heard := await visit.reader.read(4096):
            await visit.send(then(heard))
            visit.writer.write_eof()
            await visit.reader.read()

    return converse


BEHAVIOURS: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda heard: b"\x7f\x00nonsense\xff" * 3,
    "closes": lambda heard: b"",
    "echoes": lambda heard: heard,
}
OWN = {
    445: {"smb.v1", "smb.signing-optional", "smb.null-session"},
    3389: {"rdp.no-nla"},
    5900: {"vnc.no-auth"},
    6000: {"x11.open"},
    389: {"ldap.anonymous"},
    873: {"rsync.open-module"},
    512: {"rservices.open"},
    513: {"rservices.open", "service.cleartext-login"},
    21: {"ftp.no-tls", "ftp.anonymous", "service.cleartext-login"},
}
GREETINGS = {5900: b"RFB 003.008\n", 873: b"@RSYNCD: 31.0\n", 21: b"220 FTP server ready\r\n"}


@pytest.mark.parametrize("port", OWN)
@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_misbehaviour_accuses_nobody(port: int, behaviour: str) -> None:
    async def asked() -> None:
        misbehaving = after(GREETINGS.get(port, b""), BEHAVIOURS[behaviour])
        async with serving(misbehaving, "127.32.18.16", port):
            found = await inspected("127.32.18.16", port)
        assert not found.failed & OWN[port]
        if found.identity["protocol"] != "echo":  # who gives back everything may be known for just that
            assert set(found.untested) >= OWN[port]

    asyncio.run(asked())


@pytest.mark.slow
def test_silence_is_not_tested() -> None:
    """All ports at once: most of the time is waiting."""

    async def asked(port: int) -> None:
        async with serving(hostile.silent, "127.32.18.17", port):
            found = await inspected("127.32.18.17", port)
        assert {found.untested[check] for check in OWN[port]} == {Reason.TIMED_OUT}

    async def together() -> None:
        await asyncio.gather(*(asked(port) for port in OWN))

    asyncio.run(together())
