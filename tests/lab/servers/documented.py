"""Applications of which no server can be had from Debian or PyPI: fakes, after their makers' documentation.

Each says where its words come from. `payroll` stands wherever an application would show a name or a value of its data:
it must be found in no fact and no evidence. Spark's pages are not written but kept: answers of a real master and a
real worker of 3.5.5.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.hostile.servers import Conversation, Visit, answer

SPARK = Path(__file__).parents[2] / "data" / "spark"
SECRET = "payroll"
JSON = "Content-Type: application/json; charset=UTF-8"
HTML = "Content-Type: text/html; charset=utf-8"
TEXT = "Content-Type: text/plain; charset=UTF-8"
NOT_FOUND = answer("404 Not Found", b"404 page not found\n", TEXT)
Replies = Mapping[str, bytes]
"""Whole answers by the start of method and path."""


@dataclass(frozen=True)
class Documented:
    """One application: the check it must fail, where it lives, how it answers when open and when kept.

    `elsewhere` says that its root tells of it on any port. `source` names the documentation.
    """

    check: str
    port: int
    source: str
    open: Replies
    kept: Replies
    elsewhere: bool = False
    named: str = ""
    label: str = field(default="")

    def __str__(self) -> str:
        return self.label or self.check


def conversation(replies: Replies) -> Conversation:
    """The longest start that fits answers, its request's body read; anything else is not found."""

    async def converse(visit: Visit) -> None:
        while True:
            head = await visit.head()
            length = re.search(r"(?i)\r\ncontent-length: (\d+)", head)
            await visit.reader.readexactly(int(length[1]) if length else 0)
            method, path = head.split(" ")[:2]
            fits = [start for start in replies if f"{method} {path}".startswith(start)]
            await visit.send(replies[max(fits, key=len)] if fits else NOT_FOUND)

    return converse


def ok(value: Any, *headers: str) -> bytes:
    """An object or list as JSON."""
    return answer("200 OK", json.dumps(value).encode(), JSON, *headers)


def refused(status: str, value: Any = "", *headers: str) -> bytes:
    return answer(status, json.dumps(value).encode(), JSON, *headers)


def page(body: str, *headers: str, status: str = "200 OK") -> bytes:
    return answer(status, body.encode(), HTML, *headers)


def kept_page(path: Path) -> bytes:
    """An answer as it came, its lines ended as HTTP wants them."""
    head, _, body = path.read_bytes().partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body


SECURITY = {
    "error": {"type": "security_exception", "reason": "missing authentication credentials for REST request [/]"},
    "status": 401,
}
ES7 = {
    "name": SECRET,
    "cluster_name": SECRET,
    "cluster_uuid": "x" * 22,
    "version": {"number": "7.17.9", "build_flavor": "default", "lucene_version": "8.11.1"},
    "tagline": "You Know, for Search",
}
OPENSEARCH = {
    "name": SECRET,
    "cluster_name": SECRET,
    "version": {"distribution": "opensearch", "number": "2.11.0"},
    "tagline": "The OpenSearch Project: https://opensearch.org/",
}
HEALTH = answer("200 OK", b"green\nyellow\n\n", TEXT)
POD_LIST = (
    b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"payroll"}}' + b" " * 900 + b"]}"
)
STATUS = {
    "kind": "Status",
    "apiVersion": "v1",
    "metadata": {},
    "status": "Failure",
    "message": 'forbidden: User "system:anonymous" cannot get path "/api"',
    "reason": "Forbidden",
    "code": 403,
}
DRUID = """<!doctype html>
<html><head><title class="lang" langKey="xxxx">Druid Stat Index</title><script src="js/common.js"></script></head>
<body><td id="DruidVersion"></td><script>$.namespace("druid.index"); druid.common.buildHead(0);</script></body></html>"""
SPRING = refused("404 Not Found", {"timestamp": 1, "status": 404, "error": "Not Found", "path": "/"})
KIBANA = "kbn-name: kibana"
HP_PAGE = "<html><head><title>HP LaserJet MFP M426fdn</title></head><body>Supplies: Black Cartridge<p>payroll</p></body></html>"
HIK = "Server: App-webs/"
ONVIF = (
    b'<?xml version="1.0"?><SOAP-ENV:Envelope><SOAP-ENV:Body><tds:GetSystemDateAndTimeResponse>payroll'
    b"</tds:GetSystemDateAndTimeResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
X_JENKINS = "X-Jenkins: 2.426.1"

DOCUMENTED = (
    Documented(
        "elasticsearch.open",
        9200,
        "Elasticsearch guide 7.17, Root API, cat indices API; Security settings",
        {"GET / ": ok(ES7), "GET /": ok(ES7), "GET /_cat/indices": HEALTH},
        {"GET /": refused("401 Unauthorized", SECURITY, 'WWW-Authenticate: Basic realm="security"')},
        elsewhere=True,
        named="Elasticsearch 7.17.9",
    ),
    Documented(
        "elasticsearch.open",
        9200,
        "OpenSearch documentation, Getting started, CAT indices; Security plug-in",
        {"GET /": ok(OPENSEARCH), "GET /_cat/indices": HEALTH},
        {"GET /": answer("401 Unauthorized", b"Unauthorized", 'WWW-Authenticate: Basic realm="OpenSearch Security"')},
        elsewhere=True,
        named="OpenSearch 2.11.0",
        label="opensearch",
    ),
    Documented(
        "couchdb.open",
        5984,
        "CouchDB 3.3 API reference, sections 1.1.1 and 1.2.2",
        {"GET /": ok({"couchdb": "Welcome", "version": "3.3.2", "uuid": "x"}), "GET /_all_dbs": ok([SECRET])},
        {
            "GET /": ok({"couchdb": "Welcome", "version": "3.3.2", "uuid": "x"}),
            "GET /_all_dbs": refused(
                "401 Unauthorized", {"error": "unauthorized", "reason": "Authentication required."}
            ),
        },
        named="CouchDB 3.3.2",
    ),
    Documented(
        "consul.open",
        8500,
        "Consul API, Catalog, List services; ACL system: filtered results",
        {
            "GET /": answer("301 Moved Permanently", b'<a href="/ui/">Moved Permanently</a>.', "Location: /ui/"),
            "GET /v1/catalog/services": ok({"consul": [], SECRET: ["primary"]}, "X-Consul-Index: 42"),
        },
        {
            "GET /": answer("301 Moved Permanently", b'<a href="/ui/">Moved Permanently</a>.', "Location: /ui/"),
            "GET /v1/catalog/services": ok(
                {}, "X-Consul-Index: 42", "X-Consul-Results-Filtered-By-ACLs: true", "X-Consul-Default-ACL-Policy: deny"
            ),
        },
        elsewhere=True,
        named="Consul",
    ),
    Documented(
        "kubelet.open",
        10250,
        "Kubernetes documentation, Kubelet authentication/authorization; API reference, PodList",
        {"GET /pods": answer("200 OK", POD_LIST, JSON)},
        {"GET /pods": answer("401 Unauthorized", b"Unauthorized", TEXT)},
        named="kubelet",
    ),
    Documented(
        "kubelet.open",
        10255,
        "the same: webhook authorisation of the anonymous user",
        {"GET /pods": answer("200 OK", POD_LIST, JSON)},
        {
            "GET /pods": answer(
                "403 Forbidden",
                b"Forbidden (user=system:anonymous, verb=get, resource=nodes, subresource=proxy)",
                TEXT,
            )
        },
        label="kubelet, read-only",
    ),
    Documented(
        "kubernetes-api.anonymous",
        6443,
        "Kubernetes documentation, API concepts; Authenticating, Anonymous requests",
        {
            "GET /": ok({"paths": ["/api", "/api/v1", "/apis", "/healthz", "/version"]}),
            "GET /api": ok({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": [SECRET]}),
        },
        {"GET /": refused("403 Forbidden", STATUS)},
        elsewhere=True,
        named="Kubernetes",
    ),
    Documented(
        "hadoop.open",
        8088,
        "Hadoop 3.3, ResourceManager REST APIs, Cluster Information API; HTTP authentication",
        {
            "GET /": answer("302 Found", b"", "Location: http://127.35.0.1:8088/cluster"),
            "GET /ws/v1/cluster/info": ok(
                {
                    "clusterInfo": {
                        "id": 1,
                        "state": "STARTED",
                        "haState": "ACTIVE",
                        "hadoopVersion": "3.3.6",
                        "x": SECRET,
                    }
                }
            ),
        },
        {"GET /": answer("401 Authentication required", b"", "WWW-Authenticate: Negotiate")},
        elsewhere=True,
        named="Hadoop YARN 3.3.6",
        label="yarn",
    ),
    Documented(
        "hadoop.open",
        9870,
        "Hadoop 3.3, JMXJsonServlet: ?get=BEAN::ATTRIBUTE",
        {
            "GET /": page('<html><head><meta http-equiv="REFRESH" content="0;url=dfshealth.html"/></head></html>'),
            "GET /jmx?get=Hadoop:service=NameNode": ok(
                {
                    "beans": [
                        {
                            "name": "Hadoop:service=NameNode,name=NameNodeInfo",
                            "modelerType": "org.apache.hadoop.hdfs.server.namenode.FSNamesystem",
                            "Version": "3.3.6, r1be78238728da9266a4f88195058f08fd012bf9c",
                        }
                    ]
                }
            ),
        },
        {"GET /": answer("401 Authentication required", b"", "WWW-Authenticate: Negotiate")},
        elsewhere=True,
        named="Hadoop HDFS NameNode 3.3.6",
        label="hdfs",
    ),
    Documented(
        "spark.open",
        8080,
        "kept from a real master of Spark 3.5.5; behind a proxy that wants a login (Spark documentation, Security)",
        {"GET /": kept_page(SPARK / "master-3.5.5.http")},
        {"GET /": answer("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="cluster"')},
        elsewhere=True,
        named="Spark Master 3.5.5",
        label="spark master",
    ),
    Documented(
        "spark.open",
        8081,
        "kept from a real worker of Spark 3.5.5",
        {"GET /": kept_page(SPARK / "worker-3.5.5.http")},
        {"GET /": answer("401 Unauthorized", b"", 'WWW-Authenticate: Basic realm="cluster"')},
        elsewhere=True,
        named="Spark Worker 3.5.5",
        label="spark worker",
    ),
    Documented(
        "grafana.anonymous",
        3000,
        "Grafana HTTP API, Health, Folder/Dashboard Search; Anonymous authentication",
        {
            "GET /": page("<html><head><title>Grafana</title></head><body>grafanaBootData</body></html>"),
            "GET /api/health": ok({"commit": "x", "database": "ok", "version": "10.2.2"}),
            "GET /api/search": ok([{"id": 1, "uid": "x", "title": SECRET, "url": f"/d/x/{SECRET}", "type": "dash-db"}]),
        },
        {
            "GET /": answer("302 Found", b"", "Location: /login", "Set-Cookie: redirect_to=%2F; Path=/; HttpOnly"),
            "GET /api/health": ok({"database": "ok"}),
            "GET /api/search": refused(
                "401 Unauthorized", {"message": "Unauthorized", "messageId": "auth.unauthorized"}
            ),
        },
        elsewhere=True,
        named="Grafana 10.2.2",
    ),
    Documented(
        "kibana.open",
        5601,
        "Kibana guide 7.17, Get the status; status.allowAnonymous",
        {
            "GET /": answer("302 Found", b"", "Location: /app/home", KIBANA),
            "GET /api/status": ok(
                {
                    "name": SECRET,
                    "uuid": "x",
                    "version": {"number": "7.17.9", "build_hash": "x"},
                    "status": {"overall": {"state": "green"}},
                },
                KIBANA,
            ),
        },
        {
            "GET /": answer("302 Found", b"", "Location: /login?next=%2F", KIBANA),
            "GET /api/status": ok({"status": {"overall": {"level": "available"}}}, KIBANA),
        },
        elsewhere=True,
        named="Kibana 7.17.9",
    ),
    Documented(
        "jenkins.open",
        8080,
        "Jenkins handbook, Remote Access API; Managing security",
        {
            "GET /": page("<html><head><title>Dashboard [Jenkins]</title></head></html>", X_JENKINS),
            "GET /api/json?tree": ok(
                {
                    "_class": "hudson.model.Hudson",
                    "jobs": [{"_class": "hudson.model.FreeStyleProject"}],
                    "useSecurity": True,
                },
                X_JENKINS,
            ),
        },
        {
            "GET /": page("Authentication required", X_JENKINS, status="403 Forbidden"),
            "GET /api/json": page("Authentication required", X_JENKINS, status="403 Forbidden"),
        },
        elsewhere=True,
        named="Jenkins 2.426.1",
    ),
    Documented(
        "jenkins.open",
        8080,
        "the same: no security at all and no job yet; strangers who may read but see no job",
        {
            "GET /": page("<html></html>", X_JENKINS),
            "GET /api/json": ok({"_class": "hudson.model.Hudson", "jobs": [], "useSecurity": False}, X_JENKINS),
        },
        {
            "GET /": page("<html></html>", X_JENKINS),
            "GET /api/json": ok({"_class": "hudson.model.Hudson", "jobs": [], "useSecurity": True}, X_JENKINS),
        },
        elsewhere=True,
        label="jenkins without jobs",
    ),
    Documented(
        "solr.open",
        8983,
        "Solr reference guide 8.11, System information; Basic authentication plug-in",
        {
            "GET /": answer("302 Found", b"", "Location: /solr/"),
            "GET /solr/admin/info/system": ok(
                {
                    "responseHeader": {"status": 0, "QTime": 9},
                    "mode": "std",
                    "solr_home": f"/var/{SECRET}",
                    "lucene": {"solr-spec-version": "8.11.2"},
                    "jvm": {"jmx": {"commandLineArgs": [f"-Dpassword={SECRET}"]}},
                }
            ),
        },
        {
            "GET /": answer("302 Found", b"", "Location: /solr/"),
            "GET /solr/": answer("401 require authentication", b"", 'WWW-Authenticate: Basic realm="solr"'),
        },
        elsewhere=True,
        named="Solr 8.11.2",
    ),
    Documented(
        "nacos.open",
        8848,
        "Nacos 2.2, Open API guide, Query configurations; Authorization",
        {
            "GET /nacos/v1/console/server/state": ok(
                {"version": "2.2.0", "standalone_mode": "standalone", "function_mode": None}
            ),
            "GET /nacos/v1/cs/configs?search=accurate": ok(
                {"totalCount": 0, "pageNumber": 1, "pagesAvailable": 0, "pageItems": []}
            ),
        },
        {
            "GET /nacos/v1/console/server/state": ok(
                {"version": "2.2.3", "standalone_mode": "standalone", "function_mode": None, "auth_enabled": "true"}
            ),
            "GET /nacos/v1/cs/configs": refused("403 Forbidden", {"status": 403, "message": "user not found!"}),
        },
        named="Nacos 2.2.0",
    ),
    Documented(
        "druid-monitor.open",
        8080,
        "druid 1.2, support/http/resources/index.html; StatViewServlet configuration",
        {"GET /": SPRING, "GET /druid/index.html": page(DRUID)},
        {"GET /": SPRING, "GET /druid/": answer("302 Found", b"", "Location: /druid/login.html")},
        elsewhere=True,
        named="Alibaba Druid",
    ),
    Documented(
        "druid-monitor.open",
        80,
        "RuoYi's front (nginx) with the monitor behind /prod-api/",
        {"GET /": page("<html><title>若依管理系统</title></html>"), "GET /prod-api/druid/index.html": page(DRUID)},
        {
            "GET /": page("<html><title>若依管理系统</title></html>"),
            "GET /prod-api/": refused("401 Unauthorized", {"code": 401}),
        },
        elsewhere=True,
        label="druid behind ruoyi",
    ),
    Documented(
        "camera.exposed",
        80,
        "Hikvision's web server and log-in page",
        {
            "GET /": page("<script>window.location.href = '/doc/page/login.asp?_' + x;</script>", HIK),
        },
        {"GET /": answer("404 Not Found", b"", HTML)},
        elsewhere=True,
        named="Hikvision",
        label="hikvision",
    ),
    Documented(
        "camera.exposed",
        80,
        "the same by a redirect, as later firmware has it",
        {"GET /": answer("302 Found", b"", "Location: /doc/page/login.asp?_1700000000000")},
        {"GET /": answer("302 Found", b"", "Location: /index.html")},
        elsewhere=True,
        named="Hikvision",
        label="hikvision by redirect",
    ),
    Documented(
        "camera.exposed",
        8899,
        "ONVIF Core Specification, GetSystemDateAndTime",
        {
            "GET /": answer("404 Not Found", b""),
            "POST /onvif/device_service": answer("200 OK", ONVIF, "Content-Type: application/soap+xml"),
        },
        {"GET /": answer("404 Not Found", b"")},
        named="ONVIF device",
        label="onvif",
    ),
    Documented(
        "printer.exposed",
        80,
        "the page of an HP LaserJet's embedded web server",
        {"GET /": page(HP_PAGE, "Server: HP HTTP Server; HP LaserJet MFP M426fdn - F6W14A; Serial Number: payroll")},
        {"GET /": answer("401 Unauthorized", b"", "Server: HP HTTP Server; HP LaserJet", "WWW-Authenticate: Basic")},
        elsewhere=True,
        named="HP LaserJet MFP",
        label="printer's page",
    ),
)
