"""From MX records to the mail hosts that are asked by name, and to nothing else."""

import asyncio
from dataclasses import asdict

from probes.mail import policy
from probes.mail.hosts import MailHost
from scanner.model.errors import TimedOut
from scanner.model.network import Resolution
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from tests.unit.fake_dns import ZONE, FakeDns, FakeNetwork, message

OURS, THEIRS, ALSO = "192.0.2.1", "198.51.100.7", "198.51.100.8"


def hosts(*records: str, **resolutions: Resolution | TimedOut) -> tuple[tuple[MailHost, ...], list[Target]]:
    named = {f"{host}.example.net": found for host, found in resolutions.items()}
    dns = FakeDns({("example.com", "MX"): message("example.com", "MX", *records)}, resolutions=named)
    net = FakeNetwork(dns, foreign=(THEIRS, ALSO))
    told = asyncio.run(policy.observe(ZONE, net)).facts  # type: ignore[arg-type]
    return told.hosts, list(policy.PROBE.leads(ZONE, asdict(told)))


def test_each_foreign_address_of_a_mail_host_is_asked_by_its_name_on_port_25() -> None:
    found, leads = hosts(
        "MX 10 a.example.net.",
        "MX 20 b.example.net.",
        a=Resolution("a.example.net", (THEIRS, OURS), exists=True),
        b=Resolution("b.example.net", (ALSO,), exists=True),
    )
    assert found == (MailHost("a.example.net", (THEIRS,)), MailHost("b.example.net", (ALSO,)))
    assert leads == [
        Target(TargetKind.SERVICE, "self", name="a.example.net", address=THEIRS, port=25),
        Target(TargetKind.SERVICE, "self", name="b.example.net", address=ALSO, port=25),
    ]


def test_a_null_mx_names_nobody() -> None:
    assert hosts("MX 0 .") == ((), [])


def test_a_host_that_could_not_be_resolved_leads_nowhere_and_says_why() -> None:
    found, leads = hosts("MX 10 a.example.net.", "MX 20 b.example.net.", b=TimedOut())
    assert found == (
        MailHost("a.example.net", None, Reason.UNREACHABLE),
        MailHost("b.example.net", None, Reason.TIMED_OUT),
    )
    assert leads == []


def test_a_long_list_of_hosts_is_bounded() -> None:
    records = [f"MX {number} h{number}.example.net." for number in range(60)]
    found, _ = hosts(*records)
    assert len(found) == 16
