"""The Docker engine's API: /_ping and /version, without a client certificate. No container or image is asked for."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response
from scanner.model.probe import Profile

PRODUCT = "Docker"


def ping(response: Response) -> Told | None:
    """OK, with the API's version in a header (Docker Engine API, "Ping")."""
    if response.status != 200 or response.body.strip() != b"OK" or not version_of(response.header("api-version")):
        return None
    return Told(True, "OK")


def version(response: Response) -> Told | None:
    """The engine's version and its API's (Docker Engine API, "SystemVersion"); Podman answers alike."""
    answer = table(parsed(response), {"Version": str, "ApiVersion": str, "Os": str, "Arch": str})
    if answer is None:
        return None
    product = "Podman" if "podman" in str(answer.get("Components", ""))[:2000].lower() else PRODUCT
    number = version_of(answer["Version"])
    return Told(True, f"{product} {number}, API {version_of(answer['ApiVersion'])}", product, number)


def root_tells(root: Root) -> bool:
    return "api-version" in root.headers or (root.status == 404 and root.body.strip() == '{"message":"page not found"}')


APPLICATION = Application(
    "docker-api",
    PRODUCT,
    (2375, 2376),
    ((Question("/_ping", ping), Question("/version", version)),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION, profile=Profile.QUICK)
