"""ClickHouse over HTTP: the root says Ok., and SELECT 1 is answered by 1."""

import re

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "ClickHouse"
OK = b"Ok.\n"
"""ClickHouse documentation, "HTTP interface": what GET / answers unless it is configured otherwise."""
REFUSED = re.compile(rb"Code: (?:192|193|194|516)\b")
"""Unknown user, wrong password, password required, authentication failed (ErrorCodes.cpp): older ones say it by 500."""


def root(response: Response) -> Told | None:
    if response.status == 200 and response.body == OK:
        return Told(True, "Ok.")
    return _refusal(response)


def one(response: Response) -> Told | None:
    """The number alone, in the format that is the default."""
    if response.status == 200 and response.body == b"1\n":
        return Told(True, "1", PRODUCT)
    return _refusal(response)


def _refusal(response: Response) -> Told | None:
    found = REFUSED.search(response.body[:4096]) if response.status >= 400 else None
    return Told(False, found[0].decode("ascii"), PRODUCT) if found else None


def root_tells(root: Root) -> bool:
    return root.body == "Ok.\n" or "x-clickhouse-summary" in root.headers


APPLICATION = Application(
    "clickhouse",
    PRODUCT,
    (8123,),
    ((Question("/", root), Question("/?query=SELECT%201", one)),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
