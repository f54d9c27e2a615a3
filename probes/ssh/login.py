"""What an SSH server wants of a login, by the method `none` (RFC 4252 section 5.2). No password and no key is sent."""

from probes.ssh.agreement import Agreement
from probes.ssh.field import Fields, string
from probes.ssh.packets import Packets
from probes.ssh.seal import sealed_by
from scanner.model.errors import Malformed

USER = "yuanjian"
"""The one user name that is ever given (R6); the report prints it."""
NEWKEYS, SERVICE_REQUEST, SERVICE_ACCEPT = 21, 5, 6
USERAUTH_REQUEST, FAILURE, SUCCESS, BANNER = 50, 51, 52, 53
MOST_BANNERS = 4


async def methods(packets: Packets, agreement: Agreement) -> tuple[str, ...] | None:
    """The methods that can go on; None where the server lets everybody in without any."""
    choice = agreement.choice
    if (await packets.receive())[0] != NEWKEYS:
        raise Malformed("no SSH_MSG_NEWKEYS")
    packets.inward = sealed_by(choice.cipher_out, choice.mac_out, agreement.key_of("B", "D", "F"), sends=False)
    await packets.send(bytes([NEWKEYS]))
    packets.outward = sealed_by(choice.cipher_in, choice.mac_in, agreement.key_of("A", "C", "E"), sends=True)
    await packets.send(bytes([SERVICE_REQUEST]) + string(b"ssh-userauth"))
    if (await packets.receive())[0] != SERVICE_ACCEPT:
        raise Malformed("the SSH server accepts no log-in service")
    await packets.send(bytes([USERAUTH_REQUEST]) + string(USER.encode()) + string(b"ssh-connection") + string(b"none"))
    for _ in range(MOST_BANNERS):
        reply = await packets.receive()
        if reply[0] != BANNER:
            return answered(reply)
    raise Malformed("banners without an end")


def answered(reply: bytes) -> tuple[str, ...] | None:
    """The methods of a refusal, None for a success; Malformed for anything else."""
    if reply[0] == FAILURE:
        return Fields(reply, 1).names()
    if reply[0] == SUCCESS:
        return None
    raise Malformed(f"SSH message {reply[0]} where an answer to a log-in was due")
