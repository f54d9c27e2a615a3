"""A printer: its own page, or IPP's Get-Printer-Attributes. Nothing is ever sent to the ports that print what they get."""

import re

from probes.services.applications import ipp
from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.root import Root, root_of
from probes.services.banner import printable
from scanner.model.network import Response

CONTENT = (("content-type", "application/ipp"),)
IPP_PATHS = ("/ipp/print", "/ipp")
"""Where printers must answer (PWG 5100.14 section 4.2), and where older ones do."""
MODEL = "printer-make-and-model"
QUESTION = ipp.request(ipp.GET_PRINTER_ATTRIBUTES, MODEL, printer="ipp://localhost/ipp/print")
SERVERS = re.compile(
    r"HP HTTP Server; HP|HP-ChaiSOE|Virata-EmWeb|EPSON[_ -]|Canon HTTP Server|CANON HTTP Server|KM-MFP-http|KS_HTTP"
    r"|RICOH|Web-Server/3\.0|Lexmark_Web_Server|Xerox|FUJI ?XEROX|SHARP|debut/|TOSHIBA TEC|Pantum|ZebraNet|Brother"
)
"""How printers' own web servers call themselves."""
TITLES = re.compile(
    r"(?i)\b(?:(?:HP|Canon|Epson|Brother|Lexmark|Xerox|Kyocera|Ricoh|Konica Minolta|OKI|Pantum|Samsung|Sharp|Toshiba)\b"
    r".{0,60}\b(?:LaserJet|OfficeJet|DeskJet|PageWide|DesignJet|Printer|MFP|imageRUNNER|WorkForce|ECOSYS|TASKalfa|Aficio"
    r"|bizhub|VersaLink|AltaLink|Phaser|SyncThru|DCP-|MFC-|HL-|MX-)"
    r"|(?:Color )?LaserJet|Remote UI|SyncThru Web Service|Web Image Monitor|Command Center RX|CentreWare|Printer Status)"
)
WORDS = re.compile(r"(?i)\b(?:toner|cartridges?|consumables|suppl(?:y|ies))\b|墨粉|碳粉|硒鼓|墨盒")
PATHS = re.compile(
    r"/hp/device/|/DevMgmt/|/PRESENTATION/|/general/(?:status|information)\.html|/startwlm/|/web/guest/|/cgi-bin/dynamic/"
    r"|/sws/|/wcd/|/portal_top\.html|/_top\.htm|/framework/Unified"
)
"""Paths of printers' own pages: a shop's page has a printer's title, too."""


def page(response: Response) -> Told | None:
    """Two signs of three: a printer's web server, a printer's title, what only a printer's page says or links to."""
    root = root_of(response)
    if root is None or not 200 <= root.status < 300:
        return None
    server, title = SERVERS.search(root.header("server")), TITLES.search(root.title)
    inside = PATHS.search(root.body) or (server and WORDS.search(root.body))
    if sum(sign is not None for sign in (server, title, inside)) < 2:
        return None
    return Told(True, "a printer's own page", printable(title[0], 60) if title else "")


def attributes(response: Response) -> Told | None:
    """Make and model, as the one attribute that was asked for. CUPS is no printer: it has a check of its own."""
    if response.status != 200 or (response.header("server") or "").startswith("CUPS/"):
        return None
    reply = ipp.reply(response.body)
    if reply is None or not reply.given:
        return None
    return Told(True, "Get-Printer-Attributes answered", printable(reply.texts.get(MODEL, ""), 60))


def root_tells(root: Root) -> bool:
    return SERVERS.search(root.header("server")) is not None or TITLES.search(root.title) is not None


def _ipp(path: str) -> Question:
    return Question(path, attributes, method="POST", headers=CONTENT, body=QUESTION, most=8192, start_only=True)


APPLICATION = Application(
    "printer",
    "printer",
    (631,),
    ((Question("/", page, most=512 * 1024),), *((_ipp(path),) for path in IPP_PATHS)),
    root_tells,
    by_number=True,
    apart=True,
)
PROBE = probe_of(APPLICATION)
