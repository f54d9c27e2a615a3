"""Prometheus and what it scrapes: the page of measurements, or the configuration. No value of either is kept."""

import re

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Prometheus"
TYPE = re.compile(rb"^# TYPE [a-zA-Z_:][\w:]{0,200} (?:counter|gauge|histogram|summary|untyped)\r?$", re.MULTILINE)
SAMPLE = re.compile(rb"^[a-zA-Z_:][\w:]{0,200}(?:\{[^\n]{0,2000}\})? [-+\w.]{1,40}(?: \d{1,20})?\r?$", re.MULTILINE)
"""Prometheus documentation, "Text-based format"."""
BUILD = re.compile(rb'^(\w{1,60})_build_info\{[^\n]{0,600}\bversion="([^"\n]{1,60})"', re.MULTILINE)
CONFIGURATION = re.compile(rb'\s{0,9}\{"status":\s?"success",\s?"data":\s?\{"yaml":\s?"')
"""How the answer of /api/v1/status/config begins; the rest of it is nobody's business."""


def measurements(response: Response) -> Told | None:
    """The text format: a type, and a sample in its form."""
    if response.status != 200 or not TYPE.search(response.body) or not SAMPLE.search(response.body):
        return None
    found = BUILD.search(response.body)
    product = found[1].decode("ascii", "replace").replace("_", " ") if found else ""
    version = version_of(found[2].decode("ascii", "replace")) if found else ""
    name = PRODUCT if product == "prometheus" else product
    return Told(True, f"measurements{f' of {name} {version}'.rstrip() if name else ''}", name, version)


def configuration(response: Response) -> Told | None:
    if response.status != 200 or not CONFIGURATION.match(response.body):
        return None
    return Told(True, "the configuration, of which the first 64 bytes were read", PRODUCT)


def root_tells(root: Root) -> bool:
    server = root.leads_to("/graph", "/classic/graph", "/query") or root.title.startswith("Prometheus Time Series")
    return server or root.says('href="/metrics"') or root.says("href='/metrics'")


APPLICATION = Application(
    "prometheus",
    PRODUCT,
    (9090,),
    (
        (Question("/metrics", measurements, most=16 * 1024, start_only=True),),
        (Question("/api/v1/status/config", configuration, most=64, start_only=True),),
    ),
    root_tells,
    by_number=True,
    apart=True,
)
PROBE = probe_of(APPLICATION)
