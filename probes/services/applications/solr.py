"""Solr: what it says of the system it runs on. No core or collection is asked for, and no path kept."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Solr"


def system(response: Response) -> Told | None:
    """responseHeader, lucene, jvm (Solr reference guide, "System information")."""
    answer = table(parsed(response), {"responseHeader": dict, "lucene": dict, "jvm": dict})
    if answer is None or answer["responseHeader"].get("status") != 0:
        return None
    number = version_of(answer["lucene"].get("solr-spec-version"))
    return Told(True, f"the system's particulars, Solr {number}", PRODUCT, number) if number else None


def root_tells(root: Root) -> bool:
    return root.leads_to("/solr") or root.says("solrAdminApp")


APPLICATION = Application(
    "solr", PRODUCT, (8983,), ((Question("/solr/admin/info/system?wt=json", system),),), root_tells, by_number=True
)
PROBE = probe_of(APPLICATION)
