"""Origins of URLs (RFC 6454): compared and shown, never asked."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from scanner.model.target import Target

USUAL_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, lower-case host without brackets, and port."""

    scheme: str
    host: str
    port: int

    @property
    def plain_host(self) -> str:
        """The host without a leading "www.": the two names of one site."""
        return self.host.removeprefix("www.")


def origin_of(url: str) -> Origin | None:
    """The origin of an absolute http or https URL; None for any other text."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in USUAL_PORT or not parts.hostname:
        return None
    return Origin(parts.scheme, parts.hostname.rstrip("."), USUAL_PORT[parts.scheme] if port is None else port)


def of_target(target: Target) -> Origin:
    """The origin that a site is."""
    scheme = target.scheme or "http"
    host = (target.name or target.address or "").lower().rstrip(".")
    return Origin(scheme, host, target.port or USUAL_PORT[scheme])


def asked_by_name(target: Target) -> bool:
    """Whether a site is asked by a name, and not by an address literal."""
    return target.name is not None and not is_literal(target.name)


def is_literal(host: str) -> bool:
    """Whether a host is an address literal, in brackets or not."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def path_within(url: str, reference: str, origin: Origin) -> str | None:
    """Path and query of a reference, resolved against a URL, where it stays in the origin; else None."""
    whole = resolve(url, reference)
    if whole is None or origin_of(whole) != origin:
        return None
    parts = urlsplit(whole)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def resolve(url: str, reference: str) -> str | None:
    """A reference against a URL (RFC 3986 section 5.2); None where it is no URL."""
    try:
        return urljoin(url, reference.strip())
    except ValueError:
        return None


def shown(url: str) -> str:
    """A URL fit for a report: query, fragment and path parameters may hold a session, and are left out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(not a URL)"
    path = parts.path.partition(";")[0][:200]
    host = parts.netloc.rpartition("@")[2][:260]
    return f"{parts.scheme}://{host}{path}" + ("?…" if parts.query else "")
