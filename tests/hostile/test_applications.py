"""Applications at servers that misbehave: none is ever taken for open, and what could not be told says why."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from probes.services import application
from probes.services.applications.ipp import CUPS_GET_PRINTERS, request
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask_over, ordered, wired
from tests.hostile import servers
from tests.hostile.servers import Conversation, Hostile, answer, answering, serving
from tests.lab.application_inspection import CHECKS, PROBES, inspected

pytestmark = pytest.mark.lab

PORT = 8765
"""No ephemeral one: some of those are of R6."""
HTML = "Content-Type: text/html"
JSON = "Content-Type: application/json"
CHALLENGE = b"<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script></html>"


def asked(conversation: Callable[[], Conversation]) -> Mapping[str, Observation]:
    """Every application, each at a server of its own of the same kind, whatever its root would say."""

    async def run() -> Mapping[str, Observation]:
        places = {name: f"127.35.30.{number}" for number, name in enumerate(PROBES, 1)}
        async with wired(ordered(*places.values())) as wire:

            async def one(name: str) -> Observation:
                async with serving(conversation(), places[name], PORT) as server:
                    target = Target(TargetKind.SERVICE, "self", address=places[name], port=server.port)
                    return await ask_over(wire, PROBES[name], target.identified("http", tls=False))

            return dict(zip(places, await asyncio.gather(*map(one, places)), strict=True))

    return asyncio.run(run())


def verdicts(seen: Mapping[str, Observation]) -> Mapping[str, tuple[Verdict, Reason | None]]:
    """By check, each judged on its own probe's observation."""
    told = {}
    for check in CHECKS.values():
        observation = seen[check.probe or ""]
        (judgement,) = judge(check, observation.target, {observation.probe: observation}, {})
        told[check.id] = (judgement.verdict, judgement.reason)
    return told


def always(status: str, body: bytes, *headers: str) -> Conversation:
    return answering(lambda head: answer(status, body, *headers))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html><title>Welcome</title>200 for everything</html>", HTML),
        (b"<html>" + b"many words " * 20_000 + b"</html>", HTML),
        (b"{}", JSON),
        (b"[]", JSON),
        (b'[""]', JSON),
        (b"null", JSON),
        (b'{"status":"ok","data":{},"code":200,"version":"1.0.0"}', JSON),
        (b'{"version":{"number":"7.1.0"},"tagline":"search","name":"x"}', JSON),
        (b"OK", "Content-Type: text/plain"),
        (b"Ok.\n", "Content-Type: text/plain"),
        (b"1\n", "Content-Type: text/plain"),
        (b"", "Content-Type: text/plain"),
        (b"\x01\x01\x00\x00\x00\x00\x00\x01\x01\x03", "Content-Type: application/ipp"),
        (request(CUPS_GET_PRINTERS, "printer-state"), "Content-Type: application/ipp"),
        (b"404 page not found\n", "Content-Type: text/plain"),
    ],
)
def test_the_same_answer_to_everything_is_no_application(body: bytes, kind: str) -> None:
    told = {verdict for verdict, _ in verdicts(asked(lambda: always("200 OK", body, kind))).values()}
    assert Verdict.FAIL not in told


def test_an_echo_of_what_was_asked_is_no_application() -> None:
    told = verdicts(asked(lambda: answering(lambda head: answer("200 OK", head.encode(), JSON))))
    assert {verdict for verdict, _ in told.values()} <= {Verdict.NOT_APPLICABLE, Verdict.PASS}


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_refusal_passes_whoever_words_it(status: str) -> None:
    told = verdicts(asked(lambda: always(status, b"<html>no</html>", HTML)))
    assert set(told.values()) == {(Verdict.PASS, None)}


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        (servers.garbage, Reason.MALFORMED),
        (servers.broken_off, Reason.MALFORMED),
        (servers.reset, Reason.REFUSED),
        (servers.huge_header, Reason.BUDGET),
        (always("500 Oops", b"no", HTML), Reason.UNREACHABLE),
        (always("429 Too Many Requests", b""), Reason.BLOCKED),
        (always("503 Service Unavailable", CHALLENGE, HTML), Reason.BLOCKED),
        (always("403 Forbidden", CHALLENGE, HTML), Reason.BLOCKED),
    ],
)
def test_what_is_no_answer_is_not_tested_and_says_why(conversation: Conversation, reason: Reason) -> None:
    told = verdicts(asked(lambda: conversation))
    assert set(told.values()) == {(Verdict.NOT_TESTED, reason)}


def test_a_door_that_is_shut_at_once_is_not_tested() -> None:
    """Whether the end or a reset is seen first is a matter of time."""
    told = verdicts(asked(lambda: servers.close_at_once))
    untold = Verdict.NOT_TESTED
    assert set(told.values()) <= {(untold, Reason.MALFORMED), (untold, Reason.REFUSED)}


@pytest.mark.parametrize("conversation", [servers.endless_body, servers.gzip_bomb])
def test_an_answer_without_an_end_costs_its_budget_and_is_no_application(conversation: Conversation) -> None:
    told = verdicts(asked(lambda: conversation))
    assert {verdict for verdict, _ in told.values()} <= {Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}
    assert told["elasticsearch.open"] == (Verdict.NOT_TESTED, Reason.BUDGET)
    assert told["docker-api.open"] == (Verdict.NOT_TESTED, Reason.BUDGET)


@pytest.mark.slow
@pytest.mark.parametrize("conversation", [servers.silent, servers.byte_a_second])
def test_silence_and_a_byte_a_second_are_not_tested(conversation: Conversation) -> None:
    told = verdicts(asked(lambda: conversation))
    assert set(told.values()) == {(Verdict.NOT_TESTED, Reason.TIMED_OUT)}


def test_what_is_given_only_once_is_not_open() -> None:
    """R12: the second look at the proof brings something else."""
    met: list[str] = []

    def reply(head: str) -> bytes:
        met.append(head)
        if head.startswith("GET /v1/catalog/services") and len(met) == 1:
            return answer("200 OK", b'{"consul":[]}', JSON, "X-Consul-Index: 1")
        return answer("200 OK", b"<html>maintenance</html>", HTML)

    seen = asked_one("services.consul", answering(reply))
    assert verdict_of("consul.open", seen) == (Verdict.NOT_TESTED, Reason.MALFORMED)
    assert len(met) == 2


def test_a_redirect_out_of_scope_is_never_visited() -> None:
    async def run() -> tuple[set[str], Hostile]:
        async with (
            serving(servers.yes_to_everything, "127.35.31.9", 9200) as sentinel,
            serving(servers.redirecting("http://127.35.31.9:9200/"), "127.35.31.1", 9200),
        ):
            return (await inspected("127.35.31.1", 9200, identified=False)).failed, sentinel

    failed, sentinel = asyncio.run(run())
    assert (failed, sentinel.connections) == (set(), 0)


def test_a_redirect_to_a_login_page_is_a_refusal() -> None:
    seen = asked_one("services.jupyter", servers.redirecting("/login?next=%2Fapi%2Fstatus"))
    assert verdict_of("jupyter.open", seen) == (Verdict.PASS, None)


def test_a_wall_at_the_root_makes_nothing_likely() -> None:
    wall = always("403 Forbidden", CHALLENGE, HTML, "X-Jenkins: 2.1", "X-Influxdb-Version: 1.1")
    assert asked_one("services.application", wall).facts == {"likely": [], "decoy": False}


def test_an_ordinary_web_server_of_any_kind_makes_nothing_likely() -> None:
    for body in (b"<html><title>School</title>welcome</html>", b"404 page not found\n", b"", b"<h1>It works!</h1>"):
        assert asked_one("services.application", always("200 OK", body, HTML)).facts["likely"] == []


def test_a_root_with_the_signs_of_all_is_a_decoy_and_leads_nowhere() -> None:
    """Honeypots put the words of every product on one page."""
    headers = ("X-Jenkins: 2.1", "X-Influxdb-Version: 1.1", "kbn-name: kibana", "Set-Cookie: JSESSIONID=1")
    seen = asked_one("services.application", always("200 OK", b"<title>Grafana</title>", HTML, *headers))
    assert seen.facts == {"likely": [], "decoy": True}


def asked_one(name: str, conversation: Conversation) -> Observation:
    async def run() -> Observation:
        async with serving(conversation, "127.35.31.2", PORT) as server, wired(ordered("127.35.31.2")) as wire:
            target = Target(TargetKind.SERVICE, "self", address="127.35.31.2", port=server.port)
            probe = {application.PROBE.name: application.PROBE, **PROBES}[name]
            return await ask_over(wire, probe, target.identified("http", tls=False))

    return asyncio.run(run())


def verdict_of(check: str, seen: Observation) -> tuple[Verdict, Reason | None]:
    (judgement,) = judge(CHECKS[check], seen.target, {seen.probe: seen}, {})
    return judgement.verdict, judgement.reason


@pytest.mark.parametrize(
    ("name", "times"), [("jupyter", 1), ("hadoop", 1), ("etcd", 1), ("prometheus", 2), ("printer", 3)]
)
def test_who_was_refused_knocks_again_only_at_another_door(name: str, times: int) -> None:
    heads: list[str] = []

    def reply(head: str) -> bytes:
        heads.append(head)
        return answer("401 Unauthorized", b"", "Connection: close")

    asked_one(f"services.{name}", answering(reply))
    assert len([head for head in heads if " HTTP/1.1" in head.partition("\r\n")[0]]) == times
