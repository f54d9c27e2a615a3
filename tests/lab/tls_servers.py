"""Every TLS server of the laboratory that speaks from the first byte, by name: what peers and we are held against."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.lab.certificates import DAY, authority, issue, rsa_key, signed_with
from tests.lab.servers.apache import apache, host
from tests.lab.servers.gnutls_server import WELL_KEPT, gnutls_server
from tests.lab.servers.jsse import jsse
from tests.lab.servers.modern_openssl import modern_openssl
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.old_openssl import old_openssl
from tests.lab.servers.openssl_server import openssl_server
from tests.lab.servers.tlslite_server import OLD, SSL3, TLS12, tlslite_server
from tests.lab.servers.tongsuo import tongsuo
from tests.lab.sm2_certificates import sm2_chain

Start = Callable[[Path, str, int], AbstractContextManager[None]]
NOW = datetime.now(UTC)
CA = authority(key=rsa_key(4096))
MIDDLE = issue(by=CA, subject="Laboratory Middle CA", authority=True, key=rsa_key(3072))
GOOD = issue("a.example", by=MIDDLE, key=rsa_key())
CURVE = issue("a.example", by=MIDDLE)
OWN = issue("a.example", key=rsa_key())
EXPIRED = issue("a.example", by=CA, key=rsa_key(1024), starts=NOW - 9 * DAY, ends=NOW - DAY)


@dataclass(frozen=True)
class Served:
    """A server, and whether it can only be had on a port of every address."""

    start: Start
    everywhere: bool = False


@contextlib.contextmanager
def _nginx(folder: Path, address: str, port: int) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    pair = GOOD.write(folder, MIDDLE)
    lines = ("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;", "ssl_session_tickets off;")
    with nginx(folder, address, server(address, *lines, port=port, certificate=pair), ports=(port,)):
        yield


@contextlib.contextmanager
def _apache(folder: Path, address: str, port: int) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    pair = CURVE.write(folder, MIDDLE)
    lines = ("SSLProtocol -all +TLSv1.2", "SSLCipherSuite ALL:@SECLEVEL=0", "SSLHonorCipherOrder on")
    with apache(folder, [(address, port)], host(address, *lines, port=port, certificate=pair)):
        yield


@contextlib.contextmanager
def _tongsuo(folder: Path, address: str, port: int) -> Iterator[None]:
    chain = sm2_chain(folder / "sm2")
    sign, encrypt = (f"{pair.certificate}:{pair.key}" for pair in (chain.signing, chain.encrypting))
    suites = "TLS_SM4_GCM_SM3:TLS_SM4_CCM_SM3:TLS_AES_128_GCM_SHA256"
    with tongsuo(folder, address, port=port, sign=sign, encrypt=encrypt, leaf=sign, suites=suites):
        yield


def _legacy(folder: Path, address: str, port: int) -> AbstractContextManager[None]:
    return openssl_server(folder, address, signed_with("sha1", EXPIRED, by=CA), "-serverpref", port=port)


def _one(version: str) -> Served:
    return Served(lambda folder, address, port: openssl_server(folder, address, OWN, version, port=port))


def _unchained(folder: Path, address: str, port: int) -> AbstractContextManager[None]:
    return openssl_server(folder, address, GOOD, port=port, cipher="ECDHE+AESGCM")


SERVERS: dict[str, Served] = {
    "nginx, well kept": Served(_nginx),
    "Apache, TLS 1.2, every suite, EC": Served(_apache),
    "OpenSSL 3, every suite, RSA 1024 with SHA-1": Served(_legacy),
    "OpenSSL 3, TLS 1.0 alone": _one("-tls1"),
    "OpenSSL 3, TLS 1.1 alone": _one("-tls1_1"),
    "OpenSSL 3, TLS 1.3 alone": _one("-tls1_3"),
    "OpenSSL 3, without its intermediate": Served(_unchained),
    "OpenSSL 1.0.1e, every suite": Served(lambda folder, address, port: old_openssl(folder, address, OWN, port=port)),
    "OpenSSL 3.5, as it comes": Served(lambda folder, address, port: modern_openssl(folder, address, OWN, port=port)),
    "JSSE, everything enabled": Served(lambda folder, address, port: jsse(folder, address, OWN, port=port)),
    "GnuTLS, legacy": Served(lambda folder, address, port: gnutls_server(folder, address, OWN, port=port), True),
    "GnuTLS, well kept": Served(
        lambda folder, address, port: gnutls_server(folder, address, GOOD, priority=WELL_KEPT, port=port), True
    ),
    "tlslite-ng, SSL 3.0 alone": Served(lambda folder, address, port: tlslite_server(address, OWN, port=port)),
    "tlslite-ng, SSL 3.0 to TLS 1.2": Served(
        lambda folder, address, port: tlslite_server(address, OWN, lowest=SSL3, highest=TLS12, ciphers=OLD, port=port)
    ),
    "Tongsuo, TLCP and RFC 8998": Served(_tongsuo),
}
