"""InfluxDB 1: SHOW DATABASES over HTTP. Version 2 refuses it without a token. No name is kept."""

from typing import Any

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, value_of, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response


def databases(response: Response) -> Told | None:
    """{"results": [{"series": [{"name": "databases", "columns": ["name"]}]}]} (InfluxDB 1 API reference, /query)."""
    version = version_of(response.header("x-influxdb-version"))
    answer = table(parsed(response), {"results": list})
    if answer is not None:
        return Told(True, "a list of databases", "InfluxDB", version) if _lists(answer["results"]) else None
    if response.status in (401, 403) and (version or table(value_of(response.body), {"error": str})):
        return Told(False, "authorisation is asked for", "InfluxDB", version)
    return None


def _lists(results: list[Any]) -> bool:
    """Whether one result is the series `databases` with its one column."""
    for result in results[:1]:
        found = table(result, {"series": list})
        series = table(found["series"][0], {"name": str, "columns": list}) if found and found["series"] else None
        return series is not None and series["name"] == "databases" and series["columns"] == ["name"]
    return False


def root_tells(root: Root) -> bool:
    return bool(root.header("x-influxdb-version"))


APPLICATION = Application(
    "influxdb", "InfluxDB", (8086,), ((Question("/query?q=SHOW+DATABASES", databases),),), root_tells, by_number=True
)
PROBE = probe_of(APPLICATION)
