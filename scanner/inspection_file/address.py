"""Addresses, blocks and ranges as people write them, made the fewest blocks. Judges no scope."""

import re
from ipaddress import (
    IPv4Address,
    IPv6Address,
    ip_address,
    ip_network,
    summarize_address_range,
)

from scanner.inspection_file.fault import Fault
from scanner.model.inspection import Address, Block

DASH = re.compile(r"\s*[-–—~]\s*")
WIDEST_IPV6 = 112
MOST = 65536
"""Addresses of one unit (R4)."""


def looks_like_addresses(text: str) -> bool:
    """Whether a line was meant as an address, block or range, well written or not."""
    first = DASH.split(text.partition("/")[0], maxsplit=1)[0].strip()
    return ":" in first or bool(re.fullmatch(r"[0-9.]*\.[0-9]+", first)) or text.isdecimal()


def read_addresses(text: str, *, any_size: bool = False) -> tuple[Block, ...] | Fault:
    """The blocks of an address, a CIDR block or a range; `any_size` for exclusions."""
    values = {"text": text}
    if "%" in text:
        return Fault("address-zone", values={**values, "instead": text.partition("%")[0]})
    if "/" in text:
        return _block(text, any_size)
    parts = DASH.split(text)
    if len(parts) == 2:
        return _range(parts[0], parts[1], any_size)
    address = _address(text)
    if isinstance(address, Fault):
        return address
    return (ip_network(address),)


def read_address(text: str) -> Address | Fault:
    """One unicast address, written as such."""
    if "%" in text:
        return Fault("address-zone", values={"text": text, "instead": text.partition("%")[0]})
    return _address(text.strip())


def _address(text: str) -> Address | Fault:
    values = {"name": text, "text": text}
    try:
        address = ip_address(text)
    except ValueError:
        return Fault("address-malformed", values=values)
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return Fault("address-mapped", values={**values, "instead": address.ipv4_mapped})
    if _nobody(address):
        return Fault("address-nobody", values=values)
    return address


def _nobody(address: Address) -> bool:
    return address.is_multicast or address.is_unspecified or address == IPv4Address("255.255.255.255")


def _block(text: str, any_size: bool) -> tuple[Block, ...] | Fault:
    base, _, prefix = text.partition("/")
    values = {"name": text, "text": text}
    if not re.fullmatch(r"[0-9]{1,3}", prefix.strip(), re.ASCII):
        return Fault("block-prefix", values=values)
    try:
        block = ip_network(f"{base.strip()}/{int(prefix)}", strict=False)
    except ValueError:
        return Fault("address-malformed", values=values)
    if not any_size and (fault := _too_wide(block, text)):
        return fault
    if block.network_address != ip_address(base.strip()):
        return Fault("block-host-bits", values={**values, "instead": block})
    if _nobody(block.network_address) and block.prefixlen:
        return Fault("address-nobody", values=values)
    return (block,)


def _too_wide(block: Block, text: str) -> Fault | None:
    if block.version == 6 and block.prefixlen < WIDEST_IPV6:
        return Fault("block-ipv6-wide", values={"text": text})
    if block.num_addresses > MOST:
        return Fault("block-wide", values={"text": text, "count": block.num_addresses})
    return None


def _range(first: str, last: str, any_size: bool) -> tuple[Block, ...] | Fault:
    start = _address(first.strip())
    if isinstance(start, Fault):
        return start
    end = _address(_completed(start, last.strip()))
    if isinstance(end, Fault):
        return end
    values = {"text": f"{first}-{last}", "first": start, "last": end}
    if isinstance(start, IPv4Address) and isinstance(end, IPv4Address):
        count = int(end) - int(start) + 1
        blocks: tuple[Block, ...] = tuple(summarize_address_range(start, end)) if count > 0 else ()
    elif isinstance(start, IPv6Address) and isinstance(end, IPv6Address):
        count = int(end) - int(start) + 1
        blocks = tuple(summarize_address_range(start, end)) if count > 0 else ()
    else:
        return Fault("range-mixed", values=values)
    if not blocks:
        return Fault("range-backwards", values={**values, "instead": f"{end}-{start}"})
    if count > MOST and not any_size:
        return Fault("block-wide", values={**values, "count": count})
    return blocks


def _completed(start: Address, last: str) -> str:
    """`192.0.2.10-20` and `2001:db8::10-1f` name only the last part of the end."""
    if isinstance(start, IPv4Address) and re.fullmatch(r"[0-9]{1,3}", last, re.ASCII):
        return f"{str(start).rpartition('.')[0]}.{last}"
    if isinstance(start, IPv6Address) and re.fullmatch(r"[0-9A-Fa-f]{1,4}", last, re.ASCII):
        return str(IPv6Address(int(start) >> 16 << 16 | int(last, 16)))
    return last
