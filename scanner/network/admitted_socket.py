"""A socket that belongs to one permit: it can be made for the admitted address alone, and gives its slot back."""

import socket

from scanner.model.errors import NotAdmitted
from scanner.network.permit import Permit


class AdmittedSocket(socket.socket):
    """Closing it closes its permit; so does letting go of it, which is how uvloop closes the sockets it is given."""

    permit: Permit | None = None

    def close(self) -> None:
        super().close()
        self._give_back()

    def detach(self) -> int:
        self._give_back()
        return super().detach()

    def _give_back(self) -> None:
        if self.permit is not None:
            permit, self.permit = self.permit, None
            permit.close()


def make_socket(permit: Permit, family: int, kind: int, protocol: int, place: tuple[object, ...]) -> AdmittedSocket:
    """A socket for one connect; NotAdmitted where `place` is not what the permit is for."""
    question = permit.question
    if place[:2] != (question.address, question.port):
        raise NotAdmitted(f"{place[0]} port {place[1]} is not what was admitted")
    permit.still()
    made = AdmittedSocket(family, kind, protocol)
    made.permit = permit
    return made
