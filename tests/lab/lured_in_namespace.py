"""Inspections that are lured outward while something changes: third parties, the window, a stop, the file. Prints JSON.

Run as root by `unshare --net`, with the story's name and a folder; not a test itself.
"""

import asyncio
import json
import signal
import ssl
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from tests.hostile.names import naming
from tests.lab.arrivals import arrivals
from tests.lab.certificates import Issued, ec_key
from tests.lab.proving_ground import RESOLVER, Web, inspected, launched, nft, order, packets, prepare, told
from tests.lab.scan_in_namespace import (
    LURES,
    LURING,
    NAMES,
    PUBLIC,
    SENTINEL,
    ZONE,
    knock_outside,
    luring,
    luring_tls,
    refusals,
    watch,
)
from tests.lab.told_in_namespace import begun, said

MEANS = (
    "http://ocsp.lure.example/x",
    f"http://{PUBLIC}/x",
    f"http://{SENTINEL}/x",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/x",
    "http://127.0.0.1:6379/",
    "http://ocsp.lure.example:25/x",
    "http://ocsp.lure.example/x?delete=all",
    "https://ocsp.lure.example/x",
    "ldap://ocsp.lure.example/x",
    "http://inside.lure.example/x",
    "file:///etc/passwd",
)
"""Where certificates say that their authority may be asked; only the first may be."""

THIRD = {**NAMES, ("ocsp.lure.example", "A"): [PUBLIC], ("inside.lure.example", "A"): [SENTINEL]}


def pointing(folder: Path, number: int, url: str) -> ssl.SSLContext:
    """A certificate of somebody's authority whose responder, list and issuer lie at `url`."""
    key, authority = ec_key(), ec_key()
    here = x509.UniformResourceIdentifier(url)
    means = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"host{number}.{ZONE}")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Somebody's authority")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            issuer, name, key.public_key(), number + 1, now - timedelta(days=1), now + timedelta(30)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(f"host{number}.{ZONE}")]), critical=False)
        .add_extension(x509.AuthorityInformationAccess([x509.AccessDescription(oid, here) for oid in means]), False)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([here], None, None, None)]), False)
        .sign(authority, hashes.SHA256())
    )
    ca = (
        x509.CertificateBuilder(issuer, issuer, authority.public_key(), 1, now - timedelta(days=1), now + timedelta(30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority, hashes.SHA256())
    )
    above = Issued(ca.public_bytes(Encoding.DER), authority)
    place = folder / f"tls{number}"
    place.mkdir()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*Issued(certificate.public_bytes(Encoding.DER), key).write(place, above))
    return context


async def third(folder: Path) -> dict[str, Any]:
    """The file admits OCSP; each host's certificate points elsewhere, and one of them at a responder."""
    hosts = LURING[: len(MEANS)]
    prepare((*hosts, RESOLVER, SENTINEL, PUBLIC))
    nft(
        f"""table inet proof {{
  counter outside {{ }}
  counter responder {{ }}
  chain out {{
    type filter hook output priority 0;
    meta l4proto != {{ tcp, udp }} accept
    ip daddr {RESOLVER} th dport 53 accept
    ip daddr {RESOLVER} th sport 53 accept
    ip daddr 10.38.0.0/24 accept
    ip saddr {PUBLIC} tcp sport 80 accept
    ip daddr {PUBLIC} tcp dport 80 counter name responder accept
    counter name outside
  }}
}}"""
    )
    knock_outside()
    control = packets("proof")["outside"]
    async with naming(THIRD, RESOLVER, 53):
        await Web().start(PUBLIC, 80)
        for number, (address, url) in enumerate(zip(hosts, MEANS, strict=True)):
            await Web().start(address, 443, pointing(folder, number, url))
        file = order(folder, "third", hosts, more="third_parties: [dns, ocsp]")
        result = await inspected(file, folder / "third")
        lines = [json.loads(line) for line in (folder / "third" / "audit.jsonl").read_bytes().splitlines()]
        return {
            **result,
            "control": control,
            "packets": packets("proof"),
            "refused": sorted({line["detail"] for line in lines if line.get("party") == "ocsp" and "detail" in line}),
            "asked": [line for line in lines if line.get("party") == "ocsp" and "detail" not in line],
        }


async def everybody_lures(held: AsyncExitStack, folder: Path) -> None:
    await held.enter_async_context(naming(NAMES, RESOLVER, 53))
    context = luring_tls(folder)
    for address, lure in zip(LURING, (*LURES, "refresh", "links"), strict=True):
        web = Web(otherwise=luring(lure))
        await web.start(address, 80)
        await web.start(address, 443, context)


NAMES_ASKED = [ZONE, *(f"{label}.{ZONE}" for label in ("www", "alias", "meta", "twin", "turn"))]
SLOWLY = "requests_per_second: 20, unit_requests_per_second: 60"


async def closing(folder: Path) -> dict[str, Any]:
    """Everybody lures, and the window closes in the middle."""
    prepare((*LURING, RESOLVER, SENTINEL))
    watch("10.38.0.0/24")
    knock_outside()
    control = packets("proof")["outside"]
    async with AsyncExitStack() as held:
        await everybody_lures(held, folder)
        file = order(folder, "closing", [*LURING, *NAMES_ASKED], seconds=8.0, limits=SLOWLY)
        result = await inspected(file, folder / "closing")
        return {**result, "control": control, "packets": packets("proof"), "audit": refusals(folder / "closing")}


async def stopped(folder: Path) -> dict[str, Any]:
    """Everybody lures, and one unit of two is stopped in the middle."""
    prepare((*LURING, RESOLVER, SENTINEL))
    watch("10.38.0.0/24")
    knock_outside()
    control = packets("proof")["outside"]
    async with AsyncExitStack() as held:
        await everybody_lures(held, folder)
        units = {"First": LURING[:7], "Second": [*LURING[7:], *NAMES_ASKED]}
        out = folder / "stopped"
        process = await launched(order(folder, "stopped", units, limits=SLOWLY), out)
        await begun(out)
        stop = await said("stop", str(out), "--unit", "First", "--reason", "enough")
        _, errors = await process.communicate()
        result = told(out, process.returncode, errors.decode())
        return {**result, "control": control, "packets": packets("proof"), "audit": refusals(out), "stop": stop}


async def narrowed(folder: Path) -> dict[str, Any]:
    """Everybody lures; the scan is killed, the file loses half of its targets, and the scan is resumed."""
    prepare((*LURING, RESOLVER, SENTINEL))
    watch("10.38.0.0/24")
    knock_outside()
    control = packets("proof")["outside"]
    async with AsyncExitStack() as held:
        await everybody_lures(held, folder)
        out = folder / "narrowed"
        process = await launched(order(folder, "narrowed", [*LURING, *NAMES_ASKED], limits=SLOWLY), out)
        await begun(out, 60)
        process.send_signal(signal.SIGKILL)
        await process.communicate()
        half, gone = LURING[::2], LURING[1::2]
        file = order(folder, "narrowed", [*half, ZONE])
        with arrivals(*gone) as seen, arrivals(*half) as kept:
            result = await inspected(file, out, "--resume")
            late, asked = len(seen.times()), len(kept.times())
        wider = await inspected(order(folder, "narrowed", [*LURING, "10.38.0.99"]), out, "--resume")
        return {
            **result, "control": control, "packets": packets("proof"), "audit": refusals(out), "to_gone": late,
            "to_kept": asked, "wider": wider["code"],
        }  # fmt: skip


STORIES: dict[str, Callable[[Path], Awaitable[dict[str, Any]]]] = {
    story.__name__: story for story in (third, closing, stopped, narrowed)
}

if __name__ == "__main__":
    json.dump(asyncio.run(STORIES[sys.argv[1]](Path(sys.argv[2]))), sys.stdout)  # type: ignore[arg-type]
