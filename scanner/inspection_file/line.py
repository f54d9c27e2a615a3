"""One line of a target list, read: an address, block, range, name, host:port or URL."""

import re
from dataclasses import replace
from urllib.parse import quote

from scanner.inspection_file.address import looks_like_addresses, read_addresses
from scanner.inspection_file.fault import Fault
from scanner.inspection_file.name import read_name
from scanner.model.inspection import ListedTarget

FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x3002: 0x2E, 0xFF61: 0x2E}
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
USUAL_PORTS = {"http": 80, "https": 443}
LONGEST = 2048


def read_line(written: str, *, any_size: bool = False) -> ListedTarget | Fault:
    """The target that a line names, or what is wrong with it. `any_size` for exclusions."""
    line = written.strip()
    text = line.translate(FULL_WIDTH).strip()
    if not text:
        return Fault("target-empty")
    if len(text) > LONGEST:
        return Fault("target-long", values={"text": line})
    if scheme := SCHEME.match(text):
        return _url(line, text, scheme.group(1).lower(), scheme.end())
    if "/" in text and not looks_like_addresses(text):
        return Fault("target-path", values={"text": line, "instead": f"https://{text}"})
    host, port = _split(text)
    if isinstance(port, Fault):
        return port
    found = _host(line, host, any_size)
    return found if isinstance(found, Fault) or port is None else replace(found, ports=(port,))


def read_port(text: str) -> int | Fault:
    """1 to 65535, in digits."""
    if re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) and 1 <= int(text) <= 65535:
        return int(text)
    return Fault("port-malformed", values={"text": text})


def _split(text: str) -> tuple[str, int | Fault | None]:
    """Host and port of `host`, `host:port`, `[v6]`, `[v6]:port`; a bare IPv6 address has no port."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            return host, Fault("target-brackets", values={"text": text})
        if ":" not in host:
            return host, Fault("target-brackets", values={"text": text})
        return host, read_port(rest[1:]) if rest else None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, read_port(port)
    return text, None


def _host(written: str, host: str, any_size: bool = False) -> ListedTarget | Fault:
    if looks_like_addresses(host):
        blocks = read_addresses(host, any_size=any_size)
        return blocks if isinstance(blocks, Fault) else ListedTarget(written, blocks=blocks)
    name = read_name(host)
    return name if isinstance(name, Fault) else ListedTarget(written, name=name)


def _url(line: str, text: str, scheme: str, start: int) -> ListedTarget | Fault:
    """An origin with its path. Full-width signs are mended before the path and left alone within it."""
    if scheme not in USUAL_PORTS:
        return Fault("url-scheme", values={"text": line, "scheme": scheme})
    end = min((text.find(sign, start) for sign in "/?#" if sign in text[start:]), default=len(text))
    authority, rest = text[start:end], (text[end : end + 1] + line[end + 1 :]).partition("#")[0]
    if "@" in authority:
        return Fault("url-user", values={"text": line})
    host, port = _split(authority)
    if isinstance(port, Fault):
        return port
    found = _host(line, host)
    if isinstance(found, Fault):
        return found
    if len(found.blocks) > 1 or any(block.num_addresses > 1 for block in found.blocks):
        return Fault("url-block", values={"text": line})
    shown_host = found.name or str(found.blocks[0].network_address)
    shown_host = f"[{shown_host}]" if ":" in shown_host else shown_host
    url_port = port or USUAL_PORTS[scheme]
    place = shown_host if url_port == USUAL_PORTS[scheme] else f"{shown_host}:{url_port}"
    path = quote(rest if rest.startswith("/") else f"/{rest}", safe="/?%&=+:;,@!$'()*~-._[]")
    return replace(found, url=f"{scheme}://{place}{path}", scheme=scheme, url_port=url_port)
