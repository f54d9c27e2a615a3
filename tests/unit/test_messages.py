"""Messages: every one in three languages, with the same places to fill."""

import re
import tomllib
from pathlib import Path

import pytest

from scanner.cli.language import chosen, say
from scanner.sealing import FAULTS

MESSAGES = tomllib.loads((Path(__file__).parents[2] / "scanner/cli/messages.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_says_the_same_in_three_languages(key: str) -> None:
    texts = MESSAGES[key]
    assert set(texts) == {"zh-CN", "zh-TW", "en"}
    fields = {language: sorted(re.findall(r"\{(\w+)", text)) for language, text in texts.items()}
    assert fields["zh-CN"] == fields["zh-TW"] == fields["en"]
    assert all(texts.values())


def test_every_message_is_said_somewhere_and_every_saying_has_a_message() -> None:
    folder = Path(__file__).parents[2] / "scanner/cli"
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    said = set(re.findall(r"""say\(\s*["']([a-z.-]+)["']""", code)) | {
        f"option.{key}" for key in re.findall(r'option\("([a-z-]+)"', code)
    }
    by_part = {"menu.scan", "menu.inspect", "menu.plan", "menu.demo", "menu.verify"}
    by_part |= {key for key in MESSAGES if key.startswith(("scan.why.", "standing.", "verify.what."))}
    assert said <= set(MESSAGES)
    assert set(MESSAGES) - said == by_part
    assert {key.removeprefix("verify.what.") for key in MESSAGES if key.startswith("verify.what.")} == set(FAULTS)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["--lang", "zh-TW"], {"LANG": "en_US.UTF-8"}, "zh-TW"),
        (["scan", "--lang=en"], {"LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ([], {"LC_ALL": "zh_HK.UTF-8", "LANG": "en_US"}, "zh-TW"),
        ([], {"LANG": "zh_Hant_TW"}, "zh-TW"),
        ([], {"LANG": "C"}, "en"),
        ([], {}, "en"),
        (["--lang", "fr"], {"LANG": "zh_CN"}, "zh-CN"),
    ],
)
def test_the_language_is_the_options_else_the_locales(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert chosen(arguments, environment) == language


def test_a_message_is_filled() -> None:
    assert "8.8.8.8" in say("error.rate-max", option="--rate", target="8.8.8.8")
