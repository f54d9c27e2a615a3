"""SSDP as it answers a search sent to it alone (UPnP Device Architecture 2.0, section 1.3.2)."""

import re

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named

STATUS = re.compile(rb"HTTP/1\.[01] 200\b")
FIELD = re.compile(rb"(?:^|\n)(?:st|usn):", re.I)
SERVER = re.compile(rb"(?:^|\n)server:[ \t]*([^\r\n]{1,200})", re.I)
TOKEN = re.compile(r"([A-Za-z][\w.-]*)/v?(\d[\w.+-]*)")


def search(wanted: str) -> Asked[Identity]:
    """One M-SEARCH; devices answer it once per match, after at most a second."""
    lines = (
        "M-SEARCH * HTTP/1.1",
        "HOST: 239.255.255.250:1900",
        'MAN: "ssdp:discover"',
        "MX: 1",
        f"ST: {wanted}",
    )
    return Asked("\r\n".join((*lines, "", "")).encode("ascii"), recognise)


def recognise(data: bytes) -> Identity | None:
    """A found device. Its USN may tell a serial number and is not kept; SERVER, which is demanded, is."""
    if STATUS.match(data) is None or FIELD.search(data[:4096]) is None:
        return None
    told = SERVER.search(data[:4096])
    line = told[1].decode("latin-1") if told else ""
    tokens = [found for found in TOKEN.findall(line) if found[0].lower() != "upnp"]
    product, version = tokens[-1] if tokens else ("", "")
    return named("ssdp", f"200 OK, SERVER: {line}" if line else "200 OK", product, version, demanded=True)


def root_devices() -> Asked[Identity]:
    return search("upnp:rootdevice")


def everything() -> Asked[Identity]:
    return search("ssdp:all")


DATAGRAM = Datagram("ssdp", 1900, (root_devices, everything), any_port=True)
