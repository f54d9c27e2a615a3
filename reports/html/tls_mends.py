"""What to write into a server's configuration for the checks that one TLS service failed. Data; nothing is judged."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

PRODUCTS = {"nginx": "nginx", "apache": "Apache", "tomcat": "Tomcat", "iis": "IIS"}
"""In the order shown, as their makers write them."""
MOST_SUITES = 40
SSL2 = "SSL_CK_"
"""SSL 2.0's ciphers go with their version; no setting names them."""


@dataclass(frozen=True, slots=True)
class Mend:
    """The lines for one product, without repetition. `detected` says that this product answered there."""

    product: str
    lines: tuple[str, ...]
    detected: bool


def mends(failed: Iterable[str], suites: Mapping[str, Mapping[str, Any]], detected: str | None) -> list[Mend]:
    """For each product that has something to write; the one that was detected comes first."""
    wanted = list(dict.fromkeys(failed))
    named = {suite: told for suite, told in suites.items() if not suite.startswith(SSL2)}
    weak = {check: [suite for suite, told in named.items() if check in told["checks"]] for check in wanted}
    made = [
        Mend(name, lines, product in (detected or "").lower())
        for product, name in PRODUCTS.items()
        if (lines := tuple(dict.fromkeys(_lines(product, wanted, weak))))
    ]
    return sorted(made, key=lambda mend: not mend.detected)


def without_lines(failed: Iterable[str]) -> list[str]:
    """Those that no line of any product's configuration mends."""
    mended = {check for entry in _entries() for check in entry["checks"]}
    return [check for check in failed if check not in mended]


def _lines(product: str, wanted: list[str], weak: Mapping[str, list[str]]) -> Iterable[str]:
    for entry in _entries():
        concerned = [check for check in wanted if check in entry["checks"]]
        for line in entry.get(product, ()) if concerned else ():
            if "{suite}" in line:
                named = dict.fromkeys(suite for check in concerned for suite in weak[check])
                yield from (line.replace("{suite}", suite) for suite in list(named)[:MOST_SUITES])
            else:
                yield line


@cache
def _entries() -> list[dict[str, Any]]:
    data = tomllib.loads(files("reports.html").joinpath("tls_mends.toml").read_text("utf-8"))
    entries: list[dict[str, Any]] = data["mend"]
    return entries
