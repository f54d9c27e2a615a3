"""Pages: read whole in any encoding, within bounds, whatever bytes a stranger sends."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.web.charset import decode
from probes.web.markup import Markup, looks_like_html, read

CHINESE = "示例职业技术学院网站,欢迎访问"
KIB = 512 * 1024
DEEP = "<div>" * 100_000


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("utf-8", "text/html; charset=utf-8", ""),
        ("gb18030", "text/html; charset=gb2312", ""),
        ("gb18030", "text/html", "<meta charset=GBK>"),
        ("gb18030", "text/html", "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>"),
        ("gb18030", None, ""),
        ("gb18030", "text/html; charset=utf-8", ""),
        ("utf-8", "text/html; charset=no-such", ""),
        ("utf-16", None, ""),
        ("utf-8-sig", "text/html; charset=gbk", ""),
        ("utf-8", "text/html; charset=rot13", ""),
    ],
)
def test_a_page_is_read_in_the_encoding_that_its_bytes_have(encoding: str, content_type: str | None, head: str) -> None:
    assert CHINESE in decode((head + CHINESE).encode(encoding), content_type)


def test_traditional_pages_in_big5_are_read_by_their_label() -> None:
    assert decode("歡迎蒞臨本校".encode("big5"), "text/html; charset=big5") == "歡迎蒞臨本校"


def test_a_character_cut_at_the_end_spoils_nothing() -> None:
    assert decode(CHINESE.encode("gb18030")[:-1], "text/html; charset=gbk").startswith(CHINESE[:-2])


def test_what_is_shown_is_told_from_what_is_not() -> None:
    page = read(
        "<title>题</title><script>var a='<b>no</b>'</script><style>no</style><!-- no --><p>一<span>二</span><b>三</b></p>"
        "<div>四</div><template>no</template><a href=' /x '><img src=i alt=五></a><input type=password>".encode()
    )
    assert page.shown.split() == ["一二三", "四", "五"]
    assert (page.title, page.password_fields, page.links[0].href, page.links[0].picture) == ("题", 1, "/x", True)


BOMBS = {
    "deep": DEEP,
    "deep behind an empty comment": f"<!-->{DEEP}",
    "deep within a script of SVG": f"<svg><script>{DEEP}</script>",
    "deep within a text area": f"<textarea><script></textarea>{DEEP}</script>",
    "deep by elements that close themselves": "<path/>" * 70_000,
    "formatting opened anew": "<p>" + "".join(f"<b id={n}>" for n in range(2000)) + "</p><p>x" * 1000,
    "attributes": "<a " + "".join(f"a{n}=1 " for n in range(KIB // 9)) + ">",
    "attributes with brackets in quotes": "<a " + "".join(f"a{n}='>' " for n in range(KIB // 12)) + ">",
    "tags without an end": "<a " * (KIB // 3),
    "quotes without an end": '<a x="' * (KIB // 6),
    "brackets": "<" * KIB,
    "comments": "<!--" * (KIB // 4),
    "closing what was never opened": "<div>" * 450 + "</p>" * 120_000,
    "references": "&lt;" * (KIB // 4),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_page_made_to_be_costly_costs_little(bomb: str) -> None:
    begun = time.process_time()
    read(BOMBS[bomb].encode())
    assert time.process_time() - begun < 2


def test_a_page_past_the_bounds_says_that_it_was_cut() -> None:
    assert read(b"<p>x</p>" + b" " * 600_000).cut
    assert read(DEEP.encode()).cut
    assert read(b"<p>x</p>", truncated=True).cut
    assert not read(b"<p>x</p>").cut


PARTS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<a href=",
        "<div",
        ">",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "'",
        '"',
        "&#x",
        "&amp;",
        "<frameset>",
        "<meta http-equiv=refresh content=",
        "<svg>",
        "<table>",
        "<b>",
        "公网安备",
        "\x00",
        "=",
        "/",
        " ",
        "<![CDATA[",
        "</",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(PARTS, max_size=60).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_make_a_page(body: bytes) -> None:
    assert isinstance(read(body, "text/html"), Markup)
    looks_like_html(body, None)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=60))
def test_any_label_makes_text(body: bytes, label: str) -> None:
    assert isinstance(decode(body, f"text/html; charset={label}"), str)
