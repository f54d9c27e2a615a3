"""Whole inspections in a network namespace of their own, one story each. Prints JSON.

Run as root by `unshare --net`, with the story's name and a folder; not a test itself.
"""

import asyncio
import json
import random
import signal
import socket
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from scanner.demo.redis import RedisDialogue
from tests.hostile.names import Records, naming
from tests.lab.arrivals import arrivals, most_in_a_second
from tests.lab.certificates import Issued, ec_key
from tests.lab.proving_ground import (
    CARELESS,
    RESOLVER,
    Web,
    inspected,
    launched,
    nft,
    order,
    packets,
    prepare,
    told,
)

IN_SCOPE, SENTINEL, PUBLIC = "10.38.0.1", "10.38.9.9", "93.184.216.34"
LURES = (
    f"http://{PUBLIC}/", f"http://{SENTINEL}/", "http://169.254.169.254/latest/meta-data/", "http://127.0.0.1/",
    "http://[2001:db8:38:1::1]/", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/", "http://lure.example/",
    f"//{PUBLIC}/", "http://0x7f000001/", "http://2130706433/", "ftp://93.184.216.34/",
)  # fmt: skip
LURING = tuple(f"10.38.0.{number}" for number in range(1, len(LURES) + 3))
HOSTS = tuple(f"10.38.1.{number}" for number in range(1, 5))
ZONE = "unit.test"
NAMES: Records = {
    (ZONE, "A"): [IN_SCOPE],
    (ZONE, "MX"): [f"10 mail.{ZONE}.", "20 mail.lure.example."],
    (ZONE, "NS"): [f"ns.{ZONE}.", f"ns6.{ZONE}."],
    (ZONE, "TXT"): ['"v=spf1 include:spf.lure.example a:lure.example mx exists:%{i}.lure.example -all"'],
    (f"mail.{ZONE}", "A"): [SENTINEL],
    (f"ns.{ZONE}", "A"): [SENTINEL],
    (f"ns6.{ZONE}", "AAAA"): ["fe80::53"],
    (f"alias.{ZONE}", "CNAME"): ["lure.example."],
    (f"alias.{ZONE}", "A"): [SENTINEL],
    (f"meta.{ZONE}", "A"): ["169.254.169.254"],
    (f"twin.{ZONE}", "A"): [IN_SCOPE],
    (f"twin.{ZONE}", "AAAA"): ["fe80::1", "::1"],
    (f"turn.{ZONE}", "A"): [[IN_SCOPE], [SENTINEL], ["169.254.169.254"], ["127.0.0.1"]],
    ("lure.example", "A"): [PUBLIC],
    ("mail.lure.example", "A"): [PUBLIC],
    ("spf.lure.example", "TXT"): ['"v=spf1 ip4:93.184.216.0/24 -all"'],
}


def watch(scope: str) -> None:
    """Count what goes neither to the scope nor to the resolver, and what is no DNS at the resolver; by itself what goes
    to the mail port of the host that the zone's MX record names, which R2 admits, and to no other port of it."""
    nft(
        f"""table inet proof {{
  counter outside {{ }}
  counter no_question {{ }}
  counter inside {{ }}
  counter mail {{ }}
  chain out {{
    type filter hook output priority 0;
    meta l4proto != {{ tcp, udp }} accept
    ip daddr {RESOLVER} th sport 53 accept
    ip daddr {RESOLVER} th dport 53 accept
    ip daddr {RESOLVER} counter name no_question accept
    ip daddr {scope} counter name inside accept
    ip daddr {PUBLIC} tcp dport 25 counter name mail accept
    counter name outside
  }}
}}"""
    )


def knock_outside() -> None:
    """One datagram to each family outside, so that a counter that counts nothing shows."""
    for family, address in ((socket.AF_INET, PUBLIC), (socket.AF_INET6, "2001:db8:38:1::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", (address, 9))


async def lured(folder: Path) -> dict[str, Any]:
    """Every server of the scope lures outward by a means of its own."""
    prepare((*LURING, RESOLVER, SENTINEL))
    watch("10.38.0.0/24")
    knock_outside()
    control = packets("proof")["outside"]
    context = luring_tls(folder)
    async with AsyncExitStack() as held:
        server = await held.enter_async_context(naming(NAMES, RESOLVER, 53))
        for address, lure in zip(LURING, (*LURES, "refresh", "links"), strict=True):
            web = Web(otherwise=luring(lure))
            await web.start(address, 80)
            await web.start(address, 443, context)
        names = [ZONE, *(f"{label}.{ZONE}" for label in ("www", "alias", "meta", "twin", "turn"))]
        result = await inspected(order(folder, "lured", [*LURING, *names]), folder / "lured")
        return {
            **result,
            "control": control,
            "packets": packets("proof"),
            "asked": server.asked,
            "audit": refusals(folder / "lured"),
        }


def luring(lure: str) -> tuple[str, str, bytes]:
    page = f'<meta http-equiv="refresh" content="0;url=http://{PUBLIC}/"><base href="http://{PUBLIC}/">'
    links = f'<a href="http://{PUBLIC}/">x</a><img src="http://{SENTINEL}/x.png"><script src="//lure.example/a.js"></script>'
    if lure in ("refresh", "links"):
        return (
            "200 OK",
            f"Refresh: 0;url=http://{PUBLIC}/\r\nLink: <http://{PUBLIC}/a.css>; rel=preload\r\n",
            (page + links).encode(),
        )
    return "302 Found", f"Location: {lure}\r\n", b""


def luring_tls(folder: Path) -> ssl.SSLContext:
    """A certificate whose names, issuer's address and OCSP responder all lie outside."""
    key = ec_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lure.example")])
    now = datetime.now(UTC)
    here = x509.UniformResourceIdentifier(f"http://{PUBLIC}/x")
    means = (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    names = [x509.DNSName("lure.example"), x509.DNSName(f"mail.{ZONE}"), x509.IPAddress(ip_address(PUBLIC))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityInformationAccess([x509.AccessDescription(oid, here) for oid in means]), False)
        .add_extension(x509.CRLDistributionPoints([x509.DistributionPoint([here], None, None, None)]), False)
        .sign(key, hashes.SHA256())
    )
    pair = Issued(certificate.public_bytes(Encoding.DER), key).write(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    return context


def refusals(out: Path) -> int:
    return sum(b'"outcome":"refused: ' in line for line in (out / "audit.jsonl").read_bytes().splitlines())


async def careless(address: str, **more: Any) -> Web:
    web = Web(CARELESS, **more)
    await web.start(address, 80)
    await web.start(address, 8080)
    return web


async def banned(folder: Path) -> dict[str, Any]:
    """Hosts with the same content: one undisturbed, one that drops us, one that resets us, one that dies."""
    dropping, resetting, dying = HOSTS[1:]
    prepare((*HOSTS, RESOLVER))
    nft(
        f"""table inet ban {{
  chain in {{
    type filter hook input priority 0;
    ip daddr {dropping} quota over 40 kbytes drop
    ip daddr {resetting} meta l4proto tcp quota over 40 kbytes reject with tcp reset
  }}
}}"""
    )
    async with naming({}, RESOLVER, 53):
        for address in HOSTS:
            await careless(address, dies_after=40 if address == dying else None)
            if address != dying:  # a service that outlives the site would be another host's story
                await RedisDialogue(open=True).start(address, 6379)
        runs = [inspected(order(folder, f"h{n}", [host]), folder / f"h{n}") for n, host in enumerate(HOSTS)]
        ended = await asyncio.gather(*runs)
        return dict(zip(("kept", "dropping", "resetting", "dying"), ended, strict=True))


async def slow(folder: Path) -> dict[str, Any]:
    """A server turns five times slower in the middle."""
    prepare((*HOSTS, RESOLVER))
    async with naming({}, RESOLVER, 53):
        await careless(HOSTS[0], delay=lambda asked: 0.08 if asked < 15 else 0.4)
        await careless(HOSTS[1], delay=lambda _: 0.08)
        runs = [inspected(order(folder, f"h{n}", [HOSTS[n]]), folder / f"h{n}") for n in (0, 1)]
        return dict(zip(("slower", "steady"), await asyncio.gather(*runs), strict=True))


async def closing(folder: Path) -> dict[str, Any]:
    """The window closes while the scan runs."""
    prepare((*HOSTS, RESOLVER))
    watch("10.38.1.0/24")
    async with naming({}, RESOLVER, 53):
        for address in HOSTS:
            await careless(address)
        limits = "requests_per_second: 20, unit_requests_per_second: 60"
        seconds = 8.0
        end = int(time.time() + seconds)  # the file's moments are whole seconds
        with arrivals(*HOSTS) as seen:
            result = await inspected(
                order(folder, "closing", HOSTS, seconds=seconds, limits=limits), folder / "closing"
            )
            times = seen.times()
        whole = await inspected(order(folder, "whole", HOSTS), folder / "whole")
        return {**result, "late": max(times) - end, "connects": len(times), "whole": whole, "packets": packets("proof")}


async def limited(folder: Path) -> dict[str, Any]:
    """Several addresses of one unit under ceilings that all of them reach together."""
    prepare((*HOSTS, RESOLVER))
    limits = (
        "requests_per_second: 10, connects_per_second: 40, unit_requests_per_second: 25, "
        "unit_connects_per_second: 60, total_per_second: 70"
    )
    async with naming({}, RESOLVER, 53):
        for address in HOSTS:
            await careless(address)
        with arrivals(*HOSTS) as seen, ExitStack() as alone:
            each = [alone.enter_context(arrivals(host)) for host in HOSTS]
            more = ("--ports", "1-80", "--probe", "ports.tcp", "--probe", "services.identify", "--probe", "web.https")
            result = await inspected(order(folder, "limited", HOSTS, limits=limits), folder / "limited", *more)
            return {
                **result,
                "in_all": most_in_a_second(seen.times()),
                "each": [most_in_a_second(one.times()) for one in each],
                "traffic": len((folder / "limited" / "audit.jsonl").read_bytes().splitlines()),
            }


async def killed(folder: Path, kills: int = 3) -> dict[str, Any]:
    """kill -9 at random moments; --resume each time; then to the end, beside an undisturbed run."""
    prepare((*HOSTS, RESOLVER))
    chance = random.Random(38)
    async with naming({}, RESOLVER, 53):
        for address in HOSTS:
            await careless(address)
            await RedisDialogue(open=True).start(address, 6379)
        limits = "requests_per_second: 100, unit_requests_per_second: 200"
        file = order(folder, "killed", HOSTS, limits=limits)
        begun = time.monotonic()
        whole = await inspected(file, folder / "whole")
        lasts = time.monotonic() - begun
        codes = []
        for number in range(kills):
            more = ("--resume",) if number else ()
            process = await launched(file, folder / "killed", *more)
            await asyncio.sleep(chance.uniform(0.25, 0.8) * lasts)
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.communicate()
            codes.append(process.returncode)
            if (
                folder / "killed" / "manifest.json"
            ).exists():  # it was sealed before its kill: nothing is left to resume
                return {"whole": whole, "resumed": told(folder / "killed", 0, ""), "codes": codes}
        return {"whole": whole, "resumed": await inspected(file, folder / "killed", "--resume"), "codes": codes}


async def killed_often(folder: Path) -> dict[str, Any]:
    return await killed(folder, 10)


async def agreeing(folder: Path) -> dict[str, Any]:
    """One host alone, among others, and the others in another order."""
    prepare((*HOSTS, RESOLVER))
    async with naming({}, RESOLVER, 53):
        for address in HOSTS:
            await careless(address)
        lists = {"alone": HOSTS[:1], "among": HOSTS, "turned": HOSTS[::-1]}
        ended = {name: await inspected(order(folder, "same", hosts), folder / name) for name, hosts in lists.items()}
        return {**ended, "first": HOSTS[0]}


async def five(folder: Path) -> dict[str, Any]:
    """The same scan five times."""
    prepare((*HOSTS, RESOLVER))
    async with naming({}, RESOLVER, 53):
        for address in HOSTS:
            await careless(address)
        file = order(folder, "five", HOSTS)
        return {"runs": [await inspected(file, folder / f"run{number}") for number in range(5)]}


STORIES: dict[str, Callable[[Path], Awaitable[dict[str, Any]]]] = {
    story.__name__: story for story in (lured, banned, slow, closing, limited, killed, killed_often, agreeing, five)
}

if __name__ == "__main__":
    json.dump(asyncio.run(STORIES[sys.argv[1]](Path(sys.argv[2]))), sys.stdout)  # type: ignore[arg-type]
