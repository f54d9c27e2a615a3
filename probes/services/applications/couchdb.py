"""CouchDB: the root welcomes, /_all_dbs lists databases. One name at most is asked for, and none is kept."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response


def root(response: Response) -> Told | None:
    """{"couchdb": "Welcome", "version": ...} (CouchDB API reference, section 1.1)."""
    answer = table(parsed(response), {"couchdb": str, "version": str})
    if answer is None or answer["couchdb"] != "Welcome":
        return None
    version = version_of(answer["version"])
    return Told(True, f"Welcome, {version}", "CouchDB", version)


def databases(response: Response) -> Told | None:
    """A list of names; a database of a secured server is told by 401."""
    names = parsed(response)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return Told(True, f"a list of {len(names)} database names (at most one was asked for)")


def root_tells(root: Root) -> bool:
    return root.header("server").startswith("CouchDB/") or root.says('"couchdb":"Welcome"')


APPLICATION = Application(
    "couchdb",
    "CouchDB",
    (5984, 6984),
    ((Question("/", root), Question("/_all_dbs?limit=1", databases)),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
