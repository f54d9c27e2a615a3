"""Names products as the CPE dictionary does (NIST IR 7695, CPE 2.3 formatted strings). Whether it is old, others say."""

import re
import tomllib
from functools import cache
from importlib.resources import files

VERSION = re.compile(r"\d+(?:\.\d+)*[a-z]?(?![a-z])|\d+(?:\.\d+)*", re.I)
SPECIAL = re.compile(r"([^\w.-])", re.ASCII)
"""What a formatted string quotes: all but letters, digits, underscore, period and hyphen (section 6.2.2.2)."""
ANY = "*"


def cpe(product: str, version: str) -> str:
    """cpe:2.3:a:vendor:product:version:update:..., or "" for a product that the table does not know.

    A version that was not told is ANY; of one with a distribution's additions only what the maker numbered is kept.
    """
    entry = _products().get(product.lower())
    if entry is None:
        return ""
    number, update = _split(version, entry.get("update", ""))
    parts = (*entry["cpe"].split(":"), number, update)
    return ":".join(("cpe:2.3:a", *(part if part == ANY else SPECIAL.sub(r"\\\1", part) for part in parts), *ANY * 6))


def _split(version: str, update: str) -> tuple[str, str]:
    """The maker's number, and the part beside it that the dictionary keeps apart."""
    if update and (found := re.match(rf"(\d+(?:\.\d+)*)[-_ ]?({update})(?![A-Za-z0-9])", version)):
        return found[1], found[2]
    number = VERSION.match(version)
    return (number[0] if number else ANY), ANY


@cache
def _products() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("probes.services").joinpath("products.toml").read_text(encoding="utf-8"))
