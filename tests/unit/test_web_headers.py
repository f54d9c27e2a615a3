"""Security headers, cookies and versions, read as browsers read them, both ways for each."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.web.cookie import Cookie, cookies_of, is_session, masked, read_cookie
from probes.web.disclosure import names_version, versions_named
from probes.web.markup import read
from probes.web.security_headers import csp_directives, frame_options_heeded, hsts_max_age, nosniff, restricts
from scanner.model.network import Response

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def answer(*headers: tuple[str, str], url: str = "https://a.example/", status: int = 200) -> Response:
    return Response(url, status, headers, b"", False, NOW, 0.1)


@pytest.mark.parametrize(
    ("values", "age"),
    [
        (["max-age=31536000"], 31536000),
        (["max-age=31536000; includeSubDomains; preload"], 31536000),
        (['Max-Age="600"'], 600),
        ([" max-age = 600 ;"], 600),
        (["max-age=0"], 0),
        (["max-age=1", "max-age=2"], 1),
        (["includeSubDomains", "max-age=2"], None),
        (["max-age"], None),
        (["max-age=-1"], None),
        (["max-age=1y"], None),
        (["max-age=1; max-age=2"], None),
        (["max age=1"], None),
        ([""], None),
        ([], None),
    ],
)
def test_hsts_is_what_a_browser_heeds(values: list[str], age: int | None) -> None:
    assert hsts_max_age(values) == age


@pytest.mark.parametrize(
    ("values", "in_force"),
    [
        (["default-src 'self'"], True),
        (["upgrade-insecure-requests"], True),
        (["report-uri /r", "frame-ancestors 'none'"], True),
        (["report-uri /r"], False),
        (["default-scr 'self'"], False),
        (["none"], False),
        ([""], False),
        ([], False),
    ],
)
def test_a_policy_is_one_by_its_directives(values: list[str], in_force: bool) -> None:
    assert restricts(csp_directives(values)) is in_force


def test_a_meta_element_cannot_keep_frames_out() -> None:
    assert csp_directives(["default-src 'self'; frame-ancestors 'self'"], meta=True) == {"default-src"}


@pytest.mark.parametrize(
    ("values", "heeded"),
    [
        (["DENY"], True),
        (["sameorigin"], True),
        (["SAMEORIGIN, SAMEORIGIN"], True),
        (["ALLOWALL"], False),
        (["ALLOW-FROM https://a.example"], False),
        (["SAME-ORIGIN"], False),
        ([], False),
    ],
)
def test_frame_options_count_where_browsers_heed_them(values: list[str], heeded: bool) -> None:
    assert frame_options_heeded(values) is heeded


@pytest.mark.parametrize(
    ("values", "kept"),
    [(["nosniff"], True), (["NoSniff"], True), (["none, nosniff"], False), (["sniff"], False), ([], False)],
)
def test_nosniff_is_the_first_value(values: list[str], kept: bool) -> None:
    assert nosniff(values) is kept


@pytest.mark.parametrize(
    "name",
    [
        "JSESSIONID",
        "PHPSESSID",
        "ASP.NET_SessionId",
        "session",
        "sid",
        "token",
        "connect.sid",
        "laravel_session",
        "ASPSESSIONIDQQABCDEF",
        "__Host-session",
        "wordpress_logged_in_0123456789abcdef",
        "Admin-Token",
        "my_session_id",
        "auth_token",
        ".ASPXAUTH",
        "SESS0123456789abcdef0123456789abcdef",
        "shop-sid",
        "user_session",
    ],
)
def test_a_session_cookie_is_known_by_its_name(name: str) -> None:
    assert is_session(name)


@pytest.mark.parametrize(
    "name",
    [
        "XSRF-TOKEN",
        "csrftoken",
        "lang",
        "theme",
        "_ga",
        "Hm_lvt_0123",
        "acw_tc",
        "AWSALB",
        "BIGipServerpool",
        "route",
        "SERVERID",
        "cookie_consent",
        "inside",
        "session_lang",
        "sessiontimeout",
        "visited",
        "tokenizer",
        "residence",
    ],
)
def test_any_other_cookie_is_none(name: str) -> None:
    assert not is_session(name)


@pytest.mark.parametrize(
    ("header", "lacks"),
    [
        ("SID=a; Secure; HttpOnly", ()),
        ("SID=a;secure;HTTPONLY", ()),
        ("SID=a; HttpOnly", ("Secure",)),
        ("SID=a; Secure", ("HttpOnly",)),
        ("SID=a; Path=/; Domain=a.example", ("Secure", "HttpOnly")),
    ],
)
def test_a_cookie_lacks_what_it_was_not_given(header: str, lacks: tuple[str, ...]) -> None:
    cookie = read_cookie(header, https=True, at=NOW)
    assert cookie is not None and cookie.lacks == lacks


def test_secure_is_not_asked_for_over_http() -> None:
    cookie = read_cookie("SID=a; HttpOnly", https=False, at=NOW)
    assert cookie is not None and cookie.lacks == ()


@pytest.mark.parametrize(
    "header",
    [
        "SID=; Path=/",
        "SID=x; Max-Age=0",
        "SID=x; Max-Age=-1",
        "SID=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "SID=x; expires=Thu, 01-Jan-1970 00:00:01 GMT",
        'SID=""',
        "nothing",
        "=x",
        "",
    ],
)
def test_a_deletion_or_a_malformed_header_sets_no_cookie(header: str) -> None:
    assert read_cookie(header, https=True, at=NOW) is None


def test_max_age_goes_before_expires() -> None:
    assert read_cookie("SID=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", https=True, at=NOW) is not None


def test_a_cookie_set_twice_is_as_weak_as_its_weakest_setting() -> None:
    twice = answer(("set-cookie", "SID=a; Secure; HttpOnly"), ("set-cookie", "SID=b; Secure"))
    (cookie,) = cookies_of([twice])
    assert cookie.lacks == ("HttpOnly",)


def test_a_cookies_value_is_masked() -> None:
    assert masked("SID=hidden; Path=/") == "SID=***; Path=/"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_as_a_header_without_a_fault(text: str) -> None:
    cookie = read_cookie(text, https=True, at=NOW)
    assert cookie is None or isinstance(cookie, Cookie)
    hsts_max_age([text])
    restricts(csp_directives([text]))
    frame_options_heeded([text])
    names_version(text)


@pytest.mark.parametrize(
    "value",
    [
        "nginx/1.22.1",
        "Apache/2.4.57 (Debian)",
        "Apache/2",
        "Microsoft-IIS/10.0",
        "PHP/8.1.2",
        "Jetty(9.4.43)",
        "Tengine/2.3",
        "Apache Tomcat/9.0.1",
        "openresty/1.21.4.1",
        "WSGIServer/0.2 CPython/3.11",
        "Resin 4.0.36",
    ],
)
def test_a_version_is_seen(value: str) -> None:
    assert names_version(value)


@pytest.mark.parametrize(
    "value", ["nginx", "Apache", "cloudflare", "Apache-Coyote/1.1", "ASP.NET", "web-01", "Express", ""]
)
def test_a_name_without_a_version_is_none(value: str) -> None:
    assert not names_version(value)


def test_versions_are_told_with_their_places_once_each() -> None:
    page = read(b"<meta name=generator content='WordPress 6.4'><meta name=Generator content=Hugo>")
    server = ("server", "nginx/1.22.1")
    assert versions_named([answer(server), answer(server, ("x-aspnet-version", "4.0"))], page) == (
        "Server: nginx/1.22.1",
        "X-AspNet-Version: 4.0",
        "generator: WordPress 6.4",
    )
