"""Every error the product raises on purpose. Network errors carry the reason they end in."""

from scanner.model.verdict import Reason


class YuanjianError(Exception):
    """The root: anything else that escapes is a fault of ours."""


class InputError(YuanjianError):
    """Bad usage or input (exit 2). Nothing was sent."""


class Refused(YuanjianError):
    """Outside scope, window or authority (exit 3). Nothing was sent to it."""


class NetworkError(YuanjianError):
    """A question that brought no answer, and why."""

    reason: Reason = Reason.UNREACHABLE

    def __init__(self, detail: str = "", reason: Reason | None = None) -> None:
        super().__init__(detail)
        if reason is not None:
            self.reason = reason


class NotAdmitted(NetworkError):
    """The gate said no; nothing was sent. `reason` says which no."""

    reason = Reason.OUT_OF_SCOPE


class TimedOut(NetworkError):
    """No answer within the deadline. Never evidence of anything."""

    reason = Reason.TIMED_OUT


class ConnectionRefused(NetworkError):
    """The target answered with a reset: nothing listens, or it does not want us."""

    reason = Reason.REFUSED


class CertificateWanted(NetworkError):
    """TLS ended with the alert that asks for a client's certificate: a refusal, in so many words."""

    reason = Reason.REFUSED


class Unreachable(NetworkError):
    """The network said the target cannot be reached (ICMP), or a name has no address."""

    reason = Reason.UNREACHABLE


class Malformed(NetworkError):
    """The answer does not follow its protocol, or broke off in the middle."""

    reason = Reason.MALFORMED


class OverBudget(NetworkError):
    """The answer went on past the bytes or the time it may cost."""

    reason = Reason.BUDGET


class Blocked(NetworkError):
    """The address stopped answering everything: taken for a ban, and respected."""

    reason = Reason.BLOCKED
