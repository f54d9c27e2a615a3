"""Before an inspection: `init` writes what `inspect` reads, notices and contact pages hold every legal fact."""

import os
import pty
import re
import select
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from scanner.cli.app import run
from scanner.drafting import render_contact_page, render_notice
from scanner.inspection_file import read
from scanner.model.errors import InputError
from scanner.model.inspection import Inspection
from scanner.model.text import LANGUAGES, Language

EXAMPLE = Path(__file__).parents[1] / "data" / "inspection.example.yaml"
LIST = "单位名称,域名,是否关基\n示例学院,www.example.edu.cn,否\n示例医院,192.0.2.10,否\n"
HOSTILE = "<script>alert(1)</script>"


def inspection(folder: Path, **changes: str) -> Inspection:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    file = folder / "inspection.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file, now=None)


def listed(folder: Path, content: str = LIST) -> Path:
    file = folder / "名单.csv"
    file.write_text(content, encoding="utf-8")
    return file


def at_terminal(arguments: list[str], answers: list[str], cwd: Path) -> tuple[int, str]:
    """Run at a terminal of its own, answering one line a question; the exit code and what was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scanner", *arguments], stdin=follower, stdout=follower, stderr=follower, cwd=cwd
    )
    os.close(follower)
    waiting, shown, fresh = iter(answers), b"", b""
    try:
        while select.select([leader], [], [], 20)[0] and (part := os.read(leader, 4096)):
            shown, fresh = shown + part, fresh + part
            if fresh.endswith(b": ") and (answer := next(waiting, None)) is not None:
                os.write(leader, f"{answer}\n".encode())
                fresh = b""
    except OSError:
        pass  # Linux says EIO where the other end of a terminal is gone
    if process.poll() is None and not select.select([leader], [], [], 0)[0]:
        process.terminate()
    os.close(leader)
    return process.wait(30), shown.decode(errors="replace")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_holds_every_legal_fact(tmp_path: Path, language: Language) -> None:
    text = render_notice(inspection(tmp_path), language)
    for fact in (
        "示例县公安局网络安全保卫大队", "示例县教育局", "示例职业技术学院", "12330000000000000X", "网安检通字〔2026〕17-3号",
        "2026-09-20 00:00", "2026-10-01 00:00", "08:00-20:00", "198.51.100.7", "www.example.edu.cn", "192.0.2.16/28",
        "192.0.2.19", "pay.example.edu.cn", "old.example.edu.cn", "8443", "010-00000000", " 20 ", " 200 ", " 3 ", "60",
        "https://inspection.example.gov.cn/who-we-are", "2026-edu-017", "151",
    ):  # fmt: skip
        assert fact in text, fact
    assert {"zh-CN": "条款待核", "zh-TW": "條款待核", "en": "to be confirmed"}[language] in text
    assert "通知书" not in text
    assert "通知書" not in text
    assert "012345" not in text
    assert not re.search(r"第\s*[0-9一二三四五六七八九十]+\s*条|Article [0-9]", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_says_the_same_as_a_page(tmp_path: Path, language: Language) -> None:
    order = inspection(tmp_path)
    shown = HTMLParser(render_notice(order, language, form="html")).text()
    for line in render_notice(order, language).splitlines():
        assert re.sub(r"^ *([0-9]+\. )?", "", line) in shown


def test_the_law_named_is_the_one_in_force_in_the_window(tmp_path: Path) -> None:
    assert "176" not in render_notice(inspection(tmp_path), "en")
    later = {"2026-09-20T00:00:00+08:00": "2026-11-20T00:00:00+08:00", "2026-09-30T24": "2026-11-30T24"}
    assert "176" in render_notice(inspection(tmp_path, **later), "en")
    assert "151" not in render_notice(inspection(tmp_path, **later), "en")


def test_each_unit_has_its_own_page_and_one_alone_names_no_other(tmp_path: Path) -> None:
    second = "  - {name: 示例医院, critical_infrastructure: true, targets: [203.0.113.9]}\nprofile:"
    order = inspection(tmp_path, **{"profile:": second})
    assert [refused.unit.name for refused in order.refused] == ["示例医院"]
    assert render_notice(order, "zh-CN").count("\f") == 1
    alone = render_notice(order, "zh-CN", unit="12330000000000000X")
    assert "203.0.113.9" not in alone
    assert "示例医院" not in alone
    with pytest.raises(InputError, match="丁"):
        render_notice(order, "zh-CN", unit="丁")


def test_hostile_names_are_inert_in_every_page(tmp_path: Path) -> None:
    order = inspection(
        tmp_path,
        **{"示例职业技术学院": HOSTILE, "示例县教育局": f'{HOSTILE}"', "title: 2026 年教育": f"title: {HOSTILE}"},
    )
    for page in (render_notice(order, "en", form="html"), render_contact_page(order, "en")):
        assert HOSTILE not in page
        assert "&lt;script&gt;" in page
        tree = HTMLParser(page)
        assert not tree.css("script, img, link, iframe, a")
        policy = tree.css_first("meta[http-equiv]").attributes["content"]
        assert policy is not None
        assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_a_contact_page_says_who_why_when_how_and_whom_to_call_and_names_no_unit(tmp_path: Path) -> None:
    page = render_contact_page(inspection(tmp_path), "zh-TW")
    tree = HTMLParser(page)
    assert [one.attributes["lang"] for one in tree.css("article")] == ["zh-TW", "zh-CN", "en"]
    for article in tree.css("article"):
        for fact in (
            "示例县公安局网络安全保卫大队", "2026-edu-017", "198.51.100.7", "2026-09-20 00:00", "08:00-20:00",
            "甲 010-00000000", " 20 ",
        ):  # fmt: skip
            assert fact in article.text(), fact
    for secret in ("示例职业技术学院", "example.edu.cn", "192.0.2", "012345"):
        assert secret not in page


def test_a_contact_page_without_anybody_to_call_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "self.yaml"
    file.write_text(
        "schema: yuanjian/inspection/1\nid: a\ntitle: a\nkind: self\nauthority: {statement: a}\n"
        "window: {from: 2026-09-20T00:00:00Z, to: 2026-09-21T00:00:00Z}\n"
        "units: [{name: a, critical_infrastructure: false, targets: [192.0.2.1]}]\n"
    )
    assert run(["contact-page", str(file)]) == 2
    assert "to be filled in" in render_notice(read(file, now=None), "en")


def test_init_from_a_list_leaves_what_inspect_asks_to_fill_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    out = tmp_path / "new.yaml"
    assert run(["init", "--from", str(listed(tmp_path)), "-o", str(out)]) == 0
    written = out.read_text(encoding="utf-8")
    assert "示例医院" in written
    assert run(["inspect", str(out)]) == 2
    assert "Fill in: who inspects" in capsys.readouterr().err
    assert run(["init", "--from", str(listed(tmp_path)), "-o", str(out)]) == 2
    assert out.read_text(encoding="utf-8") == written


def test_init_writes_nothing_where_a_row_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    file = listed(tmp_path, LIST + "示例小学,*.example.cn,否\n,a.example.cn,否\n")
    assert run(["init", "--from", str(file)]) == 2
    told = capsys.readouterr().err
    assert "第 4 行 B 列（域名）" in told
    assert "第 5 行 A 列（单位名称）" in told
    assert list(tmp_path.iterdir()) == [file]


def test_init_without_a_terminal_or_a_list_asks_for_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == 2
    assert "--from" in capsys.readouterr().err


def test_init_at_a_terminal_asks_again_what_was_wrong_and_writes_a_whole_file(tmp_path: Path) -> None:
    answers = [
        "worst", "routine", "2026-x", "检查", "示例公安局", "", "甲", "011", "乙", "012", "", "文1号", "2026-13-01",
        "2026-11-01", "198.51.100.7", "", "甲", "010-1", "2026-12-01", "2026-12-05", "08:00-20:00",
        "示例学院", "", "否", "*.example.cn", "www.example.cn 192.0.2.1", "",
    ]  # fmt: skip
    code, shown = at_terminal(["init", "-o", "new.yaml", "--lang", "zh-CN"], answers, tmp_path)
    assert code == 0, shown
    order = read(tmp_path / "new.yaml", now=datetime(2026, 12, 2, 4, tzinfo=UTC))
    (unit,) = order.units
    assert [person.id for person in order.authority.persons] == ["011", "012"]
    assert order.window.end == datetime.fromisoformat("2026-12-06T00:00:00+08:00")
    assert [target.written for target in unit.targets] == ["www.example.cn", "192.0.2.1"]
    assert "2026-13-01" in shown


def test_notice_writes_text_or_a_page_and_overwrites_nothing(tmp_path: Path) -> None:
    out = tmp_path / "notice.html"
    assert run(["notice", str(EXAMPLE), "-o", str(out)]) == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run(["notice", str(EXAMPLE), "-o", str(out)]) == 2
    assert run(["notice", str(EXAMPLE), "-o", str(tmp_path / "none" / "x.txt")]) == 2


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "匿名或无口令访问"), ("zh-TW", "匿名或無密碼存取"), ("en", "in without one")]
)
def test_a_notice_tells_of_the_anonymous_logins_that_are_asked_for(
    tmp_path: Path, language: Language, words: str
) -> None:
    """`ftp.anonymous` and `postgres.no-auth` ask to be let in: a notice that denied it would be untrue."""
    assert words in render_notice(inspection(tmp_path), language)
