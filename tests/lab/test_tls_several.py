"""Certificates beside the first one: a second key type, another name's, TLCP's two, TLS 1.3 with SM suites."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from probes.tls import certificate, offer
from scanner.catalogue.loader import load
from scanner.judging import Judgement, judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from tests.asking import ask
from tests.lab.certificates import DAY, authority, issue, rsa_key
from tests.lab.server import needs
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.openssl_server import openssl_server
from tests.lab.servers.tongsuo import tongsuo
from tests.lab.sm2_certificates import Pair, sm2_chain
from tests.lab.test_tls_revocation import NOW
from tests.unit.test_tls_certificate import roca_primes

pytestmark = pytest.mark.lab
CA = authority(key=rsa_key())
GOOD = issue("a.example", by=CA)
EXPIRED = issue("a.example", by=CA, key=rsa_key(), starts=NOW - 9 * DAY, ends=NOW - DAY)
KEPT = issue("a.example", by=CA, key=rsa_key())


def target(address: str, name: str | None = "a.example") -> Target:
    return Target(TargetKind.SERVICE, "self", address=address, port=4430, name=name, protocol="http", tls=True)


def judged(check: str, observations: dict[str, Observation]) -> Judgement:
    some = next(iter(observations.values()))
    (judgement,) = judge(load().checks[check], some.target, observations, {})
    return judgement


@pytest.mark.parametrize(("second", "verdict"), [(EXPIRED, Verdict.FAIL), (KEPT, Verdict.PASS)])
def test_an_old_rsa_certificate_beside_a_good_one_is_not_overlooked(
    tmp_path: Path, second: object, verdict: Verdict
) -> None:
    needs("nginx")
    assert isinstance(second, type(GOOD))
    (first_file, first_key), (second_file, second_key) = (
        GOOD.write(tmp_path, stem="ec"),
        second.write(tmp_path, stem="rsa"),
    )
    pairs = [(first_file, first_key), (second_file, second_key)]
    lines = [f"ssl_certificate {file}; ssl_certificate_key {key};" for file, key in pairs]
    site = server("127.33.41.1", "ssl_protocols TLSv1.2;", *lines, port=4430).replace("4430;", "4430 ssl;")
    with nginx(tmp_path / "nginx", "127.33.41.1", site, ports=[4430]):
        seen = {
            probe.name: asyncio.run(ask(probe, target("127.33.41.1"), trust=(CA.der,)))
            for probe in (certificate.PROBE, offer.PROBE)
        }
    assert {each["key_type"] for each in seen["tls.offer"].facts["certificates"]} == {"ec", "rsa"}
    told = judged("tls.cert-expired", seen)
    assert told.verdict is verdict
    if verdict is Verdict.FAIL:
        assert told.seen["key_type"] == "rsa" and told.evidence and "SHA-256" in told.evidence[0].what
    assert judged("tls.cert-untrusted", seen).verdict is Verdict.PASS


def test_a_key_with_the_roca_defect_is_weak_whatever_its_size(tmp_path: Path) -> None:
    first, second = roca_primes()
    numbers = rsa.RSAPublicNumbers(65537, first * second)
    secret = pow(65537, -1, (first - 1) * (second - 1))
    remainders = rsa.rsa_crt_dmp1(secret, first), rsa.rsa_crt_dmq1(secret, second), rsa.rsa_crt_iqmp(first, second)
    key = rsa.RSAPrivateNumbers(first, second, secret, *remainders, numbers).private_key()
    with openssl_server(tmp_path, "127.33.41.4", issue("a.example", by=CA, key=key)):
        seen = asyncio.run(ask(certificate.PROBE, target("127.33.41.4"), trust=(CA.der,)))
    assert (seen.facts["key_bits"], seen.facts["weakness"]) == (2048, "ROCA")
    assert judged("tls.cert-weak-key", {"tls.certificate": seen}).verdict is Verdict.FAIL


def pair(of: Pair) -> str:
    return f"{of.certificate}:{of.key}"


def test_the_two_certificates_of_tlcp_and_that_of_sm_suites_are_described_and_trusted(tmp_path: Path) -> None:
    chain = sm2_chain(tmp_path / "sm2")
    root = ssl.PEM_cert_to_DER_cert(chain.root.certificate.read_text())
    ways: dict[str, tuple[dict[str, Any], list[str]]] = {
        "tlcp": ({"sign": pair(chain.signing), "encrypt": pair(chain.encrypting)}, ["leaf", "encryption"]),
        "tls13": ({"leaf": pair(chain.signing), "suites": "TLS_SM4_GCM_SM3", "lowest": "772"}, ["leaf"]),
    }
    for way, (options, roles) in ways.items():
        with tongsuo(tmp_path / way, "127.33.41.2", **options):
            seen = asyncio.run(ask(certificate.PROBE, target("127.33.41.2"), trust=(root,)))
            stranger = asyncio.run(ask(certificate.PROBE, target("127.33.41.2"), trust=(CA.der,)))
        facts = seen.facts
        assert seen.reason is None, f"{way}: {seen.detail}"
        assert (facts["curve"], facts["key_bits"], facts["signature_hash"]) == ("sm2", 256, "sm3")
        assert (facts["trusted"], facts["covers_name"], facts["in_order"]) == (True, True, True)
        assert [each["role"] for each in facts["chain"]] == roles
        assert stranger.facts["trusted"] is False
        verdicts = {check: judged(check, {"tls.certificate": seen}).verdict for check in STRENGTH}
        assert verdicts == dict.fromkeys(STRENGTH, Verdict.PASS)


STRENGTH = ("tls.cert-weak-key", "tls.cert-weak-signature", "tls.cert-untrusted", "tls.cert-hostname-mismatch")


def test_each_name_and_no_name_have_their_own_chain(tmp_path: Path) -> None:
    other = issue("b.example", by=CA)
    sites = [
        server("127.33.41.3", f"server_name {name};", port=4430, certificate=leaf.write(tmp_path, stem=name))
        for name, leaf in (("b.example", other), ("a.example", GOOD))
    ]
    with nginx(tmp_path / "nginx", "127.33.41.3", *sites, ports=[4430]):
        seen = {
            name: asyncio.run(ask(certificate.PROBE, target("127.33.41.3", name), trust=(CA.der,)))
            for name in ("a.example", "b.example", None)
        }
    named = {name: told.facts["names"] for name, told in seen.items()}
    assert named == {"a.example": ["a.example"], "b.example": ["b.example"], None: ["b.example"]}
