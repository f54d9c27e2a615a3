"""A sentence in the three languages of reports."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-CN", "zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "zh-TW", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence, three times. None of them may be empty."""

    zh_cn: str
    zh_tw: str
    en: str

    def in_language(self, language: Language) -> str:
        match language:
            case "zh-CN":
                return self.zh_cn
            case "zh-TW":
                return self.zh_tw
            case "en":
                return self.en

    def to_json(self) -> dict[str, str]:
        return {"zh-CN": self.zh_cn, "zh-TW": self.zh_tw, "en": self.en}
