"""Alibaba Druid's monitor: its page without a login. No statement, session or address of it is asked for."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.root import Root, root_of
from scanner.model.network import Response

PRODUCT = "Alibaba Druid"
PATHS = ("/druid/index.html", "/prod-api/druid/index.html")
"""Where it is mounted: as its documentation has it, and behind RuoYi's front."""
TITLE = "Druid Stat Index"
SCRIPT = "druid.common.buildHead"


def page(response: Response) -> Told | None:
    """The index page with its own script (druid: support/http/resources/index.html)."""
    root = root_of(response)
    if root is None or response.status != 200 or root.title != TITLE or SCRIPT not in root.body:
        return None
    return Told(True, f"the page {TITLE}", PRODUCT)


def root_tells(root: Root) -> bool:
    """Java's session cookie, Spring's error page or object, RuoYi's front: Druid lives within such applications."""
    session = any(line.startswith("JSESSIONID=") for line in root.header("set-cookie").splitlines())
    spring = root.says('"timestamp"', '"status"', '"error"', '"path"') or root.says("Whitelabel Error Page")
    ruoyi = "ruoyi" in root.body.lower() or "若依" in root.body
    return session or ruoyi or (root.status >= 400 and spring)


APPLICATION = Application(
    "druid-monitor", PRODUCT, (8080,), tuple((Question(path, page),) for path in PATHS), root_tells
)
PROBE = probe_of(APPLICATION)
