"""For which names an authority may vouch (RFC 5280 section 4.2.1.10): DNS names and addresses; others are not looked at."""

from probes.tls import der
from probes.tls.covered_name import DNS_NAME, IP_ADDRESS, AlternativeNames
from probes.tls.x509 import Certificate
from scanner.model.errors import Malformed

EXTENSION = "2.5.29.30"
PERMITTED, EXCLUDED = 0xA0, 0xA1
Bases = dict[int, list[bytes]]
"""What subtrees start from, by the kind of name."""


def allows(issuer: Certificate, names: AlternativeNames) -> bool | None:
    """Whether every name lies where the issuer may vouch; None where its constraints cannot be read."""
    value = (issuer.extensions or {}).get(EXTENSION)
    if value is None:
        return True
    try:
        subtrees = {part.tag: _bases(part) for part in der.sequence(value)}
    except Malformed:
        return None
    permitted, excluded = subtrees.get(PERMITTED, {}), subtrees.get(EXCLUDED, {})
    wanted = ((DNS_NAME, names.names), (IP_ADDRESS, names.addresses))
    return all(_within(kind, name, permitted, excluded) for kind, some in wanted for name in some)


def _bases(part: der.Element) -> Bases:
    found: Bases = {}
    for subtree in part.children():
        members = subtree.children()
        if not members:
            raise Malformed("X.509: a subtree without a base")
        found.setdefault(members[0].tag, []).append(members[0].content)
    return found


def _within(kind: int, name: bytes, permitted: Bases, excluded: Bases) -> bool:
    match = _under if kind == DNS_NAME else _inside
    if any(match(name, base) for base in excluded.get(kind, ())):
        return False
    return kind not in permitted or any(match(name, base) for base in permitted[kind])


def _under(name: bytes, base: bytes) -> bool:
    """A name and all beneath it; with a leading dot, as some write it, only what is beneath."""
    name, base = name.lower().removesuffix(b"."), base.lower()
    if base.startswith(b"."):
        return name.endswith(base)
    return not base or name == base or name.endswith(b"." + base)


def _inside(address: bytes, base: bytes) -> bool:
    """An address within a network, which is written as address and mask."""
    size = len(address)
    if len(base) != 2 * size:
        return False
    return all(
        octet & mask == start & mask for octet, start, mask in zip(address, base[:size], base[size:], strict=True)
    )
