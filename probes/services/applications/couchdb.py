"""CouchDB: the root welcomes, /_all_dbs lists databases. One name at most is asked for, and none is kept."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, value_of, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

WELCOMES = {"couchdb": ("Welcome", "CouchDB"), "express-pouchdb": ("Welcome!", "PouchDB Server")}
"""The key and the word by which each greets."""


def root(response: Response) -> Told | None:
    """{"couchdb": "Welcome", "version": ...} (CouchDB API reference, section 1.1); PouchDB Server greets alike."""
    answer = table(parsed(response), {"version": str})
    for key, (word, product) in WELCOMES.items():
        if answer is not None and answer.get(key) == word:
            version = version_of(answer["version"])
            return Told(True, f"{product} {version}", product, version)
    return None


def databases(response: Response) -> Told | None:
    """A list of names, of which older servers give all: what was cut off is read to its last whole name."""
    if response.status != 200:
        return None
    body = response.body.rpartition(b'",')[0] + b'"]' if response.truncated else response.body
    names = value_of(body)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return Told(True, "a list of database names (at most one was asked for)")


def root_tells(root: Root) -> bool:
    return root.header("server").startswith("CouchDB/") or any(
        root.says(f'"{key}":"{word}"') for key, (word, _) in WELCOMES.items()
    )


APPLICATION = Application(
    "couchdb",
    "CouchDB",
    (5984, 6984),
    ((Question("/", root), Question("/_all_dbs?limit=1", databases, most=4096, start_only=True)),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
