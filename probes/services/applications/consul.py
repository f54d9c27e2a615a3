"""Consul: the catalogue of services. Names and tags are not kept."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Consul"
OWN = "consul"
"""The servers' own service: in every catalogue that may be read (Consul API, "List services")."""
FILTERED = "x-consul-results-filtered-by-acls"


def services(response: Response) -> Told | None:
    """Names with lists of tags, Consul's index beside them. Who may see nothing gets an empty object, and no error."""
    if response.header("x-consul-index") is None:
        return None
    catalogue = parsed(response)
    if not isinstance(catalogue, dict) or not all(_tags(tags) for tags in catalogue.values()):
        return None
    if OWN in catalogue:
        return Told(True, f"{len(catalogue)} services", PRODUCT)
    filtered = response.header(FILTERED) == "true"
    return Told(False, "nothing is shown without a token" if filtered else "an empty catalogue", PRODUCT)


def _tags(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(tag, str) for tag in value)


def root_tells(root: Root) -> bool:
    return root.body.strip() == "Consul Agent" or (root.leads_to("/ui/") and root.says('<a href="/ui/">'))


APPLICATION = Application(
    "consul",
    PRODUCT,
    (8500, 8501),
    ((Question("/v1/catalog/services", services, most=512 * 1024),),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
