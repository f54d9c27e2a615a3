"""Servers over UDP (and their TCP twins) in the laboratory's far namespace, each on an address of its own.

Each function gives the command of a real server from Debian, its settings written into `folder`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.lab.servers.bind import ZONE_HEAD

Command = list[str]


def snmpd(folder: Path, address: str, *, public: bool) -> Command:
    """As careless guides have it; or with a version 3 user alone."""
    kept = 'createUser keeper SHA "long-enough-words" AES "other-long-words"\nrouser keeper authpriv\n'
    config = _written(
        folder, "snmpd.conf", f"agentAddress udp:{address}:161\n" + ("rocommunity public\n" if public else kept)
    )
    environment = ["env", f"SNMP_PERSISTENT_DIR={folder}", f"SNMPCONFPATH={folder}"]
    return [*environment, "snmpd", "-f", "-Lo", "-C", "-c", config, "-I", "-smux", "-p", str(folder / "pid")]


def ntpd(folder: Path, address: str, *, restricted: bool) -> Command:
    """NTPsec that answers everything to its network; or with Debian's own line. It sets no clock."""
    line = "restrict default kod nomodify nopeer noquery limited\n" if restricted else "restrict 10.53.0.0/16\n"
    config = _written(folder, "ntp.conf", f"disable ntp\ninterface ignore wildcard\ninterface listen {address}\n{line}")
    return ["ntpd", "-n", "-c", config, "-p", str(folder / "pid"), "-g"]


def miniupnpd(folder: Path, interface: str) -> Command:
    """The gateway device that answers on its inner side."""
    text = (
        f"ext_ifname=lo\next_ip=11.22.33.44\nlistening_ip={interface}\nport=5000\nenable_upnp=yes\nenable_natpmp=no\n"
        "secure_mode=yes\nuuid=11111111-2222-3333-4444-555555555555\nserial=31415926\n"
        "allow 1024-65535 10.53.0.0/16 1024-65535\n"
    )
    return ["miniupnpd", "-d", "-f", _written(folder, "miniupnpd.conf", text), "-P", str(folder / "pid")]


def nmbd(folder: Path, address: str) -> Command:
    """Samba's name service."""
    places = ("private dir", "lock directory", "state directory", "cache directory", "pid directory", "ncalrpc dir")
    lines = [f"interfaces = {address}/16", "bind interfaces only = yes", "netbios name = SECRETHOST", "workgroup = LAB"]
    lines += [f"{place} = {folder}" for place in places] + [f"log file = {folder}/log"]
    return ["nmbd", "-F", "--no-process-group", "-s", _written(folder, "smb.conf", "\n".join(["[global]", *lines, ""]))]


def tftpd(folder: Path, address: str) -> Command:
    """tftpd-hpa over an empty directory."""
    (folder / "files").mkdir()
    return ["in.tftpd", "-L", "--address", f"{address}:69", "--secure", "--user", "nobody", str(folder / "files")]


def coap_server(folder: Path, address: str) -> Command:
    """libcoap's example server."""
    return ["coap-server-notls", "-A", address]


def turnserver(folder: Path, address: str, *, credentials: bool) -> Command:
    """coturn without authentication; or with a long-term credential."""
    how = ["--lt-cred-mech", "--user", "keeper:words"] if credentials else ["--no-auth"]
    where = ["-L", address, "-E", address, "--realm", "laboratory", "--listening-port", "3478"]
    files = ["--log-file", "stdout", "--pidfile", str(folder / "pid"), "--db", str(folder / "db")]
    return ["turnserver", "-n", *how, *where, *files, "--no-tls", "--no-dtls", "--no-cli", "--relay-threads", "1"]


def ipmi_sim(folder: Path, address: str) -> Command:
    """OpenIPMI's simulated management controller."""
    kinds = "\n".join(
        f"    allowed_auths_{who} none md2 md5 straight" for who in ("callback", "user", "operator", "admin")
    )
    lan = f"""name "bmc"
set_working_mc 0x20
  startlan 1
    addr {address} 623
    priv_limit admin
{kinds}
    guid a123456789abcdefa123456789abcdef
  endlan
  user 1 true "" "words" user 10 none md2 md5 straight
  user 2 true "keeper" "words" admin 10 none md2 md5 straight
"""
    emulated = "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n"
    files = ["-c", _written(folder, "lan.conf", lan), "-f", _written(folder, "bmc.emu", emulated)]
    return ["ipmi_sim", *files, "-n", "-s", str(folder)]


def memcached(folder: Path, address: str, *, udp: bool) -> Command:
    """memcached with UDP; or without, as it comes since 1.5.6."""
    more = ["-U", "11211"] if udp else ["-U", "0"]
    return ["memcached", "-u", "root", "-l", address, "-p", "11211", *more, "-m", "8", "-t", "1"]


def rpcbind(folder: Path, addresses: Sequence[str]) -> Command:
    """One port mapper for all of its addresses."""
    return ["rpcbind", "-f", *(word for address in addresses for word in ("-h", address))]


def ganesha(folder: Path, address: str, *, world: bool) -> Command:
    """NFS-Ganesha over memory; one export for a network of others, and where `world` is set one for all."""
    core = (
        f"NFS_CORE_PARAM {{ Bind_addr = {address}; NFS_Port = 2049; MNT_Port = 20048; Protocols = 3;"
        " Enable_NLM = false; Enable_RQUOTA = false; }\n"
        f'NFSv4 {{ Graceless = true; RecoveryRoot = "{folder}"; }}\n'
    )
    own = "CLIENT { Clients = 10.99.0.0/24; Access_Type = RO; }"
    exports = _export(1, "/kept", "Access_Type = None;", own)
    exports += _export(2, "/world", "Access_Type = RO;", "") if world else ""
    config = _written(folder, "ganesha.conf", core + exports)
    return ["ganesha.nfsd", "-F", "-f", config, "-L", str(folder / "log"), "-p", str(folder / "pid")]


def inetd(folder: Path, address: str) -> Command:
    """OpenBSD's inetd with its internal services over both transports, finger, and a quote."""
    both = [
        f"{address}:{name} {kind} {transport} {wait} root internal"
        for name in ("echo", "discard", "daytime", "chargen")
        for kind, transport, wait in (("stream", "tcp", "nowait"), ("dgram", "udp", "wait"))
    ]
    more = [
        f"{address}:qotd stream tcp nowait nobody /bin/echo echo Well begun is half done.",
        f"{address}:finger stream tcp nowait nobody /usr/sbin/in.fingerd in.fingerd",
    ]
    return ["inetd", "-i", "-l", _written(folder, "inetd.conf", "\n".join([*both, *more, ""]))]


def named(
    folder: Path, address: str, zones: Mapping[str, str], *, minimal: bool, recursion: bool = False, forwarder: str = ""
) -> Command:
    """BIND authoritative for `zones`; `minimal` as RFC 8482 advises."""
    for name, records in zones.items():
        _written(folder, f"{name.rstrip('.')}.zone", ZONE_HEAD + records)
    lines = [
        f'directory "{folder}"', 'pid-file "named.pid"', 'session-keyfile "session.key"', f"listen-on {{ {address}; }}",
        "listen-on-v6 { none; }", "notify no", "dnssec-validation no", "empty-zones-enable no", "version none",
        f"recursion {'yes' if recursion else 'no'}", f"allow-recursion {{ {'any' if recursion else 'none'}; }}",
        f"minimal-any {'yes' if minimal else 'no'}", "max-udp-size 4096",
    ]  # fmt: skip
    lines += ["forward only", f"forwarders {{ {forwarder}; }}"] if forwarder else []
    entries = [f'zone "{name}" {{ type primary; file "{name.rstrip(".")}.zone"; }};' for name in zones]
    text = "\n".join(["options {", *(f"  {line};" for line in lines), "};", "controls { };", *entries, ""])
    return ["named", "-g", "-n", "1", "-c", _written(folder, "named.conf", text)]


def _export(number: int, path: str, access: str, client: str) -> str:
    where = f'Export_Id = {number}; Path = "{path}"; Pseudo = "{path}"; Protocols = 3;'
    return f"EXPORT {{ {where} {access} FSAL {{ Name = MEM; }} {client} }}\n"


def _written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
