"""Web checks at real servers: nginx and Apache, badly kept and well kept, over the real network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.web import exposure, home, https, listing, trace
from scanner.model.verdict import Reason, Verdict
from tests.lab.certificates import issue
from tests.lab.servers.apache import apache, host
from tests.lab.servers.nginx import nginx, server
from tests.lab.site import failing, judgements, observed, site, verdict

pytestmark = pytest.mark.lab

BAD, GOOD, BAD_APACHE, GOOD_APACHE, REDIRECTS = (f"127.34.0.{n}" for n in range(1, 6))
PAGE = (
    "<!doctype html><html lang=zh><head><meta charset=utf-8><title>学院</title></head><body><p>欢迎</p></body></html>"
)
SECRETS = ("hunter2-secret", "pa55-in-php", "Pwd=sealed")
CSP = "default-src 'self'; frame-ancestors 'self'"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("web")
    folder.chmod(0o755)
    certificate = issue("www.school.example", *(f"127.34.0.{n}" for n in range(1, 6))).write(folder)
    bad, good = _exposed(folder / "bad"), _plain(folder / "good")
    with (
        nginx(folder / "nginx", BAD, *_bad_nginx(bad, certificate), *_good_nginx(good, certificate), *_redirects(certificate), ports=(80, 443)),
        apache(folder / "apache", [(BAD_APACHE, 80), (GOOD_APACHE, 80), (GOOD_APACHE, 443)], _bad_apache(bad), *_good_apache(good, certificate)),
    ):  # fmt: skip
        yield


def _plain(root: Path) -> Path:
    (root / "uploads").mkdir(parents=True)
    (root / "index.html").write_text(PAGE, encoding="utf-8")
    (root / "uploads" / "form.txt").write_text("a form", encoding="utf-8")
    return root


def _exposed(root: Path) -> Path:
    _plain(root)
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / ".env").write_text(f"APP_ENV=production\nDB_PASSWORD={SECRETS[0]}\n# note\nAPP_KEY=base64:AAAA\n")
    (root / "wp-config.php~").write_text(f"<?php\ndefine( 'DB_PASSWORD', '{SECRETS[1]}' );\n$table_prefix = 'wp_';\n")
    (root / "web.config").write_text(
        f'<?xml version="1.0"?>\n<configuration><connectionStrings><add name="a" connectionString="{SECRETS[2]}"/>'
        "</connectionStrings></configuration>\n"
    )
    (root / "application.yml").write_text("just some notes:\n  nothing of any framework\n")
    return root


def _bad_nginx(root: Path, certificate: tuple[Path, Path]) -> list[str]:
    lines = [
        f"root {root}; autoindex on; index index.html;",
        'add_header Set-Cookie "JSESSIONID=0123456789; Path=/";',
        'add_header Set-Cookie "lang=zh; Path=/";',
        "add_header Content-Security-Policy-Report-Only \"default-src 'self'\";",
        'add_header X-Frame-Options "ALLOW-FROM https://a.example/";',
        'add_header Strict-Transport-Security "max-age=0";',
    ]
    return [server(BAD, *lines), server(BAD, *lines, port=443, certificate=certificate)]


def _good_nginx(root: Path, certificate: tuple[Path, Path]) -> list[str]:
    lines = [
        f"root {root}; server_tokens off; index index.html;",
        'add_header Set-Cookie "JSESSIONID=0123456789; Path=/; Secure; HttpOnly; SameSite=Lax" always;',
        'add_header Set-Cookie "XSRF-TOKEN=abc; Path=/; Secure" always;',
        f'add_header Content-Security-Policy "{CSP}" always;',
        "add_header X-Content-Type-Options nosniff always;",
        'add_header Strict-Transport-Security "max-age=31536000" always;',
    ]
    redirect = "server_tokens off; return 301 https://$host$request_uri;"
    return [server(GOOD, redirect), server(GOOD, *lines, port=443, certificate=certificate)]


def _redirects(certificate: tuple[Path, Path]) -> list[str]:
    away = "server_tokens off; return 302 https://127.34.9.9/login?ticket=hidden;"
    return [server(REDIRECTS, away), server(REDIRECTS, away, port=443, certificate=certificate)]


def _bad_apache(root: Path) -> str:
    directory = f"<Directory {root}>\nOptions Indexes\nRequire all granted\n</Directory>"
    return host(BAD_APACHE, f"DocumentRoot {root}", directory, "TraceEnable on", "IndexOptions FancyIndexing HTMLTable")


def _good_apache(root: Path, certificate: tuple[Path, Path]) -> list[str]:
    directory = f"<Directory {root}>\nOptions None\nRequire all granted\n</Directory>"
    headers = ["always set Strict-Transport-Security max-age=31536000", "always set X-Content-Type-Options nosniff"]
    headers += [f'always set Content-Security-Policy "{CSP}"', "always set X-Frame-Options SAMEORIGIN"]
    lines = [f"DocumentRoot {root}", directory, "TraceEnable off", *(f"Header {header}" for header in headers)]
    return [
        host(GOOD_APACHE, "Redirect permanent / https://www.school.example/"),
        host(GOOD_APACHE, *lines, port=443, certificate=certificate),
    ]


@pytest.mark.usefixtures("servers")
def test_a_badly_kept_https_site_fails_every_check_of_its_home_page() -> None:
    seen = observed(home.PROBE, site(BAD, "https"))
    assert failing(seen) == {
        "web.hsts-missing",
        "web.csp-missing",
        "web.frame-options-missing",
        "web.nosniff-missing",
        "web.cookie-insecure",
        "web.server-version-disclosed",
    }
    (cookie,) = [one for one in judgements("web.cookie-insecure", seen) if one.verdict is Verdict.FAIL]
    assert (cookie.discriminator, cookie.seen["item.lacks"]) == ("JSESSIONID", ["Secure", "HttpOnly"])
    assert [piece.content for piece in cookie.evidence if "Set-Cookie at" in piece.what] == [
        b"Set-Cookie: JSESSIONID=***; Path=/"
    ]
    assert b"0123456789" not in b"".join(piece.content for piece in seen.evidence)


@pytest.mark.usefixtures("servers")
def test_its_well_kept_twin_passes_them_all() -> None:
    seen = observed(home.PROBE, site(GOOD, "https"))
    checks = ["hsts-missing", "csp-missing", "frame-options-missing", "nosniff-missing", "server-version-disclosed"]
    assert {verdict(f"web.{check}", seen) for check in checks} == {Verdict.PASS}
    by_name = {one.discriminator: one.verdict for one in judgements("web.cookie-insecure", seen)}
    assert by_name == {"JSESSIONID": Verdict.PASS, "XSRF-TOKEN": Verdict.NOT_APPLICABLE}


@pytest.mark.usefixtures("servers")
def test_a_well_kept_apache_without_cookies_passes_as_well() -> None:
    seen = observed(home.PROBE, site(GOOD_APACHE, "https"))
    assert failing(seen) == {"web.server-version-disclosed"}
    assert verdict("web.cookie-insecure", seen) is Verdict.PASS


@pytest.mark.usefixtures("servers")
def test_hsts_is_not_asked_of_a_site_by_address_nor_of_http() -> None:
    assert verdict("web.hsts-missing", observed(home.PROBE, site(BAD, "https", None))) is Verdict.NOT_APPLICABLE
    assert verdict("web.hsts-missing", observed(home.PROBE, site(BAD))) is Verdict.NOT_APPLICABLE


@pytest.mark.usefixtures("servers")
def test_http_that_only_leads_to_https_has_no_headers_to_judge() -> None:
    seen = observed(home.PROBE, site(GOOD))
    checks = ["web.csp-missing", "web.frame-options-missing", "web.nosniff-missing"]
    assert {verdict(check, seen) for check in checks} == {Verdict.NOT_APPLICABLE}
    assert seen.facts["page"] == "none"


@pytest.mark.usefixtures("servers")
def test_http_is_judged_by_where_it_leads() -> None:
    assert verdict("web.https-redirect-missing", observed(https.PROBE, site(BAD))) is Verdict.FAIL
    assert verdict("web.https-redirect-missing", observed(https.PROBE, site(GOOD))) is Verdict.PASS
    assert verdict("web.https-redirect-missing", observed(https.PROBE, site(GOOD_APACHE))) is Verdict.PASS


@pytest.mark.usefixtures("servers")
def test_https_is_missing_where_443_refuses() -> None:
    missing = observed(https.PROBE, site(BAD_APACHE))
    assert missing.facts["port_443"] == "refused"
    assert verdict("web.https-missing", missing) is Verdict.FAIL
    assert verdict("web.https-redirect-missing", missing) is Verdict.NOT_APPLICABLE
    assert verdict("web.https-missing", observed(https.PROBE, site(GOOD))) is Verdict.PASS


@pytest.mark.usefixtures("servers")
def test_a_redirect_out_of_scope_is_not_followed_and_leaves_the_site_without_a_page() -> None:
    seen = observed(home.PROBE, site(REDIRECTS, "https"))
    assert seen.facts["led_out_of_scope"] is True
    assert verdict("web.csp-missing", seen) is Verdict.NOT_APPLICABLE
    assert verdict("web.hsts-missing", seen) is Verdict.FAIL
    assert "hidden" not in repr(seen)
    assert verdict("web.https-redirect-missing", observed(https.PROBE, site(REDIRECTS))) is Verdict.PASS


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("address", [BAD, BAD_APACHE])
def test_listed_directories_are_found_and_only_they(address: str) -> None:
    seen = observed(listing.PROBE, site(address))
    found = {one.discriminator for one in judgements("web.directory-listing", seen) if one.verdict is Verdict.FAIL}
    assert found == {"/uploads/"}


@pytest.mark.usefixtures("servers")
@pytest.mark.parametrize("address", [GOOD, GOOD_APACHE])
def test_directories_that_are_not_listed_pass(address: str) -> None:
    assert verdict("web.directory-listing", observed(listing.PROBE, site(address, "https"))) is Verdict.PASS


@pytest.mark.usefixtures("servers")
def test_files_served_are_proven_by_content_and_their_values_never_leave_the_probe() -> None:
    seen = observed(exposure.PROBE, site(BAD))
    failed = {one.discriminator for one in judgements("web.config-exposed", seen) if one.verdict is Verdict.FAIL}
    assert failed == {"/.env", "/wp-config.php~", "/web.config"}
    (head,) = judgements("web.vcs-exposed", seen)
    assert (head.verdict, head.discriminator) == (Verdict.FAIL, "/.git/HEAD")
    assert head.evidence[0].content == b"ref: refs/heads/main"
    assert not [secret for secret in SECRETS if secret in repr(seen)]
    assert "DB_PASSWORD=***" in repr(seen)


@pytest.mark.usefixtures("servers")
def test_a_site_that_serves_no_such_file_passes() -> None:
    seen = observed(exposure.PROBE, site(GOOD, "https"))
    assert verdict("web.config-exposed", seen) is Verdict.PASS
    assert verdict("web.vcs-exposed", seen) is Verdict.PASS


@pytest.mark.usefixtures("servers")
def test_trace_is_proven_by_its_echo() -> None:
    assert verdict("web.trace-enabled", observed(trace.PROBE, site(BAD_APACHE))) is Verdict.FAIL
    assert verdict("web.trace-enabled", observed(trace.PROBE, site(GOOD_APACHE, "https"))) is Verdict.PASS
    assert verdict("web.trace-enabled", observed(trace.PROBE, site(BAD))) is Verdict.PASS


def test_a_site_on_an_ipv6_address_is_asked_like_any_other(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    root = _exposed(tmp_path / "site")
    with nginx(tmp_path / "nginx", "::1", server("[::1]", f"root {root};", port=34080), ports=(34080,)):
        target = site("::1", name=None, port=34080)
        assert verdict("web.csp-missing", observed(home.PROBE, target)) is Verdict.FAIL
        assert verdict("web.vcs-exposed", observed(exposure.PROBE, target)) is Verdict.FAIL


@pytest.mark.usefixtures("servers")
def test_nobody_there_is_not_tested() -> None:
    nobody = site("127.34.0.99")
    for check, probe in (("web.csp-missing", home.PROBE), ("web.https-missing", https.PROBE)):
        assert verdict(check, observed(probe, nobody)) == (Verdict.NOT_TESTED, Reason.REFUSED)
    assert verdict("web.config-exposed", observed(exposure.PROBE, nobody)) == (Verdict.NOT_TESTED, Reason.REFUSED)
