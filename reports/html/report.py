"""report.html from results.json: one file, streamed. It asks nobody and reads nothing else."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.html import sentences
from reports.html.chapter import ASSETS, chapters
from reports.html.clause_table import VERDICTS
from reports.html.group import folded_limit
from reports.html.inert import inert, isolated
from reports.html.place import elsewhere, item, place
from reports.html.policy import sheets
from reports.html.report_time import in_zone, moment, until
from reports.html.summary import summary
from reports.html.unit_name import shown_unit
from reports.html.words import has, say, told, words
from scanner.model.check import Severity
from scanner.model.readable_name import both_forms
from scanner.model.text import LANGUAGES, Language

PRODUCTS = {
    "active-directory": "Active Directory", "cisco": "Cisco", "dante": "Dante", "huawei": "华为 Huawei", "linux": "Linux", "mssql": "SQL Server",
    "openldap": "OpenLDAP", "proftpd": "ProFTPD", "rdp": "RDP", "samba": "Samba", "smb": "SMB", "squid": "Squid", "tigervnc": "TigerVNC",
    "apache": "Apache", "beanstalkd": "beanstalkd", "bind": "BIND", "caddy": "Caddy", "cassandra": "Cassandra", "dovecot": "Dovecot", "dropbear": "Dropbear", "dubbo": "Dubbo",
    "exim": "Exim", "gearmand": "Gearman", "hikvision": "海康威视 Hikvision", "java": "Java", "kafka": "Kafka",
    "iis": "IIS", "mariadb": "MariaDB", "mongodb": "MongoDB", "mosquitto": "Mosquitto", "mysql": "MySQL", "nats": "NATS", "openssh": "OpenSSH", "postfix": "Postfix",
    "orthanc": "Orthanc", "postgresql": "PostgreSQL", "rabbitmq": "RabbitMQ", "redis": "Redis", "tomcat": "Tomcat", "vsftpd": "vsftpd", "weblogic": "WebLogic",
    "windows": "Windows", "zookeeper": "ZooKeeper",
    "clickhouse": "ClickHouse", "consul": "Consul", "couchdb": "CouchDB", "cups": "CUPS", "docker": "Docker", "elasticsearch": "Elasticsearch",
    "grafana": "Grafana", "hadoop": "Hadoop", "influxdb": "InfluxDB", "jenkins": "Jenkins", "jupyter": "Jupyter", "kubernetes": "Kubernetes",
    "nacos": "Nacos", "opensearch": "OpenSearch", "prometheus": "Prometheus", "solr": "Solr", "spark": "Spark", "spring": "Spring Boot",
}  # fmt: skip
"""Products as their makers write them; any other stands as the catalogue has it."""


def render(results: Mapping[str, Any], out: TextIO, *, unit: str | None = None, language: Language = "zh-CN") -> None:
    """Write the report of `results`, or of one unit alone (R24), to `out`.

    `unit` is a unit's key or name; an unknown one is a KeyError. `language` is what the page shows first:
    all three are in it. Lists are capped; what is left out is counted, with a pointer to results.json.
    """
    template = _environment().get_template("report.html")
    for piece in template.generate(**_context(results, unit, language)):
        out.write(piece)


def _context(results: Mapping[str, Any], unit: str | None, language: Language) -> dict[str, Any]:
    parts = chapters(results, unit, folded_limit(results["findings"]))
    inspection = results["inspection"]
    bare = bool(inspection.get("bare"))
    head = _running_head(parts[0].unit["name"] if len(parts) == 1 and not bare else inspection["title"], inspection)
    return {
        "results": results,
        "inspection": inspection,
        "chapters": parts,
        "summary": summary(results, parts),
        "sheets": sheets(head),
        "title": head,
        "language": language,
        "many": len(parts) > 1,
        "bare": bare,
        "alone": unit is not None,
        "officer_ids": unit is None,
        "used_checks": list(dict.fromkeys(group.check for part in parts for group in part.groups)),
        "verify_command": _verify_command(inspection),
    }


def _verify_command(inspection: Mapping[str, Any]) -> Markup:
    key = inspection["key_fingerprint"]
    return Markup("<code>yuanjian verify DIR{}</code>").format(f" --key {key}" if key else "")


def _running_head(name: str, inspection: Mapping[str, Any]) -> str:
    number = (inspection["notice"] or {}).get("number") or inspection["id"]
    return f"{name} · {number}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=inert,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "say": say,
        "told": told,
        "has": has,
        "words": words(),
        "LANGUAGES": LANGUAGES,
        "LANGUAGE_NAMES": {"zh-CN": "简体中文", "zh-TW": "繁體中文", "en": "English"},
        "SEVERITIES": [one.value for one in Severity],
        "VERDICTS": VERDICTS,
        "ASSETS": ASSETS,
        "sentences": sentences,
        "products": PRODUCTS,
        "until": until,
        "in_zone": in_zone,
    }
    environment.filters |= {
        "slug": slug,
        "moment": moment,
        "isolated": isolated,
        "code": code,
        "place": place,
        "item": item,
        "elsewhere": elsewhere,
        "both_forms": both_forms,
        "shown_unit": shown_unit,
        "plain": plain,
    }
    return environment


def slug(text: object) -> Markup:
    """`text` as part of an id or class: letters, digits, dot, hyphen; anything else is an underscore."""
    return Markup(re.sub(r"[^A-Za-z0-9.-]", "_", str(text)[:80]))  # noqa: S704 - nothing else is left in it


def code(text: object, limit: int = 2000) -> Markup:
    """A block of text that a target sent, line by line."""
    return inert(text, limit, lines=True)


def plain(text: object) -> str:
    """As `inert`, for where no element may stand: a title. Code points read as "U+202E" without a box."""
    return inert(text, 160).striptags()
