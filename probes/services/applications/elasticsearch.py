"""Elasticsearch and OpenSearch: the root names the cluster, /_cat/indices the indices. Only their health is asked for."""

import re

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response
from scanner.model.probe import Profile

TAGLINES = {
    "You Know, for Search": "Elasticsearch",
    "The OpenSearch Project: https://opensearch.org/": "OpenSearch",
}
"""What the two write under `tagline` (Elasticsearch guide, "Root API"; OpenSearch documentation, "Getting started")."""
HEALTH = re.compile(r"(?:(?:green|yellow|red)?[ \t]*\n)*(?:green|yellow|red)?[ \t]*")
"""The one column that is asked for, a line an index; closed indices have none."""


def root(response: Response) -> Told | None:
    """The root's object: a tagline of theirs, and a version with its number."""
    answer = table(parsed(response), {"tagline": str, "version": dict})
    if answer is None:
        return refusal(response)
    product = TAGLINES.get(answer["tagline"])
    if product is None or not isinstance(answer["version"].get("number"), str):
        return None
    if answer["version"].get("distribution") == "opensearch":
        product = "OpenSearch"
    version = version_of(answer["version"]["number"])
    return Told(True, f"{product} {version}", product, version)


def refusal(response: Response) -> Told | None:
    """The security plug-ins' own words; a plain 401 is read as one whoever says it."""
    if response.status not in (401, 403) or b"security_exception" not in response.body[:4096]:
        return None
    return Told(False, "security_exception", "Elasticsearch")


def indices(response: Response) -> Told | None:
    """The health column: coloured words and nothing else."""
    text = response.body.decode("ascii", "replace")
    if response.status != 200 or not (response.header("content-type") or "").startswith("text/plain"):
        return None
    whole = text.rpartition("\n")[0] if response.truncated else text
    if not HEALTH.fullmatch(whole):
        return None
    count = len(whole.split())
    return Told(True, f"the health of {count}{' or more' if response.truncated else ''} indices")


def root_tells(root: Root) -> bool:
    return any(root.says(line) for line in TAGLINES) or (root.status == 401 and root.says("security_exception"))


APPLICATION = Application(
    "elasticsearch",
    "Elasticsearch",
    (9200,),
    ((Question("/", root), Question("/_cat/indices?h=health", indices, most=4096, start_only=True)),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION, profile=Profile.QUICK)
