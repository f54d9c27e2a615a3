"""What remote access and file servers answer is read or malformed: VNC, X11, RDP, SMB, LDAP, rsync, BSD's services."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.ldap import anonymous
from probes.ldap.message import BASE, DONE, ENTRY, Message, bind, length_of, message, search
from probes.services import rdp, rsync, vnc, x11
from probes.services.dialogues import ldap as ldap_dialogue
from probes.services.dialogues import rexec, rlogin
from probes.services.dialogues import x11 as x11_dialogue
from probes.smb import dialects, ntlm, smb1, smb2
from probes.smb.transport import length_of as smb_length
from scanner.model.errors import Malformed, OverBudget
from scanner.model.verdict import Reason

SMB1_TAKEN = smb1.MAGIC + b"\x72" + bytes(4) + b"\x98\x03\xc0" + bytes(20) + b"\x11\x00\x00" + bytes(40)
SMB2_ANSWER = (
    smb2.header(smb2.NEGOTIATE, 0)[:16] + b"\x01\x00\x00\x00" + bytes(44) + b"\x41\x00\x03\x00\x11\x03" + bytes(60)
)
X11_SUCCESS = (
    b"\x01\x00\x0b\x00\x00\x00\x0d\x00" + (12101007).to_bytes(4, "little") + bytes(12) + b"\x14\x00" + bytes(14)
    + b"The X.Org Foundation"
)  # fmt: skip
ENTRY_MESSAGE = bytes.fromhex(
    "302e0201016429" "0414" + b"ou=people,dc=example".hex() + "3011" "300f" "040b" + b"objectClass".hex() + "3100"
)  # fmt: skip
RDP_NLA = bytes.fromhex("030000130ed000001234000300080005000000")
READERS: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "vnc": (vnc.version, b"RFB 003.008\n"),
    "x11": (lambda data: x11.read(data[:8].ljust(8), data[8:]), X11_SUCCESS),
    "x11 dialogue": (x11_dialogue.recognise, X11_SUCCESS),
    "rdp": (rdp.read, RDP_NLA),
    "smb length": (lambda data: smb_length(data[:4].ljust(4)), b"\x00\x00\x00\x40"),
    "smb1": (smb1.chosen, SMB1_TAKEN),
    "smb2": (lambda data: smb2.negotiated(smb2.response(data, smb2.NEGOTIATE)), SMB2_ANSWER),
    "smb2 token": (lambda data: smb2.token(smb2.response(data, smb2.NEGOTIATE)), SMB2_ANSWER),
    "ntlm": (ntlm.challenge, ntlm.SIGNATURE + b"\x02\x00\x00\x00" + bytes(60)),
    "ldap length": (lambda data: length_of(data[:6]), ENTRY_MESSAGE),
    "ldap": (message, ENTRY_MESSAGE),
    "ldap dialogue": (ldap_dialogue.recognise, ENTRY_MESSAGE),
    "rsync": (rsync.module_name, b"backup         \tthe backups"),
    "rexec": (rexec.recognise, b"\x01username too long\n"),
    "rlogin": (rlogin.recognise, b"\x01rlogind: Permission denied.\r\n"),
}


@pytest.mark.parametrize("reader", READERS)
def test_the_well_formed_is_read(reader: str) -> None:
    read, whole = READERS[reader]
    assert read(whole) is not None


@pytest.mark.parametrize("reader", READERS)
@given(data=st.data())
def test_anything_is_read_or_malformed(reader: str, data: st.DataObject) -> None:
    read, whole = READERS[reader]
    at = data.draw(st.integers(0, len(whole)))
    bent = whole[:at] + data.draw(st.binary(max_size=40)) + whole[at + data.draw(st.integers(0, 8)) :]
    for sent in (bent, data.draw(st.binary(max_size=200)), whole[:at]):
        try:
            read(sent)
        except (Malformed, OverBudget):
            continue


def test_rdp_answers_are_told_apart() -> None:
    def facts(answer: str) -> rdp.RdpFacts:
        return rdp.describe(rdp.read(bytes.fromhex(answer)), None).facts

    assert facts("030000130ed000001234000300080005000000").without_nla is False
    assert facts("030000130ed000001234000200080001000000").layer == "TLS"
    assert facts("030000130ed000001234000200080000000000").without_nla is True
    assert facts("0300000b06d00000123400").without_nla is True
    assert facts("030000130ed000001234000200080002000000").without_nla is None
    assert facts("030000130ed000001234000300080001000000").without_nla is None


def test_smb_1_is_taken_or_not() -> None:
    assert smb1.chosen(SMB1_TAKEN) is True
    assert smb1.chosen(SMB1_TAKEN[:32] + b"\x01\xff\xff\x00\x00") is False
    with pytest.raises(Malformed):
        smb1.chosen(b"\x00" + smb1.negotiate())


def test_signing_is_read_from_the_security_mode() -> None:
    assert smb2.negotiated(smb2.response(SMB2_ANSWER, 0)) == smb2.Negotiated("3.1.1", True)
    optional = SMB2_ANSWER[:66] + b"\x01" + SMB2_ANSWER[67:]
    assert smb2.negotiated(smb2.response(optional, 0)).signing_required is False
    with pytest.raises(Malformed):
        smb2.response(smb2.negotiate(), smb2.NEGOTIATE)  # our own words, given back


def test_a_server_of_smb_1_alone_has_nothing_to_sign() -> None:
    seen = dialects.describe(None, Reason.REFUSED, True, None)
    assert (seen.facts.smb1, seen.facts.smb2, seen.facts.signing_required) == (True, False, None)
    silent = dialects.describe(None, Reason.TIMED_OUT, True, None)
    assert silent.gaps["smb2"] is Reason.TIMED_OUT


def test_our_negotiation_says_its_own_lengths() -> None:
    packet = smb2.negotiate()
    contexts = int.from_bytes(packet[64 + 28 : 64 + 32], "little")
    assert contexts % 8 == 0
    assert int.from_bytes(packet[contexts : contexts + 2], "little") == 1


@pytest.mark.parametrize(
    ("code", "reads"), [(0, False), (32, False), (50, False), (1, False), (51, None), (80, None), (2, None)]
)
def test_a_refusal_is_no_and_a_fault_says_nothing(code: int, reads: bool | None) -> None:
    answers = (Message(1, DONE, code=code),)
    if reads is None:
        with pytest.raises(Malformed):
            anonymous.below(answers)
    else:
        assert anonymous.below(answers).reads is reads


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (r"CN=Li\, Wei,OU=x", "CN=***,OU=***"),
        (r"cn=Zhang\+San+uid=7,dc=a", "cn=***,uid=***,dc=***"),
        ('CN="Li, Wei=1", DC=a', "CN=***,DC=***"),
        ('CN="Li, Wei,DC=a', "CN=***,DC=***"),
        (r"2.5.4.3=a\\,O=b", "2.5.4.3=***,O=***"),
        ("Li Wei, Zhang San", ""),
    ],
)
def test_of_a_distinguished_name_only_the_types_are_kept_however_its_values_are_quoted(name: str, shown: str) -> None:
    assert anonymous.masked_name(name) == shown


def test_an_entry_is_proof_and_its_values_are_masked() -> None:
    entry = Message(1, ENTRY, name="cn=Zhang San,ou=people,dc=school,dc=example", attributes=(("cn", ()), ("sn", ())))
    seen = anonymous.describe(anonymous.below((entry, Message(1, DONE, code=0))), None)
    assert seen.facts.entry == "cn=***,ou=***,dc=***,dc=***"
    assert seen.facts.attributes == ("cn", "sn")
    assert b"Zhang" not in b"".join(piece.content + piece.what.encode() for piece in seen.evidence)


def test_our_questions_are_messages_that_tell_their_length() -> None:
    for question in (bind(1), search(2, "dc=example", BASE, ("x" * 200,), types_only=True, most=1)):
        header, length = length_of(question[:6])
        assert header + length == len(question)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"backup         \tthe backups", b"backup"),
        (b"a-name-longer-than-that\t", b"a-name-longer-than-that"),
        (b"Welcome\tto the mirror", None),
        (b"@RSYNCD: EXIT", None),
        (b"", None),
    ],
)
def test_a_module_is_told_from_the_message_of_the_day(line: bytes, name: bytes | None) -> None:
    assert rsync.module_name(line) == name


def test_a_list_that_was_not_knocked_through_proves_nothing() -> None:
    names = tuple(b"module%d" % number for number in range(rsync.MOST_TRIED + 1))
    seen = rsync.describe(names, None, rsync.MOST_TRIED, None)
    assert (seen.facts.open, seen.gaps["open"]) == (None, Reason.BUDGET)
    assert rsync.describe(names, b"module1", 2, None).facts.open is True
    assert rsync.describe(names[:2], None, 2, None).facts.open is False
    assert rsync.describe(names[:2], None, 2, Reason.TIMED_OUT).facts.open is None
    assert rsync.describe((), None, 0, None).facts.open is False


def test_words_of_remote_services_are_not_everybodys() -> None:
    echoed = rlogin.question("")
    assert rlogin.recognise(echoed) is None
    assert rexec.recognise(rexec.question("")) is None
    assert rlogin.recognise(b"\x00") is not None
    assert rlogin.recognise(b"\x00Password: ") is not None
    assert rexec.recognise(b"\x01") is None


@pytest.mark.parametrize(
    ("vendor", "release", "told"),
    [
        ("The X.Org Foundation", 12101007, ("X.Org", "21.1.7")),
        ("The X.Org Foundation", 12013000, ("X.Org", "1.20.13")),
        ("Hummingbird", 9000, ("Hummingbird", "9000")),
    ],
)
def test_an_x_server_s_number_is_its_version(vendor: str, release: int, told: tuple[str, str]) -> None:
    assert x11_dialogue.product(vendor, release) == told
