"""Errors whose words stand in `said.toml`, in three languages: raised where no language is chosen yet."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from scanner.model.errors import InputError
from scanner.model.text import Language


class Said(InputError):
    """Bad input, by the key of its sentence and what fills it. As text it is English."""

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(self.in_language("en"))

    def in_language(self, language: Language) -> str:
        """The sentence in a language."""
        return _sentences()[self.key][language].format(**self.values)


class AllSaid(InputError):
    """Several at once, a line each."""

    def __init__(self, told: Sequence[Said]) -> None:
        self.told = told
        super().__init__("\n".join(map(str, told)))

    def in_language(self, language: Language) -> str:
        """The sentences in a language."""
        return "\n".join(one.in_language(language) for one in self.told)


@cache
def _sentences() -> Mapping[str, Mapping[Language, str]]:
    return tomllib.loads(resources.files("scanner.model").joinpath("said.toml").read_text(encoding="utf-8"))
