"""SNMP messages: version 3's discovery of an engine, and one object asked by a community. Pure.

RFC 3412 section 6, RFC 3414 sections 2.4 and 4 (discovery), RFC 3416 (PDUs), RFC 1901 (version 2c).
"""

import re
from dataclasses import dataclass

from probes.services.ber import INTEGER, NULL, OCTETS, OID, SEQUENCE, element, elements, integer, number, pack
from scanner.model.errors import Malformed

GET, RESPONSE, REPORT = 0xA0, 0xA2, 0xA8
REPORTABLE, USM = b"\x04", 3
LARGEST = 1472
"""The answer's size that we take: one Ethernet frame."""
SYS_DESCR = bytes.fromhex("2b06010201010100")
"""1.3.6.1.2.1.1.1.0, sysDescr.0 of RFC 3418."""

VENDORS = {
    9: "Cisco",
    11: "HP",
    311: "Microsoft",
    2011: "Huawei",
    2636: "Juniper",
    3902: "ZTE",
    4881: "Ruijie",
    8072: "Net-SNMP",
    12356: "Fortinet",
    14988: "MikroTik",
    25506: "H3C",
}
"""IANA's private enterprise numbers, as an engine's id begins with (RFC 3411 section 5, SnmpEngineID)."""

PRODUCTS = re.compile(
    r"\b(Cisco (?:IOS(?:[- ]XE|[- ]XR)?|NX-OS|Adaptive Security Appliance)|Versatile Routing Platform|Comware|JUNOS"
    r"|RouterOS|FortiGate|FortiOS|ZXR10|Ruijie|Windows|FreeBSD|OpenBSD|SunOS|VMware ESXi|Linux)\b"
)
VERSIONS = (
    re.compile(r"[^\n]{0,120}?\b[Vv]ersion:?\s+v?(\d[\w.()-]*)"),
    re.compile(r"\s+v?(\d[\w.()-]*)"),
    re.compile(r"\s+\S+\s+(\d+\.[\w.()-]*)"),  # uname: a host's name stands between
)


@dataclass(frozen=True, slots=True)
class Given:
    """What a version 2c answer says: its error status (0: none), and the text of sysDescr, None without one."""

    error: int
    text: str | None


def discovery(number_: int) -> bytes:
    """A request to no engine in particular, which every version 3 agent answers with a report of its own id."""
    head = pack(SEQUENCE, integer(number_), integer(LARGEST), pack(OCTETS, REPORTABLE), integer(USM))
    empty = pack(OCTETS)
    security = pack(SEQUENCE, empty, integer(0), integer(0), empty, empty, empty)
    request = pack(GET, integer(number_), integer(0), integer(0), pack(SEQUENCE))
    return pack(SEQUENCE, integer(3), head, pack(OCTETS, security), pack(SEQUENCE, empty, empty, request))


def engine_of(data: bytes, number_: int) -> str | None:
    """The vendor by the engine's id ("" where it is none we know) of a report; None for anything else."""
    try:
        parts = _message(data, 3)
        head = list(elements(parts[0][1]))
        if number(*head[0]) != number_ or parts[1][0] != OCTETS or parts[2][0] != SEQUENCE:
            return None
        engine = next(elements(element(parts[1][1])[1]))
        scoped = list(elements(parts[2][1]))
        if scoped[2][0] != REPORT or engine[0] != OCTETS or len(engine[1]) < 5:
            return None
        return VENDORS.get(int.from_bytes(engine[1][:4], "big") & 0x7FFFFFFF, "")
    except (Malformed, IndexError, StopIteration):
        return None


def asked_for(community: str, number_: int) -> bytes:
    """sysDescr and nothing else, in version 2c."""
    wanted = pack(SEQUENCE, pack(OID, SYS_DESCR), pack(NULL))
    request = pack(GET, integer(number_), integer(0), integer(0), pack(SEQUENCE, wanted))
    return pack(SEQUENCE, integer(1), pack(OCTETS, community.encode("ascii")), request)


def given(data: bytes, number_: int) -> Given | None:
    """What answers `asked_for`; None for anything else."""
    try:
        parts = _message(data, 1)
        if parts[0][0] != OCTETS or parts[1][0] != RESPONSE:
            return None
        fields = list(elements(parts[1][1]))
        if number(*fields[0]) != number_:
            return None
        error = number(*fields[1])
        bound = list(elements(element(fields[3][1])[1]))
        is_text = bound[0] == (OID, SYS_DESCR) and bound[1][0] == OCTETS
        return Given(error, bound[1][1].decode("utf-8", "replace") if is_text and error == 0 else None)
    except (Malformed, IndexError):
        return None


def product_of(description: str) -> tuple[str, str]:
    """Product and version that a sysDescr names; host names and all else in it are left where they are."""
    text = description[:1024]
    product = PRODUCTS.search(text)
    if product is None:
        return "", ""
    told = (pattern.match(text, product.end()) for pattern in VERSIONS)
    return product[1], next((found[1] for found in told if found is not None), "")


def _message(data: bytes, version: int) -> list[tuple[int, bytes]]:
    """The parts of a message after its version; Malformed for another one."""
    tag, content, _ = element(data)
    parts = list(elements(content))
    if tag != SEQUENCE or not parts or parts[0][0] != INTEGER or number(*parts[0]) != version:
        raise Malformed("no SNMP message of this version")
    return parts[1:]
