"""Known flaws: real servers that have them, fakes where none is left, well-kept twins, and what is kept of a leak.

Real: OpenSSL 1.0.1e (Heartbleed, early ChangeCipherSpec, renegotiation), JSSE and GnuTLS (renegotiation). Fake, a real
implementation with the flaw put in: Ticketbleed, ROBOT; Heartbleed and early ChangeCipherSpec again.
"""

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.tls.flaws import early_ccs, heartbleed, renegotiation, robot, ticketbleed
from scanner.catalogue.loader import load
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Choice, select
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.probe import Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.lab.certificates import issue, rsa_key
from tests.lab.server import needs
from tests.lab.servers.flawed_server import SECRET, flawed_server
from tests.lab.servers.gnutls_server import gnutls_server
from tests.lab.servers.jsse import jsse
from tests.lab.servers.old_openssl import old_openssl
from tests.lab.servers.openssl_server import openssl_server
from tests.lab.servers.tlslite_server import tlslite_server

pytestmark = pytest.mark.lab
LEAF = issue("a.example", key=rsa_key())
CHECKS = {
    "tls.heartbleed": heartbleed.PROBE,
    "tls.ccs-injection": early_ccs.PROBE,
    "tls.robot": robot.PROBE,
    "tls.ticketbleed": ticketbleed.PROBE,
    "tls.renegotiation-client": renegotiation.PROBE,
}
FAIL, PASS, ABSENT = Verdict.FAIL, Verdict.PASS, Verdict.NOT_APPLICABLE


def service(address: str, port: int = 4430) -> Target:
    return Target(TargetKind.SERVICE, "self", address=address, port=port, protocol="http", tls=True)


def seen(probe: Probe, address: str, port: int = 4430) -> Observation:
    return asyncio.run(ask(probe, service(address, port)))


def verdict(check: str, observation: Observation) -> tuple[Verdict, Reason | None]:
    (judged,) = judge(load().checks[check], observation.target, {observation.probe: observation}, {})
    return judged.verdict, judged.reason


def observed(address: str, *checks: str, port: int = 4430) -> dict[str, Observation]:
    """By check, all asked at once: the probes do not disturb each other."""

    async def run() -> list[Observation]:
        return await asyncio.gather(*(ask(CHECKS[check], service(address, port)) for check in checks or CHECKS))

    return dict(zip(checks or CHECKS, asyncio.run(run()), strict=True))


def verdicts(address: str, *checks: str, port: int = 4430) -> dict[str, Verdict]:
    return {check: verdict(check, each)[0] for check, each in observed(address, *checks, port=port).items()}


def kept(observation: Observation) -> bytes:
    """Everything that would be stored of it."""
    evidence = b"".join(piece.content + piece.what.encode() for piece in observation.evidence)
    return json.dumps(dict(observation.facts)).encode() + evidence + observation.detail.encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("flaws")


def test_a_real_openssl_of_2013_fails_what_it_is_known_for(folder: Path) -> None:
    with old_openssl(folder / "old", "127.36.0.1", LEAF):
        found = observed("127.36.0.1")
    assert {check: verdict(check, each)[0] for check, each in found.items()} == {
        "tls.heartbleed": FAIL,
        "tls.ccs-injection": FAIL,
        "tls.robot": PASS,
        "tls.ticketbleed": PASS,
        "tls.renegotiation-client": FAIL,
    }
    assert found["tls.heartbleed"].facts["surplus"] == 1, "one octet is asked for, and no more"
    assert found["tls.ccs-injection"].facts["answer"].count("finished under keys of an empty secret") == 2


def test_a_well_kept_openssl_passes_them_all(folder: Path) -> None:
    with openssl_server(folder / "openssl", "127.36.0.2", LEAF):
        assert set(verdicts("127.36.0.2").values()) == {PASS}


def test_a_well_kept_implementation_with_heartbeats_and_tickets_passes_them_all() -> None:
    with flawed_server("127.36.0.3", LEAF, ""):
        found = observed("127.36.0.3")
    assert {verdict(check, each)[0] for check, each in found.items()} == {PASS}
    assert found["tls.heartbleed"].facts["answer"] == "discarded, and one in good form answered"


def test_a_gnutls_with_heartbeats_refuses_the_malformed_one(folder: Path) -> None:
    with gnutls_server(folder / "gnutls", "127.36.0.4", LEAF, "--heartbeat", port=4441):
        observation = seen(heartbleed.PROBE, "127.36.0.4", 4441)
        assert observation.facts["heartbeat"] is True and verdict("tls.heartbleed", observation)[0] is PASS
        assert verdicts("127.36.0.4", "tls.ccs-injection", port=4441) == {"tls.ccs-injection": PASS}


def test_a_server_of_tls13_alone_has_none_of_it(folder: Path) -> None:
    with openssl_server(folder / "modern", "127.36.0.5", LEAF, "-tls1_3"):
        assert set(verdicts("127.36.0.5").values()) == {ABSENT}


def test_a_server_without_rsa_key_exchange_has_no_robot(folder: Path) -> None:
    with openssl_server(folder / "curves", "127.36.0.6", LEAF, "-tls1_2", cipher="ECDHE+AESGCM"):
        told = verdicts("127.36.0.6")
    assert told.pop("tls.robot") is ABSENT and set(told.values()) == {PASS}


def test_a_server_without_tickets_has_no_ticketbleed(folder: Path) -> None:
    with openssl_server(folder / "ticketless", "127.36.0.7", LEAF, "-no_ticket", "-tls1_2"):
        assert verdicts("127.36.0.7", "tls.ticketbleed") == {"tls.ticketbleed": ABSENT}


def test_clients_may_renegotiate_at_servers_that_let_them(folder: Path) -> None:
    check = "tls.renegotiation-client"
    with openssl_server(folder / "renegotiating", "127.36.0.8", LEAF, "-tls1_2", "-client_renegotiation"):
        assert verdicts("127.36.0.8", check) == {check: FAIL}
    with gnutls_server(folder / "gnutls", "127.36.0.9", LEAF, port=4442):
        assert verdicts("127.36.0.9", check, port=4442) == {check: FAIL}
    with jsse(folder / "jsse", "127.36.0.10", LEAF):
        told = verdicts("127.36.0.10")
    assert told.pop(check) is FAIL and set(told.values()) == {PASS}


BLOCKS = ("AES128-SHA", "AES256-SHA", "DHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA")
COUNTERS = (
    "DHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
SESSIONS = [
    *((version, cipher) for version in ("-tls1", "-tls1_1", "-tls1_2") for cipher in BLOCKS),
    *(("-tls1_2", cipher) for cipher in COUNTERS),
]


@pytest.mark.parametrize(("version", "cipher"), SESSIONS)
def test_a_session_is_made_by_hand_in_every_version_and_suite(folder: Path, version: str, cipher: str) -> None:
    options = (version, "-client_renegotiation", "-curves", "P-384" if "256-GCM" in cipher else "X25519:P-256")
    with openssl_server(folder / "s", "127.36.0.11", LEAF, *options, cipher=f"{cipher}:@SECLEVEL=0"):
        observation = seen(renegotiation.PROBE, "127.36.0.11")
    assert observation.facts["accepted"] is True, observation.detail


def test_a_server_that_demands_a_certificate_of_the_client_is_still_asked(folder: Path) -> None:
    with openssl_server(folder / "verify", "127.36.0.12", LEAF, "-tls1_2", "-verify", "1", "-client_renegotiation"):
        assert seen(renegotiation.PROBE, "127.36.0.12").facts["accepted"] is True


def test_a_server_of_ssl3_alone_is_asked_as_far_as_it_goes() -> None:
    with tlslite_server("127.36.0.13", LEAF):
        told = verdicts("127.36.0.13", "tls.heartbleed", "tls.ccs-injection", "tls.ticketbleed")
        again = verdict("tls.renegotiation-client", seen(renegotiation.PROBE, "127.36.0.13"))
    assert list(told.values()) == [PASS, PASS, ABSENT]
    assert again == (Verdict.NOT_TESTED, Reason.REFUSED)


@pytest.mark.parametrize(
    ("flaw", "check", "fact", "value"),
    [
        ("heartbleed", "tls.heartbleed", "surplus", 1),
        ("early-ccs", "tls.ccs-injection", "accepted", True),
        ("ticketbleed", "tls.ticketbleed", "surplus", 1),
        ("robot-beginning", "tls.robot", "oracle", "strong"),
        ("robot-form", "tls.robot", "oracle", "strong"),
        ("robot-all", "tls.robot", "oracle", "weak"),
        ("robot-closes", "tls.robot", "oracle", "weak"),
        pytest.param("robot-early", "tls.robot", "oracle", "strong", marks=pytest.mark.slow),
    ],
)
def test_a_fake_with_one_flaw_fails_its_check_and_leaves_nothing_of_what_it_leaks(
    flaw: str, check: str, fact: str, value: object
) -> None:
    with flawed_server("127.36.0.14", LEAF, flaw):
        observation = seen(CHECKS[check], "127.36.0.14")
    assert observation.facts[fact] == value and verdict(check, observation) == (FAIL, None)
    found = kept(observation)
    assert not any(SECRET[at : at + 6] in found for at in range(len(SECRET) - 6))
    assert all(not piece.content for piece in observation.evidence)


@pytest.mark.parametrize(("flaw", "expected"), [("heartbleed", FAIL), ("", PASS)])
def test_a_mail_server_is_asked_after_starttls(flaw: str, expected: Verdict) -> None:
    target = Target(TargetKind.SERVICE, "self", address="127.36.0.19", port=25, protocol="smtp", tls=False)
    with flawed_server("127.36.0.19", LEAF, flaw, port=25, smtp=True):
        observation = asyncio.run(ask(heartbleed.PROBE, target))
    assert heartbleed.PROBE.wants(target) and verdict("tls.heartbleed", observation) == (expected, None)


def test_a_server_that_answers_otherwise_each_time_has_told_nothing() -> None:
    with flawed_server("127.36.0.15", LEAF, "robot-fickle"):
        assert verdict("tls.robot", seen(robot.PROBE, "127.36.0.15")) == (Verdict.NOT_TESTED, Reason.MALFORMED)


@pytest.mark.slow
def test_nmap_finds_the_same_flaws_in_the_fakes_and_none_in_the_twin() -> None:
    needs("nmap")
    served = {"127.36.0.16": "heartbleed", "127.36.0.17": "early-ccs", "127.36.0.18": ""}
    command = ["nmap", "-n", "-Pn", "-p4430", "--script", "+ssl-heartbleed,+ssl-ccs-injection", *served]
    with contextlib.ExitStack() as servers:
        for address, flaw in served.items():
            servers.enter_context(flawed_server(address, LEAF, flaw))
        said = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    _, *hosts = said.split("Nmap scan report for ")
    found = {host.split()[0]: "State: VULNERABLE" in host for host in hosts}
    assert found == {address: bool(flaw) for address, flaw in served.items()}
    assert "The Heartbleed Bug" in hosts[0] and "CCS Injection" in hosts[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("flaw", "said"),
    [("robot-beginning", "VULNERABLE"), ("robot-all", "weakly"), ("robot-early", "VULNERABLE"), ("", "not vulnerable")],
)
def test_testssl_says_the_same_of_each_oracle(flaw: str, said: str) -> None:
    needs("testssl")
    quiet = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.36.0.20"]
    with flawed_server("127.36.0.20", LEAF, flaw):
        command = ["testssl", *quiet, "--robot", "a.example:4430"]
        out = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300).stdout
    (line,) = [line for line in out.splitlines() if line.startswith(" ROBOT ")]
    assert said in line and ("weakly" in line) is (said == "weakly")


@pytest.mark.parametrize("check", CHECKS)
def test_a_marked_question_is_chosen_only_where_the_file_allows_it(check: str) -> None:
    def chosen(profile: Profile, allowed: bool | tuple[str, ...]) -> bool:
        selection = select(Choice(profile, allow_marked=allowed), load(), all_probes())
        assert (CHECKS[check] in selection.probes) is (check not in selection.left_out)
        return check not in selection.left_out

    assert chosen(Profile.THOROUGH, True) and chosen(Profile.THOROUGH, (check,))
    assert not chosen(Profile.THOROUGH, False) and not chosen(Profile.STANDARD, True)
    assert not chosen(Profile.THOROUGH, ("nmap.version",))
    assert CHECKS[check].impact is Impact.MARKED
