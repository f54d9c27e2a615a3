"""What peers say of a TLS service, in one form: nmap, sslscan, testssl.sh and sslyze, each by its machine output."""

import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from probes.tls import sslv2, suites
from scanner.model.observation import Observation

VERSIONS = {"SSLv2": "sslv2", "SSLv3": "sslv3", "TLSv1.0": "tls10", "TLSv1.1": "tls11", "TLSv1.2": "tls12",
            "TLSv1.3": "tls13", "TLCP": "tlcp"}  # fmt: skip
TESTSSL = {"SSLv2": "sslv2", "SSLv3": "sslv3", "TLS1": "tls10", "TLS1_1": "tls11", "TLS1_2": "tls12", "TLS1_3": "tls13"}
CIPHER_ROW = re.compile(r"cipher-(?P<version>ssl\d|tls1(_\d)?)_x(?P<code>[0-9a-f]+)")


@dataclass(frozen=True)
class Told:
    """Versions that are spoken (None: not asked), suites by version as names of IANA, and what is said of the leaf.

    `server_chooses` tells by version whose order decides; what is not in it was not told.
    """

    versions: Mapping[str, bool | None]
    suites: Mapping[str, frozenset[str]]
    leaf: Mapping[str, object] = field(default_factory=dict)
    server_chooses: Mapping[str, bool] = field(default_factory=dict)


def ours(offer: Observation, certificate: Observation, leaf: Mapping[str, object] | None = None) -> Told:
    """The same of our own two probes."""
    facts = offer.facts
    versions = {fact: facts[fact] for fact in VERSIONS.values()}
    names = {each["version"]: frozenset(each["suites"]) for each in facts["versions"]}
    names |= {"sslv2": frozenset(facts["sslv2_ciphers"])} if facts["sslv2"] else {}
    keys = ("key_type", "key_bits", "signature_hash", "self_signed", "trusted")
    told = {key: certificate.facts.get(key) for key in keys} | {"expired": certificate.facts["days_remaining"] < 0}
    order = {each["version"]: each["server_chooses"] for each in facts["versions"]}
    return Told(versions, names, told, {version: who for version, who in order.items() if who is not None})


def nmap(address: str, port: int) -> Told:
    """`ssl-enum-ciphers`, `sslv2` and `ssl-cert`."""
    scripts = "+ssl-enum-ciphers,+ssl-cert,+sslv2"
    root = _xml(["nmap", "-n", "-Pn", f"-p{port}", "-oX", "-", "--script", scripts, address])
    found: dict[str, frozenset[str]] = {}
    leaf: dict[str, object] = {}
    order: dict[str, bool] = {}
    for script in root.iter("script"):
        match script.get("id"):
            case "ssl-enum-ciphers":
                for version in script.findall("table"):
                    named = version.iterfind("table[@key='ciphers']/table/elem[@key='name']")
                    found[VERSIONS[version.get("key") or ""]] = frozenset(_iana(each.text or "") for each in named)
                    who = version.findtext("elem[@key='cipher preference']")
                    if who in ("server", "client"):
                        order[VERSIONS[version.get("key") or ""]] = who == "server"
            case "sslv2":
                ciphers = script.iterfind("table[@key='ciphers']/elem")
                found["sslv2"] = frozenset((each.text or "").replace("SSL2_", "SSL_CK_") for each in ciphers)
            case "ssl-cert":
                leaf = _nmap_leaf(script)
    versions: dict[str, bool | None] = {fact: fact in found for fact in VERSIONS.values() if fact != "tlcp"}
    return Told(versions | {"tlcp": None}, found, leaf, order)


def _nmap_leaf(script: ElementTree.Element) -> dict[str, object]:
    def text(path: str) -> str:
        return script.findtext(path) or ""

    until = datetime.fromisoformat(text("table[@key='validity']/elem[@key='notAfter']"))
    subject, issuer = (
        [(each.get("key"), each.text) for each in script.iterfind(f"table[@key='{kind}']/elem")]
        for kind in ("subject", "issuer")
    )
    return {
        "key_type": text("table[@key='pubkey']/elem[@key='type']"),
        "key_bits": int(text("table[@key='pubkey']/elem[@key='bits']") or 0),
        "signature_hash": _hash(text("elem[@key='sig_algo']")),
        "self_signed": subject == issuer,
        "expired": until < datetime.now(),
    }


def sslscan(address: str, port: int, *options: str) -> Told:
    """sslscan of Debian, which is built on OpenSSL 3: its own lists do not hold suites of SSL 3.0."""
    root = _xml(
        ["sslscan", "--xml=-", "--no-groups", "--no-fallback", "--no-heartbleed", *options, f"{address}:{port}"]
    )
    numbers = {
        "ssl2": "sslv2",
        "ssl3": "sslv3",
        "tls1.0": "tls10",
        "tls1.1": "tls11",
        "tls1.2": "tls12",
        "tls1.3": "tls13",
    }
    told: dict[str, bool | None] = {"tlcp": None}
    for protocol in root.iter("protocol"):
        told[numbers[f"{protocol.get('type')}{protocol.get('version')}"]] = protocol.get("enabled") == "1"
    found: dict[str, set[str]] = {}
    for cipher in root.iter("cipher"):
        code = int(cipher.get("id") or "0", 16)
        found.setdefault(VERSIONS[cipher.get("sslversion") or ""], set()).add(suites.name(code))
    return Told(told, {version: frozenset(names) for version, names in found.items()}, _sslscan_leaf(root))


def _sslscan_leaf(root: ElementTree.Element) -> dict[str, object]:
    certificate = root.find(".//certificate")
    if certificate is None:
        return {}
    key = certificate.find("pk")
    told: dict[str, object] = {
        "signature_hash": _hash(certificate.findtext("signature-algorithm") or ""),
        "self_signed": certificate.findtext("self-signed") == "true",
        "expired": certificate.findtext("expired") == "true",
    }
    if key is not None:
        told |= {"key_type": (key.get("type") or "").lower(), "key_bits": int(key.get("bits") or 0)}
    return told


def testssl(address: str, port: int, folder: Path, root: bytes) -> Told:
    """testssl.sh: protocols, every suite of every version, and the certificate. `root` (PEM) is trusted beside others."""
    out = folder / f"testssl-{address}-{port}.json"
    out.unlink(missing_ok=True)
    quiet = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--jsonfile", str(out)]
    anchor = folder / f"root-{address}-{port}.pem"
    anchor.write_bytes(root)
    command = ["testssl", *quiet, "--add-ca", str(anchor), "-p", "-E", "-S", f"{address}:{port}"]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=900, check=False)
    told: dict[str, bool | None] = {"tlcp": None}
    found: dict[str, set[str]] = {}
    rows = json.loads(out.read_text("utf-8"))
    for row in rows:
        if row["id"] in TESTSSL:
            told[TESTSSL[row["id"]]] = row["finding"].startswith("offered") or "vulnerable" in row["finding"]
        elif cipher := CIPHER_ROW.fullmatch(row["id"]):
            version = next(
                fact for label, fact in TESTSSL.items() if label.lower().replace("sslv", "ssl") == cipher["version"]
            )
            code = int(cipher["code"], 16)
            name = sslv2.CIPHERS.get(code, "") if version == "sslv2" else suites.name(code)
            found.setdefault(version, set()).add(name)
    leaf = _testssl_leaf({row["id"].partition(" ")[0]: row["finding"] for row in rows})
    return Told(told, {version: frozenset(names) for version, names in found.items()}, leaf)


def _testssl_leaf(findings: Mapping[str, str]) -> dict[str, object]:
    """A chain that fails for the leaf's date alone is trusted here: we tell dates apart from trust."""
    if "cert_keySize" not in findings:
        return {}
    kind, bits, *_ = findings["cert_keySize"].split()
    chain = findings["cert_chain_of_trust"]
    return {
        "key_type": kind.lower(),
        "key_bits": int(bits),
        "signature_hash": _hash(findings["cert_signatureAlgorithm"]),
        "expired": findings["cert_expirationStatus"] == "expired",
        "trusted": chain.startswith("passed") or "(expired)" in chain,
    }


def sslyze(out: Path) -> dict[str, Told]:
    """Its `--json_out`, by "address:port". It is run by hand in an environment of its own, never imported."""
    labels = {f"{fact}_cipher_suites": VERSIONS[label] for fact, label in (("ssl_2_0", "SSLv2"), ("ssl_3_0", "SSLv3"),
              ("tls_1_0", "TLSv1.0"), ("tls_1_1", "TLSv1.1"), ("tls_1_2", "TLSv1.2"), ("tls_1_3", "TLSv1.3"))}  # fmt: skip
    found: dict[str, Told] = {}
    for server in json.loads(out.read_text("utf-8"))["server_scan_results"]:
        if server["connectivity_status"] != "COMPLETED":
            continue
        place = f"{server['server_location']['ip_address']}:{server['server_location']['port']}"
        result: dict[str, Any] = server["scan_result"] or {}
        versions: dict[str, bool | None] = {"tlcp": None}
        names: dict[str, frozenset[str]] = {}
        for key, version in labels.items():
            told = (result.get(key) or {}).get("result")
            versions[version] = told["is_tls_version_supported"] if told else None
            if told and told["accepted_cipher_suites"]:
                accepted = told["accepted_cipher_suites"]
                names[version] = frozenset(_iana(each["cipher_suite"]["name"]) for each in accepted)
        found[place] = Told(versions, names, _sslyze_leaf(result))
    return found


def _sslyze_leaf(result: Mapping[str, Any]) -> dict[str, object]:
    """Its verdict on the path counts only where it speaks of the path, and not of the leaf's dates or names."""
    told = (result.get("certificate_info") or {}).get("result")
    if not told:
        return {}
    deployment = told["certificate_deployments"][0]
    leaf = deployment["received_certificate_chain"][0]
    kinds = {
        "RSAPublicKey": "rsa",
        "EllipticCurvePublicKey": "ec",
        "ECPublicKey": "ec",
    }
    found: dict[str, object] = {
        "key_type": kinds.get(leaf["public_key"]["algorithm"], leaf["public_key"]["algorithm"]),
        "key_bits": leaf["public_key"]["key_size"],
        "signature_hash": (leaf["signature_hash_algorithm"] or {}).get("name", ""),
        "expired": datetime.fromisoformat(leaf["not_valid_after"]) < datetime.now(UTC),
    }
    paths = [
        each for each in deployment["path_validation_results"] if each["trust_store"]["name"] == "Supplied CA file"
    ]
    for path in paths:
        if "validation time" not in (path["validation_error"] or ""):
            found["trusted"] = path["was_validation_successful"]
    return found


def _iana(name: str) -> str:
    """nmap writes TLS_AKE_WITH_ for TLS 1.3."""
    return name.replace("TLS_AKE_WITH_", "TLS_")


def _hash(algorithm: str) -> str:
    """The hash in a signature algorithm as OpenSSL names it."""
    lower = algorithm.lower()
    known = ("sha256", "sha384", "sha512", "sha224", "sha1", "md5", "sm3")
    return next((name for name in known if name in lower), "")


def _xml(command: list[str]) -> ElementTree.Element:
    out = subprocess.run(command, capture_output=True, timeout=300, check=True).stdout
    return ElementTree.fromstring(out)  # noqa: S314
