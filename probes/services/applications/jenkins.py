"""Jenkins: whether jobs are shown without a login. One job's class is asked for, never its name."""

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "Jenkins"
TREE = "useSecurity,jobs%5B_class%5D%7B0,1%7D"
"""useSecurity,jobs[_class]{0,1}: of one job, what it is an instance of (older ones tell nothing of it then)."""


def jobs(response: Response) -> Told | None:
    """A job, or the word that there is no security at all; an empty list may also be all that strangers see."""
    version = version_of(response.header("x-jenkins"))
    answer = table(parsed(response), {"jobs": list})
    if answer is None or not version:
        return Told(False, "a login is asked for", PRODUCT, version) if version and response.status == 403 else None
    if answer["jobs"] or answer.get("useSecurity") is False:
        listed = "a job is listed" if answer["jobs"] else "jobs are listed, and there are none"
        return Told(
            True, f"{listed}; security is {'off' if answer.get('useSecurity') is False else 'on'}", PRODUCT, version
        )
    return Told(False, "no job is shown", PRODUCT, version)


def root_tells(root: Root) -> bool:
    return "x-jenkins" in root.headers


APPLICATION = Application("jenkins", PRODUCT, (8080,), ((Question(f"/api/json?tree={TREE}", jobs),),), root_tells)
PROBE = probe_of(APPLICATION)
