"""What real servers offer, well kept and badly kept: each check of `tls.offer` both ways."""

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from probes.tls import certificate, offer
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from scanner.results.shared_keys import SharedKeys
from tests.asking import ask
from tests.lab.certificates import Issued, authority, issue, rsa_key
from tests.lab.servers.gnutls_server import gnutls_server
from tests.lab.servers.jsse import jsse
from tests.lab.servers.modern_openssl import modern_openssl
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.old_openssl import old_openssl
from tests.lab.servers.openssl_server import openssl_server
from tests.lab.servers.tongsuo import tongsuo
from tests.lab.sm2_certificates import sm2_chain

pytestmark = pytest.mark.lab
CA = authority(key=rsa_key())
LEAF = issue("a.example", by=CA, key=rsa_key())
RESPONDER = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.a.example/")
        )
    ]
)
WITH_RESPONDER = issue("a.example", by=CA, key=rsa_key(), more=[RESPONDER])
MOZILLA = (
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256"
)
CHECKS = [check for check in load().checks.values() if check.probe == "tls.offer"]


def service(address: str, name: str | None = None, port: int = 4430) -> Target:
    return Target(TargetKind.SERVICE, "self", address=address, port=port, name=name, protocol="http", tls=True)


def seen(address: str, name: str | None = None, port: int = 4430) -> Observation:
    observation = asyncio.run(ask(offer.PROBE, service(address, name, port)))
    assert observation.reason is None, observation.detail
    return observation


def verdicts(observation: Observation, **declared: Any) -> dict[str, Verdict]:
    given = {"sslv2_at": [], **declared}
    return {
        check.id: judge(check, observation.target, {observation.probe: observation}, given)[0].verdict
        for check in CHECKS
    }


def failing(observation: Observation) -> set[str]:
    return {check for check, verdict in verdicts(observation).items() if verdict is Verdict.FAIL}


def version(observation: Observation, name: str) -> dict[str, Any]:
    return next(one for one in observation.facts["versions"] if one["version"] == name)


def test_an_openssl_of_2013_fails_all_that_it_speaks(tmp_path: Path) -> None:
    with old_openssl(tmp_path / "old", "127.33.3.1", LEAF):
        told = seen("127.33.3.1")
    assert failing(told) >= {
        "tls.protocol-sslv2",
        "tls.protocol-sslv3",
        "tls.protocol-tls10",
        "tls.protocol-tls11",
        "tls.tls13-missing",
        "tls.cipher-null",
        "tls.cipher-export",
        "tls.cipher-des",
        "tls.cipher-rc4",
        "tls.cipher-3des",
        "tls.no-forward-secrecy",
        "tls.cipher-order-client",
        "tls.fallback-scsv-missing",
        "tls.poodle",
        "tls.drown",
        "tls.sm-missing",
    }
    assert verdicts(told)["tls.renegotiation-insecure"] is Verdict.PASS
    assert verdicts(told)["tls.no-modern-protocol"] is Verdict.PASS


def test_what_an_openssl_of_2013_accepts_in_sslv2_alone_is_judged_as_suites_are(tmp_path: Path) -> None:
    with old_openssl(tmp_path / "old", "127.33.3.18", LEAF, method="SSLv2_method"):
        told = seen("127.33.3.18")
    assert told.facts["export_suites"] == [
        "SSL_CK_RC4_128_EXPORT40_WITH_MD5",
        "SSL_CK_RC2_128_CBC_EXPORT40_WITH_MD5",
    ]
    weak = {"export", "des", "rc4", "3des"}
    assert failing(told) >= {*(f"tls.cipher-{kind}" for kind in weak), "tls.no-forward-secrecy", "tls.protocol-sslv2"}
    assert verdicts(told)["tls.cipher-null"] is Verdict.PASS


def test_a_key_that_an_old_server_shows_in_sslv2_fails_its_modern_neighbour(tmp_path: Path) -> None:
    with (
        old_openssl(tmp_path / "old", "127.33.3.2", LEAF),
        openssl_server(tmp_path / "new", "127.33.3.3", LEAF, "-no_tls1_3", cipher="ECDHE+AESGCM"),
    ):
        old, new = seen("127.33.3.2"), seen("127.33.3.3")
    told = SharedKeys([old, new])
    at = told.elsewhere(new.target, new.facts["keys"])
    assert at == ["127.33.3.2 port 4430"]
    assert verdicts(new, sslv2_at=at)["tls.drown"] is Verdict.FAIL
    assert verdicts(new)["tls.drown"] is Verdict.PASS


def test_java_with_its_disabled_algorithms_enabled_accepts_export_suites(tmp_path: Path) -> None:
    with jsse(tmp_path / "java", "127.33.3.4", LEAF):
        told = seen("127.33.3.4")
    assert failing(told) >= {"tls.cipher-export", "tls.cipher-anonymous", "tls.cipher-des", "tls.poodle"}
    assert told.facts["export_suites"]


def test_a_gnutls_without_rfc_5746_is_insecure_and_its_twin_is_not(tmp_path: Path) -> None:
    for number, (more, wanted) in enumerate(((":%DISABLE_SAFE_RENEGOTIATION", Verdict.FAIL), ("", Verdict.PASS))):
        priority = f"NORMAL:-VERS-ALL:+VERS-TLS1.2{more}"
        with gnutls_server(tmp_path / str(number), "127.33.3.5", LEAF, priority=priority):
            told = seen("127.33.3.5", port=4439)
        assert verdicts(told)["tls.renegotiation-insecure"] is wanted
        assert verdicts(told)["tls.fallback-scsv-missing"] is Verdict.NOT_APPLICABLE


def test_a_gnutls_of_long_ago_accepts_null_and_anonymous_suites(tmp_path: Path) -> None:
    with gnutls_server(tmp_path / "gnutls", "127.33.3.6", LEAF):
        told = seen("127.33.3.6", port=4439)
    assert failing(told) >= {"tls.cipher-null", "tls.cipher-anonymous", "tls.cipher-rc4", "tls.cipher-3des"}


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        (
            "tls.dh-weak",
            ("ADH-AES128-SHA:@SECLEVEL=0", "-no_tls1_3"),
            ("DHE-RSA-AES128-GCM-SHA256", "-no_tls1_3"),
        ),
        (
            "tls.curve-weak",
            ("ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-groups", "P-256:P-192", "-no_tls1_3"),
            ("ECDHE-RSA-AES128-GCM-SHA256", "-groups", "P-256:P-384", "-no_tls1_3"),
        ),
        ("tls.no-forward-secrecy", ("AES128-SHA:@SECLEVEL=0", "-no_tls1_3"), ("ECDHE+AES", "-no_tls1_3")),
        ("tls.fallback-scsv-missing", None, ("ALL:@SECLEVEL=0", "-no_tls1_3")),
        (
            "tls.cipher-order-client",
            ("ADH-AES128-SHA:AES128-SHA:AES256-SHA:@SECLEVEL=0", "-no_tls1_3"),
            ("ADH-AES128-SHA:AES128-SHA:AES256-SHA:@SECLEVEL=0", "-no_tls1_3", "-serverpref"),
        ),
        ("tls.tls13-missing", ("ALL", "-no_tls1_3"), ("ALL", "-no_tls1")),
    ],
)
def test_one_setting_of_an_openssl_decides(
    tmp_path: Path, check: str, bad: tuple[str, ...] | None, good: tuple[str, ...]
) -> None:
    for number, (setting, wanted) in enumerate(((bad, Verdict.FAIL), (good, Verdict.PASS))):
        if setting is None:
            continue
        cipher, *options = setting
        with openssl_server(tmp_path / str(number), "127.33.3.7", LEAF, *options, cipher=cipher):
            assert verdicts(seen("127.33.3.7"))[check] is wanted, (check, setting)


def test_a_post_quantum_hybrid_is_found_where_it_is(tmp_path: Path) -> None:
    with modern_openssl(tmp_path / "modern", "127.33.3.9", LEAF):
        told = seen("127.33.3.9")
    assert "X25519MLKEM768" in told.facts["hybrid_groups"]
    assert failing(told) == {"tls.sm-missing"}


def test_tlcp_is_found_with_its_suites(tmp_path: Path) -> None:
    chain = sm2_chain(tmp_path / "sm2")
    pairs = {
        name: f"{pair.certificate}:{pair.key}"
        for name, pair in (("sign", chain.signing), ("encrypt", chain.encrypting))
    }
    leaf = ":".join(str(path) for path in LEAF.write(tmp_path))
    with tongsuo(tmp_path / "tlcp", "127.33.3.10", leaf=leaf, **pairs):
        told = seen("127.33.3.10")
    assert told.facts["tlcp"] is True
    assert "TLS_ECC_SM4_CBC_SM3" in told.facts["sm_suites"]
    assert verdicts(told)["tls.sm-missing"] is Verdict.PASS


def test_an_sm_suite_of_tls13_is_found(tmp_path: Path) -> None:
    chain = sm2_chain(tmp_path / "sm2")
    with tongsuo(
        tmp_path / "rfc8998",
        "127.33.3.11",
        leaf=f"{chain.signing.certificate}:{chain.signing.key}",
        suites="TLS_SM4_GCM_SM3:TLS_SM4_CCM_SM3",
    ):
        told = seen("127.33.3.11")
    assert told.facts["tls13"] is True
    assert set(told.facts["sm_suites"]) == {"TLS_SM4_GCM_SM3", "TLS_SM4_CCM_SM3"}
    assert verdicts(told)["tls.sm-missing"] is Verdict.PASS


def stapled(folder: Path, leaf: Issued) -> Path:
    """An OCSP answer that says good, by the authority itself."""
    now = datetime.now(UTC)
    answer = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            leaf.certificate,
            CA.certificate,
            hashes.SHA256(),
            ocsp.OCSPCertStatus.GOOD,
            now - timedelta(hours=1),
            now + timedelta(days=3),
            None,
            None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, CA.certificate)
        .sign(CA.key, hashes.SHA256())  # type: ignore[arg-type]
    )
    path = folder / "staple.der"
    path.write_bytes(answer.public_bytes(Encoding.DER))
    return path


@pytest.mark.parametrize("only", ["-tls1_2", "-tls1_3"])
def test_a_staple_is_found_in_every_version_and_missed_where_it_is_not(tmp_path: Path, only: str) -> None:
    staple = stapled(tmp_path, WITH_RESPONDER)
    with openssl_server(tmp_path / "with", "127.33.3.12", WITH_RESPONDER, only, "-status_file", staple):
        assert verdicts(seen("127.33.3.12"))["tls.ocsp-stapling-missing"] is Verdict.PASS
    with openssl_server(tmp_path / "without", "127.33.3.13", WITH_RESPONDER, only):
        told = seen("127.33.3.13")
    assert verdicts(told)["tls.ocsp-stapling-missing"] is Verdict.FAIL
    with openssl_server(tmp_path / "none", "127.33.3.14", LEAF, only):
        assert verdicts(seen("127.33.3.14"))["tls.ocsp-stapling-missing"] is Verdict.NOT_APPLICABLE


@contextlib.contextmanager
def two_names(folder: Path) -> Iterator[None]:
    other = issue("b.example", by=CA, key=rsa_key(1024))
    sites = [
        server(
            "127.33.3.15",
            f"server_name {name}; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {ciphers};",
            port=4430,
            certificate=leaf.write(folder, stem=name),
        )
        for name, leaf, ciphers in (
            ("a.example", LEAF, "ECDHE-RSA-AES128-GCM-SHA256"),
            ("b.example", other, "AES128-SHA:@SECLEVEL=0"),
        )
    ]
    with nginx(folder / "nginx", "127.33.3.15", *sites, ports=(4430,)):
        yield


def test_names_on_a_shared_address_are_told_apart_and_so_is_no_name(tmp_path: Path) -> None:
    with two_names(tmp_path):
        first, second, none = seen("127.33.3.15", "a.example"), seen("127.33.3.15", "b.example"), seen("127.33.3.15")
    assert version(first, "tls12")["suites"] == ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]
    assert version(second, "tls12")["suites"] == ["TLS_RSA_WITH_AES_128_CBC_SHA"]
    assert first.facts["keys"] == none.facts["keys"] != second.facts["keys"]
    assert "tls.no-forward-secrecy" in failing(second) and "tls.no-forward-secrecy" not in failing(first)


def test_a_modern_host_costs_at_most_thirty_connections_with_its_certificate(tmp_path: Path) -> None:
    with openssl_server(tmp_path / "s", "127.33.3.16", LEAF, "-no_tls1", "-no_tls1_1", cipher=MOZILLA):
        told = seen("127.33.3.16", "a.example")
        shown = asyncio.run(ask(certificate.PROBE, service("127.33.3.16", "a.example"), trust=(CA.der,)))
    assert shown.facts["trusted"] is True
    assert told.facts["connections"] + 1 <= 30
    assert version(told, "tls12")["complete"] and version(told, "tls13")["groups_complete"]


def test_a_legacy_host_with_a_hundred_suites_costs_at_most_125_connections(tmp_path: Path) -> None:
    parameters = tmp_path / "dh.pem"
    words = ["/usr/bin/openssl", "dhparam", "-dsaparam", "-out", parameters, "1024"]
    subprocess.run(words, check=True, capture_output=True)
    pair = issue("old.example", by=CA, key=rsa_key(1024)).write(tmp_path)
    legacy = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0;"
    site = server("127.33.3.17", legacy, f"ssl_dhparam {parameters};", port=4430, certificate=pair)
    with nginx(tmp_path / "nginx", "127.33.3.17", site, ports=(4430,)):
        told = seen("127.33.3.17")
    assert sum(len(one["suites"]) for one in told.facts["versions"]) >= 100
    assert all(one["complete"] for one in told.facts["versions"])
    assert told.facts["connections"] + 1 <= 125
    assert failing(told) >= {"tls.cipher-null", "tls.cipher-anonymous", "tls.dh-weak", "tls.protocol-tls10"}
