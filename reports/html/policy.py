"""Style, script and the Content-Security-Policy that admits these and nothing else."""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from markupsafe import Markup

_SAFE_IN_CSS = re.compile(r"[0-9A-Za-z\u4e00-\u9fff〔〕()()·]")


@dataclass(frozen=True, slots=True)
class Sheets:
    """What stands between the tags, and the policy over its exact bytes."""

    style: Markup
    page_style: Markup
    script: Markup
    policy: Markup


def sheets(running_head: str) -> Sheets:
    """Style and script of a report whose printed pages carry `running_head`."""
    style, script = _file("style.css"), _file("script.js")
    page_style = _page_rules(running_head)
    policy = (
        f"default-src 'none'; style-src {_sources((style, page_style))}; script-src {_sources((script,))}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return Sheets(Markup(style), Markup(page_style), Markup(script), Markup(policy))  # noqa: S704 - all of it is ours


def _page_rules(running_head: str) -> str:
    return (
        "@page{size:A4;margin:19mm 14mm 17mm;"
        f'@top-left{{content:"{css_text(running_head)}";font:8pt sans-serif;color:#4a545e}}'
        '@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#4a545e}}'
    )


def css_text(text: str) -> str:
    """`text` for a quoted CSS string: everything but plain letters and digits as an escape, at most 90 characters."""
    return "".join(one if _SAFE_IN_CSS.fullmatch(one) else _escape(one) for one in text[:90])


def _escape(character: str) -> str:
    surrogate = "\ud800" <= character <= "\udfff"
    return "\\fffd " if surrogate or not character.isprintable() else f"\\{ord(character):x} "


def _sources(texts: Iterable[str]) -> str:
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)


@cache
def _file(name: str) -> str:
    return files("reports.html").joinpath(name).read_text("utf-8")
