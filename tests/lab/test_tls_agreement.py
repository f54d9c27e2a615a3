"""Our answers beside those of nmap, sslscan and testssl.sh at every TLS server of the laboratory.

A difference that `tls_agreement.toml` does not decide fails, and so does an entry that is no difference any more.
"""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.lab import tls_peers
from tests.lab.server import needs
from tests.lab.test_tls_starttls import CA as STARTTLS_CA
from tests.lab.test_tls_starttls import SERVERS as MAIL_AND_OTHERS
from tests.lab.test_tls_starttls import Server, served
from tests.lab.tls_agreement import SIDES, Difference, Place, asked, asked_target, decided, differences, serving
from tests.lab.tls_peers import Told
from tests.lab.tls_servers import CA, SERVERS

pytestmark = pytest.mark.lab
DECIDED = decided()
PEERS: dict[str, Callable[[str, int], Told]] = {"nmap": tls_peers.nmap, "sslscan": tls_peers.sslscan}
SLOW_FOR_NMAP = "tlslite-ng, SSL 3.0 alone"
"""nmap waits twenty seconds there, and says the same."""
PAIRS = [(peer, server) for peer in PEERS for server in SERVERS if (peer, server) != ("nmap", SLOW_FOR_NMAP)]


STARTTLS = {25: "smtp", 143: "imap", 110: "pop3", 21: "ftp", 389: "ldap", 5222: "xmpp", 5432: "psql"}
"""Ports whose own words both nmap and sslscan know, by sslscan's option."""


def after_starttls(server: Server) -> str:
    return f"STARTTLS, port {server.port}"


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Place]]:
    with serving(tmp_path_factory.mktemp("agreement"), "127.37.1") as listening:
        yield {place.server: place for place in listening}


@pytest.fixture(scope="module")
def told(places: dict[str, Place]) -> dict[str, Told]:
    return {server: asked(place) for server, place in places.items()}


@pytest.fixture(scope="module")
def answers(places: dict[str, Place], told: dict[str, Told]) -> Iterator[dict[tuple[str, str], Future[Told]]]:
    """The peers' answers, on their way: they wait more than they work."""
    del told  # asked before, so that nobody stands in our way
    with ThreadPoolExecutor(4) as pool:
        asking = [pair for pair in PAIRS if pair[1] in places and shutil.which(pair[0])]
        yield {
            (peer, server): pool.submit(PEERS[peer], places[server].address, places[server].port)
            for peer, server in asking
        }


def expected(server: str, peer: str) -> set[Difference]:
    return {each for each in DECIDED if (each.server, each.peer) == (server, peer)}


def holds(server: str, peer: str, us: Told, them: Told) -> None:
    """Found and decided are the same, no more and no less."""
    assert differences(server, peer, us, them) == expected(server, peer)


@pytest.mark.parametrize(("peer", "server"), PAIRS)
def test_a_peer_says_the_same_or_the_difference_is_decided(
    places: dict[str, Place],
    told: dict[str, Told],
    answers: dict[tuple[str, str], Future[Told]],
    peer: str,
    server: str,
) -> None:
    needs(peer)
    if (peer, server) not in answers:
        pytest.skip(f"laboratory: {server} is not there")
    them = answers[peer, server].result()
    if differences(server, peer, told[server], them) != expected(server, peer):
        them = PEERS[peer](places[server].address, places[server].port)  # peers in a crowd time out: once more, alone
    holds(server, peer, told[server], them)


@pytest.mark.slow
def test_nmap_says_the_same_of_ssl3_alone(places: dict[str, Place], told: dict[str, Told]) -> None:
    needs("nmap")
    place = places[SLOW_FOR_NMAP]
    holds(SLOW_FOR_NMAP, "nmap", told[SLOW_FOR_NMAP], tls_peers.nmap(place.address, place.port))


@pytest.mark.slow
def test_testssl_says_the_same_or_the_difference_is_decided(
    places: dict[str, Place], told: dict[str, Told], tmp_path: Path
) -> None:
    needs("testssl")

    def ask(place: Place) -> Told:
        return tls_peers.testssl(place.address, place.port, tmp_path, CA.pem)

    with ThreadPoolExecutor(2) as pool:
        said = dict(zip(places, pool.map(ask, places.values()), strict=True))
    for server, them in said.items():
        holds(server, "testssl.sh", told[server], them)


@pytest.mark.slow
@pytest.mark.parametrize(
    "server", [each for each in MAIL_AND_OTHERS if each.port in STARTTLS], ids=lambda each: str(each.port)
)
def test_peers_say_the_same_after_starttls(tmp_path: Path, server: Server) -> None:
    needs("nmap", "sslscan")
    with served(server, tmp_path, tls=True) as target:
        assert target.address is not None
        us = asked_target(target, STARTTLS_CA.der)
        peers = {
            "nmap": tls_peers.nmap(target.address, server.port),
            "sslscan": tls_peers.sslscan(target.address, server.port, f"--starttls-{STARTTLS[server.port]}"),
        }
    assert us.versions["tls12"] or us.versions["tls13"]
    for peer, them in peers.items():
        holds(after_starttls(server), peer, us, them)


def test_every_server_speaks_what_its_name_says(told: dict[str, Told]) -> None:
    """So that an agreement about nothing is none."""
    spoken = {server: {version for version, is_so in each.versions.items() if is_so} for server, each in told.items()}
    assert spoken["nginx, well kept"] == {"tls12", "tls13"}
    assert spoken["JSSE, everything enabled"] == {"sslv3", "tls10", "tls11", "tls12", "tls13"}
    assert spoken["tlslite-ng, SSL 3.0 alone"] == {"sslv3"}
    assert spoken["Tongsuo, TLCP and RFC 8998"] == {"tlcp", "tls13"}
    assert told["Tongsuo, TLCP and RFC 8998"].suites["tls13"] >= {"TLS_SM4_GCM_SM3", "TLS_SM4_CCM_SM3"}
    assert any("EXPORT" in name for name in told["JSSE, everything enabled"].suites["sslv3"])
    assert told["OpenSSL 3, every suite, RSA 1024 with SHA-1"].server_chooses["tls12"] is True
    assert told["GnuTLS, legacy"].server_chooses["tls12"] is False
    if "OpenSSL 1.0.1e, every suite" in spoken:
        assert spoken["OpenSSL 1.0.1e, every suite"] == {"sslv2", "sslv3", "tls10", "tls11", "tls12"}


def test_every_difference_is_decided_with_a_reason() -> None:
    known = {*SERVERS, *(after_starttls(each) for each in MAIL_AND_OTHERS)}
    assert len(DECIDED) > 5
    for difference, (right, why) in DECIDED.items():
        assert difference.server in known and difference.about in ("version", "suites", "order", "leaf")
        assert right in SIDES and len(why.strip()) > 40, difference
        assert difference.only_us != difference.only_peer
