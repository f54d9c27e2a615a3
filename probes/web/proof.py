"""Whether a body is the file that its path says, told by content; and what may be shown of it, values masked.

Each reading gives lines fit for a report, made of names alone, or None where the body is something else. A value
never passes: lines are built from recognised names and fixed words.
"""

import json
import re
from collections.abc import Callable, Iterable

MOST_LINES = 20
MASK = "***"

_REF = re.compile(rb"ref: refs/[\w./-]{1,200}\s*\Z")
_COMMIT = re.compile(rb"(?:[0-9a-f]{40}|[0-9a-f]{64})\s*\Z")
_SVN = re.compile(rb"(?:[4-9]|1\d|2\d)\r?\n(?:\Z|\r?\ndir\r?\n)")
_HG = frozenset(
    [
        "revlogv1",
        "revlogv2",
        "store",
        "fncache",
        "dotencode",
        "generaldelta",
        "sparserevlog",
        "share-safe",
        "shared",
        "treemanifest",
        "largefiles",
        "lfs",
        "dirstate-v2",
        "persistent-nodemap",
        "bookmarksinstore",
        "exp-sparse",
    ]
)
_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Z][A-Z0-9_]{1,63}|[a-z][a-z0-9]{0,30}(?:_[a-z0-9]{1,30}){0,5})\s*=(.*)")
_PROPERTY = re.compile(r"([A-Za-z_][A-Za-z0-9_.\-\[\]]{1,99})\s*[=:](.*)")
_KNOWN_PROPERTY = re.compile(
    r"(?:spring|server|logging|management|mybatis|jdbc|db|datasource|redis|druid|hibernate|log4j)\b|"
    r"(?:\w+[._-])?(?:url|user|username|password|driver|driverclassname)\Z",
    re.IGNORECASE,
)
_YAML_KEY = re.compile(r"( {0,20})([A-Za-z_][A-Za-z0-9_.-]{0,63}):(?:\s|\Z)")
_YAML_TOP = frozenset(["spring", "server", "management", "mybatis", "mybatis-plus", "logging", "datasource", "jdbc"])
_PHP_NAME = re.compile(
    r"""define\s{0,9}\(\s{0,9}['"]([A-Za-z_][A-Za-z0-9_.-]{1,63})['"]\s{0,9},|"""
    r"""['"]([A-Za-z_][A-Za-z0-9_.-]{1,63})['"](?:\s{0,30}=>|\]\s{0,30}=)"""
)
_PHP_VARIABLE = re.compile(r"^\s*(\$[A-Za-z_][A-Za-z0-9_]{1,63})\s*(?:\[[^\]\n]{0,80}\]\s*)*=", re.MULTILINE)
_XML_NAME = re.compile(r"<([A-Za-z][A-Za-z0-9.-]{1,40})[\s>/]")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
_HTML = re.compile(r"<!doctype|<html|<head|<body|<script", re.IGNORECASE)


def _git_head(body: bytes) -> list[str] | None:
    if len(body) > 300 or not (_REF.match(body) or _COMMIT.match(body)):
        return None
    return [body.decode("ascii").strip() if body.startswith(b"ref:") else "a commit id"]


def _sqlite(body: bytes) -> list[str] | None:
    return ["SQLite format 3"] if body.startswith(b"SQLite format 3\x00") else None


def _svn_entries(body: bytes) -> list[str] | None:
    found = _SVN.match(body)
    return [f"entries, format {found.group(0).split()[0].decode()}"] if found else None


def _hg_requires(body: bytes) -> list[str] | None:
    lines = body.decode("ascii", "replace").split()
    if not lines or len(body) > 2000 or not ({"revlogv1", "revlogv2", "share-safe"} & set(lines)):
        return None
    known = [line for line in lines if line in _HG or line.startswith(("exp-", "revlog-compression-"))]
    return known[:MOST_LINES] if len(known) * 2 >= len(lines) else None


def _assignments(body: bytes) -> list[str] | None:
    """Shell assignments: two at least, and nearly nothing else."""
    found = _most_lines(body, _ASSIGNMENT, comments=("#",))
    return _masked(found) if len(found) >= 2 and any(name.isupper() for name in found) else None


def _properties(body: bytes) -> list[str] | None:
    found = _most_lines(body, _PROPERTY, comments=("#", "!"))
    if len(found) < 2 or not any(_KNOWN_PROPERTY.match(name) for name in found):
        return None
    return _masked(name for name in found if "." in name or _KNOWN_PROPERTY.match(name))


def _spring_yaml(body: bytes) -> list[str] | None:
    text = _text(body)
    if text is None:
        return None
    keys = [found for line in text.splitlines()[:2000] if (found := _YAML_KEY.match(line))]
    top = {found.group(2) for found in keys if not found.group(1)}
    nested = [found for found in keys if found.group(1)]
    if not top & _YAML_TOP or not nested:
        return None
    return _masked([found.group(2) for found in keys])


def _php(body: bytes) -> list[str] | None:
    """Source text that a server ought to have run: it begins as PHP does and sets names."""
    text = _text(body, html=False)
    if text is None or not text.lstrip("\ufeff \r\n\t").startswith(("<?php", "<?PHP", "<?\n", "<?\r\n")):
        return None
    named = [first or second for first, second in _PHP_NAME.findall(text)]
    names = [*named, *_PHP_VARIABLE.findall(text)]
    return _masked(names) if names else None


def _vim_swap(body: bytes) -> list[str] | None:
    """Vim's swap file: magic b0VIM, and pages of four KiB."""
    return ["Vim swap file"] if body.startswith(b"b0VIM ") and len(body) > 1000 else None


def _web_config(body: bytes) -> list[str] | None:
    return _xml(
        body, "configuration", {"system.web", "system.webServer", "connectionStrings", "appSettings", "runtime"}
    )


def _web_xml(body: bytes) -> list[str] | None:
    return _xml(
        body, "web-app", {"servlet", "filter", "listener", "display-name", "context-param", "welcome-file-list"}
    )


def _appsettings(body: bytes) -> list[str] | None:
    text = _text(body)
    if text is None:
        return None
    try:
        data = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not {"ConnectionStrings", "Logging", "AllowedHosts"} & set(data):
        return None
    return _masked(name for name in data if _NAME.fullmatch(name))


PROOFS: dict[str, Callable[[bytes], list[str] | None]] = {
    "git-head": _git_head,
    "sqlite": _sqlite,
    "svn-entries": _svn_entries,
    "hg-requires": _hg_requires,
    "assignments": _assignments,
    "properties": _properties,
    "spring-yaml": _spring_yaml,
    "php": _php,
    "vim-swap": _vim_swap,
    "web-config": _web_config,
    "web-xml": _web_xml,
    "appsettings": _appsettings,
}


def _text(body: bytes, *, html: bool = True) -> str | None:
    """Readable text that is no web page; None for anything else. The end may be cut within a character."""
    if b"\x00" in body:
        return None
    text = body.decode("utf-8", "replace")
    return None if html and _HTML.search(text[:4096]) else text


def _most_lines(body: bytes, form: re.Pattern[str], comments: tuple[str, ...]) -> list[str]:
    """The names before the signs, where four lines of five have the form; else none.

    A line with nothing after its sign gives no name: the end of a key in Base64 looks like one.
    """
    text = _text(body)
    if text is None:
        return []
    lines = [line.strip() for line in text.splitlines()[:500]]
    spoken = [line for line in lines if line and not line.startswith(comments)]
    found = [match for line in spoken if (match := form.fullmatch(line[:2000]))]
    if len(found) * 5 < len(spoken) * 4:
        return []
    return [match.group(1) for match in found if match.group(2).strip(" =")]


def _xml(body: bytes, root: str, children: set[str]) -> list[str] | None:
    text = _text(body, html=False)
    if text is None:
        return None
    names = list(dict.fromkeys(_XML_NAME.findall(text[:65536])))
    return [f"<{name}>" for name in names[:MOST_LINES]] if names[:1] == [root] and children & set(names) else None


def _masked(names: Iterable[str]) -> list[str]:
    return [f"{name}={MASK}" for name in dict.fromkeys(names)][:MOST_LINES]
