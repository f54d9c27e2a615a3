"""One conversation with an LDAP server: messages sent, answers gathered within bounds. It means nothing by them."""

from probes.ldap.message import BIND_RESPONSE, DONE, Message, length_of, message, unbind
from scanner.model.errors import Malformed, OverBudget
from scanner.model.network import Stream

MOST_ANSWERS = 20


class Conversation:
    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._number = 0

    @property
    def next_number(self) -> int:
        self._number += 1
        return self._number

    async def ask(self, request: bytes) -> tuple[Message, ...]:
        """Send, and gather everything up to the result that ends it."""
        await self._stream.send(request)
        answers: list[Message] = []
        while len(answers) < MOST_ANSWERS:
            answer = await self._next()
            if answer.number != self._number:
                raise Malformed("an answer of LDAP to another question")
            answers.append(answer)
            if answer.kind in (BIND_RESPONSE, DONE):
                return tuple(answers)
        raise OverBudget(f"more than {MOST_ANSWERS} answers where a few were allowed")

    async def leave(self) -> None:
        await self._stream.send(unbind(self.next_number))

    async def _next(self) -> Message:
        head = await self._stream.receive_exactly(6)
        header, length = length_of(head)
        rest = await self._stream.receive_exactly(header + length - 6)
        return message(head + rest)
