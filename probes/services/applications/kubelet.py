"""The kubelet: whether /pods is given to anybody. Headers and the first 256 bytes are read, and no name is kept."""

import re

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "kubelet"
PODS = re.compile(rb'\s{0,9}\{\s{0,9}"kind":\s{0,9}"PodList",\s{0,9}"apiVersion":\s{0,9}"v1"[,}]')
"""How the list begins (Kubernetes API, PodList)."""
FORBIDDEN = re.compile(rb"Forbidden \(user=system:anonymous, verb=get, resource=nodes")


def pods(response: Response) -> Told | None:
    if response.status == 200 and PODS.match(response.body):
        return Told(True, "a PodList, of which the first 256 bytes were read", PRODUCT)
    if response.status == 403 and FORBIDDEN.match(response.body):
        return Told(False, "the anonymous user is refused", PRODUCT)
    return None


def root_tells(root: Root) -> bool:
    """Its root is Go's plain 404, which many have: only the port tells."""
    return False


APPLICATION = Application(
    "kubelet",
    PRODUCT,
    (10250, 10255),
    ((Question("/pods", pods, most=256, start_only=True),),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
