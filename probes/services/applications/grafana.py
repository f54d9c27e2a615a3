"""Grafana: its health, and a search for one board, without a login. No title is kept."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Grafana"
FOUND = {"uid": str, "type": str, "url": str}


def health(response: Response) -> Told | None:
    """{"database": "ok", ...} (Grafana HTTP API, "Health API"); newer ones tell no version to strangers."""
    answer = table(parsed(response), {"database": str})
    if answer is None or answer["database"] not in ("ok", "failing"):
        return None
    return Told(True, "", PRODUCT, version_of(answer.get("version")))


def search(response: Response) -> Told | None:
    """A list of boards and folders, or an empty one (Grafana HTTP API, "Folder/Dashboard Search API")."""
    answer = parsed(response)
    if not isinstance(answer, list) or not all(table(one, FOUND) for one in answer):
        return None
    return Told(True, f"{len(answer)} boards (at most one was asked for)")


def root_tells(root: Root) -> bool:
    return root.title == PRODUCT or (root.leads_to("/login") and "redirect_to" in root.header("set-cookie"))


APPLICATION = Application(
    "grafana",
    PRODUCT,
    (3000,),
    ((Question("/api/health", health), Question("/api/search?limit=1", search, most=512 * 1024)),),
    root_tells,
)
PROBE = probe_of(APPLICATION)
