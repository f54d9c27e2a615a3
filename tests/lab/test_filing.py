"""Filing marks on home pages that nginx serves, in the encodings and the shapes in which sites write them."""

from collections.abc import Iterator

import pytest

from probes.filing import marks
from scanner.model.observation import Observation
from scanner.model.verdict import Reason, Verdict
from tests.lab.servers.nginx import nginx, server
from tests.lab.site import judgements, observed, site, verdict

pytestmark = pytest.mark.lab

ADDRESS = "127.34.1.1"
ICP, POLICE = "浙ICP备12345678号-1", "浙公网安备 33010002000000号"
TEXT = "示例职业技术学院坐落于示例市，学校现有教职工八百余人，面向全国招生。" * 10
MARKED = f"<p>{TEXT}</p><div id=footer><a href='https://beian.miit.gov.cn/'>{ICP}</a> {POLICE}</div>"
LOGIN = "<form>账号<input name=u> 口令<input type=password name=p></form>"

PAGES: dict[str, tuple[str, str, str]] = {
    "marked": ("utf-8", "text/html; charset=utf-8", MARKED),
    "gbk-by-meta": ("gb18030", "text/html", f"<meta charset=gb2312>{MARKED}"),
    "gbk-by-header": ("gb18030", "text/html; charset=GBK", MARKED),
    "gbk-unnamed": ("gb18030", "text/html", MARKED),
    "big5": ("big5", "text/html; charset=big5", "<p>歡迎</p>浙ICP備12345678號 浙公網安備33010002000000號"),
    "split": ("utf-8", "text/html", f"<p>{TEXT}</p>浙<span>ICP</span>备<b>1234</b>5678号 浙公网安备&nbsp;<i>33010002</i>000000号"),
    "full-width": ("utf-8", "text/html", f"<p>{TEXT}</p>浙ＩＣＰ备１２３４５６７８号 浙公网安备　３３０１０００２００００００号"),
    "bare": ("utf-8", "text/html", f"<p>{TEXT}</p><p>版权所有 示例学院</p><script src=a.js></script>"),
    "bare-scripted": ("utf-8", "text/html", f"<p>{TEXT}</p><script src=a.js></script>"),
    "commented": ("utf-8", "text/html", f"<p>{TEXT}</p><!-- {ICP} {POLICE} -->"),
    "shell": ("utf-8", "text/html", "<div id=app></div><script src=/app.js></script>"),
    "written": ("utf-8", "text/html", f"<p>{TEXT}</p><script>document.write('{ICP}')</script>"),
    "hollow": ("utf-8", "text/html", f"<p>{TEXT}</p><div class=footer></div><script src=/foot.js></script>"),
    "frames": ("utf-8", "text/html", "<frameset><frame src=/a.html></frameset>"),
    "login": ("utf-8", "text/html", LOGIN),
    "json": ("utf-8", "application/json", '{"status": "up"}'),
    "refresh": ("utf-8", "text/html", '<meta http-equiv=refresh content="0; url=/portal/">'),
    "wrong": ("utf-8", "text/html", f"<p>{TEXT}</p>浙ICP备123号 浙公网安备 12345678901号"),
    "older": ("utf-8", "text/html", f"<p>{TEXT}</p>{ICP} 浙公网安备 3301000200000号"),
    "elsewhere": ("utf-8", "text/html", f"<p>{TEXT}</p>{ICP} 浙公网安备 11010002000000号"),
}  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The name of every page's own site, all on one address."""
    folder = tmp_path_factory.mktemp("filing")
    blocks = []
    for page, (encoding, media, text) in PAGES.items():
        root = folder / page
        (root / "portal").mkdir(parents=True)
        (root / "index.html").write_bytes(text.encode(encoding))
        (root / "portal" / "index.html").write_text(MARKED, encoding="utf-8")
        lines = [f"server_name {page}.example; root {root}; types {{}} default_type '{media}';"]
        blocks.append(server(ADDRESS, *lines))
    blocks += [
        server(ADDRESS, "server_name forbidden.example; return 403;"),
        server(ADDRESS, "server_name broken.example; return 502;"),
        server(ADDRESS, f"server_name led-out.example; return 302 http://{ADDRESS[:-1]}9/;"),
        server(ADDRESS, f"server_name marked.example; root {folder}/marked;", port=8080),
    ]
    with nginx(folder / "nginx", ADDRESS, *blocks, ports=(80, 8080)):
        yield {page: f"{page}.example" for page in PAGES}


def at(page: str, port: int = 80) -> Observation:
    return observed(marks.PROBE, site(ADDRESS, name=f"{page}.example", port=port))


def both(page: str) -> tuple[object, object]:
    seen = at(page)
    return verdict("filing.icp-missing", seen), verdict("filing.police-missing", seen)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    "page",
    ["marked", "gbk-by-meta", "gbk-by-header", "gbk-unnamed", "big5", "split", "full-width", "refresh"],
)
def test_a_home_page_that_shows_its_marks_passes_however_it_writes_them(page: str) -> None:
    seen = at(page)
    checks = ("icp-missing", "icp-malformed", "police-missing", "police-malformed")
    assert {verdict(f"filing.{check}", seen) for check in checks} == {Verdict.PASS}
    assert seen.facts["icp"][0].startswith("浙ICP备12345678号")
    assert seen.facts["police"] == ["浙公网安备33010002000000号"]


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("page", ["bare", "bare-scripted", "commented"])
def test_a_whole_page_without_marks_fails(page: str) -> None:
    assert both(page) == (Verdict.FAIL, Verdict.FAIL)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(("page", "confidence"), [("bare", "confirmed"), ("bare-scripted", "inferred")])
def test_a_missing_mark_is_to_be_confirmed_where_scripts_might_have_written_the_footer(
    page: str, confidence: str
) -> None:
    (one,) = judgements("filing.police-missing", at(page))
    assert one.confidence == confidence


@pytest.mark.usefixtures("pages")
def test_a_unit_that_is_not_on_the_mainland_needs_no_marks() -> None:
    assert verdict("filing.police-missing", at("bare"), {"mainland": False}) is Verdict.NOT_APPLICABLE


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("page", ["shell", "written", "hollow", "frames"])
def test_what_scripts_or_frames_may_yet_show_is_never_missing(page: str) -> None:
    untold = (Verdict.NOT_TESTED, Reason.NOT_RENDERED)
    assert both(page) == (untold, untold)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("page", ["login", "json"])
def test_a_log_in_or_an_interface_is_no_home_page(page: str) -> None:
    assert both(page) == (Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE)


@pytest.mark.usefixtures("pages")
def test_another_port_is_no_home_page() -> None:
    assert verdict("filing.icp-missing", at("marked", port=8080)) is Verdict.NOT_APPLICABLE


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("page", "reason"),
    [("forbidden", Reason.BLOCKED), ("broken", Reason.UNREACHABLE), ("led-out", Reason.OUT_OF_SCOPE)],
)
def test_a_home_page_that_was_not_seen_is_not_tested(page: str, reason: Reason) -> None:
    assert both(page) == ((Verdict.NOT_TESTED, reason), (Verdict.NOT_TESTED, reason))


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize(
    ("page", "icp", "police"),
    [
        ("wrong", Verdict.FAIL, Verdict.FAIL),
        ("older", Verdict.PASS, Verdict.FAIL),
        ("elsewhere", Verdict.PASS, Verdict.FAIL),
    ],
)
def test_marks_are_held_against_their_lawful_forms(page: str, icp: Verdict, police: Verdict) -> None:
    seen = at(page)
    assert (verdict("filing.icp-malformed", seen), verdict("filing.police-malformed", seen)) == (icp, police)
