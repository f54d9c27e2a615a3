"""Kibana and OpenSearch Dashboards: the status page in full. To strangers a kept one says no more than a level."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Kibana"


def status(response: Response) -> Told | None:
    """Name, version and status; without version it is what everybody may see (Kibana guide, "Get the status")."""
    answer = table(parsed(response), {"status": dict})
    if answer is None or not isinstance(answer["status"].get("overall"), dict):
        return None
    version = table(answer.get("version"), {"number": str})
    if version is None or not isinstance(answer.get("uuid"), str):
        return Told(False, "no more than a level is shown", PRODUCT)
    number = version_of(version["number"])
    product = "OpenSearch Dashboards" if response.header("osd-name") else PRODUCT
    return Told(True, f"{product} {number}, its status in full", product, number)


def root_tells(root: Root) -> bool:
    return any(name in root.headers for name in ("kbn-name", "kbn-license-sig", "kbn-version", "osd-name"))


APPLICATION = Application(
    "kibana", PRODUCT, (5601,), ((Question("/api/status", status, most=512 * 1024),),), root_tells, by_number=True
)
PROBE = probe_of(APPLICATION)
