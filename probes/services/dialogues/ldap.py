"""LDAP as it shows its root entry (RFC 4512 section 5.1), which every client may read before it binds."""

from probes.ldap.message import BASE, DONE, ENTRY, Message, length_of, message, search
from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from scanner.model.errors import Malformed

WANTED = ("vendorName", "vendorVersion", "objectClass", "domainControllerFunctionality")
AD_LEVELS = {"0": "2000", "2": "2003", "3": "2008", "4": "2008 R2", "5": "2012", "6": "2012 R2", "7": "2016"}


def question(host: str) -> bytes:
    """One read of the root entry, four attributes."""
    return search(1, "", BASE, WANTED, types_only=False, most=1)


def recognise(data: bytes) -> Identity | None:
    """A search entry or a search result, to the question that was numbered 1."""
    answers = messages(data[:8192])
    if not answers or any(one.number != 1 or one.kind not in (ENTRY, DONE) for one in answers):
        return None
    product, version = _product(answers[0])
    return named("ldap", f"LDAP root entry: {product or 'no vendor'} {version}".strip(), product, version)


def messages(data: bytes) -> tuple[Message, ...]:
    """Every whole message at the front; none for what is no LDAP."""
    found: list[Message] = []
    while len(data) >= 6 and len(found) < 4:
        try:
            header, length = length_of(data[:6])
            if len(data) < header + length:
                break
            found.append(message(data[: header + length]))
        except Malformed:
            return ()
        data = data[header + length :]
    return tuple(found)


def _product(entry: Message) -> tuple[str, str]:
    if "OpenLDAProotDSE" in entry.values("objectClass"):
        return "OpenLDAP", ""
    if levels := entry.values("domainControllerFunctionality"):
        return "Active Directory", AD_LEVELS.get(levels[0], "")
    vendor = next(iter(entry.values("vendorName")), "")
    version = next(iter(entry.values("vendorVersion")), "")
    return vendor, version


def complete(data: bytes) -> bool:
    """Whole where the result that ends a search has come."""
    return any(one.kind == DONE for one in messages(data[:8192]))


DIALOGUE = Dialogue(
    "ldap",
    recognise,
    ports=(389, 636, 3268, 3269),
    tls_ports=(636, 3269),
    question=question,
    own_reply_only=True,
    complete=complete,
    elsewhere=85,
)
