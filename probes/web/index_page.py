"""An index page that a server makes of a directory's files: recognised by what each product writes."""

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

MOST = 128 * 1024

_LINK = re.compile(r"<a\s[^<>]{0,400}?href\s*=\s*[\"']?([^\"'<>\s]{1,300})", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|h1|h2)\b[^<>]{0,200}>\s*([^<>]{1,300}?)\s*</", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>]{0,2000}>")

_NAMED = re.compile(
    r"(?:index of|directory listing for|directory listing of|directory:|listing directory|contents of)\s+(?P<path>[/.].*|\S+/)$",
    re.IGNORECASE,
)
"""nginx, Apache and lighttpd; Python; Resin; Jetty; serve-index: their headings end in the path; mini_httpd's in the
path below the root, `files/`, and `./` for the root itself."""
_CRUMBS = re.compile(r"<h1\b[^<>]{0,200}>(.{1,4000}?)</h1>", re.IGNORECASE | re.DOTALL)
_LISTING = "listing:"
"""webfs: its heading is this word and the path, in a link for each step."""
_CADDY = re.compile(r"href=\"\?sort=namedirfirst&(?:amp;)?order=")
"""Caddy: its heading is the path in such links, and its columns sort by this word."""
_GO = re.compile(
    r"(?:<!doctype html>\s*<meta name=\"viewport\"[^<>]{0,100}>\s*)?<pre>\n(?:<a href=\"[^\"<>]*\">[^<>]*</a>\n)+</pre>\s*",
    re.IGNORECASE,
)
"""Go's file server writes nothing but links."""
_TOMCAT = re.compile(r"directory listing for\s+\[(?P<path>/[^\]]*)\]", re.IGNORECASE)
_IIS = re.compile(r"\[to parent directory\]", re.IGNORECASE)
_IIS_ENTRY = re.compile(r"(?:&lt;dir&gt;|\d)\s*<a\s+href=\"/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IndexPage:
    """What an index page shows: how many entries besides the parent and sorting links, and the words that prove it."""

    entries: int
    proof: str


def read_index(body: bytes, path: str) -> IndexPage | None:
    """The index page of `path` that a body is; None where it is anything else, or the index of another path.

    A page that merely has such a title is none: the heading must name the path asked, or be IIS's or Go's own form.
    """
    text = body[:MOST].decode("utf-8", "replace")
    heading = _heading(text, path)
    if heading is None:
        return None
    entries = _entries(text, path)
    if entries == 0 and not _parent(text):
        return None
    return IndexPage(entries, heading)


def _heading(text: str, path: str) -> str | None:
    for found in _TITLE.finditer(text[: 32 * 1024]):
        words = " ".join(html.unescape(found.group(1)).split())
        match = _TOMCAT.search(words) or _NAMED.search(words)
        if match and _same(match.group("path"), path):
            return words[:200]
    if _IIS.search(text) and _IIS_ENTRY.search(text) and path.rstrip("/").rpartition("/")[2] in text[:2000]:
        return "[To Parent Directory]"
    if _GO.fullmatch(text):
        return "<pre><a href="
    return _crumbs(text, path)


def _crumbs(text: str, path: str) -> str | None:
    """A heading that is the path, step by step in links, with the sign of a product that writes it so."""
    found = _CRUMBS.search(text[: 32 * 1024])
    if found is None:
        return None
    words = "".join(html.unescape(_TAGS.sub("", found.group(1))).split())
    if not words.startswith(_LISTING) and _CADDY.search(text) is None:
        return None
    return words[:200] if _same(words.removeprefix(_LISTING), path) else None


def _same(written: str, path: str) -> bool:
    """Jetty and Tomcat add words or a trailing slash, others leave out the leading one; the path is the path."""
    return unquote(written).split(" ")[0].removeprefix(".").strip("/") == unquote(path).strip("/")


def _entries(text: str, path: str) -> int:
    own = unquote(path).rstrip("/") or "/"
    parent = own.rpartition("/")[0] or "/"
    seen = {unquote(html.unescape(link)) for link in _LINK.findall(text)}
    return sum(not _is_furniture(link, own, parent) for link in seen)


def _is_furniture(link: str, own: str, parent: str) -> bool:
    """Sorting links, the parent, the directory itself, and links to elsewhere."""
    if link.startswith(("?", "#", "..", "http:", "https:", "//", "javascript:", "mailto:")) or link in ("/", "./", "."):
        return True
    bare = link.partition("?")[0].rstrip("/") or "/"
    return bare in (own, parent)


def _parent(text: str) -> bool:
    words = _TAGS.sub(" ", text).lower()
    return "parent directory" in words or "../" in words
