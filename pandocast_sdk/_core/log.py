"""The SDK's logger, and the environment variable that has it print.

No line holds a header, a query, a body or a key.
"""

import logging
import os
import warnings

LOG_VARIABLE = "PANDOCAST_LOG"

logger = logging.getLogger("pandocast_sdk")
logger.addHandler(logging.NullHandler())

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_LEVELS = {"info": logging.INFO, "debug": logging.DEBUG}

_applied: set[str] = set()
_handlers: dict[str, logging.Handler] = {}


def set_up_logging() -> None:
    """Print the log on standard error if the environment asks for it; a client does this when it is made.

    Each value takes effect once. Where the root logger has handlers, the program has set up logging, and the
    lines go there. An unknown level changes nothing and is warned of: a typo must not stop a program.
    """
    value = os.environ.get(LOG_VARIABLE, "")
    if not value or value in _applied:
        return
    _applied.add(value)
    level = _LEVELS.get(value.strip().lower())
    if level is None:
        warnings.warn(f"{LOG_VARIABLE} must be info or debug, not {value!r}; it is ignored", stacklevel=2)
        return
    logger.setLevel(level)
    if not logging.getLogger().handlers:
        logger.addHandler(_handlers.setdefault(LOG_VARIABLE, _stderr_handler()))


def _stderr_handler() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_FORMAT))
    return handler
