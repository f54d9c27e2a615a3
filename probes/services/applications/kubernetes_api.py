"""The Kubernetes API server: whether /api lists to the anonymous user. No object is asked for."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, value_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Kubernetes"


def versions(response: Response) -> Told | None:
    """APIVersions, or the Status object that refuses (Kubernetes API concepts, "API discovery")."""
    answer = table(parsed(response), {"kind": str, "versions": list})
    if answer is not None and answer["kind"] == "APIVersions":
        return Told(True, "APIVersions", PRODUCT)
    status = table(value_of(response.body), {"kind": str, "apiVersion": str, "reason": str})
    if response.status in (401, 403) and status is not None and status["kind"] == "Status":
        return Told(False, "the anonymous user is refused", PRODUCT)
    return None


def root_tells(root: Root) -> bool:
    refused = root.status in (401, 403) and root.says('"kind"', '"Status"', '"apiVersion"')
    return refused or (root.status == 200 and root.says('"paths"', '"/apis"', '"/version"'))


APPLICATION = Application(
    "kubernetes-api", PRODUCT, (6443,), ((Question("/api", versions),),), root_tells, by_number=True
)
PROBE = probe_of(APPLICATION)
