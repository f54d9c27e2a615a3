"""What is said of bad input below the command line: in three languages, with the same places to fill."""

import re
import tomllib
from pathlib import Path

import pytest

from scanner.cli.app import run
from scanner.model.said import AllSaid, Said
from scanner.model.text import LANGUAGES

ROOT = Path(__file__).parents[2]
SENTENCES = tomllib.loads((ROOT / "scanner/model/said.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", SENTENCES)
def test_every_sentence_stands_in_each_language_with_the_same_places(key: str) -> None:
    assert set(SENTENCES[key]) == set(LANGUAGES)
    places = {language: set(re.findall(r"\{\w+\}", text)) for language, text in SENTENCES[key].items()}
    assert len(set(map(frozenset, places.values()))) == 1


def test_every_sentence_is_said_somewhere_and_none_is_missing() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "scanner").rglob("*.py"))
    assert set(re.findall(r"Said\(\s*\"([\w-]+)\"", code)) == set(SENTENCES)


def test_several_are_told_at_once() -> None:
    told = AllSaid([Said("resolver-port", written="a"), Said("resolver-address", written="b")])
    assert str(told).splitlines() == told.in_language("en").splitlines()
    assert "端口应为" in told.in_language("zh-CN").splitlines()[0]


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_CN.UTF-8", "十六进制指纹"), ("zh_TW.UTF-8", "十六進位指紋"), ("C", "hexadecimal")]
)
def test_the_command_line_says_it_in_the_readers_language(
    locale: str, words: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert run(["verify", "no-such-folder", "--key", "nothing"]) == 2
    assert words in capfd.readouterr().err
