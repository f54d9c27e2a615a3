"""Hadoop: YARN's cluster information, or one attribute of an HDFS node by /jmx. Nothing is submitted or listed."""

from collections.abc import Callable

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import parsed, table, version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

YARN = "Hadoop YARN"


def cluster(response: Response) -> Told | None:
    """{"clusterInfo": {...}} (YARN ResourceManager REST APIs, "Cluster Information API")."""
    answer = table(parsed(response), {"clusterInfo": dict})
    information = answer and table(answer["clusterInfo"], {"state": str, "hadoopVersion": str})
    if not information:
        return None
    number = version_of(information["hadoopVersion"])
    return Told(True, f"clusterInfo, Hadoop {number}", YARN, number)


def node(bean: str, product: str) -> Callable[[Response], Told | None]:
    """Reads the one attribute that was asked for (JMXJsonServlet: ?get=BEAN::ATTRIBUTE)."""

    def read(response: Response) -> Told | None:
        answer = table(parsed(response), {"beans": list})
        found = table(answer["beans"][0], {"name": str, "Version": str}) if answer and answer["beans"] else None
        if found is None or found["name"] != bean:
            return None
        number = version_of(found["Version"].partition(",")[0])
        return Told(True, f"the version of {product}: {number}", product, number)

    return read


def _jmx(service: str, product: str) -> Question:
    bean = f"Hadoop:service={service},name={service}Info"
    return Question(f"/jmx?get={bean}::Version", node(bean, product))


def root_tells(root: Root) -> bool:
    """YARN leads to its cluster page, HDFS to its health page."""
    leads = root.leads_to("/cluster", "/dfshealth", "/datanode.html")
    return leads or root.says("dfshealth.html") or root.says("datanode.html")


APPLICATION = Application(
    "hadoop",
    "Hadoop",
    (8088, 9870, 50070),
    (
        (Question("/ws/v1/cluster/info", cluster),),
        (_jmx("NameNode", "Hadoop HDFS NameNode"),),
        (_jmx("DataNode", "Hadoop HDFS DataNode"),),
    ),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
