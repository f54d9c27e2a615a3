"""An HTML page read once into what probes ask of it, within bounds. The one place that knows the HTML parser."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from probes.web.charset import decode
from probes.web.markup_bounds import bounded

MOST_BYTES = 512 * 1024
MOST_NODES = 40_000
MOST_LINKS = 2_000
NEAREST_BLOCK_WITHIN = 40

INLINE = frozenset(["a", "abbr", "acronym", "bdi", "bdo", "cite", "data", "del", "dfn", "em", "font", "ins", "kbd", "label", "mark", "q", "samp", "small", "span", "sub", "sup", "time", "u", "var", "wbr", "b", "i", "s", "strong", "tt", "code", "big", "strike"])  # fmt: skip
SILENT = frozenset(["script", "style", "template", "head", "title", "noframes", "select", "textarea"])
"""Elements whose text is not part of what a page shows."""


@dataclass(frozen=True, slots=True)
class Link:
    """An `a` or `area` element: where it leads as written, its text, and whether it holds a picture."""

    href: str
    text: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Markup:
    """What a page is made of. `shown` is its text without scripts, blocks apart by newlines.

    `scripts` are the texts of inline scripts, `sources` the addresses of the others. `metas` pairs the
    lower-cased `name` or `http-equiv` with its content, in order. `hollow` names elements called a footer that
    hold nothing. `cut` says that the page was longer, deeper or larger than we read.
    """

    title: str
    shown: str
    scripts: tuple[str, ...]
    sources: tuple[str, ...]
    metas: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    frames: tuple[str, ...]
    references: tuple[str, ...]
    frameset: bool
    password_fields: int
    hollow: tuple[str, ...]
    cut: bool

    @property
    def letters(self) -> int:
        """How much the page shows, in characters that are not white space."""
        return sum(len(part) for part in self.shown.split())

    def meta(self, name: str) -> tuple[str, ...]:
        """The contents of every meta element of that name or http-equiv."""
        return tuple(content for key, content in self.metas if key == name)


@lru_cache(maxsize=16)
def read(body: bytes, content_type: str | None = None, *, truncated: bool = False) -> Markup:
    """Read a page, whatever it is: any bytes make a Markup. `truncated` says that the body went on.

    Several probes read the same remembered answer, so the last few readings are kept.
    """
    text, cut = bounded(decode(body[:MOST_BYTES], content_type))
    root = LexborHTMLParser(text).root
    reading = _Reading()
    for count, node in enumerate(root.traverse(include_text=True) if root is not None else ()):
        if count >= MOST_NODES:
            cut = True
            break
        reading.take(node)
    return reading.markup(cut=cut or truncated or len(body) > MOST_BYTES)


def looks_like_html(body: bytes, content_type: str | None) -> bool:
    """By its media type; where it has none, by how it begins."""
    if content_type is not None and content_type.strip():
        return content_type.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    start = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


class _Reading:
    """What was met so far, in the order of the document."""

    def __init__(self) -> None:
        self._title: list[str] = []
        self._shown: list[str] = []
        self._block: int | None = None
        self._scripts: list[str] = []
        self._sources: list[str] = []
        self._metas: list[tuple[str, str]] = []
        self._links: list[Link] = []
        self._frames: list[str] = []
        self._references: list[str] = []
        self._frameset = False
        self._passwords = 0
        self._hollow: list[str] = []

    def take(self, node: LexborNode) -> None:
        tag = str(node.tag or "")
        if tag == "-text":
            self._take_text(node)
            return
        if tag.startswith(("-", "!", "_")):
            return
        if tag not in INLINE:
            self._block = None
        self._take_reference(node)
        match tag:
            case "script":
                self._take_script(node)
            case "meta":
                self._take_meta(node)
            case "a" | "area":
                self._take_link(node)
            case "frame" | "iframe":
                self._frames.append(_attribute(node, "src") or "")
            case "frameset":
                self._frameset = True
            case "input":
                self._passwords += (_attribute(node, "type") or "").strip().lower() == "password"
            case "img":
                self._say(_attribute(node, "alt") or "", None)
            case "title":
                self._title.append(node.text(deep=True)[:500])
            case _:
                self._take_footer(node, tag)

    def markup(self, *, cut: bool) -> Markup:
        return Markup(
            title=" ".join("".join(self._title).split()),
            shown="".join(self._shown),
            scripts=tuple(self._scripts),
            sources=tuple(self._sources),
            metas=tuple(self._metas),
            links=tuple(self._links),
            frames=tuple(self._frames),
            references=tuple(self._references),
            frameset=self._frameset,
            password_fields=self._passwords,
            hollow=tuple(self._hollow),
            cut=cut,
        )

    def _take_text(self, node: LexborNode) -> None:
        block: int | None = None
        for count, parent in enumerate(_parents(node)):
            tag = str(parent.tag or "")
            if tag in SILENT:
                return
            if block is None and (tag not in INLINE or count == NEAREST_BLOCK_WITHIN):
                block = parent.mem_id
        self._say(node.text_content or "", block)

    def _say(self, text: str, block: int | None) -> None:
        """Text of the same block runs on, so that a mark split over elements is whole again."""
        if text:
            self._shown.append(text if block is not None and block == self._block else "\n" + text)
            self._block = block

    def _take_script(self, node: LexborNode) -> None:
        if source := _attribute(node, "src"):
            self._sources.append(source)
        elif text := node.text(deep=True):
            self._scripts.append(text)

    def _take_meta(self, node: LexborNode) -> None:
        name = _attribute(node, "http-equiv") or _attribute(node, "name")
        if name:
            self._metas.append((name.strip().lower(), _attribute(node, "content") or ""))

    def _take_link(self, node: LexborNode) -> None:
        href = _attribute(node, "href")
        if href and len(self._links) < MOST_LINKS:
            self._links.append(
                Link(href.strip(), node.text(deep=True).strip()[:500], node.css_first("img") is not None)
            )

    def _take_reference(self, node: LexborNode) -> None:
        for name in ("href", "src"):
            if len(self._references) < MOST_LINKS and (value := _attribute(node, name)):
                self._references.append(value.strip())

    def _take_footer(self, node: LexborNode, tag: str) -> None:
        called = " ".join([tag, _attribute(node, "id") or "", _attribute(node, "class") or ""]).lower()
        if "foot" in called and tag in ("div", "footer", "section") and not node.text(deep=True).strip():
            self._hollow.append(called[:100])


def _parents(node: LexborNode) -> Iterator[LexborNode]:
    """Enclosing elements, nearest first; their number is bounded with the depth of the page."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _attribute(node: LexborNode, name: str) -> str | None:
    value = node.attributes.get(name)
    return value if isinstance(value, str) else None
