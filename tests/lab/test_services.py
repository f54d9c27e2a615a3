"""Real servers, well and badly kept, on usual and odd ports: what they are, and what they let strangers do."""

import asyncio
import subprocess
import time
from pathlib import Path

import pytest

from probes.services import ftp
from scanner.model.check import Severity
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from tests.asking import ask
from tests.hostile.servers import answer, answering, serving
from tests.lab.certificates import issue, rsa_key
from tests.lab.server import needs, running
from tests.lab.servers.dovecot import dovecot
from tests.lab.servers.mariadb import mariadb
from tests.lab.servers.memcached import memcached
from tests.lab.servers.openssh import openssh
from tests.lab.servers.postfix import postfix
from tests.lab.servers.postgresql import postgresql
from tests.lab.servers.redis import from_elsewhere, redis
from tests.lab.servers.telnetd import telnetd
from tests.lab.servers.vsftpd import vsftpd
from tests.lab.service_inspection import inspect, inspected

pytestmark = pytest.mark.lab


def test_redis_without_a_password_is_critical_and_no_exposed_database_beside(tmp_path: Path) -> None:
    with redis(tmp_path / "redis", "127.32.1.1"):
        found = inspect("127.32.1.1", 6379)
    assert found.identity["protocol"] == "redis"
    assert found.failed == {"redis.no-auth"}
    judgement = found.judgements["redis.no-auth"]
    assert judgement.severity is Severity.CRITICAL
    assert judgement.evidence[0].content == b"+PONG"
    assert found.judgements["port.database-exposed"].verdict is Verdict.NOT_APPLICABLE


def test_redis_with_a_password_is_only_exposed_on_an_odd_port_too(tmp_path: Path) -> None:
    with redis(tmp_path / "redis", "127.32.1.2", port=8000, password="laboratory"):
        found = inspect("127.32.1.2", 8000)
    assert found.identity["protocol"] == "redis"
    assert found.failed == {"port.database-exposed"}
    assert "redis.no-auth" in found.passed


def test_redis_in_protected_mode_is_not_open(tmp_path: Path) -> None:
    with (
        redis(tmp_path / "redis", "127.32.1.3", protected=True),
        from_elsewhere(tmp_path / "door", "127.32.1.4", "127.32.1.3", "127.32.1.5"),
    ):
        found = inspect("127.32.1.4", 6379)
    assert found.identity["protocol"] == "redis"
    assert found.observations["services.redis"].facts["reply"].startswith("-DENIED")
    assert "redis.no-auth" in found.passed


def test_redis_whose_ping_is_renamed_tells_by_info(tmp_path: Path) -> None:
    with redis(tmp_path / "redis", "127.32.1.6", settings=('rename-command PING ""',)):
        found = inspect("127.32.1.6", 6379)
    assert found.failed == {"redis.no-auth"}


def test_redis_whose_default_user_may_do_nothing_is_not_called_open(tmp_path: Path) -> None:
    with redis(tmp_path / "redis", "127.32.1.7", settings=("user default on nopass -@all",)):
        found = inspect("127.32.1.7", 6379)
    assert "redis.no-auth" not in found.failed


def test_redis_inside_tls_is_found_on_any_port(tmp_path: Path) -> None:
    certificate, key = issue("cache.school.example", key=rsa_key()).write(tmp_path)
    tls = ("tls-port 7790", f"tls-cert-file {certificate}", f"tls-key-file {key}", "tls-auth-clients no")
    with redis(tmp_path / "redis", "127.32.1.8", settings=tls):
        found = inspect("127.32.1.8", 7790)
    assert (found.identity["protocol"], found.identity["tls"]) == ("redis", True)
    assert found.failed == {"redis.no-auth"}


def test_redis_is_found_over_ipv6(tmp_path: Path) -> None:
    with redis(tmp_path / "redis", "::1", port=6391):
        assert inspect("::1", 6391).failed == {"redis.no-auth"}


def test_rsync_shares_files_and_names_no_version(tmp_path: Path) -> None:
    needs("rsync")
    config = tmp_path / "rsyncd.conf"
    config.write_text(f"pid file = {tmp_path}/pid\nuse chroot = no\n", encoding="utf-8")
    command = ["/usr/bin/rsync", "--daemon", "--no-detach", "--address=127.32.3.5", "--config", str(config)]
    with running(command, address="127.32.3.5", ports=[873], folder=tmp_path):
        found = inspect("127.32.3.5", 873)
    assert found.identity["protocol"] == "rsync"
    assert found.failed == {"port.file-share-exposed"}


def test_memcached_is_open(tmp_path: Path) -> None:
    with memcached(tmp_path / "memcached", "127.32.2.1"):
        found = inspect("127.32.2.1", 11211)
    assert found.failed == {"memcached.open"}
    assert found.judgements["memcached.open"].severity is Severity.CRITICAL


def test_memcached_on_an_odd_port_is_open_too(tmp_path: Path) -> None:
    with memcached(tmp_path / "memcached", "127.32.2.2", port=8899):
        assert inspect("127.32.2.2", 8899).failed == {"memcached.open"}


def test_memcached_with_a_password_file_is_only_exposed(tmp_path: Path) -> None:
    with memcached(tmp_path / "memcached", "127.32.2.3", password="laboratory"):
        found = inspect("127.32.2.3", 11211)
    assert found.failed == {"port.database-exposed"}
    assert "memcached.open" in found.passed


@pytest.mark.slow
def test_memcached_with_sasl_is_only_exposed(tmp_path: Path) -> None:
    with memcached(tmp_path / "memcached", "127.32.2.4", sasl=True):
        found = inspect("127.32.2.4", 11211)
    assert found.failed == {"port.database-exposed"}
    assert "memcached.open" in found.passed


def test_ftp_that_lets_anonymous_in_fails_and_nothing_is_listed(tmp_path: Path) -> None:
    with vsftpd(tmp_path / "vsftpd", "127.32.3.1", anonymous=True):
        found = inspect("127.32.3.1", 21)
    assert {"ftp.anonymous", "port.file-share-exposed", "service.version-disclosed"} <= found.failed
    assert found.observations["services.ftp"].facts["reply"].startswith("230")
    assert found.judgements["service.version-disclosed"].seen["version"] == "3.0.3"


def test_ftp_that_asks_for_an_account_and_hides_its_version_passes(tmp_path: Path) -> None:
    with vsftpd(tmp_path / "vsftpd", "127.32.3.2", port=2100, banner="FTP service ready."):
        found = inspect("127.32.3.2", 2100)
    assert found.failed == {"port.file-share-exposed", "ftp.no-tls", "service.cleartext-login"}
    assert {"ftp.anonymous", "service.version-disclosed"} <= found.passed
    assert found.observations["services.ftp"].facts["auth_tls"] is False


def test_ftp_with_a_mute_greeting_is_told_by_noop(tmp_path: Path) -> None:
    with vsftpd(tmp_path / "vsftpd", "127.32.3.3", port=2200, banner="Welcome."):
        assert inspect("127.32.3.3", 2200).identity["protocol"] == "ftp"


def test_ftp_that_offers_tls_says_so(tmp_path: Path) -> None:
    issued = issue("ftp.school.example", key=rsa_key())
    pem = tmp_path / "ftp.pem"
    pem.write_bytes(issued.pem + issued.key_pem)
    with vsftpd(tmp_path / "vsftpd", "127.32.3.4", certificate=pem):
        target = Target(TargetKind.SERVICE, "self", address="127.32.3.4", port=21, protocol="ftp", tls=False)
        facts = asyncio.run(ask(ftp.PROBE, target)).facts
    assert (facts["auth_tls"], facts["anonymous"]) == (True, False)


def test_telnet_is_open_and_an_administration_service(tmp_path: Path) -> None:
    with telnetd(tmp_path / "telnetd", "127.32.4.1"):
        found = inspect("127.32.4.1", 23)
    assert found.failed == {"telnet.open", "port.remote-admin-exposed", "service.cleartext-login"}
    assert found.judgements["port.remote-admin-exposed"].severity is Severity.MEDIUM
    assert found.observations["services.telnet"].facts["asks_login"] is True


def test_telnet_on_an_odd_port_is_telnet(tmp_path: Path) -> None:
    with telnetd(tmp_path / "telnetd", "127.32.4.2", port=7023):
        assert "telnet.open" in inspect("127.32.4.2", 7023, kind="special").failed


def test_postgresql_is_exposed(tmp_path: Path) -> None:
    with postgresql(tmp_path / "postgresql", "127.32.5.1"):
        found = inspect("127.32.5.1", 5432)
    assert found.identity["protocol"] == "postgresql"
    assert found.failed == {"port.database-exposed", "postgres.no-tls"}


def test_mariadb_is_exposed_at_the_cost_of_one_unfinished_handshake(tmp_path: Path) -> None:
    def unfinished(socket: Path) -> int:
        command = ["/usr/bin/mariadb", "--no-defaults", "-u", "root", "-S", str(socket), "-N", "-e"]
        query = "SHOW GLOBAL STATUS LIKE 'Aborted_connects'"
        return int(subprocess.run([*command, query], check=True, capture_output=True, text=True).stdout.split()[1])

    with mariadb(tmp_path / "mariadb", "127.32.5.2") as socket:
        time.sleep(0.5)  # the laboratory's own look at the port is counted with a delay
        before = unfinished(socket)
        found = inspect("127.32.5.2", 3306)
        time.sleep(0.5)
        after = unfinished(socket)
    assert found.identity["product"] == "MariaDB"
    assert found.failed == {"port.database-exposed", "mysql.no-tls"}
    assert "service.version-disclosed" not in found.failed
    assert after - before == 1


def test_postfix_is_smtp_and_discloses_a_version_only_where_told_to(tmp_path: Path) -> None:
    with postfix(tmp_path / "postfix", "127.32.6.1"):
        kept = inspect("127.32.6.1", 25)
    with postfix(tmp_path / "talking", "127.32.6.2", port=2526, banner="$myhostname ESMTP $mail_name $mail_version"):
        talking = inspect("127.32.6.2", 2526)
    assert (kept.identity["protocol"], kept.failed) == ("smtp", set())
    assert talking.failed == {"service.version-disclosed"}


def test_smtp_inside_tls_is_heard_and_its_version_seen(tmp_path: Path) -> None:
    """SMTP inside TLS from the first byte, by OpenSSL's own server: it greets with what it is fed."""
    certificate, key = issue("mail.school.example", key=rsa_key()).write(tmp_path)
    (tmp_path / "greeting").write_bytes(b"220 mail.school.example ESMTP Exim 4.94.2\r\n")
    serve = f"(cat {tmp_path}/greeting; sleep 60) | openssl s_server -quiet -naccept 9 -cert {certificate} -key {key}"
    command = ["/bin/sh", "-c", f"exec timeout 60 sh -c '{serve} -accept 127.32.6.4:465'"]
    with running(command, address="127.32.6.4", ports=[], folder=tmp_path):
        time.sleep(1)
        found = inspect("127.32.6.4", 465)
    assert (found.identity["protocol"], found.identity["tls"]) == ("smtp", True)
    assert found.failed == {"service.version-disclosed"}


def test_dovecot_is_imap(tmp_path: Path) -> None:
    with dovecot(tmp_path / "dovecot", "127.32.6.3"):
        found = inspect("127.32.6.3", 143)
    assert (found.identity["protocol"], found.identity["product"]) == ("imap", "Dovecot")
    assert found.failed == set()


def test_http_at_the_port_of_ssh_is_http() -> None:
    async def asked() -> None:
        async with serving(answering(lambda head: answer("200 OK", b"hello", "Server: x/1.0")), "127.32.7.1", 22):
            found = await inspected("127.32.7.1", 22)
        assert found.identity["protocol"] == "http"
        assert found.identity["tls"] is False
        assert found.failed == set()

    asyncio.run(asked())


def test_ssh_at_the_port_of_https_is_ssh(tmp_path: Path) -> None:
    with openssh(tmp_path / "sshd", "127.32.7.2", port=443):
        found = inspect("127.32.7.2", 443)
    assert (found.identity["protocol"], found.identity["tls"]) == ("ssh", False)
    assert found.failed == {"port.remote-admin-exposed"}
    assert found.judgements["port.remote-admin-exposed"].severity is Severity.LOW


def test_nginx_is_http_in_the_clear_and_inside_tls_on_any_port(tmp_path: Path) -> None:
    needs("nginx")
    certificate, key = issue("www.school.example", key=rsa_key()).write(tmp_path)
    server = f"""
daemon off; pid {tmp_path}/pid; error_log stderr; events {{}}
http {{ access_log off; client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;
fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;
server {{ listen 127.32.7.3:80; listen 127.32.7.3:443 ssl; listen 127.32.7.3:7777 ssl; listen 127.32.7.3:8080 ssl;
ssl_certificate {certificate}; ssl_certificate_key {key}; return 200 hello; }} }}
"""
    (tmp_path / "nginx.conf").write_text(server, encoding="utf-8")
    command = ["/usr/sbin/nginx", "-c", str(tmp_path / "nginx.conf")]
    with running(command, address="127.32.7.3", ports=[80, 443, 7777, 8080], folder=tmp_path):
        told = {port: inspect("127.32.7.3", port).identity for port in (80, 443, 7777, 8080)}
        by_name = inspect("127.32.7.3", 443, name="www.school.example").identity
    assert {port: (one["protocol"], one["tls"]) for port, one in told.items()} == {
        80: ("http", False),
        443: ("http", True),
        7777: ("http", True),
        8080: ("http", True),
    }
    assert (by_name["protocol"], by_name["tls"]) == ("http", True)
