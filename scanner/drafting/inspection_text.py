"""The text of an inspection file with comments, from a draft. Writes no file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from scanner.drafting.draft import Draft
from scanner.drafting.quoting import flow, quoted
from scanner.model.text import Language

MARKS: Mapping[Language, str] = {"zh-CN": "填写：", "zh-TW": "填寫：", "en": "fill in: "}


def render_inspection(draft: Draft, language: Language) -> str:
    """YAML that `inspection_file.read` accepts; what nobody has said stands as a placeholder that it refuses."""
    words = {key: texts[language] for key, texts in _words().items()}

    def todo(key: str) -> str:
        return quoted(f"〔{MARKS[language]}{words[key]}〕")

    template = _environment().get_template("inspection.yaml.j2")
    return template.render(draft=draft, words=words, todo=todo)


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 (YAML: every value passes `quoted`)
        loader=PackageLoader("scanner.drafting"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"quoted": quoted, "flow": flow}
    return environment


@cache
def _words() -> Mapping[str, Mapping[Language, str]]:
    data: dict[str, dict[Language, str]] = tomllib.loads(
        (Path(__file__).parent / "inspection_words.toml").read_text(encoding="utf-8")
    )
    return data
