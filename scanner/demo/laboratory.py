"""The demonstration's two schools: one careless, one well kept, with a name server for both."""

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from scanner.demo.certificates import Certificates, make
from scanner.demo.redis import RedisDialogue
from scanner.demo.site import NOT_FOUND, Answer, Site, careless_tls, kept_tls, page, text
from scanner.demo.zone import NameServer, Zone

RESOLVER = ("127.77.0.53", 5353)
CARELESS_SERVER = "127.77.1.53"
KEPT_SERVERS = ("127.77.2.53", "127.77.102.53")
CARELESS = "127.77.1.10"
CARELESS_STORE = "127.77.1.20"
KEPT = "127.77.2.10"
HTTP, HTTPS = 8080, 8443

_CARELESS_ZONE = f"""
$TTL 300
@ IN SOA ns.school-one.test. hostmaster.school-one.test. 1 3600 600 86400 300
@ IN NS ns
ns IN A {CARELESS_SERVER}
@ IN A {CARELESS}
www IN A {CARELESS}
@ IN MX 10 www
backup IN A {CARELESS_STORE}
"""
_KEPT_ZONE = f"""
$TTL 300
@ IN SOA ns1.school-two.test. hostmaster.school-two.test. 1 3600 600 86400 300
@ IN NS ns1
@ IN NS ns2
ns1 IN A {KEPT_SERVERS[0]}
ns2 IN A {KEPT_SERVERS[1]}
@ IN A {KEPT}
www IN A {KEPT}
@ IN TXT "v=spf1 -all"
_dmarc IN TXT "v=DMARC1; p=reject"
@ IN CAA 0 issue "ca.school-two.test"
"""
_FOOT = """<footer><a href="https://beian.miit.gov.cn/">浙ICP备20000001号-1</a>
<a href="https://beian.mps.gov.cn/#/query/webSearch?code=33010002000001">浙公网安备33010002000001号</a></footer>"""
_CARELESS_HOME = page(
    "<!doctype html><html lang=zh-CN><title>示例第一中学</title><h1>示例第一中学</h1><p>欢迎。</p>",
    ("Server", "Apache/2.2.15 (CentOS)"),
    ("X-Powered-By", "PHP/5.3.3"),
    ("Set-Cookie", "PHPSESSID=0123456789abcdef0123456789; path=/"),
)
_KEPT_HEADERS = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Server", "nginx"),
)


async def start(folder: Path) -> Certificates:
    """Start every server; raises OSError where an address is taken. Returns the certificate files."""
    certificates = make(folder, "www.school-two.test", "www.school-one.test")
    names = NameServer(
        (Zone("school-one.test", _CARELESS_ZONE, transfers=True), Zone("school-two.test", _KEPT_ZONE, transfers=False))
    )
    for address in (RESOLVER[0], CARELESS_SERVER, *KEPT_SERVERS):
        await names.start(address, RESOLVER[1])
    careless = Site(
        {
            "/": _CARELESS_HOME,
            "/.git/HEAD": text("ref: refs/heads/master\n"),
            "/.env": text("APP_ENV=production\nDB_PASSWORD=not-a-real-one\n"),
        },
        NOT_FOUND,
        echoes_trace=True,
    )
    await careless.start(CARELESS, HTTP)
    await careless.start(CARELESS, HTTPS, careless_tls(certificates.bad))
    await RedisDialogue(open=True).start(CARELESS_STORE, 6379)
    home = page(f"<!doctype html><html lang=zh-CN><title>示例第二中学</title><h1>示例第二中学</h1>{_FOOT}")
    await Site({"/": home}, NOT_FOUND, extra=_KEPT_HEADERS).start(KEPT, HTTPS, kept_tls(certificates.good))
    moved = Answer(
        "308 Permanent Redirect", (("Location", f"https://www.school-two.test:{HTTPS}/"), ("Server", "nginx"))
    )
    await Site({}, moved).start(KEPT, HTTP)
    return certificates


async def serve(folder: Path) -> None:
    """Start, say so on standard output, and go on until standard input closes (our parent has gone)."""
    await start(folder)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)


def inspection_file(folder: Path, now: datetime) -> Path:
    """Write the demonstration's inspection file: two units, today's window, limits for loopback."""
    day = timedelta(days=1)
    path = folder / "demo.yaml"
    path.write_text(
        f"""# The demonstration's inspection: two schools on loopback, one careless, one well kept.
schema: yuanjian/inspection/1
id: demo
title: 示例县教育系统网络安全检查(演示)
kind: routine
authority:
  organs: [{{name: 示例县公安局网络安全保卫大队(演示)}}]
  persons: [{{name: 甲, id: 031415}}, {{name: 乙, id: 027182}}]
basis:
  - {{type: notice, number: 演示〔{now.year}〕1号, date: {now - day:%Y-%m-%d}}}
notice: {{number: 演示〔{now.year}〕1号, issued: {now - day:%Y-%m-%d}, form: delivered}}
source_addresses: [127.0.0.1]
stop_contact: {{name: 甲, phone: "010-00000000"}}
window:
  from: {now - day / 24:%Y-%m-%dT%H:%M:%S}+00:00
  to: {now + day:%Y-%m-%dT%H:%M:%S}+00:00
  timezone: Asia/Shanghai
limits: {{requests_per_second: 200, connects_per_second: 2000, unit_requests_per_second: 600, unit_connects_per_second: 4000}}
units:
  - name: 示例第一中学
    service_types: [information]
    critical_infrastructure: false
    systems:
      - name: 门户网站
        mlps_level: 2
        targets:
          - {{host: www.school-one.test, ports: [{HTTP}, {HTTPS}]}}
          - {CARELESS}
          - {CARELESS_SERVER}
      - name: 成绩系统
        mlps_level: 3
        targets: [{CARELESS_STORE}]
  - name: 示例第二中学
    service_types: [information]
    critical_infrastructure: false
    systems:
      - name: 门户网站
        mlps_level: 2
        filings: {{icp: 浙ICP备20000001号-1, police: 浙公网安备33010002000001号}}
        targets:
          - {{host: www.school-two.test, ports: [{HTTP}, {HTTPS}]}}
          - {{host: {KEPT}, ports: [{HTTP}, {HTTPS}]}}
          - {{host: {KEPT_SERVERS[0]}, ports: [{RESOLVER[1]}]}}
          - {{host: {KEPT_SERVERS[1]}, ports: [{RESOLVER[1]}]}}
""",
        encoding="utf-8",
    )
    return path
