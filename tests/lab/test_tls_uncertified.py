"""Servers that show nobody a certificate: by PSK, or with anonymous suites alone. What is said of one that is not there."""

import asyncio
from pathlib import Path

import pytest

from probes.tls import certificate, offer
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers.openssl_server import openssl_server
from tests.lab.test_tls_offer import verdicts

pytestmark = pytest.mark.lab
LEAF = issue("a.example", key=rsa_key())
WAYS = {
    "PSK": ("127.33.14.1", "PSK-AES128-GCM-SHA256:@SECLEVEL=0", ("-psk", "1a2b3c")),
    "anonymous": ("127.33.14.2", "ADH-AES128-SHA256:@SECLEVEL=0", ()),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_server_without_a_certificate_is_told_to_refuse_and_asked_for_no_staple(way: str, tmp_path: Path) -> None:
    address, cipher, options = WAYS[way]
    target = Target(TargetKind.SERVICE, "self", address=address, port=4430, protocol="http", tls=True)
    with openssl_server(tmp_path, address, LEAF, "-tls1_2", *options, cipher=cipher):
        shown = asyncio.run(ask(certificate.PROBE, target))
        told = asyncio.run(ask(offer.PROBE, target))
    assert shown.reason is Reason.REFUSED
    assert verdicts(told)["tls.ocsp-stapling-missing"] is Verdict.NOT_APPLICABLE
    anonymous = verdicts(told)["tls.cipher-anonymous"]
    assert anonymous is (Verdict.FAIL if way == "anonymous" else Verdict.PASS)
