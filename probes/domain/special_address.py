"""Addresses that mean nothing outside the network they belong to. Pure."""

from ipaddress import IPv6Address, ip_address, ip_network

PRIVATE = tuple(
    ip_network(block)
    for block in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fe80::/10",
    )
)
"""RFC 1918, loopback and link-local: what `dns.private-address` speaks of, and no more."""


def is_private(address: str) -> bool:
    """Whether a literal address is of RFC 1918, loopback or link-local; an IPv4-mapped one counts as IPv4."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in block for block in PRIVATE)


def network_of(address: str) -> str:
    """The /24 or /48 that an address lies in: name servers within one of them fail together."""
    length = 48 if ":" in address else 24
    return str(ip_network(f"{address}/{length}", strict=False))
