"""A site's front: which answers are its own, where it leads, and what that means for https, headers and marks."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.filing import marks
from probes.web import home
from probes.web.front import Front, describe, refresh_of
from probes.web.https import leads_to_https, steps
from probes.web.markup import read
from probes.web.origin import asked_by_name, of_target, origin_of, path_within, shown
from probes.web.port_443 import read as read_443
from scanner.model.errors import Malformed
from scanner.model.network import Page, Refusal, Response
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

HTTP = Target(TargetKind.SITE, "self", name="a.example", address="127.0.0.1", port=80, scheme="http")
HTTPS = replace(HTTP, port=443, scheme="https")
MARKED = "<p>" + "正文" * 200 + "</p>浙ICP备12345678号"
SCRIPT = "<script>if(location.protocol=='http:')location.replace('https://'+location.host)</script>"


def hop(url: str, status: int = 200, body: str = "<p>hello</p>", **headers: str) -> Response:
    sent = {
        "content-type": "text/html; charset=utf-8",
        **{key.replace("_", "-"): value for key, value in headers.items()},
    }
    return Response(url, status, tuple(sent.items()), body.encode(), False, datetime.now(UTC), 0.1)


def front(target: Target, *hops: Response, refused: str | None = None, reason: Reason = Reason.OUT_OF_SCOPE) -> Front:
    return describe(target, Page(hops, Refusal(refused, reason) if refused else None))


@pytest.mark.parametrize(
    ("later", "refused", "expected"),
    [
        (["https://a.example/"], None, True),
        (["https://www.a.example/"], None, True),
        ([], "https://elsewhere.example/", True),
        (["http://www.a.example/", "https://www.a.example/"], None, False),
        (["https://a.example/", "http://a.example/x"], None, False),
        (["https://a.example/"], "http://elsewhere.example/", False),
        (["http://a.example/x"], None, False),
        ([], "http://elsewhere.example/", False),
        ([], None, False),
    ],
)
def test_http_must_lead_to_https_and_through_nothing_else(
    later: list[str], refused: str | None, expected: bool
) -> None:
    hops = [hop("http://a.example/", 302 if later or refused else 200), *(hop(url) for url in later)]
    assert leads_to_https(front(HTTP, *hops, refused=refused)) == (expected, None)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<meta http-equiv=refresh content='0;url=https://a.example/'>", (True, None)),
        ("<meta http-equiv=refresh content='0;url=http://b.example/'>", (False, None)),
        (SCRIPT, (None, Reason.NOT_RENDERED)),
        (MARKED + SCRIPT, (False, None)),
    ],
)
def test_pages_that_lead_on_by_themselves(page: str, expected: tuple[bool | None, Reason | None]) -> None:
    assert leads_to_https(front(HTTP, hop("http://a.example/", body=page))) == expected


def test_the_chain_is_shown_without_what_may_hold_a_session() -> None:
    seen = front(HTTP, hop("http://a.example/;jsessionid=1?t=2", 302), refused="https://u:p@b.example/x?ticket=3#4")
    assert steps(seen) == ("http://a.example/?…", "https://b.example/x?…")


def test_hsts_counts_on_any_own_answer_over_https_and_on_no_others() -> None:
    own = hop("https://a.example/", 301, strict_transport_security="max-age=600")
    other = hop("https://www.a.example/", strict_transport_security="max-age=600")
    assert home.describe(HTTPS, front(HTTPS, own, hop("https://a.example/x"))).facts.hsts is True
    assert home.describe(HTTPS, front(HTTPS, replace(own, headers=()), other)).facts.hsts is False


def test_a_present_header_on_an_error_counts_and_a_missing_one_says_nothing() -> None:
    error = hop("https://a.example/", 401)
    seen = home.describe(HTTPS, front(HTTPS, error))
    assert (seen.facts.hsts, seen.gaps["hsts"]) == (None, Reason.REFUSED)
    with_header = replace(error, headers=(("strict-transport-security", "max-age=600"),))
    assert home.describe(HTTPS, front(HTTPS, with_header)).facts.hsts is True


def test_a_policy_in_a_meta_element_counts_but_keeps_no_frames_out() -> None:
    page = "<meta http-equiv=Content-Security-Policy content=\"default-src 'self'; frame-ancestors 'self'\"><p>x</p>"
    facts = home.describe(HTTPS, front(HTTPS, hop("https://a.example/", body=page))).facts
    assert (facts.csp, facts.frame_options) == (True, False)


def test_a_policy_that_only_reports_is_none() -> None:
    answer = hop("https://a.example/", content_security_policy_report_only="default-src 'self'")
    assert home.describe(HTTPS, front(HTTPS, answer)).facts.csp is False


def test_the_headers_of_the_page_led_to_are_not_the_sites_own() -> None:
    facts = home.describe(HTTP, front(HTTP, hop("http://a.example/", 301), hop("https://a.example/"))).facts
    assert (facts.page, facts.csp) == ("none", None)


@pytest.mark.parametrize(
    ("final", "kind"),
    [("https://a.example/", "page"), ("http://www.a.example/", "page"), ("https://b.example/", "none"), ("http://a.example:8080/", "none")],
)  # fmt: skip
def test_the_home_page_is_the_same_sites_whatever_scheme_or_www(final: str, kind: str) -> None:
    facts = marks.describe(HTTP, front(HTTP, hop("http://a.example/", 301), hop(final, body=MARKED))).facts
    assert facts.home_page == kind
    assert (facts.icp_shown, facts.police_shown) == ((True, False) if kind == "page" else (False, False))


def test_a_picture_that_links_to_the_registry_may_hold_the_number() -> None:
    page = "<p>" + "正文" * 200 + "</p><a href='https://beian.miit.gov.cn/'><img src=icp.png></a>"
    seen = marks.describe(HTTP, front(HTTP, hop("http://a.example/", body=page)))
    assert (seen.facts.icp_shown, seen.gaps["icp_shown"]) == (None, Reason.NOT_RENDERED)


def test_a_page_that_speaks_of_firewalls_is_not_one() -> None:
    article = "<p>" + "我校采购了Web应用防火墙，并完成网站安全防护升级。" * 20 + "</p>"
    for status in (200, 404):
        assert front(HTTP, hop("http://a.example/", status, article)).blocked is None
    assert front(HTTP, hop("http://a.example/", 403, "<p>Web应用防火墙：您的请求已被拦截</p>")).blocked is not None


@pytest.mark.parametrize(
    ("content", "target"),
    [("0; url=/x", "/x"), ("0;URL='https://a.example/'", "https://a.example/"), ("3,/x", "/x"), ("60; url=/x", None), ("5", None)],
)  # fmt: skip
def test_a_refresh_leads_on_where_it_does_so_at_once(content: str, target: str | None) -> None:
    assert refresh_of(read(f'<meta http-equiv=refresh content="{content}">'.encode())) == target


def test_a_site_is_an_origin() -> None:
    six = Target(TargetKind.SITE, "self", name="::1", address="::1", port=8443, scheme="https")
    assert origin_of(six.url or "") == of_target(six)
    assert not asked_by_name(six) and asked_by_name(HTTP)
    assert path_within("http://a.example/b/", "../c?d#e", of_target(HTTP)) == "/c?d"
    assert path_within("http://a.example/", "//b.example/", of_target(HTTP)) is None


@pytest.mark.parametrize(
    ("first", "said"), [(b"\x16\x03\x03\x00", "tls"), (b"\x15\x03\x01", "tls"), (b"\x16", "tls"), (b"HTTP/1.1 400", "plain"), (b"\x16\x02", "plain")]
)  # fmt: skip
def test_the_first_octets_tell_tls_from_anything_else(first: bytes, said: str) -> None:
    assert read_443(first) == said


def test_no_octet_at_all_tells_nothing() -> None:
    with pytest.raises(Malformed):
        read_443(b"")


@given(st.text(max_size=80))
def test_any_reference_is_resolved_or_refused_without_a_fault(reference: str) -> None:
    path_within("http://a.example/", reference, of_target(HTTP))
    origin_of(reference)
    shown(reference)
