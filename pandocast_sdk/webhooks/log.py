"""The logger of webhooks."""

import logging

__all__ = ["logger"]

logger: logging.Logger = logging.getLogger("pandocast_sdk.webhooks")


class _LastResort(logging.Handler):
    """Prints a warning or an error where the program has set up no logging, as Python does.

    The handler that a client gives the SDK's logger would keep Python from it, and nobody would see why
    deliveries fail.
    """

    def emit(self, record: logging.LogRecord) -> None:
        if logging.lastResort is not None and record.levelno >= logging.WARNING and not _is_set_up():
            logging.lastResort.handle(record)


def _is_set_up() -> bool:
    current: logging.Logger | None = logger
    while current is not None:
        if any(not isinstance(each, (logging.NullHandler, _LastResort)) for each in current.handlers):
            return True
        current = current.parent if current.propagate else None
    return False


logger.addHandler(_LastResort())
