"""Spark: the page of a master or a worker, at its root. Nothing is submitted."""

import re

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import version_of
from probes.services.applications.root import Root, root_of
from scanner.model.network import Response

TITLE = re.compile(r"Spark (Master|Worker) at \S{1,200}")
VERSION = re.compile(r'<span class="version[^"]{0,40}"[^>]{0,100}>([^<]{1,40})</span>')
SIGN = "/static/spark-logo"


def page(response: Response) -> Told | None:
    """Title, picture and version as Spark writes them (UIUtils.basicSparkPage); who sits there is not kept."""
    root = root_of(response)
    found = TITLE.match(root.title) if root is not None else None
    if root is None or found is None or response.status != 200 or SIGN not in root.body:
        return None
    version = VERSION.search(root.body)
    number = version_of(version[1].strip()) if version else ""
    return Told(True, f"Spark {found[1]} {number}".strip(), f"Spark {found[1]}", number)


def root_tells(root: Root) -> bool:
    return TITLE.match(root.title) is not None


APPLICATION = Application("spark", "Spark", (8080, 8081), ((Question("/", page, most=512 * 1024),),), root_tells)
PROBE = probe_of(APPLICATION)
