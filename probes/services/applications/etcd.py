"""etcd: /version, and a range of one key by the JSON gateway, keys only. The key is not kept."""

from probes.services.applications.application import Application, Question, Told, Way
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, value_of, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "etcd"
RANGE = b'{"key":"AA==","range_end":"AA==","limit":1,"keys_only":true}'
"""All keys from the first on (both ends are a zero byte, in Base64), but one of them only, without its value."""
JSON = (("content-type", "application/json"),)
WANTS_USER = ("user name is empty", "permission denied", "invalid auth token", "user name not found")
GATEWAYS = ("/v3/kv/range", "/v3beta/kv/range")
"""Since 3.4, and in 3.3 (etcd documentation, "gRPC gateway")."""


def version(response: Response) -> Told | None:
    answer = table(parsed(response), {"etcdserver": str, "etcdcluster": str})
    if answer is None:
        return None
    number = version_of(answer["etcdserver"])
    return Told(True, f"etcdserver {number}", PRODUCT, number)


def one_key(response: Response) -> Told | None:
    """A header of the cluster's, with or without a key beside it; or the error that asks for a user."""
    answer = table(parsed(response), {"header": dict})
    if answer is not None:
        if table(answer["header"], {"revision": str, "raft_term": str}) is None:
            return None
        return Told(True, "one key" if answer.get("kvs") else "a range without keys", PRODUCT)
    error = table(value_of(response.body), {"error": str})
    if error is not None and any(words in error["error"] for words in WANTS_USER):
        return Told(False, "a user is asked for", PRODUCT)
    return None


def root_tells(root: Root) -> bool:
    """Its root is Go's plain 404, which many have: only the port tells."""
    return False


def _way(path: str) -> Way:
    return (Question("/version", version), Question(path, one_key, method="POST", headers=JSON, body=RANGE, most=8192))


APPLICATION = Application("etcd", PRODUCT, (2379,), tuple(_way(path) for path in GATEWAYS), root_tells, by_number=True)
PROBE = probe_of(APPLICATION)
