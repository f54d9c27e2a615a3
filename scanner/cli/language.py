"""In which language the command line speaks: --lang, else the locale."""

import os
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

from scanner.model.text import LANGUAGES, Language


def chosen(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> Language:
    """The language of messages: `--lang X` or `--lang=X` anywhere on the line, else LC_ALL, LC_MESSAGES, LANG."""
    for given in asked_for(sys.argv[1:] if arguments is None else arguments):
        for language in LANGUAGES:
            if given.lower() == language.lower():
                return language
    surroundings = os.environ if environment is None else environment
    locale = next((surroundings[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if surroundings.get(key)), "")
    return _of_locale(locale)


def asked_for(arguments: Sequence[str]) -> list[str]:
    """What stands behind every `--lang` of a command line, whether we know it or not."""
    after = [word for before, word in pairwise(arguments) if before == "--lang"]
    return after + [word.removeprefix("--lang=") for word in arguments if word.startswith("--lang=")]


def say(key: str, /, **values: object) -> str:
    """A message of messages.toml in the chosen language, its places filled in."""
    return _messages()[key][chosen()].format(**values)


def _of_locale(locale: str) -> Language:
    name = locale.replace("-", "_").lower()
    if not name.startswith("zh"):
        return "en"
    traditional = ("zh_tw", "zh_hk", "zh_mo", "zh_hant")
    return "zh-TW" if name.startswith(traditional) else "zh-CN"


@cache
def _messages() -> Mapping[str, Mapping[Language, str]]:
    text = resources.files("scanner.cli").joinpath("messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
