"""Web probes at servers that misbehave: each costs its budget, ends in its reason, and is blamed for nothing."""

import asyncio
import time
from collections.abc import Sequence

import pytest

from probes.filing import marks
from probes.web import exposure, home, https, listing, trace
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.hostile import servers
from tests.hostile.servers import Conversation, Hostile, Visit, answer, answering, serving
from tests.lab.site import judgements, site, verdict

pytestmark = pytest.mark.lab

ADDRESS = "127.34.2.1"
HEADERS = ("web.csp-missing", "web.frame-options-missing", "web.nosniff-missing", "web.server-version-disclosed")
HTML = "Content-Type: text/html; charset=utf-8"
CHALLENGE = b"<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x.js'></script></html>"
BLOCKED = (
    "<html><title>405</title><p>很抱歉，由于您访问的URL有可能对网站造成安全威胁，您的访问被拦截。</p></html>".encode()
)


def met(probe: Probe, conversation: Conversation, port: int = 80, *, beside: Conversation | None = None) -> Observation:
    """One probe at a site that is a conversation; another one may stand on 443 beside it."""

    async def run() -> Observation:
        async with serving(conversation, ADDRESS, port):
            if beside is None:
                return await ask(probe, site(ADDRESS, name=None, port=port))
            async with serving(beside, ADDRESS, 443):
                return await ask(probe, site(ADDRESS, name=None, port=port))

    return asyncio.run(run())


def test_yes_to_everything_exposes_nothing() -> None:
    for probe, checks in (
        (exposure.PROBE, ["web.vcs-exposed", "web.config-exposed"]),
        (listing.PROBE, ["web.directory-listing"]),
        (trace.PROBE, ["web.trace-enabled"]),
    ):
        seen = met(probe, servers.yes_to_everything)
        assert {verdict(check, seen) for check in checks} == {Verdict.PASS}


def test_the_same_secrets_at_every_path_are_a_decoy_and_no_finding() -> None:
    decoy = answering(lambda head: answer("200 OK", b"DB_HOST=10.0.0.1\nDB_PASSWORD=hunter2\n"))
    seen = met(exposure.PROBE, decoy)
    assert verdict("web.config-exposed", seen) == (Verdict.NOT_TESTED, Reason.MIDDLEBOX)
    assert "hunter2" not in repr(seen)


def test_an_index_at_every_path_is_a_decoy_and_no_finding() -> None:
    def reply(head: str) -> bytes:
        path = head.split(" ")[1]
        return answer("200 OK", f"<title>Index of {path}</title><a href='../'>../</a><a href=x>x</a>".encode(), HTML)

    assert verdict("web.directory-listing", met(listing.PROBE, answering(reply))) == (
        Verdict.NOT_TESTED,
        Reason.MIDDLEBOX,
    )


def test_a_file_that_is_there_only_once_is_no_finding() -> None:
    asked: list[str] = []

    def reply(head: str) -> bytes:
        path = head.split(" ")[1]
        asked.append(path)
        there = path == "/.git/HEAD" and asked.count(path) == 1
        return answer("200 OK", b"ref: refs/heads/main\n") if there else answer("404 Not Found")

    assert verdict("web.vcs-exposed", met(exposure.PROBE, answering(reply))) is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        ("200 OK", CHALLENGE, [HTML]),
        ("503 Service Unavailable", CHALLENGE, [HTML]),
        ("405 Not Allowed", BLOCKED, [HTML]),
        ("429 Too Many Requests", b"", []),
        ("403 Forbidden", b"<html>x</html>", [HTML, "cf-mitigated: challenge"]),
    ],
)
def test_a_page_in_the_sites_place_is_blocked_and_not_judged(status: str, body: bytes, headers: Sequence[str]) -> None:
    wall = answering(lambda head: answer(status, body, *headers))
    untold = (Verdict.NOT_TESTED, Reason.BLOCKED)
    seen = met(home.PROBE, wall)
    assert {verdict(check, seen) for check in (*HEADERS, "web.cookie-insecure")} == {untold}
    assert verdict("filing.police-missing", met(marks.PROBE, wall)) == untold
    assert verdict("web.config-exposed", met(exposure.PROBE, wall)) == untold
    assert verdict("web.trace-enabled", met(trace.PROBE, wall)) == untold
    assert met(https.PROBE, wall).gaps["leads_to_https"] is Reason.BLOCKED


@pytest.mark.parametrize(("status", "reason"), [("401 Unauthorized", "refused"), ("500 Oops", "unreachable")])
def test_an_error_in_the_pages_place_says_nothing_of_its_headers(status: str, reason: str) -> None:
    seen = met(home.PROBE, answering(lambda head: answer(status, b"no", "Server: nginx/1.2.3")))
    assert verdict("web.csp-missing", seen) == (Verdict.NOT_TESTED, Reason(reason))
    assert verdict("web.server-version-disclosed", seen) is Verdict.FAIL


def test_a_redirect_loop_ends_in_its_budget() -> None:
    seen = met(home.PROBE, servers.redirect_loop)
    assert verdict("web.csp-missing", seen) == (Verdict.NOT_TESTED, Reason.BUDGET)
    assert verdict("filing.icp-missing", met(marks.PROBE, servers.redirect_loop)) == (Verdict.NOT_TESTED, Reason.BUDGET)


def test_a_redirect_out_of_scope_is_never_visited() -> None:
    async def run() -> tuple[Observation, Hostile]:
        async with (
            serving(servers.yes_to_everything, "127.34.2.9", 80) as sentinel,
            serving(servers.redirecting("http://127.34.2.9/"), ADDRESS, 80),
        ):
            return await ask(home.PROBE, site(ADDRESS, name=None)), sentinel

    seen, sentinel = asyncio.run(run())
    assert sentinel.connections == 0
    assert verdict("web.csp-missing", seen) is Verdict.NOT_APPLICABLE
    assert seen.facts["led_out_of_scope"] is True


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [(servers.huge_header, Reason.BUDGET), (servers.garbage, Reason.MALFORMED), (servers.broken_off, Reason.MALFORMED)],
)
def test_what_is_no_http_is_not_tested(conversation: Conversation, reason: Reason) -> None:
    assert met(home.PROBE, conversation).reason is reason
    assert met(marks.PROBE, conversation).reason is reason
    assert met(trace.PROBE, conversation).gaps["echoed"] is reason
    assert verdict("web.vcs-exposed", met(exposure.PROBE, conversation)) == (Verdict.NOT_TESTED, reason)


@pytest.mark.parametrize("conversation", [servers.gzip_bomb, servers.endless_body])
def test_a_page_without_an_end_costs_its_budget_and_shows_no_missing_marks(conversation: Conversation) -> None:
    begun = time.monotonic()
    seen = met(marks.PROBE, conversation)
    assert verdict("filing.icp-missing", seen) == (Verdict.NOT_TESTED, Reason.BUDGET)
    assert time.monotonic() - begun < 5


def test_a_site_that_resets_is_left_after_a_few_questions() -> None:
    async def run() -> tuple[Observation, Hostile]:
        async with serving(servers.reset, ADDRESS, 80) as server:
            return await ask(exposure.PROBE, site(ADDRESS, name=None)), server

    seen, server = asyncio.run(run())
    assert verdict("web.config-exposed", seen) == (Verdict.NOT_TESTED, Reason.REFUSED)
    assert len(judgements("web.config-exposed", seen)) > 20
    assert server.connections <= 20


PAGE = answering(lambda head: answer("200 OK", b"<html><p>hello</p></html>", HTML))


async def _alert(visit: Visit) -> None:
    await visit.reader.read(4096)
    await visit.send(b"\x15\x03\x01\x00\x02\x02\x28")


async def _complains_in_the_open(visit: Visit) -> None:
    await visit.reader.read(4096)
    await visit.send(answer("400 Bad Request"))


async def _hangs_up(visit: Visit) -> None:
    await visit.reader.read(4096)


async def _resets_the_hello(visit: Visit) -> None:
    await visit.reader.read(4096)
    await servers.reset(visit)


@pytest.mark.parametrize(
    ("beside", "said", "expected"),
    [
        (_alert, "tls", Verdict.PASS),
        (_complains_in_the_open, "plain", Verdict.FAIL),
        (_resets_the_hello, "refused", Verdict.FAIL),
        (_hangs_up, None, (Verdict.NOT_TESTED, Reason.MALFORMED)),
    ],
)
def test_only_what_443_said_counts(beside: Conversation, said: str | None, expected: object) -> None:
    seen = met(https.PROBE, PAGE, beside=beside)
    assert seen.facts["port_443"] == said
    assert verdict("web.https-missing", seen) == expected


@pytest.mark.slow
def test_http_in_the_open_at_443_is_no_tls_though_it_ignores_a_hello() -> None:
    seen = met(https.PROBE, PAGE, beside=servers.yes_to_everything)
    assert verdict("web.https-missing", seen) is Verdict.FAIL


@pytest.mark.slow
def test_silence_at_443_is_no_evidence() -> None:
    seen = met(https.PROBE, PAGE, beside=servers.silent)
    assert verdict("web.https-missing", seen) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)
    assert verdict("web.https-redirect-missing", seen) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)
