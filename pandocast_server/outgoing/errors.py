"""Why an outgoing request has no answer that counts."""


class OutgoingError(Exception):
    """No answer that counts; the text is a sentence for the person who gave the URL."""


class TargetRefusedError(OutgoingError):
    """The request may not go where the URL points; nothing was sent."""


class ConnectFailedError(OutgoingError):
    """No connection: the name, the network, or the certificate; nothing was sent."""


class DeadlineError(OutgoingError):
    """The last byte had not come when the time was up."""


class ProtocolError(OutgoingError):
    """The connection ended early, or what came is not HTTP."""


class BodyTooLargeError(OutgoingError):
    """The answer is larger than allowed."""
