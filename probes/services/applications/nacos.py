"""Nacos: its state, and a search for a configuration that cannot exist. None that exists is asked for."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Nacos"
PAGE = {"totalCount": int, "pageNumber": int, "pagesAvailable": int, "pageItems": list}
SEARCH = "/nacos/v1/cs/configs?search=accurate&dataId={random}&group=&pageNo=1&pageSize=1"


def state(response: Response) -> Told | None:
    """{"version": ..., "standalone_mode": ...} (ServerStateController of Nacos 1 and 2)."""
    answer = table(parsed(response), {"version": str, "standalone_mode": str})
    if answer is None:
        return None
    number = version_of(answer["version"])
    return Told(True, f"Nacos {number}", PRODUCT, number)


def found_nothing(response: Response) -> Told | None:
    """A page of configurations, empty as it must be (Nacos Open API, "Query configurations")."""
    answer = table(parsed(response), PAGE)
    if answer is None or answer["totalCount"] != 0 or answer["pageItems"]:
        return None
    return Told(True, "a page of configurations, empty for a random dataId", PRODUCT)


def root_tells(root: Root) -> bool:
    return root.leads_to("/nacos")


APPLICATION = Application(
    "nacos",
    PRODUCT,
    (8848,),
    ((Question("/nacos/v1/console/server/state", state), Question(SEARCH, found_nothing)),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
