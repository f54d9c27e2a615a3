"""What proves a file or an index page: its content and nothing else, and never its values."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.web.exposure import control_for, wanted
from probes.web.index_page import read_index
from probes.web.proof import PROOFS

SECRET = "s3cr3t-Value-42"
CATCH_ALL = b"<!doctype html><html><body>DB_PASSWORD=1<br>APP_KEY=2</body></html>"

FILES: dict[str, bytes] = {
    "git-head": b"ref: refs/heads/feature/login\n",
    "sqlite": b"SQLite format 3\x00" + bytes(100),
    "svn-entries": b"12\n",
    "hg-requires": b"dotencode\nfncache\ngeneraldelta\nrevlogv1\nsparserevlog\nstore\n",
    "assignments": f"# settings\nexport APP_ENV=prod\nDB_PASSWORD={SECRET}\nMAIL_FROM='a b'\n\n".encode(),
    "properties": f"spring.datasource.url=jdbc:mysql://h/db\nspring.datasource.password={SECRET}\n".encode(),
    "spring-yaml": f"server:\n  port: 8080\nspring:\n  datasource:\n    password: {SECRET}\n".encode(),
    "php": f"<?php\ndefine('DB_PASSWORD', '{SECRET}');\nreturn ['key' => '{SECRET}'];\n".encode(),
    "vim-swap": b"b0VIM 8.2" + SECRET.encode() + bytes(4096),
    "web-config": f'<?xml version="1.0"?><configuration><appSettings><add key="k" value="{SECRET}"/></appSettings></configuration>'.encode(),
    "web-xml": f'<?xml version="1.0"?><web-app version="4"><servlet><init-param>{SECRET}</init-param></servlet></web-app>'.encode(),
    "appsettings": f'{{"ConnectionStrings": {{"Default": "{SECRET}"}}, "AllowedHosts": "*"}}'.encode(),
}  # fmt: skip


@pytest.mark.parametrize("proof", PROOFS)
def test_a_file_is_known_by_its_content_and_its_values_are_masked(proof: str) -> None:
    holds = PROOFS[proof](FILES[proof])
    assert holds
    assert SECRET not in "".join(holds)


@pytest.mark.parametrize("proof", PROOFS)
def test_a_page_that_answers_everything_is_no_file(proof: str) -> None:
    for page in (CATCH_ALL, b"", b"not found", b'{"code": 404}', b"OK\n", "页面不存在".encode()):
        assert PROOFS[proof](page) is None


@pytest.mark.parametrize("proof", PROOFS)
def test_no_file_is_taken_for_another(proof: str) -> None:
    alike = {("properties", "assignments"), ("spring-yaml", "properties")}  # each is written in the other's form too
    others = {name for name in FILES if name != proof and (name, proof) not in alike}
    assert not [name for name in others if PROOFS[proof](FILES[name]) is not None]


def test_the_end_of_a_key_is_no_name() -> None:
    body = f"PRIVATE_KEY=begin\nAPP_ENV=prod\nA_B=c\nD_E=f\n{SECRET.replace('-', '')}==\n".encode()
    assert SECRET.replace("-", "") not in "".join(PROOFS["assignments"](body) or [])


def test_arguments_of_a_call_are_no_names() -> None:
    body = f"<?php\n$link = connect('localhost', 'root', '{SECRET}', 'db');\n".encode()
    assert PROOFS["php"](body) == ["$link=***"]


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=60), st.integers(0, 200), st.sampled_from(sorted(PROOFS)))
def test_mutated_files_are_read_without_a_fault(name: str, noise: bytes, at: int, proof: str) -> None:
    body = FILES[name]
    holds = PROOFS[proof](body[:at] + noise + body[at + 3 :])
    assert holds is None or len(holds) <= 20


def test_deep_json_is_no_fault() -> None:
    assert PROOFS["appsettings"](b"[" * 16000) is None


def test_every_line_of_the_word_list_has_its_reading() -> None:
    assert {one.proof for one in wanted()} == set(PROOFS)
    assert {one.kind for one in wanted()} == {"vcs", "config"}
    assert len({one.path for one in wanted()}) == len(wanted())


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [("/.env", "/.", ""), ("/.git/HEAD", "/.git/", ""), ("/config/a.php.bak", "/config/", ".php.bak")],
)
def test_a_control_lies_in_the_same_directory_with_the_same_ending(path: str, start: str, end: str) -> None:
    control = control_for(path)
    assert control != path and control.startswith(start) and control.endswith(end)


NGINX = b'<html><head><title>Index of /files/</title></head><body><h1>Index of /files/</h1><pre><a href="../">../</a>\n<a href="a.txt">a.txt</a></pre>'
APACHE = (
    b'<title>Index of /files</title><h1>Index of /files</h1><table><tr><th><a href="?C=N;O=D">Name</a></th></tr>'
    b'<tr><td><a href="/">Parent Directory</a></td></tr><tr><td><a href="a.txt">a.txt</a></td></tr></table>'
)
IIS = (
    b'<html><head><title>h - /files/</title></head><body><H1>h - /files/</H1><hr><pre><A HREF="/">[To Parent Directory]</A><br><br>'
    b' 1/1/2026  1:00 AM  10 <A HREF="/files/a.txt">a.txt</A><br></pre>'
)
TOMCAT = b'<title>Directory Listing For [/files/]</title><h1>Directory Listing For [/files/]</h1><a href="/files/a.txt">a.txt</a>'
PYTHON = b'<title>Directory listing for /files/</title><h1>Directory listing for /files/</h1><ul><li><a href="a.txt">a.txt</a></ul>'
JETTY = b'<TITLE>Directory: /files/</TITLE><H1>Directory: /files/</H1><TABLE><A HREF="/files/a.txt">a.txt</A>'

MINI_HTTPD = (
    b'<title>Index of files/</title></head>\n<body bgcolor="#99cc99"><h4>Index of files/</h4><pre>\n'
    b'<a href=".">. </a> 25Nov2026 22:35 4096\n<a href="..">.. </a> 4096\n<a href="a.txt">a.txt </a> 3\n</pre>'
)
WEBFS = (
    b'<head><title>192.0.2.7:8003/files/</title></head><body><h1>listing: \n<a href="/">/</a><a href="/files/">files/</a></h1><hr><pre>\n'
    b'drwxr-xr-x root &lt;DIR&gt; <a href="../">..</a>\n-rw-r--r-- root 3 B <a href="a.txt">a.txt</a>\n</pre>'
)
CADDY = (
    b'<title>files</title><h1>\n<a href="../">/</a><a href="">files</a>/\n</h1><a href="?sort=namedirfirst&order=desc">Name</a>'
    b'<a href="..">Go up</a><a href="./a.txt">a.txt</a>'
)
GO = b'<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n<a href="a.txt">a.txt</a>\n</pre>\n'


@pytest.mark.parametrize("body", [NGINX, APACHE, IIS, TOMCAT, PYTHON, JETTY, MINI_HTTPD, WEBFS, CADDY, GO])
def test_an_index_page_of_the_path_asked_is_one(body: bytes) -> None:
    page = read_index(body, "/files/")
    assert page is not None and page.entries == 1


@pytest.mark.parametrize(
    "body",
    [
        NGINX.replace(b"/files/", b"/other/"),
        MINI_HTTPD.replace(b"files/", b"./"),
        WEBFS.replace(b">files/</a>", b">other/</a>"),
        CADDY.replace(b">files</a>", b">other</a>"),
        CADDY.replace(b"namedirfirst", b"name"),
        GO.replace(b"</pre>", b"</pre><p>These are our files.</p>"),
        b"<title>Index of /files/</title><p>An essay about indexes.</p>",
        b"<title>Files</title><a href=a.txt>a.txt</a>",
        b"<h1>How to get [To Parent Directory] off your IIS</h1>",
        b"",
    ],
)
def test_any_other_page_is_none(body: bytes) -> None:
    assert read_index(body, "/files/") is None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([NGINX, APACHE, IIS, TOMCAT, WEBFS, CADDY, GO]), st.binary(max_size=40), st.integers(0, 200))
def test_mutated_index_pages_are_read_without_a_fault(body: bytes, noise: bytes, at: int) -> None:
    read_index(body[:at] + noise + body[at:], "/files/")


def test_mini_httpd_names_its_root_with_a_dot() -> None:
    assert read_index(MINI_HTTPD.replace(b"files/", b"./"), "/") is not None
