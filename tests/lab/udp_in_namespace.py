"""Two namespaces joined by a cable: servers in the far one, a whole inspection from the near one, told as JSON.

Run inside `unshare --net --mount` as `python -m tests.lab.udp_in_namespace all FOLDER`; not a test itself. Unlike
loopback the cable has Linux's own limit on ICMP messages, and Samba takes it for a network.
"""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from scanner.catalogue.ports import load_ports
from tests.lab.proving_ground import nft, order, packets
from tests.lab.servers import far_services as far
from tests.lab.servers.far_fakes import FAKES, PEERS

NEAR, FAR = "10.53.0.1", "10.53.0.2"
"""The cable's ends. miniupnpd answers from the interface's own address, whichever it was asked on."""
RESOLVER = "10.53.0.53"
EMPTY, REJECTING, DROPPING, FORBIDDING = "10.53.2.99", "10.53.3.9", "10.53.3.10", "10.53.3.11"
LIMITED = "10.54.0.2"
"""A host by itself, with nothing on it and Linux's own limit on ICMP messages. The others share one kernel, whose
limit is lifted: it counts messages to us, whichever of its addresses they come from."""
CHECKS = (
    "legacy", "tftp", "netbios", "snmp", "ntp", "ssdp", "rpcbind", "nfs", "memcached", "stun", "ipmi", "coap",
    "dns.amplification", "dns.tcp-refused", "dns.open-recursion",
)  # fmt: skip
TCP_PORTS = "7,9,13,17,19,79,111,2049,11211"
BIG = (
    "www A 10.53.1.13\n"
    + "".join(
        f'@ TXT "{letter * 180}"\n@ {kind}\n'
        for letter, kind in zip(
            "abcdef",
            ("MX 10 www", "A 10.53.1.13", "NS ns1", 'CAA 0 issue "x"', "RP . .", "LOC 1 N 1 E 1m"),
            strict=True,
        )
    )
    + "ns1 A 10.53.1.13\n"
)


ROOT = "".join(f"@ NS {letter}.root\n{letter}.root A 10.53.0.53\n" for letter in "abcdefghijklm") + "ns1 A 10.53.0.53\n"
KEY = base64.b64encode(b"\x03\x01\x00\x01" + b"\xc5" * 256).decode()
ROOT += f"@ DNSKEY 257 3 8 {KEY}\n@ DNSKEY 256 3 8 {KEY}\n"


def servers(folder: Path) -> dict[str, far.Command]:
    """Every real server, by the name of its folder."""

    def at(name: str) -> Path:
        made = folder / name
        made.mkdir()
        return made

    zone = {"big.example": BIG}
    return {
        "snmp": far.snmpd(at("snmp"), "10.53.1.1", public=True),
        "snmp-kept": far.snmpd(at("snmp-kept"), "10.53.2.1", public=False),
        "ntp": far.ntpd(at("ntp"), "10.53.1.2", restricted=False),
        "ntp-kept": far.ntpd(at("ntp-kept"), "10.53.2.2", restricted=True),
        "upnp": far.miniupnpd(at("upnp"), "far0"),
        "nmb": far.nmbd(at("nmb"), "10.53.1.5"),
        "tftp": far.tftpd(at("tftp"), "10.53.1.6"),
        "coap": far.coap_server(at("coap"), "10.53.1.7"),
        "turn": far.turnserver(at("turn"), "10.53.1.8", credentials=False),
        "turn-kept": far.turnserver(at("turn-kept"), "10.53.2.8", credentials=True),
        "ipmi": far.ipmi_sim(at("ipmi"), "10.53.1.9"),
        "memcached": far.memcached(at("memcached"), "10.53.1.10", udp=True),
        "memcached-kept": far.memcached(at("memcached-kept"), "10.53.2.10", udp=False),
        "rpcbind": far.rpcbind(at("rpcbind"), ["10.53.1.11", "10.53.2.11"]),
        "inetd": far.inetd(at("inetd"), "10.53.1.12"),
        "dns": far.named(at("dns"), "10.53.1.13", zone, minimal=False),
        "dns-kept": far.named(at("dns-kept"), "10.53.2.13", zone, minimal=True),
        "dns-recursing": far.named(
            at("dns-recursing"), "10.53.1.14", {}, minimal=False, recursion=True, forwarder=RESOLVER
        ),
        "resolver": far.named(
            at("resolver"),
            RESOLVER,
            {**zone, "known.example": "@ A 10.53.1.13\n@ NS ns1\nns1 A 10.53.1.13\n", ".": ROOT},
            minimal=False,
            recursion=True,
        ),
    }


@contextmanager
def exporting(folder: Path) -> Iterator[None]:
    """Both NFS servers, one after the other: they register with the same port mapper, at the same ports."""
    with ExitStack() as held:
        for name, address, world in (("nfs-kept", "10.53.2.11", False), ("nfs", "10.53.1.11", True)):
            (folder / name).mkdir()
            held.enter_context(running(folder, {name: far.ganesha(folder / name, address, world=world)}))
            wait_for([("tcp", f"{address}:2049"), ("tcp", f"{address}:20048")])
        yield


def targets() -> list[str]:
    """Every address that has anything on it or before it."""
    real = [f"10.53.{group}.{number}" for group in (1, 2) for number in range(1, 15)]
    return [FAR, *real, *sorted({address for address, _ in FAKES} | set(PEERS)), EMPTY, REJECTING, DROPPING, FORBIDDING]


def prepare(addresses: Sequence[str]) -> None:
    """The cable, the addresses at its far end, what stands before some of them, and our counters."""
    for command in (
        "mount -t tmpfs tmpfs /run",
        "mkdir -p /run/ganesha /run/samba",
        "ip link set lo up",
        "ip netns add far",
        "ip link add near0 type veth peer name far0 netns far",
        f"ip address add {NEAR}/16 dev near0",
        "ip link set near0 up",
        "ip -n far link set lo up",
        f"ip -n far address add {FAR}/16 brd + dev far0",
        "ip -n far link set far0 up",
        "ip netns exec far sysctl -q -w net.ipv4.icmp_ratelimit=0",
        "ip netns add alone",
        "ip link add near1 type veth peer name alone0 netns alone",
        "ip address add 10.54.0.1/16 dev near1",
        "ip link set near1 up",
        f"ip -n alone address add {LIMITED}/16 dev alone0",
        "ip -n alone link set alone0 up",
    ):
        subprocess.run(command.split(), check=True)
    lines = "".join(f"address add {address}/16 dev far0\n" for address in addresses)
    subprocess.run(["ip", "-n", "far", "-batch", "-"], input=lines.encode(), check=True)
    rules = f"""table inet before {{
        chain input {{
        type filter hook input priority 0;
        ip daddr {REJECTING} meta l4proto udp reject
        ip daddr {DROPPING} meta l4proto udp drop
        ip daddr {FORBIDDING} meta l4proto udp reject with icmp type admin-prohibited
        ip daddr 10.53.2.13 tcp dport 53 reject with tcp reset
        }}
    }}"""
    subprocess.run(["ip", "netns", "exec", "far", "nft", "-f", "-"], input=rules.encode(), check=True)
    never = ", ".join(str(port) for port in sorted(load_ports().never_spoken_to))
    nft(
        f"""table inet proof {{
            counter unspoken {{ }}
            counter datagrams {{ }}
            chain output {{
                type filter hook output priority 0;
                udp dport {{ {never} }} counter name unspoken
                meta l4proto udp ip daddr != {RESOLVER} counter name datagrams
            }}
        }}"""
    )


@contextmanager
def running(folder: Path, commands: dict[str, far.Command]) -> Iterator[None]:
    with ExitStack() as held:
        for name, command in commands.items():
            output = held.enter_context((folder / f"{name}.log").open("wb"))
            words = ["ip", "netns", "exec", "far", *command]
            process = subprocess.Popen(words, stdout=output, stderr=output, cwd=folder)
            held.callback(process.wait)
            held.callback(process.kill)
        yield


def wait_for(places: Sequence[tuple[str, str]], seconds: float = 30) -> None:
    """Until these (transport, address:port) are listened to in the far namespace."""
    end, missing = time.monotonic() + seconds, list(places)
    while missing and time.monotonic() < end:
        listing = subprocess.run(
            ["ip", "netns", "exec", "far", "ss", "-lntuH"], capture_output=True, text=True, check=True
        )
        rows = [
            (words[0], words[4].replace("[::ffff:", "").replace("]", ""))
            for words in map(str.split, listing.stdout.splitlines())
        ]
        missing = [place for place in missing if place not in rows]
        time.sleep(0.1)
    if missing:
        raise RuntimeError(f"not served: {missing}")


def story(folder: Path) -> dict[str, Any]:
    """Start everything, inspect everything, tell what was found."""
    commands = servers(folder)
    listed = targets()
    prepare([*listed[1:], RESOLVER])
    heard = folder / "heard.json"
    root = Path(__file__).parents[2]
    commands["fakes"] = ["env", f"PYTHONPATH={root}", sys.executable, "-m", "tests.lab.servers.far_fakes", str(heard)]
    with running(folder, commands):
        wait_for([("udp", "10.53.1.11:111"), ("udp", f"{RESOLVER}:53"), ("udp", "10.53.1.5:137")])
        with exporting(folder):
            wait_for(
                [
                    *(("udp", f"10.53.1.{end}") for end in ("1:161", "2:123", "6:69", "7:5683", "8:3478", "9:623")),
                    *(("udp", f"10.53.1.{end}") for end in ("10:11211", "12:7", "13:53", "14:53")),
                    *(("udp", f"10.53.2.{end}") for end in ("1:161", "2:123", "8:3478", "13:53")),
                    *(("udp", f"{address}:{port}") for address, port in FAKES),
                    ("tcp", "10.53.2.10:11211"),
                ]
            )
            return told(folder, inspect(folder, listed), heard)


def inspect(folder: Path, listed: Sequence[str]) -> subprocess.CompletedProcess[str]:
    more = "profile: thorough\nallow_marked: true\ncallbacks: {probe_zone: known.example}\n"
    file = order(folder, "udp", [*listed, LIMITED, "www.big.example"], more=more)
    words = ["inspect", file, "-o", folder / "out", "--history", folder / "history", "--resolver", RESOLVER]
    words += ["--ports", TCP_PORTS, "--quiet", "--lang", "en"]
    words += [word for check in CHECKS for word in ("--check", check)]
    command = [sys.executable, "-m", "scanner", *(str(word) for word in words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)


def told(folder: Path, run: subprocess.CompletedProcess[str], heard: Path) -> dict[str, Any]:
    if run.returncode not in (0, 1):
        return {"code": run.returncode, "said": run.stdout + run.stderr}
    data = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    verdicts = {
        f"{row['check']} {row['transport']}/{row['address']}:{row['port']}": [row["verdict"], row["reason"]]
        for row in data["coverage"]
        if row["address"] is not None and row["reason"] != "not-selected"
    }
    services = {
        f"{row['transport']}/{row['address']}:{row['port']}": [row["service"], row["product"], row["version"]]
        for row in data["assets"]
    }
    findings = {
        f"{row['check']} {row['transport']}/{row['address']}:{row['port']}": [row["seen"]["en"], row["confidence"]]
        for row in data["findings"]
    }
    everything = b"".join(path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file())
    return {
        "code": run.returncode,
        "said": run.stderr,
        "verdicts": verdicts,
        "services": services,
        "findings": findings,
        "errors": data["errors"],
        "heard": json.loads(heard.read_text(encoding="utf-8")),
        "packets": packets("proof"),
        "secret": b"SECRETHOST" in everything or b"31415926" in everything,
    }


STORIES = {"all": story}

if __name__ == "__main__":
    json.dump(STORIES[sys.argv[1]](Path(sys.argv[2])), sys.stdout)
