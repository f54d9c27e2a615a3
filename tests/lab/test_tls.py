"""Versions and certificates of real servers: nginx, Apache, OpenSSL, GnuTLS, tlslite-ng; well kept and badly kept."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from probes.tls import certificate, offer
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.lab.certificates import DAY, Issued, authority, issue, rsa_key, signed_with
from tests.lab.server import needs, running

pytestmark = pytest.mark.lab
NOW = datetime.now(UTC)
CA = authority(key=rsa_key())
MIDDLE = issue(by=CA, subject="Laboratory Middle CA", authority=True)
GOOD = issue("www.school.example", "127.33.0.1", by=MIDDLE)
OBSERVED = {"tls.post-quantum-missing", "tls.sm-missing"}
"""Observations that every server of Debian 12 gives rise to."""
ALL = ("sslv2", "sslv3", "tls10", "tls11", "tls12", "tls13")


def service(address: str, name: str | None = None, port: int = 4430) -> Target:
    return Target(TargetKind.SERVICE, "self", address=address, port=port, name=name, protocol="http", tls=True)


def spoken(address: str, name: str | None = None) -> dict[str, bool | None]:
    observation = asyncio.run(ask(offer.PROBE, service(address, name)))
    assert observation.reason is None, observation.detail
    return {fact: observation.facts[fact] for fact in ALL}


def shown(address: str, name: str | None = None, trust: tuple[Issued, ...] = (CA,)) -> Observation:
    target = service(address, name)
    return asyncio.run(ask(certificate.PROBE, target, trust=tuple(root.der for root in trust)))


def failing(observation: Observation) -> set[str]:
    """The checks of the observation's probe that fail."""
    checks = [check for check in load().checks.values() if check.probe == observation.probe]
    judged = [
        judge(check, observation.target, {observation.probe: observation}, {"sslv2_at": []})[0] for check in checks
    ]
    return {each.check for each in judged if each.verdict is Verdict.FAIL}


def verdict(check: str, observation: Observation) -> tuple[Verdict, Reason | None]:
    (judged,) = judge(load().checks[check], observation.target, {observation.probe: observation}, {"sslv2_at": []})
    return judged.verdict, judged.reason


@contextlib.contextmanager
def nginx(folder: Path, address: str, *servers: str) -> Iterator[None]:
    needs("nginx")
    (folder / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
        f"fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        + "\n".join(f"server {{ listen {address}:4430 ssl; {each} }}" for each in servers)
        + "}\n"
    )
    command: list[str | Path] = ["/usr/sbin/nginx", "-p", folder, "-c", folder / "nginx.conf"]
    with running(command, address=address, ports=[4430], folder=folder):
        yield


@contextlib.contextmanager
def openssl(folder: Path, address: str, *options: str | Path, cipher: str = "ALL:@SECLEVEL=0") -> Iterator[None]:
    needs("openssl")
    accept: list[str | Path] = ["-accept", f"{address}:4430", "-quiet", "-naccept", "3000"]
    command: list[str | Path] = ["openssl", "s_server", *accept, "-cipher", cipher, *options]
    with running(command, address=address, ports=[4430], folder=folder):
        yield


@contextlib.contextmanager
def openssl_with(
    folder: Path, address: str, leaf: Issued, *chain: Issued, options: tuple[str, ...] = ()
) -> Iterator[None]:
    paths = leaf.write(folder)
    (folder / "chain.pem").write_bytes(b"".join(each.pem for each in chain))
    more: list[str | Path] = ["-cert_chain", folder / "chain.pem"] if chain else []
    with openssl(folder, address, "-cert", paths[0], "-key", paths[1], *more, *options):
        yield


def test_a_well_kept_nginx_fails_nothing(tmp_path: Path) -> None:
    paths = GOOD.write(tmp_path, MIDDLE)
    site = f"ssl_certificate {paths[0]}; ssl_certificate_key {paths[1]}; ssl_protocols TLSv1.2 TLSv1.3;"
    with nginx(tmp_path, "127.33.0.1", site):
        told = asyncio.run(ask(offer.PROBE, service("127.33.0.1", "www.school.example")))
        seen = shown("127.33.0.1", "www.school.example")
    assert {fact: told.facts[fact] for fact in ALL} == {
        **dict.fromkeys(ALL, False),
        "tls12": True,
        "tls13": True,
    }
    assert told.facts["tls12_cipher"].startswith("TLS_ECDHE_ECDSA") and told.facts["tls13_cipher"].startswith("TLS_")
    assert failing(told) == OBSERVED and failing(seen) == set()
    for check in load().checks.values():
        if check.probe in ("tls.offer", "tls.certificate") and check.id not in OBSERVED:
            observation = told if check.probe == "tls.offer" else seen
            # a private root's leaf without responder and list can neither be revoked nor owe anything to public logs
            private = check.id in ("tls.cert-revoked", "tls.cert-validity-too-long", "tls.cert-no-sct")
            expected = (Verdict.NOT_APPLICABLE,) if private else (Verdict.PASS, Verdict.NOT_APPLICABLE)
            assert verdict(check.id, observation)[0] in expected, check.id
    assert seen.facts["chain_length"] == 2


def test_the_certificate_is_the_one_of_the_name_asked(tmp_path: Path) -> None:
    other = issue("other.example", by=CA)
    first, second = GOOD.write(tmp_path, MIDDLE, stem="first"), other.write(tmp_path, stem="second")
    sites = [
        f"server_name {name}; ssl_certificate {paths[0]}; ssl_certificate_key {paths[1]};"
        for name, paths in (("other.example", second), ("www.school.example", first))
    ]
    with nginx(tmp_path, "127.33.0.2", *sites):
        assert failing(shown("127.33.0.2", "www.school.example")) == set()
        assert failing(shown("127.33.0.2", "absent.example")) == {"tls.cert-hostname-mismatch"}
        by_address = shown("127.33.0.2")
    assert list(by_address.facts["names"]) == ["other.example"]
    assert verdict("tls.cert-hostname-mismatch", by_address)[0] is Verdict.NOT_APPLICABLE


def test_a_name_that_the_server_refuses_tells_nothing_of_its_versions(tmp_path: Path) -> None:
    paths = GOOD.write(tmp_path, MIDDLE)
    served = f"server_name www.school.example; ssl_certificate {paths[0]}; ssl_certificate_key {paths[1]};"
    with nginx(tmp_path, "127.33.0.3", "ssl_reject_handshake on;", served):
        assert set(spoken("127.33.0.3", "absent.example").values()) == {None, False}
        refused = shown("127.33.0.3", "absent.example")
        good = spoken("127.33.0.3", "www.school.example")
    assert refused.reason is Reason.REFUSED
    assert good["tls12"] is True and good["sslv3"] is False


def test_an_apache_with_tls12_alone_and_a_disordered_chain_is_trusted(tmp_path: Path) -> None:
    needs("apache2")
    certificate_file, key = GOOD.write(tmp_path, authority("Stranger"), CA, MIDDLE)
    modules = "/usr/lib/apache2/modules"
    loads = [(n, f"{modules}/mod_{n}.so") for n in ("mpm_event", "authz_core", "socache_shmcb", "ssl")]
    (tmp_path / "apache.conf").write_text(
        "".join(f"LoadModule {name}_module {path}\n" for name, path in loads)
        + f"ServerRoot {tmp_path}\nPidFile {tmp_path}/pid\nErrorLog {tmp_path}/error.log\nServerName localhost\n"
        + f"Mutex file:{tmp_path} default\nListen 127.33.0.4:4430\nDocumentRoot {tmp_path}\n"
        + "<VirtualHost *:4430>\nSSLEngine on\nSSLProtocol -all +TLSv1.2\n"
        + f"SSLCertificateFile {certificate_file}\nSSLCertificateKeyFile {key}\n</VirtualHost>\n"
    )
    command: list[str | Path] = ["/usr/sbin/apache2", "-DFOREGROUND", "-f", tmp_path / "apache.conf"]
    with running(command, address="127.33.0.4", ports=[4430], folder=tmp_path):
        told = spoken("127.33.0.4")
        seen = shown("127.33.0.4", "www.school.example")
    assert told == {**dict.fromkeys(ALL, False), "tls12": True}
    assert seen.facts["chain_length"] == 4 and failing(seen) == {"tls.cert-chain-disordered"}
    assert (seen.facts["displaced"], seen.facts["foreign"]) == ([3], [2])


def test_an_openssl_with_old_settings_fails_tls10_and_tls11(tmp_path: Path) -> None:
    old = signed_with("sha1", issue("a.example", by=CA, key=rsa_key(1024)), by=CA)
    with openssl_with(tmp_path, "127.33.0.5", old, options=("-no_tls1_3",)):
        told = asyncio.run(ask(offer.PROBE, service("127.33.0.5")))
        seen = shown("127.33.0.5")
    assert [told.facts[fact] for fact in ALL] == [False, False, True, True, True, False]
    assert failing(told) == {
        "tls.protocol-tls10",
        "tls.protocol-tls11",
        "tls.tls13-missing",
        "tls.sm-missing",
        "tls.cipher-anonymous",
        "tls.cipher-order-client",
        "tls.dh-weak",
    }
    assert told.facts["smallest_prime_bits"] == 1024
    assert failing(seen) == {"tls.cert-weak-key", "tls.cert-weak-signature"}
    assert "0x0301" in next(piece.what for piece in told.evidence if piece.about == "tls10")


@pytest.mark.parametrize("only", ["tls1", "tls1_1", "tls1_2", "tls1_3"])
def test_a_server_of_one_version_is_told_from_all_others(tmp_path: Path, only: str) -> None:
    with openssl_with(tmp_path, "127.33.0.6", issue("a.example", by=CA, key=rsa_key()), options=(f"-{only}",)):
        told = spoken("127.33.0.6")
        seen = shown("127.33.0.6", "a.example")
    fact = {"tls1": "tls10", "tls1_1": "tls11", "tls1_2": "tls12", "tls1_3": "tls13"}[only]
    assert told == {**dict.fromkeys(ALL, False), fact: True}
    assert failing(seen) == set()


@pytest.mark.parametrize("suite", ["NULL-SHA256", "ADH-AES128-SHA", "AES128-SHA"])
def test_a_server_of_one_odd_suite_is_not_taken_for_one_without_the_version(tmp_path: Path, suite: str) -> None:
    paths = issue("a.example", by=CA, key=rsa_key()).write(tmp_path)
    options = ("-cert", paths[0], "-key", paths[1], "-tls1_2")
    with openssl(tmp_path, "127.33.0.7", *options, cipher=f"{suite}:@SECLEVEL=0"):
        assert spoken("127.33.0.7")["tls12"] is True


BAD = {
    "expired": (issue("a.example", by=CA, starts=NOW - 9 * DAY, ends=NOW - DAY), (), {"tls.cert-expired"}),
    "expiring": (issue("a.example", by=CA, ends=NOW + 9 * DAY), (), {"tls.cert-expiring"}),
    "not yet valid": (issue("a.example", by=CA, starts=NOW + DAY), (), {"tls.cert-not-yet-valid"}),
    "wrong name": (issue("b.example", by=CA), (), {"tls.cert-hostname-mismatch"}),
    "self-signed": (issue("a.example"), (), {"tls.cert-self-signed", "tls.cert-untrusted"}),
    "missing intermediate": (issue("a.example", by=MIDDLE), (), {"tls.cert-untrusted"}),
    "a root of its own": (issue("a.example", by=authority("X")), (), {"tls.cert-untrusted"}),
    "md5": (signed_with("md5", issue("a.example", by=CA, key=rsa_key()), by=CA), (), {"tls.cert-weak-signature"}),
    "rsa-1024": (issue("a.example", by=CA, key=rsa_key(1024)), (), {"tls.cert-weak-key"}),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_each_bad_certificate_fails_its_own_checks_and_no_other(tmp_path: Path, case: str) -> None:
    leaf, chain, wanted = BAD[case]
    with openssl_with(tmp_path, "127.33.0.8", leaf, *chain):
        assert failing(shown("127.33.0.8", "a.example")) == wanted


def test_a_private_root_that_nobody_named_is_not_trusted(tmp_path: Path) -> None:
    with openssl_with(tmp_path, "127.33.0.9", GOOD, MIDDLE):
        assert failing(shown("127.33.0.9", "www.school.example", trust=())) == {"tls.cert-untrusted"}
        assert failing(shown("127.33.0.9", "www.school.example")) == set()


@pytest.mark.parametrize("only", ["tls1_2", "tls1_3"])
def test_a_certificate_demanded_of_the_client_hides_nothing(tmp_path: Path, only: str) -> None:
    paths = CA.write(tmp_path, stem="ca")
    options = (f"-{only}", "-Verify", "1", "-verify_return_error", "-CAfile", str(paths[0]))
    with openssl_with(tmp_path, "127.33.0.10", issue("a.example", by=CA), options=options):
        assert spoken("127.33.0.10")["tls12" if only == "tls1_2" else "tls13"] is True
        assert failing(shown("127.33.0.10", "a.example")) == set()


def test_a_gnutls_with_old_priorities_fails_what_it_speaks(tmp_path: Path) -> None:
    needs("gnutls-serv")
    paths = issue("a.example", by=CA, key=rsa_key()).write(tmp_path)
    priority = "NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.1:+SHA1:+SIGN-ALL"
    options: list[str | Path] = [
        "--port",
        "4430",
        "--x509certfile",
        paths[0],
        "--x509keyfile",
        paths[1],
        "--priority",
        priority,
    ]
    with running(["gnutls-serv", "--http", *options], address="127.33.0.11", ports=[4430], folder=tmp_path):
        told = asyncio.run(ask(offer.PROBE, service("127.33.0.11")))
    assert [told.facts[fact] for fact in ALL] == [False, False, True, True, False, False]
    missing = {"tls.no-modern-protocol", "tls.tls13-missing", "tls.sm-missing"}
    assert failing(told) == {"tls.protocol-tls10", "tls.protocol-tls11"} | missing


@contextlib.contextmanager
def tlslite(address: str, leaf: Issued, lowest: tuple[int, int], highest: tuple[int, int]) -> Iterator[None]:
    """tlslite-ng: an implementation of its own that still speaks SSL 3.0."""
    api: Any = pytest.importorskip("tlslite.api")
    chain = api.X509CertChain()
    chain.parsePemList(leaf.pem.decode())
    key = api.parsePEMKey(leaf.key_pem.decode(), private=True)
    settings = api.HandshakeSettings()
    settings.minVersion, settings.maxVersion = lowest, highest
    settings.cipherNames = ["aes128", "aes256", "3des", "rc4"]
    with socket.create_server((address, 4430)) as listening:

        def serve() -> None:
            while True:
                try:
                    accepted, _ = listening.accept()
                except OSError:
                    return
                with accepted, contextlib.suppress(Exception):
                    accepted.settimeout(5)
                    api.TLSConnection(accepted).handshakeServer(certChain=chain, privateKey=key, settings=settings)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def test_a_server_that_speaks_ssl3_fails_and_shows_its_certificate(tmp_path: Path) -> None:
    leaf = issue("a.example", by=CA, key=rsa_key())
    with tlslite("127.33.0.12", leaf, (3, 0), (3, 0)):
        told = asyncio.run(ask(offer.PROBE, service("127.33.0.12")))
        seen = shown("127.33.0.12", "a.example")
    assert [told.facts[fact] for fact in ALL] == [False, True, False, False, False, False]
    weak = {"tls.cipher-rc4", "tls.cipher-3des"}
    missing = {"tls.no-modern-protocol", "tls.tls13-missing", "tls.sm-missing"}
    assert failing(told) == {"tls.protocol-sslv3", "tls.poodle"} | missing | weak
    assert failing(seen) == set() and seen.facts["sha256"]
    with tlslite("127.33.0.12", leaf, (3, 1), (3, 3)):
        told = asyncio.run(ask(offer.PROBE, service("127.33.0.12")))
    assert failing(told) == {"tls.protocol-tls10", "tls.protocol-tls11", "tls.tls13-missing", "tls.sm-missing"} | weak


def test_an_ipv6_address_is_asked_like_any_other(tmp_path: Path) -> None:
    paths = issue("::1", by=CA).write(tmp_path)
    command: list[str | Path] = [
        "openssl",
        "s_server",
        "-accept",
        "[::1]:4430",
        "-quiet",
        "-cert",
        paths[0],
        "-key",
        paths[1],
    ]
    with running(command, address="::1", ports=[4430], folder=tmp_path):
        assert spoken("::1")["tls13"] is True
        seen = shown("::1")
    assert list(seen.facts["names"]) == ["::1"] and failing(seen) == set()


def test_the_same_server_is_described_the_same_every_time(tmp_path: Path) -> None:
    with openssl_with(tmp_path, "127.33.0.13", GOOD, MIDDLE):
        seen = [spoken("127.33.0.13") for _ in range(5)]
    assert seen == [seen[0]] * 5 and seen[0]["tls13"] is True
