"""Jupyter: its status, or its kernels, without a token. No notebook or file is asked for."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Jupyter"


def status(response: Response) -> Told | None:
    """Counters and two moments (Jupyter Server API, /api/status)."""
    answer = table(parsed(response), {"connections": int, "kernels": int, "last_activity": str, "started": str})
    return Told(True, f"{answer['kernels']} kernels run", PRODUCT) if answer is not None else None


def kernels(response: Response) -> Told | None:
    """A list of kernels, at least one: an empty list might be anybody's (Jupyter Server API, /api/kernels)."""
    answer = parsed(response)
    if not isinstance(answer, list) or not answer:
        return None
    wanted = {"id": str, "name": str, "execution_state": str}
    return Told(True, f"{len(answer)} kernels", PRODUCT) if all(table(one, wanted) for one in answer) else None


def root_tells(root: Root) -> bool:
    jupyter = root.leads_to("/tree", "/lab", "/login") and root.header("server").startswith("TornadoServer/")
    return jupyter or root.title.startswith(("Jupyter", "JupyterLab", "Home Page - Select or create a notebook"))


APPLICATION = Application(
    "jupyter",
    PRODUCT,
    (8888,),
    ((Question("/api/status", status),), (Question("/api/kernels", kernels),)),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
