"""Made-up results for the report's tests: one builder, from a quiet scan to a hostile one. No test in it."""

import copy
from typing import Any

LANGUAGES = ("zh-CN", "zh-TW", "en")
Results = dict[str, Any]


def text(zh_cn: str, zh_tw: str, en: str) -> dict[str, str]:
    return dict(zip(LANGUAGES, (zh_cn, zh_tw, en), strict=True))


UNIT = "12330000000000000X"
CHECKS: Results = {
    "redis.no-auth": {
        "title": text(
            "Redis 无需口令即可读写", "Redis 無需密碼即可讀寫", "Redis can be read and written without a password"
        ),
        "why": text("任何人都能读取、改写数据。", "任何人都能讀取、改寫資料。", "Anyone can read and change the data."),
        "remediation": text(
            "只监听内网地址,设置口令。",
            "僅監聽內網位址,設定密碼。",
            "Listen on internal addresses only and set a password.",
        ),
        "remediation_for": {"redis": text("写 `requirepass`。", "寫入 `requirepass`。", "Set `requirepass`.")},
        "severity": "critical",
        "weight": "issue",
        "kind": "service",
        "references": ["Redis documentation, Security"],
    },
    "tls.protocol-tls10": {
        "title": text("服务器仍支持 TLS 1.0", "伺服器仍支援 TLS 1.0", "The server still speaks TLS 1.0"),
        "why": text("旧协议有已知缺陷。", "舊協定有已知缺陷。", "The old protocol has known flaws."),
        "remediation": text("只保留 TLS 1.2 和 1.3。", "只保留 TLS 1.2 與 1.3。", "Keep TLS 1.2 and 1.3 alone."),
        "remediation_for": {
            "nginx": text(
                "写 `ssl_protocols TLSv1.2 TLSv1.3;` 后重新加载。",
                "寫入 `ssl_protocols TLSv1.2 TLSv1.3;` 後重新載入。",
                "Set `ssl_protocols TLSv1.2 TLSv1.3;` and reload.",
            ),
            "apache": text(
                "写 `SSLProtocol -all +TLSv1.2 +TLSv1.3`。",
                "寫入 `SSLProtocol -all +TLSv1.2 +TLSv1.3`。",
                "Set `SSLProtocol -all +TLSv1.2 +TLSv1.3`.",
            ),
        },
        "severity": "medium",
        "weight": "issue",
        "kind": "service",
        "references": ["RFC 8996"],
    },
    "web.vcs-exposed": {
        "title": text("版本库目录可被下载", "版本庫目錄可被下載", "A version control folder can be downloaded"),
        "why": text(
            "源代码和历史口令随之泄露。", "原始碼與歷史密碼隨之外洩。", "Source code and past passwords leak with it."
        ),
        "remediation": text("从发布目录移除。", "自發布目錄移除。", "Remove it from the web root."),
        "remediation_for": {},
        "severity": "high",
        "weight": "issue",
        "kind": "site",
        "references": [],
    },
    "dns.caa-missing": {
        "title": text("域名没有 CAA 记录", "網域沒有 CAA 紀錄", "The domain has no CAA record"),
        "why": text(
            "任何证书机构都可签发证书。", "任何憑證機構皆可簽發憑證。", "Any authority may issue for the domain."
        ),
        "remediation": text("添加 CAA 记录。", "新增 CAA 紀錄。", "Add a CAA record."),
        "remediation_for": {},
        "severity": "info",
        "weight": "observation",
        "kind": "domain",
        "references": ["RFC 8659"],
    },
    "filing.icp-missing": {
        "title": text("首页未见 ICP 备案号", "首頁未見 ICP 備案號", "No ICP number on the home page"),
        "why": text(
            "备案由通信管理局管理。", "備案由通訊管理局管理。", "The communications administration decides on filings."
        ),
        "remediation": text("在页面底部标明。", "於頁尾標明。", "Show it at the foot of the page."),
        "remediation_for": {},
        "severity": "low",
        "weight": "lead",
        "kind": "site",
        "references": [],
    },
}


def finding(check: str, number: int = 1, **changes: Any) -> Results:
    """A finding of `check`; `number` makes its id and its address."""
    entry = CHECKS[check]
    address, name = f"192.0.2.{number % 250}", f"oa{number}.example.edu.cn"
    made: Results = {
        "id": f"{sum(map(ord, check)) % 0xFFFF:04x}{number:012x}",
        "check": check,
        "severity": entry["severity"],
        "weight": entry["weight"],
        "kind": entry["kind"],
        "confidence": "confirmed",
        "unit": "示例职业技术学院",
        "system": "办公系统",
        "host": name,
        "address": address,
        "port": 443,
        "transport": "tcp",
        "url": f"https://{name}/.git/config" if entry["kind"] == "site" else None,
        "places": [{"host": name, "address": address, "port": 443, "url": None, "state": "new", "how": None}],
        "seen": text(f"在第 {number} 处看到。", f"在第 {number} 處看到。", f"Seen at place {number}."),
        "notes": [],
        "evidence": [
            {
                "at": "2026-09-20T08:01:02+08:00",
                "what": "ServerHello version 0x0301, cipher 0xC013",
                "sha256": "1c2bb45ca6a6c714e401365c9a01463a54d5028650ecac71d31cb0a3b9b533a1",
                "file": f"evidence/{number}-01.bin",
                "excerpt": "HTTP/1.1 200 OK\nServer: nginx/1.22.1",
            }
        ],
        "duties": ["transport-protection"],
        "clauses": ["mps151:10.4", "mlps3:8.1.4.7.a"],
        "state": "new",
        "first_seen": "2026-09-20T08:01:02+08:00",
        "last_seen": "2026-09-20T08:01:02+08:00",
        "suggested_deadline": {
            "critical": "2026-09-23",
            "high": "2026-09-25",
            "medium": "2026-10-12",
            "low": "2026-10-20",
        }.get(entry["severity"]),
        "identifiers": {"cve": [], "cnvd": [], "cnnvd": []},
        "disposition": None,
    }
    return made | changes


def unit(name: str = "示例职业技术学院", key: str = UNIT, **changes: Any) -> Results:
    made: Results = {
        "key": key,
        "name": name,
        "credit_code": key,
        "service_types": ["information"],
        "critical_infrastructure": False,
        "systems": [
            {"name": "门户网站", "mlps_level": 2, "mlps_filing": None, "maintainer": "示例软件公司"},
            {"name": "办公系统", "mlps_level": 3, "mlps_filing": "33010000000-00001", "maintainer": None},
        ],
        "mlps_level": None,
        "counts": dict.fromkeys(("critical", "high", "medium", "low", "info"), 0),
        "contact": {"name": "丙", "phone": "010-00000000", "email": "security@example.edu.cn"},
        "notice": None,
        "scope": {
            "targets": ["example.edu.cn", "https://www.example.edu.cn/", "192.0.2.16/28", "2001:db8::10"],
            "exclude": ["pay.example.edu.cn"],
            "confirmed": [{"address": "192.0.2.10", "by": "丙", "on": "2026-09-03"}],
            "suspended": ["old.example.edu.cn"],
        },
        "refused": None,
        "inside_unit": False,
        "hosts": 3,
    }
    return made | changes


def clause(code: str, verdict: str, **changes: Any) -> Results:
    made: Results = {
        "clause": code,
        "unit": "示例职业技术学院",
        "system": "办公系统",
        "on_site": False,
        "verdict": verdict,
        "findings": 3 if verdict == "issues-found" else 0,
        "observations": 0,
        "passed": 12,
        "not_tested": 4 if verdict in ("partly-tested", "not-tested") else 0,
        "verified": True,
        "note": None,
    }
    return made | changes


def row(check: str, verdict: str, reason: str | None = None, **changes: Any) -> Results:
    made: Results = {
        "check": check,
        "unit": "示例职业技术学院",
        "system": "办公系统",
        "host": "oa.example.edu.cn",
        "address": "192.0.2.10",
        "port": 443,
        "transport": "tcp",
        "verdict": verdict,
        "reason": reason,
        "note": None,
    }
    return made | changes


INSPECTION: Results = {
    "id": "2026-edu-017",
    "title": "2026 年教育系统网络安全检查",
    "kind": "routine",
    "stage": "technical-detection",
    "authority": {
        "organs": ["示例县公安局网络安全保卫大队", "示例县教育局"],
        "persons": [{"name": "甲", "id": "ID-012345"}, {"name": "乙", "id": "ID-012346"}],
        "statement": None,
        "entrusted": {"name": "示例安全公司", "staff": ["丁"], "contract": "HT-2026-01"},
    },
    "basis": [{"type": "notice", "number": "示检通〔2026〕17号", "date": "2026-09-01"}],
    "notice": {"number": "示检通〔2026〕17号", "issued": "2026-09-01", "form": "delivered"},
    "window": {
        "from": "2026-09-20T00:00:00+08:00",
        "to": "2026-10-01T00:00:00+08:00",
        "daily": ["08:00-20:00"],
        "timezone": "Asia/Shanghai",
    },
    "stop_contact": {"name": "甲", "phone": "010-00000000", "email": None},
    "objections_to": {"name": "甲", "phone": "010-00000000", "email": None},
    "law_at": "2026-09-20",
    "previous": {"started": "2026-06-20T08:00:01+08:00"},
    "changes": {"new": 2, "open": 1, "fixed": 1, "reopened": 0},
    "digests": {"sha256": "9f86d081884c7d659a2feaa0c55ad015" * 2, "sm3": "66c7f0f462eeedd9d1f2d46bdc10e4e2" * 2},
    "key_fingerprint": "5e884898da28047151d0e56f8dc62927" * 2,
    "vantage": {"name": "local", "source_addresses": ["198.51.100.7"], "ipv6": True, "inside_unit": False},
    "event": None,
    "limits": {"requests_per_second": 20, "connects_per_second": 200, "connections": 3},
    "incomplete_because": [],
    "started": "2026-09-20T08:00:01+08:00",
    "finished": "2026-09-20T08:03:12+08:00",
    "complete": True,
    "yuanjian": "1.0.0",
    "catalogue": "2026-11",
    "profile": "standard",
}


def results(**changes: Any) -> Results:
    """An ordinary scan of one unit: issues of three severities, advice, a lead, one fixed."""
    made: Results = {
        "schema": "yuanjian/results/1",
        "inspection": copy.deepcopy(INSPECTION),
        "units": [unit()],
        "assets": [
            {
                "unit": "示例职业技术学院",
                "system": "办公系统",
                "host": "oa1.example.edu.cn",
                "address": "192.0.2.1",
                "port": 443,
                "transport": "tcp",
                "service": "https",
                "product": "nginx",
                "version": "1.22.1",
                "tls": True,
            }
        ],
        "findings": [
            finding("redis.no-auth", 1, port=6379),
            finding("web.vcs-exposed", 2, state="open", confidence="inferred"),
            finding("tls.protocol-tls10", 3, state="reopened"),
            finding("tls.protocol-tls10", 4),
            finding("tls.protocol-tls10", 5, state="fixed"),
            finding("dns.caa-missing", 6, port=None, system=None, clauses=[]),
            finding("filing.icp-missing", 7, clauses=[]),
        ],
        "checks": copy.deepcopy(CHECKS),
        "laws": {
            "mps151": {
                "name": text(
                    "公安机关互联网安全监督检查规定(公安部令第151号)",
                    "公安機關互聯網安全監督檢查規定(公安部令第151號)",
                    "Provisions on Internet Security Supervision and Inspection by Public Security Organs (Order 151)",
                ),
                "short": text("公安部令第151号", "公安部令第151號", "Order 151"),
                "in_force_from": "2018-11-01",
                "in_force_to": "2026-09-30",
                "verified": True,
            },
            "mlps3": {
                "name": text(
                    "GB/T 22239-2019 网络安全等级保护基本要求(第三级)",
                    "GB/T 22239-2019 網絡安全等級保護基本要求(第三級)",
                    "GB/T 22239-2019 baseline for classified protection, level 3",
                ),
                "short": text("等保三级", "等保三級", "MLPS level 3"),
                "in_force_from": "2019-12-01",
                "in_force_to": None,
                "verified": True,
            },
        },
        "clause_texts": {
            "mps151:10.3": {
                "law": "mps151",
                "number": "10(3)",
                "title": text("日志留存", "日誌留存", "log retention"),
                "verified": True,
            },
            "mps151:10.4": {
                "law": "mps151",
                "number": "10(4)",
                "title": text("防攻击侵入措施", "防攻擊侵入措施", "measures against intrusion"),
                "verified": True,
            },
            "mps151:10.5": {
                "law": "mps151",
                "number": "10(5)",
                "title": text("公共信息防范", "公共資訊防範", "public information"),
                "verified": True,
            },
            "mlps3:8.1.4.7.a": {
                "law": "mlps3",
                "number": "8.1.4.7 a)",
                "title": text("传输完整性", "傳輸完整性", "integrity in transit"),
                "verified": False,
            },
            "mlps3:8.1.4.1": {
                "law": "mlps3",
                "number": "8.1.4.1",
                "title": text("身份鉴别", "身分鑑別", "identity authentication"),
                "verified": True,
            },
        },
        "clauses": [
            clause("mps151:10.3", "on-site-only", system=None, on_site=True),
            clause("mps151:10.4", "issues-found", on_site=True),
            clause("mps151:10.5", "none-found"),
            clause("mlps3:8.1.4.7.a", "partly-tested", verified=False),
            clause("mlps3:8.1.4.1", "not-tested"),
        ],
        "coverage": [
            row("redis.no-auth", "fail"),
            row("tls.protocol-tls10", "fail"),
            row("tls.protocol-tls10", "pass", address="192.0.2.11"),
            row("web.vcs-exposed", "not-tested", "timed-out"),
            row("web.vcs-exposed", "not-tested", "blocked", address="192.0.2.12"),
            row("dns.caa-missing", "not-tested", "not-selected"),
        ],
        "coverage_file": None,
        "not_applicable": [{"check": "filing.icp-missing", "unit": "示例职业技术学院", "count": 3}],
        "errors": [
            {
                "probe": "tls.certificate",
                "unit": "示例职业技术学院",
                "host": "oa.example.edu.cn",
                "port": 443,
                "error": "ValueError: bad length",
            }
        ],
        "traffic": {
            "connections": 812,
            "datagrams": 120,
            "requests": 301,
            "bytes_sent": 120_000,
            "bytes_received": 9_000_000,
            "peak_requests_per_second_per_address": 19.6,
            "refused_out_of_scope": 2,
        },
    }
    return made | changes


def quiet(**changes: Any) -> Results:
    """A scan that found nothing."""
    passed = [row("tls.protocol-tls10", "pass")]
    return results(findings=[], coverage=passed, clauses=[clause("mps151:10.5", "none-found")], errors=[]) | changes


def inspection(**changes: Any) -> Results:
    return copy.deepcopy(INSPECTION) | changes


def many(number: int, checks: int = 40) -> Results:
    """`number` findings spread over `checks` checks, with hosts and coverage to match."""
    names = [f"tls.made-up-{at}" for at in range(checks)]
    texts = {name: CHECKS["tls.protocol-tls10"] for name in names}
    made = [
        finding("tls.protocol-tls10", at) | {"id": f"{at:016x}", "check": names[at % checks]} for at in range(number)
    ]
    return results(findings=made, checks=texts)


HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    "'\"><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "user\u202egpj.exe\u202c",
    "zero\u200bwidth\ufeff",
    "\x00\x1b[31mred\x07\x7f\x85",
    "lone \ud83d surrogate \udc00",
    "A" * 1_000_000,
    "e" + "\u0301" * 5000,
    "javascript:alert(1)",
    "\u2066isolate\u2069 \u2028 line",
)


def hostile() -> Results:
    """Everything that a target can send, and much that a file can say, is one of HOSTILE."""
    made = results()
    for at, one in enumerate(made["findings"]):
        evil = HOSTILE[at % len(HOSTILE)]
        one |= {"host": evil, "url": evil, "system": evil, "seen": text(evil, evil, evil), "notes": [evil]}
        one["evidence"] = [
            {"at": "2026-09-20T08:01:02+08:00", "what": evil, "sha256": "0" * 64, "file": None, "excerpt": evil}
        ]
        one["places"] = [{"host": evil, "address": evil, "port": 1, "url": evil, "state": "new", "how": evil}] * 3
        one["disposition"] = evil
        one["identifiers"] = {"cve": [evil], "cnvd": [evil], "cnnvd": []}
    template = made["assets"][0]
    made["assets"] = [template | dict.fromkeys(("host", "service", "product", "version"), evil) for evil in HOSTILE]
    made["errors"] = [made["errors"][0] | {"error": evil, "host": evil, "probe": evil} for evil in HOSTILE]
    made["coverage"] += [row("web.vcs-exposed", "not-tested", "malformed", host=evil) for evil in HOSTILE]
    made["units"][0] |= {"name": HOSTILE[0], "credit_code": HOSTILE[4]}
    made["units"][0]["scope"] |= {"targets": list(HOSTILE), "exclude": list(HOSTILE)}
    made["inspection"] |= {"title": HOSTILE[1], "incomplete_because": list(HOSTILE), "complete": False}
    made["inspection"]["notice"] |= {"number": HOSTILE[2]}
    for part in ("findings", "assets", "clauses", "coverage", "errors"):
        made[part] = [one | {"unit": UNIT} for one in made[part]]
    return made
